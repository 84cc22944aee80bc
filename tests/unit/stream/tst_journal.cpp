#include "core/stream/journal.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

using namespace edgelift;

namespace {
wire::Digest digest(int n)
{
    wire::Digest out;
    out.bytes.fill(quint8(n));
    return out;
}

Journal::Binding binding(quint64 epoch = 7, const QString &identity = QStringLiteral("wwn-1"), int map = 1)
{
    return {QStringLiteral("j-1"), epoch,
        {{0, QStringLiteral("a.img"), identity, {10 << 20}, digest(map)},
            {5, QStringLiteral("b.img"), QStringLiteral("x"), {(2 << 20) + 1}, digest(9)}}};
}
}

class TestJournal : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void remembersMarksAndHashes();
    void isForItsOwnerOnly();
    void laterRecordsWin();
    void everyTruncationKeepsWhatCameBefore();
    void damageInTheMiddleForgetsWhatFollows();
    void recordsDoNotCountElsewhere();
    void anotherEpochIsRefused();
    void changedDiskIsRefused();
    void anotherMapForgetsThatDiskOnly();
    void aSecondUserIsRefused();
    void wireBytesSurvive();

private:
    std::unique_ptr<Journal> open(const Journal::Binding &with = binding()) { return Journal::open(m_path, with).take(); }
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

void TestJournal::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_path = m_folder->filePath(QStringLiteral("transfer.journal"));
}

void TestJournal::remembersMarksAndHashes()
{
    {
        const auto journal = open();
        QVERIFY(!journal->isStored(0, 3));
        const std::array<wire::Digest, 2> digests{digest(3), digest(4)};
        QVERIFY(bool(journal->markStored(0, 3, digests)));
        QVERIFY(bool(journal->markStored(1, 2, std::span(digests).first(1))));
        QVERIFY(bool(journal->sync(0)));
    }
    const auto journal = open();
    QVERIFY(journal->isStored(0, 3) && journal->isStored(0, 4) && journal->isStored(1, 2));
    QVERIFY(!journal->isStored(0, 2) && !journal->isStored(0, 5) && !journal->isStored(1, 3) && !journal->isStored(0, 1000));
    QCOMPARE(journal->storedExtents(0), 2ULL);
    QVERIFY(*journal->digest(0, 4) == digest(4));
    QVERIFY(*journal->digest(1, 2) == digest(3));
    QCOMPARE(int(journal->digest(0, 5).error().code), int(ErrorCode::JournalUnreadable));
}

void TestJournal::isForItsOwnerOnly()
{
    (void)open();
    struct stat status
    {
    };
    QCOMPARE(::stat(QFile::encodeName(m_path).constData(), &status), 0);
    QCOMPARE(int(status.st_mode & 0777), 0600);
}

void TestJournal::laterRecordsWin()
{
    const std::array<wire::Digest, 1> first{digest(1)};
    const std::array<wire::Digest, 1> second{digest(2)};
    for (int again = 0; again < 2; ++again) {
        const auto journal = open();
        QVERIFY(bool(journal->markStored(0, 0, first)));
        QVERIFY(bool(journal->forget(0, {0})));
        QVERIFY(!journal->isStored(0, 0));
        QCOMPARE(journal->storedExtents(0), 0ULL);
        QVERIFY(bool(journal->markStored(0, 0, second)));
        QVERIFY(bool(journal->markStored(0, 0, second)));
        QCOMPARE(journal->storedExtents(0), 1ULL);
    }
    QVERIFY(*open()->digest(0, 0) == digest(2));
}

