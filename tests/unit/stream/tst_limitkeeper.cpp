#include "core/stream/blockreader.h"
#include "core/stream/limitkeeper.h"
#include "core/stream/pacedread.h"

#include <QTemporaryFile>
#include <QTest>
#include <condition_variable>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace edgelift;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// ioprio_get(2): which process, and the classes
constexpr int whoProcess = 1;
constexpr int bestEffort = 2;
constexpr int idle = 3;

/// Counters that a test moves on.
class FakeLoad final : public DiskLoad
{
public:
    explicit FakeLoad(std::shared_ptr<DiskCounters> counters)
        : m_counters(std::move(counters))
    {
    }
    std::optional<DiskCounters> read() override { return *m_counters; }

private:
    std::shared_ptr<DiskCounters> m_counters;
};

QDateTime monday(int hour, int minute) { return {QDate(2026, 11, 23), QTime(hour, minute)}; }

const QList<LimitWindow> office{{0b0011111, 8 * 60, 18 * 60, 50, 20}};

}

class TestLimitKeeper : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void limitsAreInForceFromTheFirstByte();
    void changesAreSeenByItself();
    void timePlanFollowsTheWallClock();
    void timePlanCanBeReplacedWhileItRuns();
    void busyDiskSlowsUsDownAndTheSmallerLimitHolds();
    void backOffThatIsSwitchedOffLimitsNothing();
    void ownReadsAreNotOthers();
    void threadsBecomeNiceAndBack();
    void readsKeepToTheirLimit();
    void stopEndsAPacedRead();
};

void TestLimitKeeper::limitsAreInForceFromTheFirstByte()
{
    TransferTuning tuning;
    tuning.limitMbps = 80;
    tuning.diskMBps = 7;
    const LimitKeeper keeper(tuning);
    QCOMPARE(keeper.wireRate().load(), 10000000);
    QCOMPARE(keeper.diskRate().load(), 7000000);
    QCOMPARE(keeper.inForce().limitMbps, 80);
    QCOMPARE(keeper.inForce().diskMBps, 7);
    QVERIFY(keeper.inForce().window.isEmpty());
}

void TestLimitKeeper::changesAreSeenByItself()
{
    TransferTuning tuning;
    LimitKeeper keeper(tuning);
    keeper.start();
    tuning.limitMbps = 8;
    tuning.diskMBps = 3;
    QTRY_COMPARE_WITH_TIMEOUT(keeper.wireRate().load(), 1000000, 20000);
    QTRY_COMPARE_WITH_TIMEOUT(keeper.diskRate().load(), 3000000, 20000);
    tuning.limitMbps = 0;
    QTRY_COMPARE_WITH_TIMEOUT(keeper.wireRate().load(), 0, 20000);
}

void TestLimitKeeper::timePlanFollowsTheWallClock()
{
    TransferTuning tuning;
    tuning.limitMbps = 400;
    tuning.setSchedule(office);
    QDateTime now = monday(7, 59);
    LimitKeeper keeper(tuning, [&now] { return now; });
    QCOMPARE(keeper.inForce().limitMbps, 400);
    const auto limitAt = [&](const QDateTime &time) {
        now = time;
        keeper.update(Clock::now());
        return keeper.inForce().limitMbps;
    };
    QCOMPARE(limitAt(monday(8, 0)), 50);
    QCOMPARE(keeper.diskRate().load(), 20000000);
    QCOMPARE(keeper.inForce().window, QStringLiteral("mon, tue, wed, thu, fri 08:00–18:00"));
    QCOMPARE(limitAt(monday(18, 0)), 400);
    QCOMPARE(keeper.diskRate().load(), 0);
    QVERIFY(keeper.inForce().window.isEmpty());
    QCOMPARE(limitAt(monday(9, 0)), 50); // somebody set the clock back
    QCOMPARE(limitAt(monday(9, 0).addDays(5)), 400); // or forward, to Saturday
    tuning.limitMbps = 300;
    QCOMPARE(limitAt(monday(20, 0)), 300);
}

