#include "core/stream/backoff.h"

#include <QTest>
#include <algorithm>

using namespace edgelift;

namespace {

constexpr double MB = 1e6;
constexpr double period = 0.5; // seconds

/// A disk that others use as well. Reads take longer the fuller it is, as in a queue.
struct ModelDisk
{
    double capacity = 400 * MB;
    double idleMs = 1;
    double others = 0; ///< bytes a second
    double wanted = 400 * MB; ///< what we would read without a limit

    double own(qint64 limit) const { return std::min({limit > 0 ? double(limit) : wanted, wanted, capacity - others * 0.5}); }
    double latency(double rate) const
    {
        const double use = std::min(0.98, (rate + others) / capacity);
        return idleMs / (1 - use);
    }
    DiskSample sample(qint64 limit) const
    {
        const double rate = own(limit);
        return {period, latency(rate), quint64(rate * period), others > 0};
    }
};

/// Half-second steps of the closed loop; the last limit.
qint64 run(BackOff &backOff, const ModelDisk &disk, double seconds)
{
    qint64 limit = backOff.limit();
    for (double passed = 0; passed < seconds; passed += period)
        limit = backOff.update(disk.sample(limit));
    return limit;
}

DiskSample plain(double latencyMs, bool others = true, double rate = 100 * MB)
{
    return {period, latencyMs, quint64(rate * period), others};
}

}

class TestBackOff : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void othersGetTheirDiskAndWeGetItBack();
    void aloneItNeverSlowsDown();
    void oneBlipIsNothing();
    void smallChangesOfAFastDiskAreNothing();
    void firstSamplesOnlyTeach();
    void whatTheOthersTookIsGivenBack();
    void itNeverStopsAltogether();
    void anHourOfLoadStaysALoad();
    void aSlowerDiskIsLearnedInTheEnd();
    void intervalsWithoutReadsLetItRecover();
    void resetForgets();
};

void TestBackOff::othersGetTheirDiskAndWeGetItBack()
{
    BackOff backOff;
    ModelDisk disk;
    disk.wanted = 250 * MB;
    disk.others = 20 * MB;
    QCOMPARE(run(backOff, disk, 20), 0); // a little of others is not in their way
    const double usual = backOff.baselineMs();
    disk.others = 200 * MB;
    const qint64 limited = run(backOff, disk, 5);
    QVERIFY2(limited > 0, "a busy disk must slow us down");
    double latencies = 0;
    double read = 0;
    qint64 limit = limited;
    for (int i = 0; i < 40; ++i) { // 20 s: up and down around what the disk bears
        const DiskSample sample = disk.sample(limit);
        latencies += sample.latencyMs;
        read += double(sample.ownBytes);
        limit = backOff.update(sample);
    }
    QVERIFY2(latencies / 40 < usual * 3.5, qPrintable(QString::number(latencies / 40)));
    QVERIFY2(read / 20 > 20 * MB, qPrintable(QString::number(read / 20))); // we do not stand still
    disk.others = 20 * MB;
    QCOMPARE(run(backOff, disk, 12), 0);
}

void TestBackOff::aloneItNeverSlowsDown()
{
    BackOff backOff;
    ModelDisk disk;
    disk.wanted = 20 * MB; // the link was slow …
    QCOMPARE(run(backOff, disk, 30), 0);
    disk.wanted = 400 * MB; // … and now the disk is the narrow place: reads take 50 times as long, because of us alone
    for (int i = 0; i < 200; ++i)
        QCOMPARE(backOff.update(disk.sample(backOff.limit())), 0);
}

void TestBackOff::oneBlipIsNothing()
{
    BackOff backOff;
    for (int i = 0; i < 200; ++i)
        QCOMPARE(backOff.update(plain(i % 5 == 4 ? 500 : 2)), 0);
}

void TestBackOff::smallChangesOfAFastDiskAreNothing()
{
    BackOff backOff;
    for (int i = 0; i < 20; ++i)
        QCOMPARE(backOff.update(plain(0.1)), 0);
    for (int i = 0; i < 200; ++i)
        QCOMPARE(backOff.update(plain(2.5)), 0); // 25 times as long, and still nothing anybody feels
}