void TestJournal::everyTruncationKeepsWhatCameBefore()
{
    {
        const auto journal = open();
        for (int i = 0; i < 10; ++i) {
            const std::array<wire::Digest, 1> one{digest(i)};
            QVERIFY(bool(journal->markStored(0, quint64(i), one)));
        }
    }
    QFile file(m_path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray whole = file.readAll();
    file.close();
    const qsizetype head = 5 * 32; // head, two disks, two maps
    QCOMPARE(whole.size(), head + 10 * 32);
    for (qsizetype length = 0; length <= whole.size(); ++length) {
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(whole.first(length));
        file.close();
        auto journal = Journal::open(m_path, binding());
        QVERIFY2(bool(journal), qPrintable(QString::number(length)));
        const quint64 kept = quint64(std::max<qsizetype>(0, length - head) / 32);
        QCOMPARE((*journal)->storedExtents(0), kept);
        const std::array<wire::Digest, 1> next{digest(77)}; // and it can be gone on with
        QVERIFY(bool((*journal)->markStored(0, 9, next)));
        journal = Error{};
        QVERIFY(*open()->digest(0, 9) == digest(77));
    }
}

void TestJournal::damageInTheMiddleForgetsWhatFollows()
{
    {
        const auto journal = open();
        for (int i = 0; i < 4; ++i) {
            const std::array<wire::Digest, 1> one{digest(i)};
            QVERIFY(bool(journal->markStored(0, quint64(i), one)));
        }
    }
    QFile file(m_path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    file.seek(5 * 32 + 2 * 32 + 20); // the hash of the third mark
    file.write("!");
    file.close();
    const auto journal = open();
    QCOMPARE(journal->storedExtents(0), 2ULL);
    QVERIFY(journal->isStored(0, 1) && !journal->isStored(0, 2) && !journal->isStored(0, 3));
}

void TestJournal::recordsDoNotCountElsewhere()
{
    {
        const auto journal = open();
        const std::array<wire::Digest, 2> two{digest(1), digest(2)};
        QVERIFY(bool(journal->markStored(0, 0, two)));
    }
    QFile file(m_path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QByteArray bytes = file.readAll();
    const QByteArray first = bytes.mid(5 * 32, 32);
    bytes.replace(6 * 32, 32, first); // a block that landed twice
    file.seek(0);
    file.write(bytes);
    file.close();
    QCOMPARE(open()->storedExtents(0), 1ULL);
}

void TestJournal::anotherEpochIsRefused()
{
    const std::array<wire::Digest, 1> one{digest(1)};
    QVERIFY(bool(open()->markStored(0, 0, one)));
    const auto journal = Journal::open(m_path, binding(8));
    QVERIFY(!journal);
    QCOMPARE(int(journal.error().code), int(ErrorCode::JournalUnreadable));
    QVERIFY(open()->isStored(0, 0)); // and nothing was lost by trying
}

void TestJournal::changedDiskIsRefused()
{
    const std::array<wire::Digest, 1> one{digest(1)};
    QVERIFY(bool(open()->markStored(0, 0, one)));
    const auto journal = Journal::open(m_path, binding(7, QStringLiteral("wwn-2")));
    QVERIFY(!journal);
    QCOMPARE(int(journal.error().code), int(ErrorCode::SourceChanged));
    QCOMPARE(journal.error().args, QStringList{QStringLiteral("a.img")});
}

void TestJournal::anotherMapForgetsThatDiskOnly()
{
    const std::array<wire::Digest, 1> one{digest(1)};
    {
        const auto journal = open();
        QVERIFY(bool(journal->markStored(0, 0, one)));
        QVERIFY(bool(journal->markStored(1, 0, one)));
    }
    const Journal::Binding other = binding(7, QStringLiteral("wwn-1"), 2);
    {
        const auto journal = open(other);
        QVERIFY(!journal->isStored(0, 0));
        QVERIFY(journal->isStored(1, 0));
        QVERIFY(bool(journal->markStored(0, 1, one)));
    }
    QVERIFY(open(other)->isStored(0, 1));
}

void TestJournal::aSecondUserIsRefused()
{
    const auto journal = open();
    const auto second = Journal::open(m_path, binding());
    QVERIFY(!second);
    QCOMPARE(int(second.error().code), int(ErrorCode::JobRunning));
}

void TestJournal::wireBytesSurvive()
{
    {
        const auto journal = open();
        QVERIFY(bool(journal->sync(12345678901)));
        QVERIFY(bool(journal->sync(12345678902)));
    }
    QCOMPARE(open()->wireBytes(), 12345678902ULL);
}

QTEST_GUILESS_MAIN(TestJournal)
#include "tst_journal.moc"
