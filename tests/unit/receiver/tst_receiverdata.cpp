#include "receiverfixture.h"

#include <QTest>
#include <zstd.h>

using namespace edgelift;
using namespace edgelift::receiver::test;

/// What may and what may not get onto a disk.
class TestReceiverData : public QObject
{
    Q_OBJECT

    static constexpr quint64 source = 64 * MiB - 512; // the last extent is shorter
    std::unique_ptr<ReceiverFixture> m_receiver;
    static QString serial() { return QStringLiteral("bp1abc"); }
    void prepare(bool fresh = true) const;
    /// Sends one payload and expects it to be refused, with nothing written.
    void refused(const QByteArray &payload, ErrorCode code, wire::FrameType type = wire::FrameType::Data) const;
    void written(const QByteArray &payload, wire::FrameType type = wire::FrameType::Data) const;

private Q_SLOTS:
    void init();
    void dataLandsWhereItBelongs_data();
    void dataLandsWhereItBelongs();
    void severalConnectionsWriteAtOnce();
    void outsideTheRegionNothingIsWritten_data();
    void outsideTheRegionNothingIsWritten();
    void anotherEpochOrDiskIsRefused();
    void wrongHashesAreNeverWritten();
    void decompressionBombsAreRefused();
    void malformedFramesEndTheSession_data();
    void malformedFramesEndTheSession();
    void duplicateAndOutOfOrderSequencesEndTheSession();
    void zerosOnAFreshDiskWriteNothing();
    void zerosOnWrittenExtentsBecomeZeros();
    void zerosOnAUsedDiskAreWritten();
    void dataBeforePrepareIsRefused();
    void moreThanSixteenConnectionsAreRefused();
};

void TestReceiverData::init()
{
    m_receiver = std::make_unique<ReceiverFixture>();
    m_receiver->addDisk(serial(), 96 * MiB);
    m_receiver->start();
}

void TestReceiverData::prepare(bool fresh) const
{
    TestClient control = m_receiver->control();
    const auto reply = control.ask(QStringLiteral("prepare"), ReceiverFixture::prepareParams(7, serial(), 96 * MiB, source, fresh));
    QVERIFY2(reply, reply ? "" : qPrintable(reply.error().detail));
}

void TestReceiverData::refused(const QByteArray &payload, ErrorCode code, wire::FrameType type) const
{
    TestClient data = m_receiver->data();
    QVERIFY(data);
    (void)data.put(type, payload);
    QCOMPARE(data.failure(), code);
    QCOMPARE(m_receiver->disks().faults.writes().size(), 0);
    QCOMPARE(m_receiver->disks().faults.zeros().size(), 0);
    QCOMPARE(m_receiver->allocatedBytes(serial()), quint64(0));
}

void TestReceiverData::written(const QByteArray &payload, wire::FrameType type) const
{
    TestClient data = m_receiver->data();
    const Result<> acknowledged = data.waitForAck(data.put(type, payload));
    QVERIFY2(acknowledged, acknowledged ? "" : qPrintable(acknowledged.error().detail));
}

void TestReceiverData::dataLandsWhereItBelongs_data()
{
    QTest::addColumn<quint64>("offset");
    QTest::addColumn<quint64>("length");
    QTest::addColumn<int>("level");
    QTest::newRow("first extent") << quint64(0) << quint64(MiB) << 0;
    QTest::newRow("a full frame, compressed") << quint64(8 * MiB) << quint64(4 * MiB) << 3;
    QTest::newRow("an odd length") << quint64(8 * MiB) << quint64(MiB + 1536) << 7;
    QTest::newRow("up to the end of the region") << quint64(62 * MiB) << quint64(2 * MiB - 512) << 1;
    QTest::newRow("one byte") << quint64(MiB) << quint64(1) << 0;
}

void TestReceiverData::dataLandsWhereItBelongs()
{
    QFETCH(const quint64, offset);
    QFETCH(const quint64, length);
    QFETCH(const int, level);
    prepare();
    const QByteArray bytes = noise(length, 5);
    written(dataPayload(0, 7, offset, bytes, level));
    QByteArray expected(96 * MiB, '\0');
    expected.replace(qsizetype(offset), qsizetype(length), bytes);
    QVERIFY(m_receiver->diskContent(serial(), 0, 96 * MiB) == expected);
}