void TestBackOff::firstSamplesOnlyTeach()
{
    BackOff backOff;
    QCOMPARE(backOff.update(plain(1)), 0);
    for (int i = 0; i < 3; ++i)
        QCOMPARE(backOff.update(plain(900)), 0);
    QCOMPARE(backOff.update(plain(900)), 0);
    QCOMPARE(backOff.update(plain(900)), qint64(60 * MB)); // the second in a row: six tenths of 100 MB/s
}

/// When it begins, the others have already taken most of the disk: our rate of that moment is not what we come back to.
void TestBackOff::whatTheOthersTookIsGivenBack()
{
    BackOff backOff;
    for (int i = 0; i < 20; ++i)
        backOff.update(plain(1));
    backOff.update(plain(50, true, 10 * MB));
    QVERIFY(backOff.update(plain(50, true, 10 * MB)) < qint64(10 * MB));
    for (int i = 0; i < 10; ++i)
        backOff.update(plain(1, true, double(backOff.limit())));
    QVERIFY2(backOff.limit() > qint64(40 * MB) && backOff.limit() < qint64(70 * MB), qPrintable(QString::number(backOff.limit())));
    for (int i = 0; i < 12; ++i)
        backOff.update(plain(1, true, double(backOff.limit())));
    QCOMPARE(backOff.limit(), 0);
}

void TestBackOff::itNeverStopsAltogether()
{
    BackOff backOff;
    for (int i = 0; i < 10; ++i)
        backOff.update(plain(1));
    qint64 limit = 0;
    for (int i = 0; i < 400; ++i)
        limit = backOff.update(plain(1000, true, limit > 0 ? double(limit) : 100 * MB));
    QCOMPARE(limit, qint64(100 * MB / 16));
}

void TestBackOff::anHourOfLoadStaysALoad()
{
    BackOff backOff;
    ModelDisk disk;
    disk.wanted = 100 * MB;
    disk.others = 10 * MB;
    run(backOff, disk, 30);
    disk.others = 330 * MB;
    run(backOff, disk, 3600);
    qint64 most = 0;
    int unlimited = 0;
    for (int i = 0; i < 120; ++i) {
        const qint64 limit = run(backOff, disk, period);
        most = std::max(most, limit);
        unlimited += limit == 0 ? 1 : 0;
    }
    QCOMPARE(unlimited, 0);
    QVERIFY2(most < qint64(80 * MB), qPrintable(QString::number(most)));
}

void TestBackOff::aSlowerDiskIsLearnedInTheEnd()
{
    BackOff backOff;
    for (int i = 0; i < 20; ++i)
        backOff.update(plain(1));
    for (int i = 0; i < 2 * 3600; ++i) // an hour at ten times the time, whatever we read: that is how it is now
        backOff.update(plain(10, true, std::max(10 * MB, double(backOff.limit()))));
    QCOMPARE(backOff.limit(), 0);
}

void TestBackOff::intervalsWithoutReadsLetItRecover()
{
    BackOff backOff;
    for (int i = 0; i < 10; ++i)
        backOff.update(plain(1));
    for (int i = 0; i < 6; ++i)
        backOff.update(plain(500));
    QVERIFY(backOff.limit() > 0);
    for (int i = 0; i < 30; ++i)
        backOff.update({period, -1, 0, true}); // the packers are busy, nothing is read
    QCOMPARE(backOff.limit(), 0);
}

void TestBackOff::resetForgets()
{
    BackOff backOff;
    for (int i = 0; i < 20; ++i)
        backOff.update(plain(i < 10 ? 1 : 500));
    QVERIFY(backOff.limit() > 0);
    backOff.reset();
    QCOMPARE(backOff.limit(), 0);
    QVERIFY(backOff.baselineMs() < 0);
}

QTEST_GUILESS_MAIN(TestBackOff)
#include "tst_backoff.moc"
