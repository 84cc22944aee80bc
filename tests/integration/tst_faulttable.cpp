#include "core/base/errortext.h"
#include "tests/support/linkpair.h"
#include "tests/support/livemigration.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>

using namespace edgelift;
using namespace std::chrono_literals;
using test::LinkPair;
using test::NetworkPair;

namespace {

/// A folder on a file system of its own, so small that it can be full.
class TinyFolder
{
public:
    explicit TinyFolder(const QString &path, const char *size = "64k")
        : m_path(QFile::encodeName(path))
    {
        QDir().mkpath(path);
        if (::mount("edgelift-test", m_path.constData(), "tmpfs", 0, (QByteArray("size=") + size).constData()) != 0)
            qFatal("no small file system");
    }
    ~TinyFolder() { ::umount2(m_path.constData(), MNT_DETACH); }
    TinyFolder(const TinyFolder &) = delete;
    TinyFolder &operator=(const TinyFolder &) = delete;
    void resize(const char *size) const
    {
        ::mount("edgelift-test", m_path.constData(), "tmpfs", MS_REMOUNT, (QByteArray("size=") + size).constData());
    }

private:
    const QByteArray m_path;
};

void fill(const QString &path)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    while (file.write(QByteArray(4096, 'f')) > 0) { }
}

QString nameOf(const Outcome &outcome) { return outcome.error ? codeName(outcome.error->code) : QString(); }

}

/// reference/peers.md 5c, the rows "Network", "Processes", "Space" and "Disk" that a machine like this one can play: what is promised and
/// what happens, one line each, printed at the end. R: goes on by itself, nothing acknowledged sent again, target equal. S: stops with
/// code, cause and remedy, work kept. F: refused before a byte moves.
class TestFaultTable : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_time.start(); }
    void cleanupTestCase();
    void network_data();
    void closedPort();
    void otherAddress();
    void network();
    void longNetwork_data();
    void longNetwork() { network(); }
    void processes_data();
    void processes();
    void stateFolderFull();
    void receiverStateFolderFull();
    void targetFull();
    void receiverOutOfDescriptors();
    void readOnlyTmp();
    void tornJournal();
    void disksThatAreNotWhatTheyWere_data();
    void disksThatAreNotWhatTheyWere();
    void unreadableSector();
    void unwritableSector();
    void silentCorruption();

private:
    struct Row
    {
        const char *group;
        QString fault;
        char promised;
        QString happened;
    };
    using Play = std::function<void(LinkPair &, NetworkPair &)>;
    void note(const char *group, const QString &fault, char promised, const QString &happened);
    void resumes(const char *group, const Play &fault);
    void resumed(const char *group, const char *fault, const Outcome &outcome, LinkPair &pair);
    void stops(const char *group, const char *fault, const Outcome &outcome, const char *code, const QString &fact);
    void refused(const char *group, const char *fault, const Outcome &outcome, const char *code, LinkPair &pair);

    QElapsedTimer m_time; ///< of the row
    QList<Row> m_rows;
};

void TestFaultTable::note(const char *group, const QString &fault, char promised, const QString &happened)
{
    m_rows.append({group, fault, promised, happened});
}

void TestFaultTable::cleanupTestCase()
{
    const QList<Row> notHere{
        {"Network", QStringLiteral("1 kbit/s, 30 % loss, reordering"), 'R', QStringLiteral("not here: no netem in this kernel")},
        {"Processes", QStringLiteral("OOM kill"), 'R', QStringLiteral("not here: kill -9 is the same to us, and the machine is shared")},
        {"Processes", QStringLiteral("reboot of the source"), 'R', QStringLiteral("not here: needs a machine; images do not reboot")},
        {"Processes", QStringLiteral("kernel live-patched, tracer"), 'V', QStringLiteral("not here: live sources are not there yet")},
        {"Space", QStringLiteral("memory short at freeze"), 'S', QStringLiteral("not here: live sources are not there yet")},
        {"Disk", QStringLiteral("slow disk during freeze"), 'S', QStringLiteral("not here: no device-mapper, no freeze yet")},
        {"Disk", QStringLiteral("cache that lies about flush"), 'R', QStringLiteral("not here: no device-mapper")},
    };
    std::printf("\n| %-9s | %-46s | P | %s\n", "", "fault", "what happened");
    for (const Row &row : m_rows + notHere)
        std::printf("| %-9s | %-46s | %c | %s\n", row.group, qPrintable(row.fault), row.promised, qPrintable(row.happened));
    std::fflush(stdout);
}