void TestLimitKeeper::timePlanCanBeReplacedWhileItRuns()
{
    TransferTuning tuning;
    tuning.limitMbps = 400;
    tuning.setSchedule(office);
    LimitKeeper keeper(tuning, [] { return monday(9, 0); });
    QCOMPARE(keeper.inForce().limitMbps, 50);
    tuning.setSchedule({});
    keeper.update(Clock::now());
    QCOMPARE(keeper.inForce().limitMbps, 400);
    tuning.setSchedule({{LimitWindow::everyDay, 0, LimitWindow::minutesOfDay, 0, 0}});
    keeper.update(Clock::now());
    QCOMPARE(keeper.wireRate().load(), 0); // a window may also say: as fast as can be
}

/// Half-second steps in which so many reads of 256 KiB took `readMs` each, and others wrote so much.
static void pass(
    LimitKeeper &keeper, DiskCounters &counters, Clock::time_point &now, int steps, quint64 reads, quint64 readMs, quint64 writes)
{
    for (int i = 0; i < steps; ++i) {
        now += 500ms;
        counters.reads += reads;
        counters.readMs += reads * readMs;
        counters.readBytes += reads << 18;
        counters.writes += writes;
        keeper.bytesRead() += reads << 18;
        keeper.update(now);
    }
}

void TestLimitKeeper::busyDiskSlowsUsDownAndTheSmallerLimitHolds()
{
    TransferTuning tuning;
    tuning.backOff = true;
    LimitKeeper keeper(tuning);
    const auto counters = std::make_shared<DiskCounters>();
    keeper.watch(std::make_unique<FakeLoad>(counters));
    Clock::time_point now = Clock::now();
    pass(keeper, *counters, now, 10, 200, 1, 100); // 105 MB/s
    QCOMPARE(keeper.inForce().backOff, 0);
    pass(keeper, *counters, now, 2, 200, 40, 100);
    QVERIFY(keeper.inForce().backOff > 50000000);
    QVERIFY(keeper.inForce().backOff < 70000000);
    QCOMPARE(keeper.diskRate().load(), keeper.inForce().backOff);
    tuning.diskMBps = 10;
    pass(keeper, *counters, now, 1, 20, 1, 100);
    QCOMPARE(keeper.diskRate().load(), 10000000);
    tuning.diskMBps = 1000;
    pass(keeper, *counters, now, 1, 20, 1, 100);
    QCOMPARE(keeper.diskRate().load(), keeper.inForce().backOff);
    pass(keeper, *counters, now, 30, 20, 1, 100);
    QCOMPARE(keeper.inForce().backOff, 0);
    QCOMPARE(keeper.diskRate().load(), 1000000000);
}

void TestLimitKeeper::backOffThatIsSwitchedOffLimitsNothing()
{
    TransferTuning tuning;
    tuning.backOff = true;
    LimitKeeper keeper(tuning);
    const auto counters = std::make_shared<DiskCounters>();
    keeper.watch(std::make_unique<FakeLoad>(counters));
    Clock::time_point now = Clock::now();
    pass(keeper, *counters, now, 10, 200, 1, 100);
    pass(keeper, *counters, now, 4, 200, 40, 100);
    QVERIFY(keeper.inForce().backOff > 0);
    tuning.backOff = false;
    pass(keeper, *counters, now, 20, 200, 40, 100);
    QCOMPARE(keeper.inForce().backOff, 0);
    QCOMPARE(keeper.diskRate().load(), 0);
}

void TestLimitKeeper::ownReadsAreNotOthers()
{
    TransferTuning tuning;
    tuning.backOff = true;
    LimitKeeper keeper(tuning);
    const auto counters = std::make_shared<DiskCounters>();
    keeper.watch(std::make_unique<FakeLoad>(counters));
    Clock::time_point now = Clock::now();
    pass(keeper, *counters, now, 10, 100, 1, 1);
    pass(keeper, *counters, now, 40, 900, 60, 1); // the disk is at its end, but only because of us; the writes are the journal's
    QCOMPARE(keeper.inForce().backOff, 0);
    counters->readBytes += 500U << 20; // somebody else reads as well
    pass(keeper, *counters, now, 1, 900, 60, 1);
    counters->readBytes += 500U << 20;
    pass(keeper, *counters, now, 1, 900, 60, 1);
    QVERIFY(keeper.inForce().backOff > 0);
}

