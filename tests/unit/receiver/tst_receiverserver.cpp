#include "receiverfixture.h"

#include <QTest>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace edgelift;
using namespace edgelift::receiver::test;
using namespace std::chrono_literals;

namespace {

/// A TCP connection that says nothing.
Fd silentConnection(quint16 port)
{
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        fd.reset();
    return fd;
}

}

/// Who gets in, who is put out, and what others notice of it.
class TestReceiverServer : public QObject
{
    Q_OBJECT

    std::unique_ptr<ReceiverFixture> m_receiver;
    static QString serial() { return QStringLiteral("bp1abc"); }
    Result<QJsonObject> prepare(TestClient &control) const
    {
        return control.ask(QStringLiteral("prepare"), ReceiverFixture::prepareParams(7, serial(), 64 * MiB, 64 * MiB));
    }

private Q_SLOTS:
    void init();
    void strangersAreRefusedOnBothPortsWhileATransferGoesOn();
    void anotherJobIsRefused();
    void theWrongPortIsRefused();
    void rubbishIsRefused();
    void silentStrangersKeepNobodyOut();
    void aNewerControlSessionReplacesTheOlder();
    void prepareEndsConnectionsOfBefore();
    void stopsWhileConnectionsAreOpen();
    void anUnusableStateFolderIsSaidAtTheStart();
};

void TestReceiverServer::init()
{
    m_receiver = std::make_unique<ReceiverFixture>();
    m_receiver->addDisk(serial(), 64 * MiB);
    m_receiver->start();
}

void TestReceiverServer::strangersAreRefusedOnBothPortsWhileATransferGoesOn()
{
    TestClient control = m_receiver->control();
    QVERIFY(prepare(control));
    TestClient data = m_receiver->data();
    for (quint64 i = 0; i < 8; ++i) {
        (void)data.put(wire::FrameType::Data, dataPayload(0, 7, i * MiB, noise(MiB, quint32(i)), 1));
        for (const wire::Port port : {wire::Port::Control, wire::Port::Data}) {
            const TestClient stranger(m_receiver->strangersAddress(port), port);
            QVERIFY(!stranger);
            QCOMPARE(stranger.error(), ErrorCode::PeerNotTrusted);
        }
    }
    QVERIFY(data.waitForAck(data.put(wire::FrameType::Finish)));
    QVERIFY(control.ask(QStringLiteral("status")));
    for (quint32 i = 0; i < 8; ++i)
        QVERIFY(m_receiver->diskContent(serial(), i * MiB, MiB) == noise(MiB, i));
}

void TestReceiverServer::anotherJobIsRefused()
{
    for (const wire::Port port : {wire::Port::Control, wire::Port::Data}) {
        Address address = m_receiver->address(port);
        address.job = QStringLiteral("j-other");
        QCOMPARE(TestClient(address, port).error(), ErrorCode::PeerNotTrusted);
    }
    QVERIFY(m_receiver->control());
}

void TestReceiverServer::theWrongPortIsRefused()
{
    QCOMPARE(TestClient(m_receiver->address(wire::Port::Control), wire::Port::Data).error(), ErrorCode::FrameMalformed);
}

void TestReceiverServer::rubbishIsRefused()
{
    const Fd fd = silentConnection(m_receiver->server().controlPort());
    QVERIFY(fd);
    QCOMPARE(::write(fd.get(), "GET / HTTP/1.1\r\n\r\n", 18), ssize_t(18));
    char answer[256];
    while (::read(fd.get(), answer, sizeof answer) > 0) { } // an alert, then the end
    QVERIFY(m_receiver->control());
}

void TestReceiverServer::silentStrangersKeepNobodyOut()
{
    std::vector<Fd> strangers;
    for (int i = 0; i < 200; ++i) {
        strangers.push_back(silentConnection(i % 2 ? m_receiver->server().controlPort() : m_receiver->server().dataPort()));
        QVERIFY(strangers.back());
    }
    TestClient control = m_receiver->control();
    QVERIFY(control);
    QVERIFY(prepare(control));
    char byte = 0;
    QCOMPARE(::recv(strangers.front().get(), &byte, 1, MSG_DONTWAIT), ssize_t(0)); // the oldest was cut off
}

void TestReceiverServer::aNewerControlSessionReplacesTheOlder()
{
    TestClient older = m_receiver->control();
    QVERIFY(prepare(older));
    TestClient data = m_receiver->data();
    TestClient newer = m_receiver->control();
    QVERIFY(newer);
    QVERIFY(newer.ask(QStringLiteral("status")));
    QCOMPARE(older.ask(QStringLiteral("status")).error().code, ErrorCode::LinkLost);
    QVERIFY(data.waitForAck(data.put(wire::FrameType::Zero, zeroPayload(0, 7, 0, MiB)))); // data goes on
}

void TestReceiverServer::prepareEndsConnectionsOfBefore()
{
    TestClient control = m_receiver->control();
    QVERIFY(prepare(control));
    TestClient before = m_receiver->data();
    QVERIFY(prepare(control));
    QCOMPARE(before.failure(), ErrorCode::LinkLost);
    QVERIFY(m_receiver->data());
}

void TestReceiverServer::stopsWhileConnectionsAreOpen()
{
    TestClient control = m_receiver->control();
    QVERIFY(prepare(control));
    TestClient data = m_receiver->data();
    const Fd silent = silentConnection(m_receiver->server().dataPort());
    (void)data.put(wire::FrameType::Data, dataPayload(0, 7, 0, noise(MiB, 1)));
    QElapsedTimer timer;
    timer.start();
    m_receiver->stop();
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(control.failure(), ErrorCode::LinkLost);
}

void TestReceiverServer::anUnusableStateFolderIsSaidAtTheStart()
{
    TestClient control = m_receiver->control();
    QVERIFY(prepare(control));
    m_receiver->stop();
    receiver::ReceiverConfig config = m_receiver->config();
    config.job = QStringLiteral("j-other");
    receiver::ReceiverServer server(config, m_receiver->disks());
    QCOMPARE(server.start().error().code, ErrorCode::StateUnreadable);
}

QTEST_GUILESS_MAIN(TestReceiverServer)
#include "tst_receiverserver.moc"