void TestReceiverData::severalConnectionsWriteAtOnce()
{
    prepare();
    QByteArray expected;
    std::vector<std::thread> senders;
    std::atomic<int> good = 0;
    for (quint32 i = 0; i < 4; ++i) {
        expected += noise(12 * MiB, i);
        senders.emplace_back([this, i, &good] {
            TestClient data = m_receiver->data();
            const QByteArray bytes = noise(12 * MiB, i);
            for (quint64 at = 0; data && at < 12 * MiB; at += 4 * MiB)
                (void)data.put(wire::FrameType::Data, dataPayload(0, 7, i * 12 * MiB + at, bytes.mid(qsizetype(at), 4 * MiB), 3));
            good += data && data.waitForAck(data.put(wire::FrameType::Finish)) ? 1 : 0;
        });
    }
    for (std::thread &sender : senders)
        sender.join();
    QCOMPARE(good.load(), 4);
    QVERIFY(m_receiver->diskContent(serial(), 0, 48 * MiB) == expected);
}

void TestReceiverData::outsideTheRegionNothingIsWritten_data()
{
    QTest::addColumn<quint64>("offset");
    QTest::addColumn<quint64>("length");
    QTest::newRow("over the end by one sector") << quint64(63 * MiB) << quint64(MiB);
    QTest::newRow("behind the end, inside the disk") << quint64(64 * MiB) << quint64(MiB);
    QTest::newRow("behind the disk") << quint64(200 * MiB) << quint64(MiB);
    QTest::newRow("almost at 2^64") << quint64(0) - 2 * MiB << quint64(MiB);
}

void TestReceiverData::outsideTheRegionNothingIsWritten()
{
    QFETCH(const quint64, offset);
    QFETCH(const quint64, length);
    prepare();
    refused(dataPayload(0, 7, offset, noise(length, 1)), ErrorCode::OutsideRegion);
    refused(zeroPayload(0, 7, offset, length), ErrorCode::OutsideRegion, wire::FrameType::Zero);
}

void TestReceiverData::anotherEpochOrDiskIsRefused()
{
    prepare();
    refused(dataPayload(0, 8, 0, noise(MiB, 1)), ErrorCode::EpochUnknown);
    refused(dataPayload(1, 7, 0, noise(MiB, 1)), ErrorCode::EpochUnknown);
    refused(zeroPayload(0, 6, 0, MiB), ErrorCode::EpochUnknown, wire::FrameType::Zero);
}

void TestReceiverData::wrongHashesAreNeverWritten()
{
    prepare();
    for (const int level : {0, 3}) {
        QByteArray payload = dataPayload(0, 7, 0, noise(2 * MiB, 1), level);
        payload[32 + 16] = char(payload.at(32 + 16) ^ 1); // the second extent's
        refused(payload, ErrorCode::DataCorrupted);
    }
    QByteArray damaged = dataPayload(0, 7, 0, noise(MiB, 1));
    damaged[damaged.size() - 1] = char(damaged.back() ^ 1);
    refused(damaged, ErrorCode::DataCorrupted);
}

void TestReceiverData::decompressionBombsAreRefused()
{
    prepare();
    const QByteArray zeros(512 * MiB, '\0');
    QByteArray packed(qsizetype(ZSTD_compressBound(size_t(zeros.size()))), '\0');
    packed.resize(qsizetype(ZSTD_compress(packed.data(), size_t(packed.size()), zeros.constData(), size_t(zeros.size()), 1)));
    wire::DataHead head;
    head.epoch = 7;
    head.compressed = true;
    head.length = MiB;
    head.extents = 1;
    head.digests[0] = wire::digestOf({zeros.constData(), MiB});
    QVERIFY(packed.size() < 64 << 10); // it fits into a frame
    refused(wire::encode(head) + packed, ErrorCode::DataCorrupted);
}

void TestReceiverData::malformedFramesEndTheSession_data()
{
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<wire::FrameType>("type");
    const QByteArray good = dataPayload(0, 7, 0, QByteArray(4096, 'x'));
    QTest::newRow("empty") << QByteArray() << wire::FrameType::Data;
    QTest::newRow("short head") << good.left(31) << wire::FrameType::Data;
    QTest::newRow("short bytes") << good.left(good.size() - 1) << wire::FrameType::Data;
    QTest::newRow("trailing bytes") << good + 'x' << wire::FrameType::Data;
    QTest::newRow("unknown flag") << QByteArray(good).replace(4, 1, "\x02", 1) << wire::FrameType::Data;
    QTest::newRow("not at an extent's start") << dataPayload(0, 7, 512, QByteArray(512, 'x')) << wire::FrameType::Data;
    QTest::newRow("zero of no length") << zeroPayload(0, 7, 0, 0) << wire::FrameType::Zero;
    QTest::newRow("an ack from the sender") << wire::encode(wire::AckMessage{1}) << wire::FrameType::Ack;
    QTest::newRow("a request on the data port")
        << wire::encode(wire::Request{1, QStringLiteral("shutdown"), {}}) << wire::FrameType::Request;
}