/// A copy of 32 MiB during which `fault` happens at a third.
void TestFaultTable::resumes(const char *group, const Play &fault)
{
    NetworkPair network;
    QVERIFY(network.isValid());
    LinkPair pair(network);
    pair.addDisk(32);
    QVERIFY(pair.startReceiver());
    resumed(group, QTest::currentDataTag(), pair.run(33, [&] { fault(pair, network); }), pair);
}

/// What was under way when it broke travels twice (four connections with their buffers at both ends), what was acknowledged does not.
void TestFaultTable::resumed(const char *group, const char *fault, const Outcome &outcome, LinkPair &pair)
{
    QVERIFY2(outcome.end == Outcome::End::Finished, qPrintable(nameOf(outcome) + (outcome.error ? outcome.error->detail : QString())));
    QCOMPARE(pair.difference(), QString());
    const double ratio = double(pair.wireBytes()) / double(pair.totalBytes());
    constexpr quint64 underWay = 48 << 20; // a receiver whose disk is busy acknowledges late
    QVERIFY2(pair.wireBytes() < pair.totalBytes() + underWay, qPrintable(QString::number(ratio)));
    note(group, QString::fromUtf8(fault), 'R',
        QStringLiteral("finished after %1 s, equal, wire × %2").arg(double(m_time.elapsed()) / 1000, 0, 'f', 1).arg(ratio, 0, 'f', 3));
}

/// The error says what it is about (`fact`) and what to do.
void TestFaultTable::stops(const char *group, const char *fault, const Outcome &outcome, const char *code, const QString &fact)
{
    QVERIFY(outcome.end == Outcome::End::Failed);
    QCOMPARE(nameOf(outcome), QString::fromLatin1(code));
    const ErrorText text = describe(*outcome.error);
    QVERIFY(!text.message.isEmpty() && !text.remedy.isEmpty());
    QVERIFY2((text.message + outcome.error->detail).contains(fact), qPrintable(text.message + outcome.error->detail));
    note(group, QString::fromUtf8(fault), 'S', displayCode(outcome.error->code) + QLatin1Char(' ') + text.message);
}

void TestFaultTable::refused(const char *group, const char *fault, const Outcome &outcome, const char *code, LinkPair &pair)
{
    QVERIFY(outcome.end == Outcome::End::Failed);
    QCOMPARE(nameOf(outcome), QString::fromLatin1(code));
    QFile target(pair.targetPath());
    QVERIFY(target.open(QIODevice::ReadOnly));
    const QByteArray bytes = target.readAll();
    QCOMPARE(bytes.count('\0'), bytes.size()); // not one was written
    note(group, QString::fromUtf8(fault), 'F',
        QStringLiteral("%1 %2, nothing written").arg(displayCode(outcome.error->code), QString::fromLatin1(code)));
}

void TestFaultTable::network_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<int>("seconds");
    QTest::newRow("cut for 1 s") << QStringLiteral("cut") << 1;
    QTest::newRow("cut for longer than the stall timer") << QStringLiteral("cut") << 5;
    QTest::newRow("half-open: answers vanish, no reset") << QStringLiteral("swallow") << 5;
    QTest::newRow("the source's address changes") << QStringLiteral("move") << 0;
    QTest::newRow("limit changed 20 times a second") << QStringLiteral("limit") << 1;
}

void TestFaultTable::longNetwork_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<int>("seconds");
    QTest::newRow("cut for 30 s") << QStringLiteral("cut") << 30;
    QTest::newRow("cut for 5 min") << QStringLiteral("cut") << 300;
}

