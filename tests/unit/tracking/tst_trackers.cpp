#include "core/base/errortext.h"
#include "core/source/tracking/blktracetracker.h"
#include "core/source/tracking/ebpftracker.h"
#include "core/source/tracking/epochguard.h"
#include "core/source/tracking/marksobject.h"
#include "core/source/tracking/perftracker.h"
#include "core/source/tracking/rescantracker.h"
#include "tests/unit/tracking/kernelhere.h"
#include "tests/unit/tracking/loopdisk.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <fcntl.h>
#include <linux/fs.h>
#include <random>
#include <thread>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::test;

namespace {

using Started = Result<std::unique_ptr<ChangeTracker>>;

constexpr quint64 block = 256 << 10;
constexpr quint64 oddSize = 600 * block + 512 * 3; // the last block is three sectors

Started start(const QByteArray &backend, const QList<TrackedDisk> &disks, Bytes blockSize = defaultTrackingBlock)
{
    if (backend == "ebpf" || backend == "ebpf before 5.5")
        return startEbpfTracker(disks, {blockSize, {}, backend == "ebpf"});
    if (backend == "perf")
        return startPerfTracker(disks, {blockSize, 0, "block/block_rq_complete"});
    if (backend == "blktrace")
        return startBlktraceTracker(disks, {blockSize, {}});
    return startRescanTracker(disks, blockSize);
}

QByteArray why(const Error &error) { return logLine(error).toUtf8(); }

QList<int> markedSince(ChangeTracker &tracker, quint32 era, int disk = 0)
{
    QList<int> blocks;
    const auto marks = tracker.marks(disk);
    if (!marks)
        return {-1};
    for (size_t i = 0; i < marks->size(); ++i)
        if ((*marks)[i] >= era)
            blocks.append(int(i));
    return blocks;
}

/// Kernels were met that keep some requests from every tracer. Then the epoch is void, as it must be, and there is another turn; the
/// last one counts whatever happens. `turn` says whether the epoch was intact at its end.
void untilWhole(const std::function<bool()> &turn)
{
    for (int attempt = 0; attempt < 6 && !turn() && !QTest::currentTestFailed(); ++attempt)
        qInfo("the epoch was void; another turn");
}

/// A write, a discard or a buffered write, anywhere.
void writeSomething(const LoopDisk &disk, std::mt19937 &random)
{
    const quint64 at = random() % (3990 * block / 512) * 512;
    switch (random() % 4) {
    case 0:
        disk.control(BLKDISCARD, at, (1 + random() % 4000) * 512);
        break;
    case 1:
        disk.writeBuffered(at, QByteArray(qsizetype(1 + random() % 100000), 'b'));
        break;
    default:
        disk.write(at, QByteArray(qsizetype(512 * (1 + random() % 1500)), 'd'));
    }
}

QByteArray compiled(const char *name)
{
    QFile file(QStringLiteral(EDGELIFT_PROGRAMS "/") + QLatin1String(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Says why not.
bool intact(const Started &tracker)
{
    const Result<> whole = tracker ? (*tracker)->intact() : Result<>(tracker.error());
    if (!whole)
        qInfo("%s", qPrintable(logLine(whole.error())));
    return whole && (*tracker)->audited();
}

QList<int> range(int first, int last)
{
    QList<int> numbers;
    for (int i = first; i <= last; ++i)
        numbers.append(i);
    return numbers;
}

}

#define VERIFY_RESULT(expression)                                                                                                          \
    do {                                                                                                                                   \
        const auto &outcome = (expression);                                                                                                \
        QVERIFY2(bool(outcome), outcome ? "" : why(outcome.error()).constData());                                                          \
    } while (false)

/// Loop devices over memory; nothing else writes to them, so marks can be compared exactly.
class TrackersTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void marksExactlyWhatWasWritten_data();
    void marksExactlyWhatWasWritten();
    void erasSeparateRounds_data() { online(); }
    void erasSeparateRounds();
    void largeDiscardsAreMarked_data() { online(); }
    void largeDiscardsAreMarked();
    void sectorsBeyond32BitsAreMarked_data() { online(); }
    void sectorsBeyond32BitsAreMarked();
    void writeThroughAnotherDeviceIsMarkedOnItsDisk_data() { online(); }
    void writeThroughAnotherDeviceIsMarkedOnItsDisk();
    void eachDiskHasItsOwnMarks_data() { online(); }
    void eachDiskHasItsOwnMarks();
    void backendsAgree();
    void olderKernelGetsTheOtherProgram();
    void markIsThereWhenTheWriterKnows_data() { online(); }
    void markIsThereWhenTheWriterKnows();
    void changedDiskVoidsTheEpoch_data() { all(); }
    void changedDiskVoidsTheEpoch();
    void overflowVoidsTheEpochForGood();
    void othersDoNotFillTheRing();
    void rescanCallsEverythingDirty();
    void partitionsAndNonsenseAreRefused();
    void stepsAreQuick_data() { online(); }
    void stepsAreQuick();

private:
    static void online()
    {
        QTest::addColumn<QByteArray>("backend");
        QTest::newRow("ebpf") << QByteArray("ebpf");
        QTest::newRow("ebpf before 5.5") << QByteArray("ebpf before 5.5");
        QTest::newRow("perf") << QByteArray("perf");
        if (givesTraces())
            QTest::newRow("blktrace") << QByteArray("blktrace");
    }
    static void all()
    {
        online();
        QTest::newRow("rescan") << QByteArray("rescan");
    }
};

void TrackersTest::initTestCase()
{
    QVERIFY2(::geteuid() == 0, "run as root: it traces loop devices");
    QVERIFY(ownRun());
}

void TrackersTest::marksExactlyWhatWasWritten_data()
{
    using Work = std::function<void(const LoopDisk &)>;
    QTest::addColumn<QByteArray>("backend");
    QTest::addColumn<Work>("work");
    QTest::addColumn<QList<int>>("blocks");
    QList<QByteArray> backends{"ebpf", "ebpf before 5.5", "perf"};
    if (givesTraces())
        backends.append("blktrace");
    for (const QByteArray &backend : std::as_const(backends)) {
        const auto row = [&backend](const char *name, const Work &work, const QList<int> &blocks) {
            QTest::newRow((backend + ", " + name).constData()) << backend << work << blocks;
        };
        const QByteArray page(4096, 'x'), sector(512, 'x');
        row("nothing", [](const LoopDisk &) {}, {});
        row("reading", [](const LoopDisk &disk) { disk.read(5 * block, block); }, {});
        row("direct", [page](const LoopDisk &disk) { disk.write(7 * block + 8192, page); }, {7});
        row("direct and durable", [page](const LoopDisk &disk) { disk.write(7 * block, page, O_DSYNC); }, {7});
        row("direct across two blocks", [page](const LoopDisk &disk) { disk.write(8 * block - 2048, page); }, {7, 8});
        row("first sector", [sector](const LoopDisk &disk) { disk.write(0, sector); }, {0});
        row("last sector, in a short block", [sector](const LoopDisk &disk) { disk.write(oddSize - 512, sector); }, {600});
        row("buffered and fsync", [page](const LoopDisk &disk) { disk.writeBuffered(20 * block + 4096, page); }, {20});
        row(
            "two megabytes at once", [](const LoopDisk &disk) { disk.write(30 * block, QByteArray(2 << 20, 'y')); }, range(30, 37));
        row("discard", [](const LoopDisk &disk) { disk.control(BLKDISCARD, 40 * block + 4096, block); }, {40, 41});
        row("write-zeroes", [](const LoopDisk &disk) { disk.control(BLKZEROOUT, 50 * block, 2 * block); }, {50, 51});
        row("several",
            [page](const LoopDisk &disk) {
                for (const int at : {3, 1, 4, 1, 5})
                    disk.write(quint64(at) * block, page);
            },
            {1, 3, 4, 5});
    }
}

void TrackersTest::marksExactlyWhatWasWritten()
{
    QFETCH(QByteArray, backend);
    QFETCH(std::function<void(const LoopDisk &)>, work);
    QFETCH(QList<int>, blocks);
    QList<int> marked;
    untilWhole([&] {
        const LoopDisk disk(oddSize);
        const Started tracker = start(backend, {disk.tracked()});
        work(disk);
        marked = tracker ? markedSince(**tracker, 1) : QList<int>{-2};
        return intact(tracker);
    });
    QCOMPARE(marked, blocks);
}

void TrackersTest::erasSeparateRounds()
{
    QFETCH(QByteArray, backend);
    std::vector<quint32> marks;
    untilWhole([&] {
        const LoopDisk disk(64 * block);
        const Started tracker = start(backend, {disk.tracked()});
        if (!tracker || (*tracker)->era() != 1)
            return false;
        disk.write(0, QByteArray(4096, 'a'));
        disk.write(block, QByteArray(4096, 'a'));
        Result<quint32> era = (*tracker)->advanceEra();
        if (markedSince(**tracker, 2) != QList<int>()) // nothing of before is marked as later
            return false;
        disk.write(block, QByteArray(4096, 'b'));
        while (era && *era < 300) // past what fits in a byte
            era = (*tracker)->advanceEra();
        disk.write(2 * block, QByteArray(4096, 'c'));
        const auto now = (*tracker)->marks(0);
        marks = now ? *now : std::vector<quint32>();
        return intact(tracker) && (*tracker)->writtenSectors(0) == 32;
    });
    QCOMPARE(marks.size(), size_t(64));
    marks.resize(4);
    QCOMPARE(marks, (std::vector<quint32>{1, 2, 300, 0}));
}

void TrackersTest::largeDiscardsAreMarked()
{
    QFETCH(QByteArray, backend);
    QList<int> marked;
    untilWhole([&] {
        const LoopDisk disk(40000 * block); // about 10 GB, several elements of the kernel's array
        const Started tracker = start(backend, {disk.tracked()});
        disk.control(BLKDISCARD, 5000 * block, 20000 * block);
        marked = tracker ? markedSince(**tracker, 1) : QList<int>();
        return intact(tracker);
    });
    QVERIFY(marked.size() >= 20000 && marked.size() < 20000 + 2 * 1024); // rounded to whole elements at most
    const qsizetype first = marked.indexOf(5000);
    QCOMPARE(marked.mid(first, 20000), range(5000, 24999));
}

void TrackersTest::sectorsBeyond32BitsAreMarked()
{
    QFETCH(QByteArray, backend);
    QList<int> marked;
    untilWhole([&] {
        const quint64 size = 3ULL << 40;
        const LoopDisk disk(size);
        const Started tracker = start(backend, {disk.tracked()}, Bytes{1 << 20});
        disk.write(size - 4096, QByteArray(4096, 'x'));
        disk.write((2ULL << 40) + (1 << 20), QByteArray(4096, 'x'));
        marked = tracker ? markedSince(**tracker, 1) : QList<int>();
        return intact(tracker);
    });
    QCOMPARE(marked, (QList<int>{(2 << 20) + 1, (3 << 20) - 1}));
}

void TrackersTest::writeThroughAnotherDeviceIsMarkedOnItsDisk()
{
    QFETCH(QByteArray, backend);
    QList<int> marked;
    untilWhole([&] {
        const LoopDisk disk(64 * block);
        const LoopDisk upper(Fd(::open(disk.path().toUtf8().constData(), O_RDWR | O_CLOEXEC)), true);
        const Started tracker = start(backend, {disk.tracked()});
        upper.write(9 * block, QByteArray(4096, 'x'));
        marked = tracker ? markedSince(**tracker, 1) : QList<int>();
        return intact(tracker);
    });
    QCOMPARE(marked, QList<int>{9});
}

void TrackersTest::eachDiskHasItsOwnMarks()
{
    QFETCH(QByteArray, backend);
    QList<int> marked, markedOther;
    untilWhole([&] {
        const LoopDisk one(1500 * block), other(64 * block), stranger(64 * block);
        const Started tracker = start(backend, {one.tracked(), other.tracked()});
        one.write(1300 * block, QByteArray(4096, 'x'));
        other.write(63 * block, QByteArray(4096, 'x'));
        stranger.write(5 * block, QByteArray(4096, 'x'));
        marked = tracker ? markedSince(**tracker, 1, 0) : QList<int>();
        markedOther = tracker ? markedSince(**tracker, 1, 1) : QList<int>();
        return intact(tracker);
    });
    QCOMPARE(marked, QList<int>{1300});
    QCOMPARE(markedOther, QList<int>{63});
}

void TrackersTest::backendsAgree()
{
    bool same = false;
    untilWhole([&same] {
        const LoopDisk disk(4000 * block);
        std::vector<Started> all;
        for (const char *backend : {"ebpf", "perf", givesTraces() ? "blktrace" : "ebpf before 5.5"}) {
            all.push_back(start(backend, {disk.tracked()}));
            if (!all.back())
                return false;
        }
        ChangeTracker &first = **all.front();
        std::mt19937 random(4711); // NOLINT: the same each time
        same = true;
        for (int round = 0; round < 10 && same; ++round) {
            for (int i = 0; i < 60; ++i)
                writeSomething(disk, random);
            const auto marks = first.marks(0);
            const auto era = first.advanceEra();
            for (size_t other = 1; other < all.size() && same; ++other) {
                const auto itsMarks = (*all[other])->marks(0);
                const auto itsEra = (*all[other])->advanceEra();
                same = marks && era && itsMarks && itsEra && *itsMarks == *marks && *itsEra == *era;
            }
        }
        for (const Started &one : all)
            same = same && (*one)->writtenSectors(0) == first.writtenSectors(0);
        return std::all_of(all.begin(), all.end(), intact);
    });
    QVERIFY(same);
}

/// This kernel takes the program with types. One that has no such tracepoint for it gets the other one, which works.
void TrackersTest::olderKernelGetsTheOtherProgram()
{
    const QByteArray program = compiled("untypedmarks.bpf.o");
    QVERIFY(!program.isEmpty());
    const LoopDisk disk(64 * block);
    const Epoch epoch = newEpoch(QStringLiteral("ebpf"), defaultTrackingBlock, {disk.tracked()});
    const auto here = MarksObject::load({}, epoch, true), older = MarksObject::load(program, epoch, true);
    VERIFY_RESULT(here);
    VERIFY_RESULT(older);
    QVERIFY((*here)->typed());
    QVERIFY(!(*older)->typed());
    const Started tracker = startEbpfTracker({disk.tracked()}, {defaultTrackingBlock, program});
    VERIFY_RESULT(tracker);
    disk.write(9 * block, QByteArray(4096, 'x'));
    QCOMPARE(markedSince(**tracker, 1), QList<int>{9});
}

/// Writers on every processor; whoever knows that a write is done finds its mark, at once.
void TrackersTest::markIsThereWhenTheWriterKnows()
{
    QFETCH(QByteArray, backend);
    int missing = 0;
    untilWhole([&] {
        const LoopDisk disk(1024 * block);
        const Started tracker = start(backend, {disk.tracked()});
        std::atomic<bool> enough = !tracker;
        std::vector<std::jthread> noise;
        for (int i = 0; i < 2; ++i)
            noise.emplace_back([&disk, &enough, i] {
                for (quint64 at = 0; !enough; at = (at + 7) % 400)
                    disk.write((at + 600) * block + quint64(i) * 8192, QByteArray(4096, 'n'));
            });
        missing = 0;
        for (int turn = 0; turn < 100 && tracker; ++turn) {
            const auto era = (*tracker)->advanceEra();
            disk.write(quint64(turn) * block, QByteArray(4096, 'x'));
            missing += era && markedSince(**tracker, *era).contains(turn) ? 0 : 1;
        }
        enough = true;
        noise.clear();
        return intact(tracker);
    });
    QCOMPARE(missing, 0);
}

void TrackersTest::changedDiskVoidsTheEpoch()
{
    QFETCH(QByteArray, backend);
    LoopDisk disk(64 * block);
    const Started tracker = start(backend, {disk.tracked()});
    VERIFY_RESULT(tracker);
    const Result<> whole = (*tracker)->intact();
    VERIFY_RESULT(whole);
    disk.setSize(65 * block);
    const Result<> changed = (*tracker)->intact();
    QVERIFY(!changed);
    QCOMPARE(changed.error().code, ErrorCode::TrackingLost);
    disk.setSize(64 * block);
    QVERIFY2(!(*tracker)->intact(), "an epoch that was void stays so");
}

void TrackersTest::overflowVoidsTheEpochForGood()
{
    const LoopDisk disk(1ULL << 42); // copying its marks keeps the reader waiting for longer than the ring lasts
    const Started tracker = startPerfTracker({disk.tracked()}, {defaultTrackingBlock, 1, "block/block_rq_complete"});
    VERIFY_RESULT(tracker);
    {
        const std::jthread keeper([&tracker](const std::stop_token &stop) {
            while (!stop.stop_requested() && (*tracker)->marks(0)) { }
        });
        for (quint64 i = 0; i < 4000; ++i)
            disk.write(i * block, QByteArray(4096, 'x'));
    }
    const Result<> lost = (*tracker)->intact();
    QVERIFY(!lost);
    QCOMPARE(lost.error().code, ErrorCode::TrackingLost);
    QVERIFY(!(*tracker)->marks(0));
    QVERIFY(!(*tracker)->advanceEra());
    QCOMPARE((*tracker)->intact().error().detail, lost.error().detail);
}

/// As above, but what is written is another disk.
void TrackersTest::othersDoNotFillTheRing()
{
    const LoopDisk disk(1ULL << 42), stranger(4000 * block);
    const Started tracker = startPerfTracker({disk.tracked()}, {defaultTrackingBlock, 1, "block/block_rq_complete"});
    VERIFY_RESULT(tracker);
    {
        const std::jthread keeper([&tracker](const std::stop_token &stop) {
            while (!stop.stop_requested() && (*tracker)->marks(0)) { }
        });
        for (quint64 i = 0; i < 4000; ++i)
            stranger.write(i * block, QByteArray(4096, 'x'));
    }
    const Result<> whole = (*tracker)->intact();
    VERIFY_RESULT(whole);
}

void TrackersTest::rescanCallsEverythingDirty()
{
    const LoopDisk disk(64 * block);
    const Started tracker = start("rescan", {disk.tracked()});
    VERIFY_RESULT(tracker);
    QVERIFY(!(*tracker)->online());
    for (quint32 copied = 1; copied < 5; ++copied) { // C of a round before
        const auto era = (*tracker)->advanceEra();
        VERIFY_RESULT(era);
        QCOMPARE(markedSince(**tracker, copied).size(), 64);
        QCOMPARE(markedSince(**tracker, *era).size(), 0);
        disk.write(3 * block, QByteArray(4096, 'x')); // that something was written is counted, but not where
        QCOMPARE(markedSince(**tracker, *era).size(), 64);
    }
    const Result<> whole = (*tracker)->intact();
    VERIFY_RESULT(whole);
}

void TrackersTest::partitionsAndNonsenseAreRefused()
{
    const LoopDisk disk(64 * block);
    QCOMPARE(trackedDisk(QStringLiteral("/dev/null")).error().code, ErrorCode::SourceUnreadable);
    QCOMPARE(trackedDisk(QStringLiteral("/dev/not-there")).error().code, ErrorCode::SourceMissing);
    TrackedDisk other = disk.tracked();
    other.size.count += 512;
    for (const QByteArray backend : {"ebpf", "perf", "blktrace", "rescan"}) {
        QCOMPARE(start(backend, {}).error().code, ErrorCode::RequestMalformed);
        QCOMPARE(start(backend, {disk.tracked(), disk.tracked()}).error().code, ErrorCode::RequestMalformed);
        QCOMPARE(start(backend, {disk.tracked()}, Bytes{100000}).error().code, ErrorCode::RequestMalformed);
        QCOMPARE(start(backend, {other}).error().code, ErrorCode::SourceChanged);
    }
    QCOMPARE(startEbpfTracker({disk.tracked()}, {defaultTrackingBlock, "no program"}).error().code, ErrorCode::TrackerUnavailable);
    QCOMPARE(startPerfTracker({disk.tracked()}, {defaultTrackingBlock, 0, "block/none"}).error().code, ErrorCode::TrackerUnavailable);
}

/// The freeze has to wait for these. Printed; the bar is wide for busy machines.
void TrackersTest::stepsAreQuick()
{
    QFETCH(QByteArray, backend);
    const LoopDisk disk(1ULL << 42); // 4 TiB: 16 million blocks
    qint64 advancing = 0, reading = 0, asking = 0;
    untilWhole([&] {
        const Started tracker = start(backend, {disk.tracked()});
        if (!tracker)
            return false;
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 10; ++i)
            (void)(*tracker)->advanceEra();
        advancing = timer.nsecsElapsed() / 10;
        timer.restart();
        for (int i = 0; i < 4; ++i)
            (void)(*tracker)->marks(0);
        reading = timer.nsecsElapsed() / 4;
        timer.restart();
        const bool whole = intact(tracker);
        asking = timer.nsecsElapsed();
        return whole;
    });
    qInfo("%s: advanceEra %.2f ms, marks of 4 TiB %.1f ms, intact %.2f ms", backend.constData(), double(advancing) / 1e6,
        double(reading) / 1e6, double(asking) / 1e6);
    QVERIFY(advancing < 500'000'000 && reading < 2'000'000'000 && asking < 500'000'000);
}

QTEST_GUILESS_MAIN(TrackersTest)
#include "tst_trackers.moc"
