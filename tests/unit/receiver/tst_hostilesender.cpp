#include "receiverfixture.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>

using namespace edgelift;
using namespace edgelift::receiver::test;
using namespace std::chrono_literals;

namespace {

constexpr quint64 epoch = 7;
constexpr auto patience = 20s;

/// MiB that a peer may make the receiver grow by. The address sanitizer keeps 256 MiB of what was freed.
#ifdef __SANITIZE_ADDRESS__
constexpr quint64 growth = 64 + 256;
#else
constexpr quint64 growth = 64;
#endif

/// Resident memory of this process, where the receiver runs, in MiB.
quint64 memory()
{
    QFile status(QStringLiteral("/proc/self/statm"));
    return status.open(QIODevice::ReadOnly) ? status.readAll().split(' ').value(1).toULongLong() * 4096 / MiB : 0;
}

QByteArray headerBytes(const wire::FrameHeader &header)
{
    const auto raw = wire::encode(header);
    return {raw.data(), wire::headerSize};
}

bool writeRaw(TestClient &client, const QByteArray &bytes)
{
    return bool(client.channel().socket().writeAll({bytes.constData(), size_t(bytes.size())}, patience));
}

}

/// A peer with the right key that does not keep to the protocol: refused by name, nothing written, and the next one is served.
class TestHostileSender : public QObject
{
    Q_OBJECT

    std::unique_ptr<ReceiverFixture> m_receiver;
    static QString serial() { return QStringLiteral("bp1abc"); }
    void nothingWasWritten() const;
    void honestPeersAreServed() const;

private Q_SLOTS:
    void init();
    void everyFlippedBitOfAHeaderIsRefused();
    void aFrameCutShortWritesNothing();
    void aRepeatedFrameEndsTheSessionAndIsWrittenOnce();
    void nothingIsTakenAfterFinish();
    void framesBeforeHelloAreRefused_data();
    void framesBeforeHelloAreRefused();
    void aSecondHelloIsRefused();
    void slowPeersKeepNobodyWaiting();
    void aPeerThatNeverReadsKeepsNobodyWaiting();
    void thousandsOfTinyFramesCostNoMemory();
    void hugeCountsInRequestsAreRefused_data();
    void hugeCountsInRequestsAreRefused();
    void thousandsOfBadRequestsLeaveTheSessionAlive();
};

void TestHostileSender::init()
{
    m_receiver = std::make_unique<ReceiverFixture>();
    m_receiver->addDisk(serial(), 64 * MiB);
    m_receiver->start();
    TestClient control = m_receiver->control();
    QVERIFY(control.ask(QStringLiteral("prepare"), ReceiverFixture::prepareParams(epoch, serial(), 64 * MiB, 32 * MiB)));
}

void TestHostileSender::nothingWasWritten() const
{
    QCOMPARE(m_receiver->disks().faults.writes().size(), 0);
    QCOMPARE(m_receiver->disks().faults.zeros().size(), 0);
    QCOMPARE(m_receiver->allocatedBytes(serial()), quint64(0));
}

void TestHostileSender::honestPeersAreServed() const
{
    TestClient control = m_receiver->control();
    QVERIFY(control && control.ask(QStringLiteral("status")));
    TestClient data = m_receiver->data();
    QVERIFY(data);
    const QByteArray bytes = noise(MiB, 3);
    const Result<> acknowledged = data.waitForAck(data.put(wire::FrameType::Data, dataPayload(0, epoch, 31 * MiB, bytes, 1)));
    QVERIFY2(acknowledged, acknowledged ? "" : qPrintable(acknowledged.error().detail));
    QVERIFY(m_receiver->diskContent(serial(), 31 * MiB, MiB) == bytes);
}