void TestReceiverData::malformedFramesEndTheSession()
{
    QFETCH(const QByteArray, payload);
    QFETCH(const wire::FrameType, type);
    prepare();
    refused(payload, ErrorCode::FrameMalformed, type);
    QVERIFY(!m_receiver->ended());
}

void TestReceiverData::duplicateAndOutOfOrderSequencesEndTheSession()
{
    prepare();
    for (const quint64 sequence : {quint64(0), quint64(2), ~quint64(0)}) { // Hello had 0, so 1 is due
        TestClient data = m_receiver->data();
        const QByteArray payload = dataPayload(0, 7, 0, QByteArray(4096, 'x'));
        const auto header = wire::encode(wire::FrameHeader{wire::ourVersions.newest, wire::FrameType::Data, sequence, quint32(payload.size())});
        QVERIFY(data.channel().socket().writeAll(header, std::chrono::seconds(5)));
        QVERIFY(data.channel().socket().writeAll({payload.constData(), size_t(payload.size())}, std::chrono::seconds(5)));
        QCOMPARE(data.failure(), ErrorCode::FrameMalformed);
    }
    TestClient data = m_receiver->data();
    QVERIFY(data.channel().socket().writeAll(
        wire::encode(wire::FrameHeader{wire::ourVersions.newest, wire::FrameType::Data, 1, wire::maxPayload + 1}), std::chrono::seconds(5)));
    QCOMPARE(data.failure(), ErrorCode::FrameMalformed);
    QCOMPARE(m_receiver->disks().faults.writes().size(), 0);
}

void TestReceiverData::zerosOnAFreshDiskWriteNothing()
{
    prepare();
    written(zeroPayload(0, 7, 0, source), wire::FrameType::Zero);
    QCOMPARE(m_receiver->allocatedBytes(serial()), quint64(0));
    QCOMPARE(m_receiver->disks().faults.zeros().size(), 0);
    QCOMPARE(m_receiver->disks().faults.writes().size(), 0);
}

void TestReceiverData::zerosOnWrittenExtentsBecomeZeros()
{
    prepare();
    written(dataPayload(0, 7, 8 * MiB, noise(2 * MiB, 1)));
    written(dataPayload(0, 7, 20 * MiB, noise(MiB, 2)));
    written(zeroPayload(0, 7, 9 * MiB, 30 * MiB), wire::FrameType::Zero);
    QVERIFY(m_receiver->diskContent(serial(), 8 * MiB, MiB) == noise(2 * MiB, 1).left(MiB));
    QCOMPARE(m_receiver->diskContent(serial(), 9 * MiB, 30 * MiB).count('\0'), qsizetype(30 * MiB));
    const auto zeros = m_receiver->disks().faults.zeros();
    QCOMPARE(zeros.size(), 2); // only what had been written
    QCOMPARE(zeros.at(0).offset, 9 * MiB);
    QCOMPARE(zeros.at(0).length, MiB);
    QCOMPARE(zeros.at(1).offset, 20 * MiB);
    QCOMPARE(zeros.at(1).length, MiB);
}

void TestReceiverData::zerosOnAUsedDiskAreWritten()
{
    prepare(false);
    written(zeroPayload(0, 7, 62 * MiB, 2 * MiB - 512), wire::FrameType::Zero);
    QCOMPARE(m_receiver->disks().faults.zeros().size(), 1);
    QCOMPARE(m_receiver->disks().faults.zeros().first().length, 2 * MiB - 512);
}

void TestReceiverData::dataBeforePrepareIsRefused()
{
    const TestClient data = m_receiver->data();
    QVERIFY(!data);
    QCOMPARE(data.error(), ErrorCode::EpochUnknown);
}

void TestReceiverData::moreThanSixteenConnectionsAreRefused()
{
    prepare();
    std::vector<std::unique_ptr<TestClient>> clients;
    for (int i = 0; i < 16; ++i) {
        clients.push_back(std::make_unique<TestClient>(m_receiver->data()));
        QVERIFY(*clients.back());
    }
    QCOMPARE(m_receiver->data().error(), ErrorCode::RequestMalformed);
    clients.pop_back();
    std::unique_ptr<TestClient> another; // kept: the macro looks twice, and a client let go still counts for a moment
    const auto admitted = [&] {
        if (!another || !*another)
            another = std::make_unique<TestClient>(m_receiver->data());
        return bool(*another);
    };
    QTRY_VERIFY_WITH_TIMEOUT(admitted(), 30000); // the receiver first has to see that one is gone
    prepare(); // ends the others
    QCOMPARE(clients.front()->failure(), ErrorCode::LinkLost);
}

QTEST_GUILESS_MAIN(TestReceiverData)
#include "tst_receiverdata.moc"
