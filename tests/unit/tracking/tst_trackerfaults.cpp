#include "core/base/errortext.h"
#include "core/source/tracking/blktracerecords.h"
#include "core/source/tracking/blktracetracker.h"
#include "core/source/tracking/choosetracker.h"
#include "core/source/tracking/ebpftracker.h"
#include "core/source/tracking/perftracker.h"
#include "tests/unit/tracking/faulttable.h"
#include "tests/unit/tracking/kernelhere.h"
#include "tests/unit/tracking/loopdisk.h"
#include "tests/unit/tracking/trackerrows.h"

#include <QFile>
#include <QTest>
#include <fcntl.h>
#include <linux/blktrace_api.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::test;

namespace {

constexpr quint64 block = 256 << 10;
constexpr quint64 oddSize = 600 * block + 512 * 3; // the last block is three sectors

Started start(const QByteArray &backend, const LoopDisk &disk) { return startTracker(backend, disk.tracked()); }

QByteArray compiled(const char *name)
{
    QFile file(QStringLiteral(EDGELIFT_PROGRAMS "/") + QLatin1String(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
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

/// What keeps each backend from starting; empty: nothing.
struct Refusal
{
    QByteArray program = "no program";
    QByteArray event = "block/none";
    QString debugfs = QStringLiteral("/proc");
};

QString nextBackend(const Refusal &refusal, const char *expected)
{
    const LoopDisk disk(64 * block);
    const QList<TrackerBackend> backends{{QStringLiteral("ebpf"),
                                             [refusal](const QList<TrackedDisk> &disks) {
                                                 return startEbpfTracker(disks, {defaultTrackingBlock, refusal.program});
                                             }},
        {QStringLiteral("perf"),
            [refusal](const QList<TrackedDisk> &disks) {
                return startPerfTracker(disks, {defaultTrackingBlock, 0, refusal.event});
            }},
        {QStringLiteral("blktrace"), [refusal](const QList<TrackedDisk> &disks) {
             BlktraceOptions options;
             options.trace.debugfs = refusal.debugfs;
             return startBlktraceTracker(disks, options);
         }}};
    const auto chosen = chooseTrackerOf(backends, {disk.tracked()}, {}, defaultTrackingBlock);
    if (!chosen)
        return notAsPromised(logLine(chosen.error()));
    const QString what = chosen->tracker->backend() + QStringLiteral("; refused: ") + chosen->refused.last().detail;
    return chosen->tracker->backend() == QLatin1String(expected) ? what : notAsPromised(what);
}

/// What happens where neither tracefs nor debugfs is mounted, in a mount table of its own.
QString kernelFoldersMissing(const QByteArray &backend)
{
    std::optional<QString> happened;
    std::jthread([&happened, &backend] {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
            return;
        for (const char *path : {"/sys/kernel/debug/tracing", "/sys/kernel/tracing", "/sys/kernel/debug"})
            while (::umount2(path, MNT_DETACH) == 0) { }
        if (::access("/sys/kernel/tracing/events", F_OK) == 0 || ::access("/sys/kernel/debug/block", F_OK) == 0)
            happened = notAsPromised(QStringLiteral("it is still there"));
        else
            happened = marksOf(backend, [](const LoopDisk &disk) { disk.write(5 * block, QByteArray(4096, 'x')); }, {5});
    }).join();
    return happened.value_or(notAsPromised(QStringLiteral("no mount table of its own")));
}

Fd openDisk(const LoopDisk &disk) { return Fd(::open(disk.path().toUtf8().constData(), O_RDWR | O_CLOEXEC)); }

bool traceAsSomebodyElse(const Fd &disk)
{
    blk_user_trace_setup setup{};
    setup.act_mask = BLK_TC_COMPLETE;
    setup.buf_size = 4096;
    setup.buf_nr = 4;
    return ::ioctl(disk.get(), BLKTRACESETUP, &setup) == 0;
}

QString tracedBySomebodyElse()
{
    const LoopDisk disk(64 * block);
    (void)start("blktrace", disk); // what it leaves must not make the other trace look like ours
    const Fd other = openDisk(disk);
    if (!traceAsSomebodyElse(other))
        return notAsPromised(QStringLiteral("no trace"));
    const Started refused = start("blktrace", disk);
    const bool untouched = ::ioctl(other.get(), BLKTRACETEARDOWN) == 0;
    if (refused || refused.error().code != ErrorCode::TrackerUnavailable || !untouched)
        return notAsPromised(untouched ? QStringLiteral("it was not refused") : QStringLiteral("the other trace is gone"));
    const Started later = start("blktrace", disk);
    return later ? refused.error().detail : notAsPromised(logLine(later.error()));
}

/// An agent that was killed leaves its trace; the next one begins anew.
QString tracedByAKilledAgent()
{
    const LoopDisk disk(64 * block);
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0)
        return notAsPromised(QStringLiteral("no pipe"));
    const pid_t agent = ::fork();
    if (agent == 0) {
        const Started tracker = start("blktrace", disk);
        (void)!::write(ready[1], tracker ? "y" : "n", 1);
        ::pause();
        ::_exit(0);
    }
    char started = 'n';
    (void)!::read(ready[0], &started, 1);
    ::kill(agent, SIGKILL);
    ::waitpid(agent, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    const bool left = !traceAsSomebodyElse(openDisk(disk)) && errno == EBUSY;
    if (started != 'y' || !left)
        return notAsPromised(QStringLiteral("nothing was left"));
    const Started next = start("blktrace", disk);
    if (!next)
        return notAsPromised(logLine(next.error()));
    disk.write(7 * block, QByteArray(4096, 'x'));
    const QList<int> marked = markedSince(**next, 1);
    if (const Result<> whole = (*next)->intact(); !whole)
        return voidEpoch + whole.error().detail;
    return marked == QList<int>{7} ? QStringLiteral("taken down; blocks marked: 7") : notAsPromised(numbers(marked));
}

QString blktraceFull()
{
    const LoopDisk disk(64 * block);
    BlktraceOptions options;
    options.trace.bufferBytes = 64; // a record
    options.trace.buffers = 2;
    const Started tracker = startBlktraceTracker({disk.tracked()}, options);
    if (!tracker)
        return notAsPromised(logLine(tracker.error()));
    const Fd file = openDisk(disk);
    const QByteArray page(4096, 'x');
    for (int attempt = 0; attempt < 20 && (*tracker)->intact(); ++attempt) {
        for (quint64 at = 0; at < 64 * block; at += 8 * quint64(page.size())) // apart, so that each is a request: many that end together
            (void)!::pwrite(file.get(), page.constData(), size_t(page.size()), off_t(at));
        ::fsync(file.get());
    }
    return lostOr((*tracker)->intact());
}

/// No disk of this machine can do it, so it is what the kernel writes of one that does (blk_fill_rwbs, __blk_add_trace).
QString secureErase()
{
    const BlockEvent perf = operationOf("DE");
    const BlockEvent blktrace = blktraceOperation(BLK_TA_COMPLETE | BLK_TC_ACT(BLK_TC_FS | BLK_TC_WRITE | BLK_TC_DISCARD), 4096);
    const bool marks = perf.kind == BlockEvent::Kind::Discard && blktrace.kind == BlockEvent::Kind::Discard && blktrace.sectors == 8;
    return marks ? QStringLiteral("perf, blktrace: as a discard (the kernel's records)") : notAsPromised(QStringLiteral("another kind"));
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

QString manyTracers()
{
    const LoopDisk disk(64 * block);
    std::vector<Started> all;
    for (const char *backend : {"perf", "perf", "ebpf", givesTraces() ? "blktrace" : "ebpf"}) {
        all.push_back(start(backend, disk));
        if (!all.back())
            return notAsPromised(logLine(all.back().error()));
    }
    for (const int at : {4, 44})
        disk.write(quint64(at) * block, QByteArray(4096, 'x'));
    QStringList what;
    bool same = true;
    for (const Started &one : all) {
        const QList<int> marked = markedSince(**one, 1);
        same = same && marked == QList<int>{4, 44};
        what.append(numbers(marked));
    }
    for (const Started &one : all)
        if (const Result<> whole = (*one)->intact(); !whole)
            return voidEpoch + whole.error().detail;
    return same ? what.join(QLatin1String(" | ")) : notAsPromised(what.join(QLatin1String(" | ")));
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
    void initTestCase()
    {
        QVERIFY2(::geteuid() == 0, "run as root: it traces loop devices");
        QVERIFY(ownRun());
    }
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
    row("no BTF: program not accepted", "perf", [] { return nextBackend({"no program", "block/block_rq_complete", {}}, "perf"); });
    row("no BTF, no such tracepoint, no debugfs", "rescan, everything dirty", [] { return nextBackend({}, "rescan"); });
    row("perf: tracefs not mounted", "its own mount, marks", [] { return kernelFoldersMissing("perf"); });
    if (givesTraces()) {
        row("no BTF, no such tracepoint", "blktrace", [] { return nextBackend({"no program", "block/none", {}}, "blktrace"); });
        row("blktrace: debugfs not mounted", "its own mount, marks", [] { return kernelFoldersMissing("blktrace"); });
        row("blktrace: somebody else traces (EBUSY)", "refused, the other trace goes on", tracedBySomebodyElse);
        row("blktrace: trace of a killed agent", "taken down, begun anew", tracedByAKilledAgent);
        row("blktrace: buffers full", "V by a gap, or the kernel's counter", blktraceFull);
    } else {
        row("blktrace: lockdown=integrity", "refused with the reason, rescan", [] {
            return nextBackend({"no program", "block/none", {}}, "rescan");
        });
    }
    row("secure erase", "marked as a discard", secureErase);
    row("iostats disabled before", "said: not every miss would show", statisticsOff);
    row("iostats disabled while it tracks", "V", statisticsSwitchedOff);
    row("other tracers of the same disk", "all mark the same", manyTracers);
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