void TestFaultTable::network()
{
    QFETCH(QString, what);
    QFETCH(int, seconds);
    resumes("Network", [&](LinkPair &pair, NetworkPair &net) {
        if (what == QLatin1String("cut")) {
            net.cut();
            QThread::sleep(unsigned(seconds));
            net.mend();
        } else if (what == QLatin1String("swallow")) {
            net.swallowAnswers(true);
            QThread::sleep(unsigned(seconds));
            net.swallowAnswers(false);
        } else if (what == QLatin1String("move")) {
            net.moveSourceTo(QStringLiteral("10.77.0.9"));
        } else {
            for (int i = 0; i < 20 * seconds; ++i, QThread::msleep(50))
                pair.tuning.limitMbps = i % 2 ? 100 : 50 + i;
        }
    });
}

void TestFaultTable::processes_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("times");
    QTest::newRow("receiver killed -9") << SIGKILL << 1;
    QTest::newRow("receiver killed -9 twice in a row") << SIGKILL << 2;
    QTest::newRow("receiver stopped (SIGSTOP) past the stall timer") << SIGSTOP << 1;
}

void TestFaultTable::processes()
{
    QFETCH(int, signal);
    QFETCH(int, times);
    resumes("Processes", [&](LinkPair &pair, NetworkPair &) {
        for (int i = 0; i < times; ++i) {
            if (signal == SIGKILL) {
                pair.killReceiver();
                QVERIFY(pair.startReceiver());
                continue;
            }
            ::kill(pair.receiver(), SIGSTOP);
            QThread::sleep(5);
            ::kill(pair.receiver(), SIGCONT);
        }
    });
}

void TestFaultTable::closedPort()
{
    NetworkPair network;
    LinkPair pair(network);
    pair.addDisk(1);
    pair.settings.patience = 1s; // nobody listens
    refused("Network", "target port closed", pair.run(), "ReceiverUnreachable", pair);
}

void TestFaultTable::otherAddress()
{
    NetworkPair network;
    LinkPair pair(network);
    pair.addDisk(32);
    QVERIFY(pair.startReceiver());
    QString now = pair.settings.receiver.host;
    pair.settings.locate = [&now]() -> Result<QString> { return now; };
    const Outcome outcome = pair.run(33, [&] {
        pair.killReceiver();
        now = QStringLiteral("127.88.7.7");
        pair.settings.receiver.host = now; // of the receiver to come: the sender has its own
        QVERIFY(pair.startReceiver());
    });
    resumed("Network", "the receiver comes back at another address", outcome, pair);
}

/// The journal is on a file system that is full when a third is done; the second run finds room again.
void TestFaultTable::stateFolderFull()
{
    NetworkPair network;
    LinkPair pair(network);
    const TinyFolder tiny(pair.path(QStringLiteral("state")), "16k");
    pair.addDisk(160); // more extents than one page of the journal has
    pair.tuning.limitMbps = 500;
    pair.settings.journalPath = pair.path(QStringLiteral("state/journal"));
    QVERIFY(pair.startReceiver());
    const QString filler = pair.path(QStringLiteral("state/filler"));
    const Outcome outcome = pair.run(20, [&] { fill(filler); });
    stops("Space", "state folder full in the middle", outcome, "NoSpace", pair.settings.journalPath);
    const quint64 before = pair.wireBytes();
    QVERIFY(before < pair.totalBytes());
    QVERIFY(QFile::remove(filler));
    resumed("Space", "… and room again", pair.run(), pair);
}

void TestFaultTable::receiverStateFolderFull()
{
    NetworkPair network;
    LinkPair pair(network);
    const TinyFolder tiny(pair.path(QStringLiteral("receiver")), "64k");
    pair.addDisk(8);
    QVERIFY(pair.startReceiver());
    const QString filler = pair.path(QStringLiteral("receiver/filler"));
    fill(filler);
    stops("Space", "state folder of the receiver full", pair.run(), "NoSpace", QStringLiteral("receiver"));
    QVERIFY(QFile::remove(filler));
    resumed("Space", "… and room again", pair.run(), pair);
}

void TestFaultTable::targetFull()
{
    NetworkPair network;
    LinkPair pair(network);
    const TinyFolder tiny(pair.path(QStringLiteral("devices")), "12m");
    pair.addDisk(24);
    QVERIFY(pair.startReceiver());
    stops("Space", "no room for the target", pair.run(), "TargetWriteFailed", QStringLiteral("bp0"));
    tiny.resize("64m");
    resumed("Space", "… and room again", pair.run(), pair);
}

