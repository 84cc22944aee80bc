#include "core/stream/live/freezeforecast.h"

#include <QTest>

using namespace edgelift;
using namespace std::chrono_literals;

class TestFreezeForecast final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sumsWhatAFreezeDoes();
    void learnsFromAFreezeThatTookTooLong();
    void rehearsesAgainAfterABusyMoment();
    void aimsBelowTheBudget() { QCOMPARE(FreezeForecast::aim(2s), FreezeForecast::Time(1600ms)); }
    void roundsWithoutImprovementAreTold();
};

namespace {

/// 10 ms to freeze, 5 to thaw, 100 MB/s.
FreezeForecast measured(FreezeForecast::Time settle = {})
{
    FreezeForecast forecast(settle);
    forecast.rehearsed({10ms, 5ms});
    forecast.read(100'000'000, 1s);
    return forecast;
}

}

void TestFreezeForecast::sumsWhatAFreezeDoes()
{
    FreezeForecast forecast = measured(200ms);
    QCOMPARE(forecast.standing(), FreezeForecast::Time(15ms));
    QCOMPARE(forecast.timeFor(0), FreezeForecast::Time(215ms));
    forecast.eraTook(3ms);
    forecast.lookTook(4ms);
    QCOMPARE(forecast.timeFor(0), FreezeForecast::Time(226ms));
    QCOMPARE(forecast.timeFor(50'000'000), FreezeForecast::Time(726ms));
}

void TestFreezeForecast::learnsFromAFreezeThatTookTooLong()
{
    FreezeForecast forecast = measured();
    forecast.tookTooLong();
    forecast.tookTooLong();
    QCOMPARE(forecast.timeFor(10'000'000), FreezeForecast::Time(415ms));
    forecast.read(200'000'000, 1s);
    QCOMPARE(forecast.timeFor(10'000'000), FreezeForecast::Time(215ms));
    FreezeForecast unknown({});
    QVERIFY(!unknown.knowsReadRate());
    unknown.read(0, 0s); // nothing there to read
    QVERIFY(unknown.knowsReadRate());
}

void TestFreezeForecast::rehearsesAgainAfterABusyMoment()
{
    FreezeForecast forecast({});
    QVERIFY(forecast.wantsRehearsal(2s));
    forecast.rehearsed({150ms, 50ms});
    QVERIFY(!forecast.wantsRehearsal(2s));
    QVERIFY(forecast.wantsRehearsal(1s)); // somebody allowed less
    forecast.rehearsed({150ms, 51ms});
    QVERIFY(forecast.wantsRehearsal(2s));
}

void TestFreezeForecast::roundsWithoutImprovementAreTold()
{
    FreezeForecast forecast({});
    forecast.beginRounds();
    QVERIFY(forecast.improves(1000ms));
    QVERIFY(forecast.improves(900ms));
    QVERIFY(forecast.improves(880ms)); // a fiftieth is none, but patience is not at its end
    QVERIFY(forecast.improves(870ms));
    QVERIFY(!forecast.improves(1200ms));
    QVERIFY(!forecast.improves(900ms));
    QVERIFY(forecast.improves(700ms));
    for (int round = 0; round < 3; ++round)
        (void)forecast.improves(700ms);
    QVERIFY(!forecast.improves(700ms));
    forecast.beginRounds();
    QVERIFY(forecast.improves(5000ms));
}

QTEST_GUILESS_MAIN(TestFreezeForecast)
#include "tst_freezeforecast.moc"