void TestHostileSender::everyFlippedBitOfAHeaderIsRefused()
{
    const QByteArray payload = dataPayload(0, epoch, 0, QByteArray(4096, 'x'));
    const QByteArray good = headerBytes({wire::ourVersions.newest, wire::FrameType::Data, 1, quint32(payload.size())});
    for (qsizetype bit = 0; bit < good.size() * 8; bit += 3) {
        QByteArray flipped = good;
        flipped[bit / 8] = char(flipped.at(bit / 8) ^ (1 << (bit % 8)));
        TestClient data = m_receiver->data();
        QVERIFY(data);
        QVERIFY(writeRaw(data, flipped + payload));
        data.channel().socket().finishSending(); // a length that grew waits for more
        const ErrorCode code = data.failure();
        QVERIFY2(code == ErrorCode::FrameMalformed || code == ErrorCode::LinkLost, qPrintable(QStringLiteral("bit %1").arg(bit)));
    }
    nothingWasWritten();
    honestPeersAreServed();
}

void TestHostileSender::aFrameCutShortWritesNothing()
{
    const QByteArray payload = dataPayload(0, epoch, 0, noise(4 * MiB, 1));
    const QByteArray frame = headerBytes({wire::ourVersions.newest, wire::FrameType::Data, 1, quint32(payload.size())}) + payload;
    for (const qsizetype length : {qsizetype(1), wire::headerSize - 1, wire::headerSize, wire::headerSize + 47, frame.size() - 1}) {
        TestClient data = m_receiver->data();
        QVERIFY(writeRaw(data, frame.left(length)));
        data.close();
    }
    honestPeersAreServed();
    QCOMPARE(m_receiver->disks().faults.writes().size(), 1); // the honest one's
}

void TestHostileSender::aRepeatedFrameEndsTheSessionAndIsWrittenOnce()
{
    TestClient data = m_receiver->data();
    const QByteArray payload = dataPayload(0, epoch, 0, noise(MiB, 1));
    const QByteArray frame = headerBytes({wire::ourVersions.newest, wire::FrameType::Data, 1, quint32(payload.size())}) + payload;
    QVERIFY(writeRaw(data, frame));
    QVERIFY(data.waitForAck(1));
    QVERIFY(writeRaw(data, frame));
    QCOMPARE(data.failure(), ErrorCode::FrameMalformed);
    QCOMPARE(m_receiver->disks().faults.writes().size(), 1);
    honestPeersAreServed();
}

void TestHostileSender::nothingIsTakenAfterFinish()
{
    TestClient data = m_receiver->data();
    const quint64 finish = data.put(wire::FrameType::Finish);
    (void)data.put(wire::FrameType::Data, dataPayload(0, epoch, 0, noise(MiB, 1)));
    const Result<> acknowledged = data.waitForAck(finish);
    QVERIFY(acknowledged || acknowledged.error().code == ErrorCode::LinkLost); // reset by what nobody reads any more
    if (acknowledged)
        QCOMPARE(data.failure(), ErrorCode::LinkLost);
    nothingWasWritten();
    honestPeersAreServed();
}

void TestHostileSender::framesBeforeHelloAreRefused_data()
{
    QTest::addColumn<wire::Port>("port");
    QTest::addColumn<QByteArray>("frame");
    const auto framed = [](wire::FrameType type, const QByteArray &payload) {
        return headerBytes({wire::ourVersions.newest, type, 0, quint32(payload.size())}) + payload;
    };
    QTest::newRow("data") << wire::Port::Data << framed(wire::FrameType::Data, dataPayload(0, epoch, 0, QByteArray(4096, 'x')));
    QTest::newRow("zero") << wire::Port::Data << framed(wire::FrameType::Zero, zeroPayload(0, epoch, 0, MiB));
    QTest::newRow("shutdown") << wire::Port::Control
                              << framed(wire::FrameType::Request, wire::encode(wire::Request{1, QStringLiteral("shutdown"), {}}));
    QTest::newRow("a greeting of 4 MiB") << wire::Port::Control << framed(wire::FrameType::Hello, QByteArray(4 * MiB, ' '));
    QTest::newRow("a greeting that is no JSON") << wire::Port::Data << framed(wire::FrameType::Hello, "{\"oldest\":");
}

