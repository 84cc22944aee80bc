#include "receiverfixture.h"

#include <QTest>
#include <cerrno>

using namespace edgelift;
using namespace edgelift::receiver;
using namespace edgelift::receiver::test;
using namespace std::chrono_literals;

/// An Ack is a promise. What must have happened before, and what comes after a disk failed.
class TestReceiverDurability : public QObject
{
    Q_OBJECT

    std::unique_ptr<ReceiverFixture> m_receiver;
    static QString serial() { return QStringLiteral("bp1abc"); }
    void begin(FlushLimits limits = {});
    Faults &faults() const { return m_receiver->disks().faults; }
    Result<QJsonObject> prepare() const
    {
        TestClient control = m_receiver->control();
        return control.ask(QStringLiteral("prepare"), ReceiverFixture::prepareParams(7, serial(), 64 * MiB, 64 * MiB));
    }
    static quint64 putExtent(TestClient &data, quint64 extent)
    {
        return data.put(wire::FrameType::Data, dataPayload(0, 7, extent * MiB, noise(MiB, quint32(extent)), 1));
    }

private Q_SLOTS:
    void noAckBeforeTheSync();
    void anIdleSenderIsAcknowledgedWithoutWaitingForTheLimits();
    void oneAckCoversManyFrames();
    void finishAcknowledgesEverythingAndCloses();
    void aFailedSyncIsToldAndNothingOfItAcknowledged();
    void aWriteErrorNamesTheDisk_data();
    void aWriteErrorNamesTheDisk();
    void prepareRecoversAFailedDisk();
    void aLostConnectionResumesUnderTheSameEpoch();
    void aNewProcessKeepsEpochAndMap();
    void aReplacedEpochStillKnowsOldData();
};

void TestReceiverDurability::begin(FlushLimits limits)
{
    m_receiver = std::make_unique<ReceiverFixture>(limits);
    m_receiver->addDisk(serial(), 64 * MiB);
    m_receiver->start();
    QVERIFY(prepare());
}

void TestReceiverDurability::noAckBeforeTheSync()
{
    begin();
    faults().holdSyncs();
    TestClient data = m_receiver->data();
    const quint64 sequence = putExtent(data, 0);
    QVERIFY(faults().waitForSync());
    QCOMPARE(faults().writes().size(), 1); // it is written, but not durable
    QCOMPARE(data.nextAck(300ms).error().code, ErrorCode::LinkStalled); // silence
    faults().releaseSyncs();
    const auto ack = data.nextAck();
    QVERIFY(ack);
    QCOMPARE(*ack, sequence);
}

void TestReceiverDurability::anIdleSenderIsAcknowledgedWithoutWaitingForTheLimits()
{
    begin({Bytes{1U << 30}, 1h});
    TestClient data = m_receiver->data();
    QVERIFY(data.waitForAck(putExtent(data, 0)));
}

void TestReceiverDurability::oneAckCoversManyFrames()
{
    begin();
    faults().holdSyncs();
    TestClient data = m_receiver->data();
    const quint64 first = putExtent(data, 0);
    QVERIFY(faults().waitForSync());
    quint64 last = first;
    for (quint64 i = 1; i < 8; ++i)
        last = putExtent(data, i);
    QTRY_COMPARE(faults().writes().size(), 8);
    faults().releaseSyncs();
    const auto ack = data.nextAck(); // one for both syncs, or one for each: never eight
    QVERIFY(ack);
    QVERIFY(*ack == first || *ack == last);
    QVERIFY(*ack == last || *data.nextAck() == last);
}

void TestReceiverDurability::finishAcknowledgesEverythingAndCloses()
{
    begin({Bytes{1U << 30}, 1h});
    TestClient data = m_receiver->data();
    for (quint64 i = 0; i < 4; ++i)
        putExtent(data, i);
    const quint64 finish = data.put(wire::FrameType::Finish);
    QVERIFY(data.waitForAck(finish));
    QCOMPARE(data.failure(), ErrorCode::LinkLost);
    QVERIFY(faults().syncs() >= 1);
    TestClient empty = m_receiver->data();
    QVERIFY(empty.waitForAck(empty.put(wire::FrameType::Finish)));
}

