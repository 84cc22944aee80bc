#include "core/stream/ratelimiter.h"
#include "core/stream/ratemeter.h"

#include <QTest>
#include <thread>

using namespace edgelift;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class TestRates : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void limitHoldsOverSeveralThreads();
    void changedLimitActsAtOnce();
    void noLimitDoesNotWait();
    void stopEndsTheWait();
    void savedTimeIsWorthLittle();
    void speedIsSmoothed();
    void nothingIsPromisedTooEarly();
    void nothingIsPromisedWhenItStandsStill();
    void whatWasDoneBeforeIsNoSpeed();
};

namespace {
/// Bytes that pass in `time` through `threads` callers of pieces as a link sends them.
quint64 passed(RateLimiter &limiter, std::chrono::milliseconds time, int threads)
{
    std::atomic<quint64> bytes = 0;
    std::stop_source stop;
    std::vector<std::jthread> callers;
    for (int i = 0; i < threads; ++i) {
        callers.emplace_back([&] {
            while (limiter.take(16406, stop.get_token()))
                bytes += 16406;
        });
    }
    std::this_thread::sleep_for(time);
    stop.request_stop();
    callers.clear();
    return bytes;
}
}

void TestRates::limitHoldsOverSeveralThreads()
{
    const std::atomic<qint64> limit = 10000000;
    RateLimiter limiter(limit);
    const Clock::time_point begin = Clock::now();
    const double bytes = double(passed(limiter, 1500ms, 4));
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const double rate = bytes / seconds / 1e6;
    QVERIFY2(rate <= 10 * 1.05, qPrintable(QString::number(rate)));
    QVERIFY2(rate >= 10 * 0.85, qPrintable(QString::number(rate))); // a busy test machine may oversleep
}

void TestRates::changedLimitActsAtOnce()
{
    std::atomic<qint64> limit = 125000;
    RateLimiter limiter(limit);
    QVERIFY(limiter.take(4 << 20, {})); // half a minute of debt
    std::jthread faster([&] {
        std::this_thread::sleep_for(100ms);
        limit = 0;
    });
    const Clock::time_point begin = Clock::now();
    QVERIFY(limiter.take(16406, {}));
    QVERIFY(Clock::now() - begin < 10s);
}

void TestRates::noLimitDoesNotWait()
{
    const std::atomic<qint64> limit = 0;
    RateLimiter limiter(limit);
    for (int i = 0; i < 100000; ++i)
        QVERIFY(limiter.take(1 << 20, {}));
    QCOMPARE(limiter.waited().count(), 0);
}

void TestRates::stopEndsTheWait()
{
    const std::atomic<qint64> limit = 125000;
    RateLimiter limiter(limit);
    QVERIFY(limiter.take(64 << 20, {}));
    std::stop_source stop;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(20ms);
        stop.request_stop();
    });
    const Clock::time_point begin = Clock::now();
    QVERIFY(!limiter.take(1, stop.get_token()));
    QVERIFY(Clock::now() - begin < 5s);
}

void TestRates::savedTimeIsWorthLittle()
{
    const std::atomic<qint64> limit = 10000000;
    RateLimiter limiter(limit);
    QVERIFY(limiter.take(1, {}));
    std::this_thread::sleep_for(500ms); // 5 MB could have passed
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < 200; ++i)
        QVERIFY(limiter.take(10000, {})); // 2 MB: 200 ms less the 50 saved
    QVERIFY(Clock::now() - begin > 120ms);
}

void TestRates::speedIsSmoothed()
{
    RateMeter meter;
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i <= 100; ++i) // 8 MB every 800 ms, seen ten times a second
        meter.update(begin + i * 100ms, Bytes{quint64(i / 8) * 8000000});
    QVERIFY2(std::abs(meter.bytesPerSecond() - 1e7) < 1e6, qPrintable(QString::number(meter.bytesPerSecond())));
    const std::optional<qint64> left = meter.remainingSeconds(Bytes{quint64(100 / 8) * 8000000 + 50000000});
    QVERIFY(left);
    QVERIFY(*left >= 4 && *left <= 7);
}

void TestRates::nothingIsPromisedTooEarly()
{
    RateMeter meter;
    const Clock::time_point begin = Clock::now();
    QCOMPARE(meter.bytesPerSecond(), 0.0);
    for (int i = 0; i < 29; ++i) {
        meter.update(begin + i * 100ms, Bytes{quint64(i) * 1000000});
        QVERIFY(!meter.remainingSeconds(Bytes{1000000000}));
    }
    meter.update(begin + 3200ms, Bytes{32000000});
    QVERIFY(meter.remainingSeconds(Bytes{1000000000}));
}

void TestRates::nothingIsPromisedWhenItStandsStill()
{
    RateMeter meter;
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < 150; ++i)
        meter.update(begin + i * 100ms, Bytes{quint64(std::min(i, 60)) * 1000000});
    QVERIFY(!meter.remainingSeconds(Bytes{1000000000}));
    for (int i = 150; i < 280; ++i)
        meter.update(begin + i * 100ms, Bytes{60000000});
    QCOMPARE(meter.bytesPerSecond(), 0.0);
}

void TestRates::whatWasDoneBeforeIsNoSpeed()
{
    RateMeter meter;
    const Clock::time_point begin = Clock::now();
    meter.update(begin, Bytes{500000000000});
    meter.update(begin + 1s, Bytes{500001000000});
    QVERIFY(std::abs(meter.bytesPerSecond() - 1e6) < 1);
}

QTEST_GUILESS_MAIN(TestRates)
#include "tst_rates.moc"