void TestHostileSender::framesBeforeHelloAreRefused()
{
    QFETCH(const wire::Port, port);
    QFETCH(const QByteArray, frame);
    const Address address = m_receiver->address(port);
    const auto context = wire::TlsContext::make(address.keys, address.receiverPin);
    auto socket = wire::TlsSocket::connect(QStringLiteral("127.0.0.1"), address.port, *context, patience, {});
    QVERIFY(socket);
    wire::FrameChannel channel(socket.take());
    (void)channel.socket().writeAll({frame.constData(), size_t(frame.size())}, patience); // it may be refused before it has left
    const auto reply = channel.receive(patience);
    if (reply) {
        QVERIFY(reply->type == wire::FrameType::Failure);
        QCOMPARE(wire::decodeFailure(reply->payload)->error.code, ErrorCode::FrameMalformed);
    } else {
        QCOMPARE(reply.error().code, ErrorCode::LinkLost);
    }
    nothingWasWritten();
    honestPeersAreServed();
    QVERIFY(!m_receiver->ended());
}

void TestHostileSender::aSecondHelloIsRefused()
{
    TestClient data = m_receiver->data();
    (void)data.put(wire::FrameType::Hello, wire::encode(wire::Hello{wire::ourVersions, QStringLiteral("j-other"), wire::Port::Data}));
    QCOMPARE(data.failure(), ErrorCode::FrameMalformed);
    honestPeersAreServed();
}

void TestHostileSender::slowPeersKeepNobodyWaiting()
{
    std::vector<std::unique_ptr<TestClient>> slow;
    const QByteArray payload = dataPayload(0, epoch, 0, noise(MiB, 1));
    const QByteArray frame = headerBytes({wire::ourVersions.newest, wire::FrameType::Data, 1, quint32(payload.size())}) + payload;
    for (int i = 0; i < 14; ++i) { // two of sixteen places are left
        slow.push_back(std::make_unique<TestClient>(m_receiver->data()));
        QVERIFY(*slow.back());
    }
    for (qsizetype at = 0; at < 40; ++at) { // a byte at a time, never a whole frame
        for (const auto &client : slow)
            QVERIFY(writeRaw(*client, frame.mid(at, 1)));
    }
    honestPeersAreServed();
    QCOMPARE(m_receiver->disks().faults.writes().size(), 1);
    m_receiver->stop(); // and they hold up nobody's end
}

void TestHostileSender::aPeerThatNeverReadsKeepsNobodyWaiting()
{
    TestClient deaf = m_receiver->data();
    for (quint64 i = 0; i < 3000; ++i)
        QVERIFY(deaf.put(wire::FrameType::Zero, zeroPayload(0, epoch, 0, MiB)) != 0);
    honestPeersAreServed();
    QVERIFY(deaf.waitForAck(3000)); // nothing was lost either
}

void TestHostileSender::thousandsOfTinyFramesCostNoMemory()
{
    TestClient data = m_receiver->data();
    const QByteArray byte = dataPayload(0, epoch, 0, "x");
    quint64 last = data.put(wire::FrameType::Data, byte);
    QVERIFY(data.waitForAck(last));
    const quint64 before = memory();
    const QByteArray unknown(64, '?');
    for (int i = 0; i < 5000; ++i) {
        last = data.put(wire::FrameType::Data, byte);
        QVERIFY(data.put(wire::FrameType(0x8001), unknown) == last + 1); // skipped, and counted
    }
    QVERIFY(data.waitForAck(last));
    const quint64 after = memory();
    QVERIFY2(after < before + growth, qPrintable(QStringLiteral("%1 MiB became %2").arg(before).arg(after)));
    QCOMPARE(m_receiver->diskContent(serial(), 0, 2), QByteArray("x\0", 2));
    honestPeersAreServed();
}

