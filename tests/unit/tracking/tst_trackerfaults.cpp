#include "core/base/errortext.h"
#include "core/source/tracking/choosetracker.h"
#include "core/source/tracking/ebpftracker.h"
#include "core/source/tracking/perftracker.h"
#include "tests/unit/tracking/faulttable.h"
#include "tests/unit/tracking/loopdisk.h"

#include <QFile>
#include <QTest>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::test;

namespace {

using Started = Result<std::unique_ptr<ChangeTracker>>;

constexpr quint64 block = 256 << 10;
constexpr quint64 oddSize = 600 * block + 512 * 3; // the last block is three sectors

Started start(const QByteArray &backend, const LoopDisk &disk)
{
    return backend == "ebpf" ? startEbpfTracker({disk.tracked()}) : startPerfTracker({disk.tracked()});
}

QByteArray compiled(const char *name)
{
    QFile file(QStringLiteral(EDGELIFT_PROGRAMS "/") + QLatin1String(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QList<int> markedSince(ChangeTracker &tracker, quint32 era)
{
    QList<int> blocks;
    const auto marks = tracker.marks(0);
    if (!marks)
        return {-1};
    for (size_t i = 0; i < marks->size(); ++i)
        if ((*marks)[i] >= era)
            blocks.append(int(i));
    return blocks;
}

/// What happened; begins with "NOT" when that was not what had been promised, with voidEpoch when the kernel kept an event from everybody.
using Fault = std::function<QString()>;
const QLatin1String voidEpoch("void: ");

QString notAsPromised(const QString &what) { return QStringLiteral("NOT as promised: ") + what; }

QString lostOr(const Result<> &outcome)
{
    const bool lost = !outcome && outcome.error().code == ErrorCode::TrackingLost;
    return lost ? QStringLiteral("TrackingLost: ") + outcome.error().detail : notAsPromised(QStringLiteral("the epoch is intact"));
}

QString numbers(const QList<int> &blocks)
{
    QStringList texts;
    for (const int one : blocks)
        texts.append(QString::number(one));
    return texts.isEmpty() ? QStringLiteral("none") : texts.join(QLatin1Char(' '));
}

QString marksOf(const QByteArray &backend, const std::function<void(const LoopDisk &)> &work, const QList<int> &expected)
{
    const LoopDisk disk(oddSize);
    const Started tracker = start(backend, disk);
    if (!tracker)
        return notAsPromised(logLine(tracker.error()));
    work(disk);
    const QList<int> marked = markedSince(**tracker, 1);
    if (const Result<> whole = (*tracker)->intact(); !whole)
        return voidEpoch + whole.error().detail;
    const QString blocks = QStringLiteral("blocks marked: ") + numbers(marked);
    return marked == expected ? blocks + QStringLiteral("; intact") : notAsPromised(blocks);
}

QString missedEvents()
{
    const LoopDisk disk(600 * block);
    const Started tracker = startEbpfTracker({disk.tracked()}, {defaultTrackingBlock, compiled("droppingmarks.bpf.o")});
    if (!tracker)
        return notAsPromised(logLine(tracker.error()));
    const QByteArray page(4096, 'x');
    for (int i = 0; i < 4000 && (*tracker)->intact(); ++i)
        disk.write(quint64(i % 600) * block, page);
    return lostOr((*tracker)->intact());
}

QString ringFull()
{
    const LoopDisk disk(1ULL << 42); // copying its marks keeps the reader waiting for longer than the ring lasts
    const Started tracker = startPerfTracker({disk.tracked()}, {defaultTrackingBlock, 1, "block/block_rq_complete"});
    if (!tracker)
        return notAsPromised(logLine(tracker.error()));
    {
        const std::jthread keeper([&tracker](const std::stop_token &stop) {
            while (!stop.stop_requested() && (*tracker)->marks(0)) { }
        });
        for (quint64 i = 0; i < 4000; ++i)
            disk.write(i * block, QByteArray(4096, 'x'));
    }
    return lostOr((*tracker)->intact());
}

QString grown()
{
    LoopDisk disk(64 * block);
    const Started tracker = start("ebpf", disk);
    disk.setSize(65 * block);
    return tracker ? lostOr((*tracker)->intact()) : notAsPromised(logLine(tracker.error()));
}

/// What is chosen when the first is refused because of its program, and the second, perhaps, because of its event.
QString nextBackend(const QPair<QByteArray, QByteArray> &given)
{
    const LoopDisk disk(64 * block);
    const QList<TrackerBackend> backends{{QStringLiteral("ebpf"),
                                             [given](const QList<TrackedDisk> &disks) {
                                                 return startEbpfTracker(disks, {defaultTrackingBlock, given.first});
                                             }},
        {QStringLiteral("perf"), [given](const QList<TrackedDisk> &disks) {
             return startPerfTracker(disks, {defaultTrackingBlock, 0, given.second});
         }}};
    const auto chosen = chooseTrackerOf(backends, {disk.tracked()}, {}, defaultTrackingBlock);
    if (!chosen)
        return notAsPromised(logLine(chosen.error()));
    const bool right = given.second == "block/none" ? !chosen->tracker->online() && chosen->refused.size() == 2
                                                    : chosen->tracker->backend() == QLatin1String("perf");
    const QString what = chosen->tracker->backend() + QStringLiteral("; refused: ") + chosen->refused.first().detail;
    return right ? what : notAsPromised(what);
}

QString tracefsMissing()
{
    std::optional<QString> happened;
    std::jthread([&happened] { // a mount table of its own, without
        if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
            return;
        for (const char *path : {"/sys/kernel/debug/tracing", "/sys/kernel/tracing", "/sys/kernel/debug"})
            while (::umount2(path, MNT_DETACH) == 0) { }
        if (::access("/sys/kernel/tracing/events", F_OK) == 0 || ::access("/sys/kernel/debug/tracing/events", F_OK) == 0)
            happened = notAsPromised(QStringLiteral("it is still there"));
        else
            happened = marksOf("perf", [](const LoopDisk &disk) { disk.write(5 * block, QByteArray(4096, 'x')); }, {5});
    })
        .join();
    return happened.value_or(notAsPromised(QStringLiteral("no mount table of its own")));
}

bool count(const LoopDisk &disk, bool on)
{
    const TrackedDisk tracked = disk.tracked();
    QFile iostats(QStringLiteral("/sys/dev/block/%1:%2/queue/iostats").arg(tracked.major).arg(tracked.minor));
    return iostats.open(QIODevice::WriteOnly | QIODevice::Unbuffered) && iostats.write(on ? "1" : "0") == 1;
}

QString statisticsSwitchedOff()
{
    const LoopDisk disk(64 * block);
    const Started tracker = start("ebpf", disk);
    if (!tracker || !count(disk, false))
        return notAsPromised(QStringLiteral("they cannot be switched off"));
    const Result<> whole = (*tracker)->intact();
    (void)count(disk, true); // the loop device's number will be used again
    return lostOr(whole);
}

QString statisticsOff()
{
    const LoopDisk disk(64 * block);
    if (!count(disk, false))
        return notAsPromised(QStringLiteral("they cannot be switched off"));
    const Started tracker = start("ebpf", disk);
    (void)count(disk, true);
    if (!tracker)
        return notAsPromised(logLine(tracker.error()));
    const QString what = QStringLiteral("audited: %1").arg((*tracker)->audited() ? QStringLiteral("yes") : QStringLiteral("no"));
    return (*tracker)->audited() ? notAsPromised(what) : what;
}

QString twoTracers()
{
    const LoopDisk disk(64 * block);
    const Started first = start("perf", disk), second = start("perf", disk), third = start("ebpf", disk);
    if (!first || !second || !third)
        return notAsPromised(QStringLiteral("one did not start"));
    for (const int at : {4, 44})
        disk.write(quint64(at) * block, QByteArray(4096, 'x'));
    const QList<int> all[] = {markedSince(**first, 1), markedSince(**second, 1), markedSince(**third, 1)};
    for (const Started *one : {&first, &second, &third})
        if (const Result<> whole = (**one)->intact(); !whole)
            return voidEpoch + whole.error().detail;
    const QString what = QStringLiteral("%1 | %2 | %3").arg(numbers(all[0]), numbers(all[1]), numbers(all[2]));
    return all[0] == QList<int>{4, 44} && all[1] == all[0] && all[2] == all[0] ? what : notAsPromised(what);
}

QString rawWriteLater()
{
    const LoopDisk disk(64 * block);
    const Started tracker = start("ebpf", disk);
    const Result<quint32> era = tracker ? (*tracker)->advanceEra() : Result<quint32>(tracker.error());
    if (!era)
        return notAsPromised(logLine(era.error()));
    disk.write(9 * block, QByteArray(4096, 'r'));
    const QList<int> marked = markedSince(**tracker, *era);
    if (const Result<> whole = (*tracker)->intact(); !whole)
        return voidEpoch + whole.error().detail;
    const QString what = QStringLiteral("block %1 marked with the freeze's era").arg(numbers(marked));
    return marked == QList<int>{9} ? what : notAsPromised(what);
}

}

/// The list "Tracker" of peers.md 5c, each row on a real tracker of a loop device. Kernels were met that keep some requests from every
/// tracer; then the epoch is void, as it must be, and the row gets another turn.
class TrackerFaultsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY2(::geteuid() == 0, "run as root: it traces loop devices"); }
    void faults_data();
    void faults();
    void cleanupTestCase() { m_table.print(); }

private:
    FaultTable m_table{QStringLiteral("peers.md 5c, \"Tracker\": V voids the epoch, the copy begins anew by hash; never a silent pass")};
};

void TrackerFaultsTest::faults_data()
{
    QTest::addColumn<QString>("promised");
    QTest::addColumn<Fault>("fault");
    const auto row = [](const char *name, const char *promised, const Fault &fault) {
        QTest::newRow(name) << QString::fromLatin1(promised) << fault;
    };
    row("ebpf: the program misses events, uncounted", "V by the kernel's own count", missedEvents);
    row("perf: ring full, no record after it", "V by counters", ringFull);
    row("disk grows under the tracker", "V", grown);
    row("no BTF: program not accepted", "the next backend", [] { return nextBackend({"no program", "block/block_rq_complete"}); });
    row("no BTF, no such tracepoint (lockdown)", "rescan, everything dirty", [] { return nextBackend({"no program", "block/none"}); });
    row("tracefs not mounted", "its own mount, marks", tracefsMissing);
    row("iostats disabled before", "said: not every miss would show", statisticsOff);
    row("iostats disabled while it tracks", "V", statisticsSwitchedOff);
    row("another tracer of the same disk", "both mark the same", twoTracers);
    row("raw write while everything is frozen", "a mark of the freeze's era: point refused", rawWriteLater);
    row("flush without data (nr = 0)", "nothing marked, epoch intact",
        [] { return marksOf("ebpf", [](const LoopDisk &disk) { (void)::fsync(Fd(::open(disk.path().toUtf8(), O_RDWR)).get()); }, {}); });
    row("FUA, flush first, across two blocks", "both marked", [] {
        return marksOf("ebpf", [](const LoopDisk &disk) { disk.write(8 * block - 2048, QByteArray(4096, 'x'), O_DSYNC); }, {7, 8});
    });
    row("discard and write-zeroes", "marked as writes", [] {
        return marksOf("ebpf",
            [](const LoopDisk &disk) {
                disk.control(BLKDISCARD, 3 * block, block);
                disk.control(BLKZEROOUT, 9 * block, block);
            },
            {3, 9});
    });
    row("last sector, in a block that is not whole", "marked",
        [] { return marksOf("ebpf", [](const LoopDisk &disk) { disk.write(oddSize - 512, QByteArray(512, 'x')); }, {600}); });
}

void TrackerFaultsTest::faults()
{
    QFETCH(QString, promised);
    QFETCH(Fault, fault);
    QString happened;
    for (int attempt = 0; attempt < 6 && (happened.isEmpty() || happened.startsWith(voidEpoch)); ++attempt)
        happened = fault();
    QVERIFY2(!happened.startsWith(QLatin1String("NOT")) && !happened.startsWith(voidEpoch), qPrintable(happened));
    m_table.add(QString::fromLatin1(QTest::currentDataTag()), promised, happened);
}

QTEST_GUILESS_MAIN(TrackerFaultsTest)
#include "tst_trackerfaults.moc"
