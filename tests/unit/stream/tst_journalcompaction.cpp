#include "core/stream/journal.h"
#include "core/stream/journalrecord.h"

#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace edgelift;

namespace {

constexpr quint64 extents = 6000;

wire::Digest digest(quint64 n)
{
    wire::Digest out;
    std::memcpy(out.bytes.data(), &n, sizeof n);
    return out;
}

Journal::Binding binding()
{
    return {QStringLiteral("j-1"), 7,
        {{3, QStringLiteral("a.img"), QStringLiteral("x"), {extents << 20}, digest(1)},
            {5, QStringLiteral("b.img"), QStringLiteral("y"), {10 << 20}, {}}}};
}

/// All extents of the first disk, as stored for the `turn`th time.
bool storeAll(Journal &journal, quint64 turn)
{
    std::vector<wire::Digest> digests;
    for (quint64 i = 0; i < extents; ++i)
        digests.push_back(digest(turn * extents + i));
    return bool(journal.markStored(0, 0, digests));
}

/// Which turn extent `i` is of; -1: not stored, -2: a hash that nobody gave it.
qint64 turnOf(const Journal &journal, quint64 i)
{
    const Result<wire::Digest> found = journal.digest(0, i);
    if (!found)
        return -1;
    quint64 n = 0;
    std::memcpy(&n, found->bytes.data(), sizeof n);
    return n % extents == i && digest(n) == *found ? qint64(n / extents) : -2;
}

}

class TestJournalCompaction : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void staysWithinAFactorOfWhatCounts();
    void whatCountsIsTheSame();
    void everyCrashLeavesTheOldOrTheNew();
    void killedAtAnyMoment();
    void whereItCannotBeWrittenTheOldOneGoesOn();
    void aSecondUserIsRefusedAllTheTime();
    void marksAndHashesMeanwhile();

private:
    std::unique_ptr<Journal> open() { return Journal::open(m_path, binding()).take(); }
    quint64 records() const { return quint64(QFile(m_path).size()) / journalRecordSize; }
    QByteArray bytes() const;
    void put(const QString &path, const QByteArray &content) const;
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
    QString m_new;
};

void TestJournalCompaction::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_path = m_folder->filePath(QStringLiteral("transfer.journal"));
    m_new = m_path + QLatin1String(".new");
}