void TestLimitKeeper::threadsBecomeNiceAndBack()
{
    TransferTuning tuning;
    LimitKeeper keeper(tuning);
    std::mutex mutex;
    std::condition_variable_any never;
    std::atomic<pid_t> id = 0;
    const std::jthread worker([&](const std::stop_token &stop) {
        const ThreadPriorities::Entry entry(keeper.threads());
        id = pid_t(::syscall(SYS_gettid));
        std::unique_lock lock(mutex);
        never.wait(lock, stop, [] { return false; });
    });
    QTRY_VERIFY_WITH_TIMEOUT(id != 0, 20000);
    const auto niceness = [&id] { return ::getpriority(PRIO_PROCESS, id_t(id)); };
    const auto ioClass = [&id] { return int(::syscall(SYS_ioprio_get, whoProcess, int(id))) >> 13; };
    const int usual = niceness();
    const int usualClass = ioClass();
    const auto set = [&](int wanted) {
        tuning.niceness = wanted;
        keeper.update(Clock::now());
    };
    set(usual + 5);
    QCOMPARE(niceness(), usual + 5);
    QCOMPARE(ioClass(), bestEffort);
    set(19);
    QCOMPARE(niceness(), 19);
    QCOMPARE(ioClass(), idle);
    QCOMPARE(keeper.inForce().niceness, 19);
    QCOMPARE(::getpriority(PRIO_PROCESS, 0), usual); // the others of this program are not touched
    int late = -100;
    std::thread([&] {
        const ThreadPriorities::Entry entry(keeper.threads());
        late = ::getpriority(PRIO_PROCESS, 0);
    }).join();
    QCOMPARE(late, 19); // whoever comes later is as nice
    set(0);
    if (::geteuid() == 0) // taking niceness back is a privilege
        QCOMPARE(niceness(), 0);
    QVERIFY(ioClass() == usualClass || ioClass() == bestEffort);
}

void TestLimitKeeper::readsKeepToTheirLimit()
{
    QTemporaryFile file;
    constexpr size_t size = 4U << 20;
    QVERIFY(file.open() && file.write(QByteArray(size, 'x')) == qint64(size) && file.flush());
    size_t largest = 0;
    auto reader = BlockReader::open(file.fileName(), Bytes{size}, [&largest](int fd, void *into, size_t length, off_t offset) {
        largest = std::max(largest, length);
        return ::pread(fd, into, length, offset);
    });
    QVERIFY(reader);
    BufferPool pool(1, size);
    const BufferRef buffer = pool.acquire({});
    std::atomic<qint64> rate = 0;
    RateLimiter limiter(rate);
    std::atomic<quint64> total = 0;
    QVERIFY(readPaced(**reader, 0, size, *buffer, limiter, total, {}));
    QCOMPARE(largest, size); // no limit: in one go
    QCOMPARE(total.load(), size);
    largest = 0;
    rate = 8000000;
    const Clock::time_point begin = Clock::now();
    QVERIFY(readPaced(**reader, 0, size, *buffer, limiter, total, {}));
    const std::chrono::duration<double> took = Clock::now() - begin;
    QVERIFY2(took.count() > 0.42, qPrintable(QString::number(took.count()))); // 0.52 s less what was saved up
    QVERIFY2(largest <= 128U << 10, qPrintable(QString::number(largest)));
    QVERIFY(std::all_of(buffer->data, buffer->data + size, [](char c) { return c == 'x'; }));
}

void TestLimitKeeper::stopEndsAPacedRead()
{
    QTemporaryFile file;
    constexpr size_t size = 4U << 20;
    QVERIFY(file.open() && file.resize(size));
    auto reader = BlockReader::open(file.fileName(), Bytes{size});
    QVERIFY(reader);
    BufferPool pool(1, size);
    const BufferRef buffer = pool.acquire({});
    const std::atomic<qint64> rate = 10000; // minutes
    RateLimiter limiter(rate);
    std::atomic<quint64> total = 0;
    std::stop_source stop;
    const std::jthread stopper([&stop] {
        std::this_thread::sleep_for(50ms);
        stop.request_stop();
    });
    const Result<> read = readPaced(**reader, 0, size, *buffer, limiter, total, stop.get_token());
    QVERIFY(!read);
    QCOMPARE(int(read.error().code), int(ErrorCode::LinkLost));
}

QTEST_GUILESS_MAIN(TestLimitKeeper)
#include "tst_limitkeeper.moc"
