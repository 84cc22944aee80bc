#include "core/receiver/flusher.h"

#include <QTest>
#include <cerrno>

#include "fakedisks.h"

using namespace edgelift;
using namespace edgelift::receiver;
using namespace std::chrono_literals;

namespace {

/// Nothing but syncs.
class NoDisk final : public Medium
{
public:
    Bytes size() const override { return {}; }
    QString path() const override { return QStringLiteral("none"); }
    int write(std::span<const char>, quint64) override { return 0; }
    int zero(quint64, quint64) override { return 0; }
    int sync() override { return faults.onSync(); }
    int read(std::span<char>, quint64) override { return 0; }
    test::Faults faults;
};

constexpr FlushLimits never{Bytes{~0ULL}, 1h};

}

class TestFlusher : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nothingIsDurableBeforeASync();
    void aBatchIsSyncedWhenItIsLargeEnough();
    void aBatchIsSyncedWhenItIsOldEnough();
    void manyWritesShareOneSync();
    void whatIsWrittenDuringASyncWaitsForTheNext();
    void afterAFailedSyncNothingIsDurableAnyMore();
    void flushOfNothingReturnsAtOnce();
    void endsWhileWorkIsLeft();
};

void TestFlusher::nothingIsDurableBeforeASync()
{
    NoDisk disk;
    Flusher flusher(disk, never);
    QCOMPARE(flusher.wrote(1000), quint64(1));
    QTest::qWait(50);
    QCOMPARE(flusher.durable(), quint64(0));
    QCOMPARE(disk.faults.syncs(), 0);
    flusher.hurry();
    QTRY_COMPARE(flusher.durable(), quint64(1));
}

void TestFlusher::aBatchIsSyncedWhenItIsLargeEnough()
{
    NoDisk disk;
    Flusher flusher(disk, {Bytes{100}, 1h});
    flusher.wrote(60);
    const quint64 ticket = flusher.wrote(60);
    QTRY_COMPARE(flusher.durable(), ticket);
}

void TestFlusher::aBatchIsSyncedWhenItIsOldEnough()
{
    NoDisk disk;
    Flusher flusher(disk, {Bytes{~0ULL}, 20ms});
    const quint64 ticket = flusher.wrote(1);
    QTRY_COMPARE(flusher.durable(), ticket);
}

void TestFlusher::manyWritesShareOneSync()
{
    NoDisk disk;
    Flusher flusher(disk, never);
    for (int i = 0; i < 100; ++i)
        flusher.wrote(1);
    QCOMPARE(flusher.flush(), 0);
    QCOMPARE(flusher.durable(), quint64(100));
    QCOMPARE(disk.faults.syncs(), 1);
}

void TestFlusher::whatIsWrittenDuringASyncWaitsForTheNext()
{
    NoDisk disk;
    disk.faults.holdSyncs();
    Flusher flusher(disk, {Bytes{1}, 1h});
    flusher.wrote(1);
    QVERIFY(disk.faults.waitForSync());
    flusher.wrote(0); // below the limit: stays for later
    disk.faults.releaseSyncs();
    QTRY_COMPARE(flusher.durable(), quint64(1));
    QTest::qWait(50);
    QCOMPARE(flusher.durable(), quint64(1));
    QCOMPARE(flusher.flush(), 0);
    QCOMPARE(flusher.durable(), quint64(2));
    QCOMPARE(disk.faults.syncs(), 2);
}

void TestFlusher::afterAFailedSyncNothingIsDurableAnyMore()
{
    NoDisk disk;
    Flusher flusher(disk, never);
    flusher.wrote(1);
    QCOMPARE(flusher.flush(), 0);
    disk.faults.failSyncs(EIO);
    flusher.wrote(1);
    QCOMPARE(flusher.flush(), EIO);
    disk.faults.failSyncs(0); // the kernel says so too: the next fsync succeeds, and the data is gone
    flusher.wrote(1);
    QCOMPARE(flusher.flush(), EIO);
    QCOMPARE(flusher.durable(), quint64(1));
    QCOMPARE(flusher.failure(), EIO);
}

void TestFlusher::flushOfNothingReturnsAtOnce()
{
    NoDisk disk;
    Flusher flusher(disk, never);
    QCOMPARE(flusher.flush(), 0);
    QCOMPARE(disk.faults.syncs(), 0);
}

void TestFlusher::endsWhileWorkIsLeft()
{
    NoDisk disk;
    {
        Flusher flusher(disk, never);
        flusher.wrote(1);
    }
    QCOMPARE(disk.faults.syncs(), 0);
}

QTEST_GUILESS_MAIN(TestFlusher)
#include "tst_flusher.moc"