void TestHostileSender::hugeCountsInRequestsAreRefused_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<QJsonObject>("params");
    QJsonArray disks;
    for (int i = 0; i < 65; ++i)
        disks.append(ReceiverFixture::prepareParams(9, serial(), MiB, MiB).value(QLatin1String("disks")).toArray().at(0));
    QJsonArray extents;
    for (int i = 0; i < 4097; ++i)
        extents.append(QJsonArray{i, QString(32, QLatin1Char('0'))});
    const auto one = [](const char *key, const QJsonValue &value) {
        QJsonObject params = ReceiverFixture::prepareParams(9, QStringLiteral("bp1abc"), MiB, MiB);
        QJsonObject disk = params.value(QLatin1String("disks")).toArray().at(0).toObject();
        disk.insert(QLatin1String(key), value);
        params.insert(QStringLiteral("disks"), QJsonArray{disk});
        return params;
    };
    const QString prepare = QStringLiteral("prepare");
    const QString verify = QStringLiteral("verify");
    QTest::newRow("65 disks") << prepare << QJsonObject{{QStringLiteral("epoch"), QStringLiteral("9")}, {QStringLiteral("disks"), disks}};
    QTest::newRow("no disks") << prepare
                              << QJsonObject{{QStringLiteral("epoch"), QStringLiteral("9")}, {QStringLiteral("disks"), QJsonArray()}};
    QTest::newRow("index 2^32") << prepare << one("index", 4294967296.0);
    QTest::newRow("index -1") << prepare << one("index", -1);
    QTest::newRow("a size of 2^64") << prepare << one("sizeBytes", QStringLiteral("18446744073709551616"));
    QTest::newRow("a source larger than its target") << prepare << one("sourceBytes", QStringLiteral("18446744073709551615"));
    QTest::newRow("a serial that is a path") << prepare << one("serial", QStringLiteral("../../sda"));
    QTest::newRow("4097 extents") << verify << QJsonObject{{QStringLiteral("disk"), 0}, {QStringLiteral("extents"), extents}};
    QTest::newRow("extent 2^63") << verify
                                 << QJsonObject{{QStringLiteral("disk"), 0},
                                        {QStringLiteral("extents"),
                                            QJsonArray{QJsonArray{9223372036854775808.0, QString(32, QLatin1Char('0'))}}}};
    QTest::newRow("disk 64") << QStringLiteral("finish")
                             << QJsonObject{{QStringLiteral("disk"), 64}, {QStringLiteral("relocateGpt"), true}};
}

void TestHostileSender::hugeCountsInRequestsAreRefused()
{
    QFETCH(const QString, method);
    QFETCH(const QJsonObject, params);
    TestClient control = m_receiver->control();
    const Result<QJsonObject> reply = control.ask(method, params);
    QVERIFY(!reply);
    QCOMPARE(reply.error().code, ErrorCode::FrameMalformed);
    const auto status = wire::statusResult(*control.ask(QStringLiteral("status")));
    QCOMPARE(status->epoch, epoch); // what was bound stays bound
    nothingWasWritten();
    honestPeersAreServed();
}

void TestHostileSender::thousandsOfBadRequestsLeaveTheSessionAlive()
{
    TestClient control = m_receiver->control();
    QVERIFY(control.ask(QStringLiteral("status")));
    const quint64 before = memory();
    for (int i = 0; i < 2000; ++i)
        QCOMPARE(control.ask(QString(64, QLatin1Char('m'))).error().code, ErrorCode::RequestMalformed);
    QVERIFY(control.ask(QStringLiteral("status")));
    QVERIFY(memory() < before + growth);
    honestPeersAreServed();
}

QTEST_GUILESS_MAIN(TestHostileSender)
#include "tst_hostilesender.moc"