void TestReceiverDurability::aFailedSyncIsToldAndNothingOfItAcknowledged()
{
    begin();
    TestClient data = m_receiver->data();
    QVERIFY(data.waitForAck(putExtent(data, 0)));
    faults().failSyncs(EIO);
    putExtent(data, 1);
    const auto answer = data.nextAck();
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::TargetWriteFailed);
    QCOMPARE(answer.error().args, QStringList{serial()});
    // Until the sender prepares again the disk takes nothing, although a sync would succeed now.
    faults().failSyncs(0);
    TestClient again = m_receiver->data();
    putExtent(again, 1);
    QCOMPARE(again.failure(), ErrorCode::TargetWriteFailed);
}

void TestReceiverDurability::aWriteErrorNamesTheDisk_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("ENOSPC") << ENOSPC;
    QTest::newRow("EIO") << EIO;
}

void TestReceiverDurability::aWriteErrorNamesTheDisk()
{
    QFETCH(const int, number);
    begin();
    faults().failWrites(number);
    TestClient data = m_receiver->data();
    putExtent(data, 0);
    const auto answer = data.nextAck();
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::TargetWriteFailed);
    QCOMPARE(answer.error().args, QStringList{serial()});
    faults().failWrites(0);
    TestClient again = m_receiver->data();
    QVERIFY(again.waitForAck(putExtent(again, 0)));
}

void TestReceiverDurability::prepareRecoversAFailedDisk()
{
    begin();
    faults().failSyncs(EIO);
    TestClient data = m_receiver->data();
    putExtent(data, 0);
    QCOMPARE(data.failure(), ErrorCode::TargetWriteFailed);
    faults().failSyncs(0);
    QVERIFY(prepare());
    TestClient again = m_receiver->data();
    QVERIFY(again.waitForAck(putExtent(again, 0)));
    QVERIFY(m_receiver->diskContent(serial(), 0, MiB) == noise(MiB, 0));
}

void TestReceiverDurability::aLostConnectionResumesUnderTheSameEpoch()
{
    begin();
    {
        TestClient data = m_receiver->data();
        QVERIFY(data.waitForAck(putExtent(data, 0)));
        putExtent(data, 1);
    } // cut in the middle
    QVERIFY(prepare());
    TestClient data = m_receiver->data();
    putExtent(data, 1);
    QVERIFY(data.waitForAck(putExtent(data, 2)));
    for (quint32 i = 0; i < 3; ++i)
        QVERIFY(m_receiver->diskContent(serial(), i * MiB, MiB) == noise(MiB, i));
}

void TestReceiverDurability::aNewProcessKeepsEpochAndMap()
{
    begin();
    TestClient data = m_receiver->data();
    QVERIFY(data.waitForAck(putExtent(data, 3)));
    m_receiver->stop();
    m_receiver->start();
    data = m_receiver->data(); // without prepare
    QVERIFY(data);
    QCOMPARE(data.welcome().epoch, quint64(7));
    QVERIFY(data.waitForAck(data.put(wire::FrameType::Zero, zeroPayload(0, 7, 0, 64 * MiB))));
    const auto zeros = faults().zeros();
    QCOMPARE(zeros.size(), 1);
    QCOMPARE(zeros.first().offset, 3 * MiB);
    QCOMPARE(zeros.first().length, MiB);
    QCOMPARE(m_receiver->diskContent(serial(), 0, 64 * MiB).count('\0'), qsizetype(64 * MiB));
    TestClient control = m_receiver->control();
    const auto other = control.ask(QStringLiteral("prepare"), ReceiverFixture::prepareParams(8, serial(), 64 * MiB, 64 * MiB));
    QCOMPARE(other.error().code, ErrorCode::EpochUnknown);
}

void TestReceiverDurability::aReplacedEpochStillKnowsOldData()
{
    begin();
    TestClient data = m_receiver->data();
    QVERIFY(data.waitForAck(putExtent(data, 3)));
    TestClient control = m_receiver->control();
    QVERIFY(control.ask(QStringLiteral("prepare"), ReceiverFixture::prepareParams(8, serial(), 64 * MiB, 64 * MiB, true, true)));
    data = m_receiver->data();
    QVERIFY(data.waitForAck(data.put(wire::FrameType::Zero, zeroPayload(0, 8, 0, 64 * MiB))));
    QCOMPARE(m_receiver->diskContent(serial(), 0, 64 * MiB).count('\0'), qsizetype(64 * MiB));
}

QTEST_GUILESS_MAIN(TestReceiverDurability)
#include "tst_receiverdurability.moc"