void TestFaultTable::receiverOutOfDescriptors()
{
    NetworkPair network;
    LinkPair pair(network);
    pair.addDisk(16);
    QVERIFY(pair.startReceiver({QStringLiteral("prlimit"), QStringLiteral("--nofile=15:1024")}));
    const Outcome outcome = pair.run(0, [&] {
        QThread::sleep(3);
        const rlimit enough{1024, 1024};
        QCOMPARE(::prlimit(pair.receiver(), RLIMIT_NOFILE, &enough, nullptr), 0);
    });
    resumed("Space", "descriptors of the receiver used up for 3 s", outcome, pair);
}

void TestFaultTable::readOnlyTmp()
{
    NetworkPair network;
    LinkPair pair(network);
    pair.addDisk(8);
    QVERIFY(pair.startReceiver({QStringLiteral("unshare"), QStringLiteral("--mount"), QStringLiteral("sh"), QStringLiteral("-c"),
        QStringLiteral("mount -t tmpfs -o ro none /tmp && exec \"$@\""), QStringLiteral("sh")}));
    resumed("Space", "/tmp of the receiver read-only", pair.run(), pair);
}

/// Half of a record at its end, as a power cut leaves it, and noise behind it.
void TestFaultTable::tornJournal()
{
    NetworkPair network;
    LinkPair pair(network);
    pair.addDisk(32);
    pair.settings.patience = 1s;
    QVERIFY(pair.startReceiver());
    QVERIFY(pair.run(33, [&] { pair.killReceiver(); }).end == Outcome::End::Failed);
    QFile journal(pair.settings.journalPath);
    QVERIFY(journal.resize(journal.size() - 13) && journal.open(QIODevice::Append) && journal.write("torn by a power cut") > 0);
    journal.close();
    QVERIFY(pair.startReceiver());
    resumed("Space", "journal torn", pair.run(), pair);
}

void TestFaultTable::disksThatAreNotWhatTheyWere_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("code");
    QTest::newRow("target smaller by one sector") << QStringLiteral("small target") << QStringLiteral("TargetDiskTooSmall");
    QTest::newRow("wrong target disk (serial)") << QStringLiteral("other serial") << QStringLiteral("TargetDiskMissing");
    QTest::newRow("target in use by somebody else") << QStringLiteral("busy target") << QStringLiteral("TargetDiskBusy");
    QTest::newRow("source smaller than at the inspection") << QStringLiteral("small source") << QStringLiteral("SourceChanged");
    QTest::newRow("source renamed since the inspection") << QStringLiteral("no source") << QStringLiteral("SourceUnreadable");
}

void TestFaultTable::disksThatAreNotWhatTheyWere()
{
    QFETCH(QString, what);
    QFETCH(QString, code);
    NetworkPair network;
    LinkPair pair(network);
    pair.settings.patience = 1s;
    pair.addDisk(8, what == QLatin1String("small target") ? -512 : 0);
    QVERIFY(pair.startReceiver());
    const Fd target(::open(QFile::encodeName(pair.targetPath()).constData(), O_RDONLY | O_CLOEXEC));
    if (what == QLatin1String("other serial"))
        QVERIFY(QFile::rename(pair.targetPath(), pair.path(QStringLiteral("devices/virtio-other"))));
    else if (what == QLatin1String("busy target"))
        QCOMPARE(::flock(target.get(), LOCK_EX), 0);
    else if (what == QLatin1String("small source"))
        QVERIFY(QFile::resize(pair.sourcePath(), (8 << 20) - 512));
    else if (what == QLatin1String("no source"))
        QVERIFY(QFile::rename(pair.sourcePath(), pair.path(QStringLiteral("renamed"))));
    const Outcome outcome = pair.run();
    if (what == QLatin1String("other serial"))
        QVERIFY(QFile::rename(pair.path(QStringLiteral("devices/virtio-other")), pair.targetPath()));
    refused("Disk", QTest::currentDataTag(), outcome, qPrintable(code), pair);
}