QByteArray TestJournalCompaction::bytes() const
{
    QFile file(m_path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void TestJournalCompaction::put(const QString &path, const QByteArray &content) const
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QCOMPARE(file.write(content), content.size());
}

void TestJournalCompaction::staysWithinAFactorOfWhatCounts()
{
    const auto journal = open();
    quint64 most = 0;
    for (quint64 turn = 0; turn < 60; ++turn) {
        QVERIFY(storeAll(*journal, turn));
        QVERIFY(bool(journal->sync(turn)));
        most = std::max(most, records());
        QVERIFY2(records() <= journal->mostRecords(), qPrintable(QString::number(records())));
    }
    qInfo("%llu records were written, at most %llu were in the file", 60 * extents, most);
    QVERIFY(journal->mostRecords() < 5 * extents);
    QCOMPARE(turnOf(*journal, extents - 1), 59);
}

void TestJournalCompaction::whatCountsIsTheSame()
{
    {
        const auto journal = open();
        for (quint64 turn = 0; turn < 6; ++turn)
            QVERIFY(storeAll(*journal, turn));
        QVERIFY(bool(journal->markStored(1, 9, std::array{digest(99)})));
        QVERIFY(bool(journal->forget(0, {7, 4000})));
        const quint64 before = records();
        QVERIFY(bool(journal->sync(12345678901)));
        QVERIFY2(records() < before / 5, "it was not written anew");
        QVERIFY(bool(journal->markStored(0, 4000, std::array{digest(8 * extents + 4000)}))); // and goes on
    }
    const auto journal = open(); // the maps are known, or what is stored would be forgotten
    QCOMPARE(journal->storedExtents(0), extents - 1);
    QVERIFY(!journal->isStored(0, 7));
    QCOMPARE(turnOf(*journal, 4000), 8);
    QCOMPARE(turnOf(*journal, 0), 5);
    QCOMPARE(turnOf(*journal, extents - 1), 5);
    QCOMPARE(journal->storedExtents(1), 1ULL);
    QVERIFY(*journal->digest(1, 9) == digest(99));
    QCOMPARE(journal->wireBytes(), 12345678901ULL);
}

/// The states of the medium that writing it anew goes through, one after the other: part of the new file beside the old one, all of it,
/// and renamed.
void TestJournalCompaction::everyCrashLeavesTheOldOrTheNew()
{
    QByteArray before;
    {
        const auto journal = open();
        for (quint64 turn = 0; turn < 6; ++turn)
            QVERIFY(storeAll(*journal, turn));
        before = bytes();
        QVERIFY(bool(journal->sync(1)));
    }
    const QByteArray after = bytes();
    QVERIFY(after.size() < before.size() / 5);
    QList<qsizetype> lengths{-1, 0, 1, 31, 32, 33, 5 * 32, after.size() - 1, after.size()};
    for (qsizetype length = 1000; length < after.size(); length += 9973)
        lengths.append(length);
    const auto isWhole = [this] {
        const auto journal = open();
        bool all = journal->storedExtents(0) == extents;
        for (quint64 i = 0; i < extents; i += 101)
            all = all && turnOf(*journal, i) == 5;
        return all && storeAll(*journal, 6) && journal->sync(2) && turnOf(*journal, 9) == 6;
    };
    for (const qsizetype length : lengths) {
        put(m_path, before);
        if (length >= 0)
            put(m_new, after.first(length));
        QVERIFY2(isWhole(), qPrintable(QStringLiteral("%1 bytes of the new file beside the old one").arg(length)));
        QVERIFY(!QFile::exists(m_new));
    }
    put(m_path, after);
    QVERIFY2(isWhole(), "renamed");
}

/// Half of the time the child writes it anew. What it was told to be stored is there afterwards.
void TestJournalCompaction::killedAtAnyMoment()
{
    quint64 turn = 0;
    int between = 0; // kills that met the new file half written
    for (int kill = 0; kill < 40; ++kill) {
        std::array<int, 2> told{};
        QVERIFY(::pipe(told.data()) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto journal = open();
            for (quint64 next = turn + 1; storeAll(*journal, next) && ::write(told[1], &next, sizeof next) == sizeof next; ++next)
                (void)journal->sync(next);
            ::_exit(1);
        }
        ::close(told[1]);
        quint64 number = 0;
        for (int stored = 0; stored < 4 + kill % 4 && ::read(told[0], &number, sizeof number) == sizeof number; ++stored)
            turn = number;
        ::usleep(QRandomGenerator::global()->bounded(30000U));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        while (::read(told[0], &number, sizeof number) == sizeof number)
            turn = number;
        ::close(told[0]);
        between += QFile::exists(m_new);
        const auto journal = open();
        QCOMPARE(journal->storedExtents(0), extents);
        for (quint64 i = 0; i < extents; ++i)
            QVERIFY2(turnOf(*journal, i) >= qint64(turn), qPrintable(QStringLiteral("extent %1 after kill %2").arg(i).arg(kill)));
        turn = std::max<quint64>(turn, quint64(turnOf(*journal, 0)));
        QVERIFY(!QFile::exists(m_new));
    }
    qInfo("%d of 40 kills met a new file that was not renamed yet", between);
}

void TestJournalCompaction::whereItCannotBeWrittenTheOldOneGoesOn()
{
    const auto journal = open();
    QVERIFY(QDir().mkpath(m_new + QLatin1String("/in the way")));
    for (quint64 turn = 0; turn < 6; ++turn)
        QVERIFY(storeAll(*journal, turn));
    const quint64 before = records();
    QVERIFY(bool(journal->sync(1)));
    QVERIFY(records() >= before);
    QCOMPARE(turnOf(*journal, 17), 5);
    QVERIFY(QDir(m_new).removeRecursively());
    for (quint64 turn = 6; turn < 15; ++turn) {
        QVERIFY(storeAll(*journal, turn));
        QVERIFY(bool(journal->sync(turn)));
    }
    QVERIFY2(records() <= journal->mostRecords(), "it tries again");
    QCOMPARE(turnOf(*journal, 17), 14);
}

void TestJournalCompaction::aSecondUserIsRefusedAllTheTime()
{
    const auto journal = open();
    for (quint64 turn = 0; turn < 6; ++turn)
        QVERIFY(storeAll(*journal, turn));
    for (int again = 0; again < 2; ++again) {
        const auto second = Journal::open(m_path, binding());
        QVERIFY(!second);
        QCOMPARE(int(second.error().code), int(ErrorCode::JobRunning));
        QVERIFY(bool(journal->sync(1))); // by which it is another file
    }
}

void TestJournalCompaction::marksAndHashesMeanwhile()
{
    const auto journal = open();
    QVERIFY(storeAll(*journal, 0));
    std::atomic<bool> wrong = false;
    std::atomic<bool> done = false;
    {
        std::jthread marks([&] {
            for (quint64 turn = 1; turn < 60; ++turn)
                wrong = wrong || !storeAll(*journal, turn);
            done = true;
        });
        std::jthread hashes([&] {
            for (quint64 i = 0; !done; i = (i + 37) % extents)
                wrong = wrong || turnOf(*journal, i) < 0;
        });
        while (!done)
            wrong = wrong || !journal->sync(1);
    }
    QVERIFY(!wrong);
    QCOMPARE(turnOf(*journal, 0), 59);
}

QTEST_GUILESS_MAIN(TestJournalCompaction)
#include "tst_journalcompaction.moc"