/// A real one: btrfs does not give out what does not match its checksum.
void TestFaultTable::unreadableSector()
{
    NetworkPair network;
    LinkPair pair(network);
    pair.addDisk(24);
    QVERIFY(pair.startReceiver());
    const QString medium = pair.path(QStringLiteral("medium"));
    const QString inner = pair.path(QStringLiteral("inner"));
    QFile file(medium);
    QVERIFY(file.open(QIODevice::ReadWrite) && file.resize(256 << 20) && QDir().mkpath(inner));
    QVERIFY(test::runTool(QStringLiteral("mkfs.btrfs"), {QStringLiteral("-q"), medium}));
    QVERIFY(test::runTool(QStringLiteral("mount"), {QStringLiteral("-o"), QStringLiteral("loop"), medium, inner}));
    const QString source = inner + QLatin1String("/disk");
    const QByteArray mark(4096, 'E'); // a sector that can be found again below
    constexpr qint64 place = (17 << 20) + 8192;
    QFile whole(pair.sourcePath());
    QVERIFY(whole.open(QIODevice::ReadWrite) && whole.seek(place) && whole.write(mark) == mark.size());
    whole.close();
    QVERIFY(QFile::copy(pair.sourcePath(), source));
    pair.disks[0].path = source;
    QVERIFY(test::runTool(QStringLiteral("umount"), {inner}));
    const qint64 below = file.readAll().indexOf(mark);
    QVERIFY(below > 0 && file.seek(below + 100) && file.write("x") == 1);
    file.close();
    QVERIFY(test::runTool(QStringLiteral("mount"), {QStringLiteral("-o"), QStringLiteral("loop"), medium, inner}));
    const Outcome outcome = pair.run();
    QVERIFY(test::runTool(QStringLiteral("umount"), {inner}));
    stops("Disk", "a sector of the source cannot be read", outcome, "SourceUnreadable", QString::number(place));
}

/// A real one: a block device whose blocks have no room behind them.
void TestFaultTable::unwritableSector()
{
    NetworkPair network;
    LinkPair pair(network);
    pair.addDisk(24);
    const TinyFolder tiny(pair.path(QStringLiteral("behind")), "12m");
    const QString behind = pair.path(QStringLiteral("behind/disk"));
    QFile file(behind);
    QVERIFY(file.open(QIODevice::ReadWrite) && file.resize(24 << 20));
    const auto device = test::runTool(QStringLiteral("losetup"), {QStringLiteral("--find"), QStringLiteral("--show"), behind});
    QVERIFY(device);
    const QString node = QString::fromLatin1(*device).trimmed();
    QVERIFY(QFile::remove(pair.targetPath()) && QFile::link(node, pair.targetPath()) && pair.startReceiver());
    const Outcome outcome = pair.run();
    tiny.resize("64m");
    const Outcome second = outcome.end == Outcome::End::Failed ? pair.run() : outcome;
    pair.killReceiver();
    const QString difference = pair.difference();
    QVERIFY(test::runTool(QStringLiteral("losetup"), {QStringLiteral("-d"), node}));
    stops("Disk", "the target cannot be written (EIO)", outcome, "TargetWriteFailed", QStringLiteral("bp0"));
    QVERIFY(second.end == Outcome::End::Finished);
    QCOMPARE(difference, QString());
    note("Disk", QStringLiteral("… and it can again"), 'R', QStringLiteral("finished, equal: nothing was skipped"));
}

void TestFaultTable::silentCorruption()
{
    NetworkPair network;
    LinkPair pair(network);
    pair.addDisk(24);
    pair.tuning.checksum = true;
    QVERIFY(pair.startReceiver());
    const Outcome outcome = pair.run(66, [&] {
        QFile target(pair.targetPath());
        QVERIFY(target.open(QIODevice::ReadWrite) && target.seek((2 << 20) + 77));
        char byte = 0;
        QVERIFY(target.read(&byte, 1) == 1);
        byte = char(byte ^ 4);
        QVERIFY(target.seek((2 << 20) + 77) && target.write(&byte, 1) == 1);
    });
    resumed("Disk", "one bit flipped on the target after its ack", outcome, pair);
}

QTEST_GUILESS_MAIN(TestFaultTable)
#include "tst_faulttable.moc"
