#include "tlspair.h"

#include <QElapsedTimer>
#include <openssl/ssl.h>
#include <thread>

using namespace edgelift;
using namespace edgelift::wire;
using namespace edgelift::wire::test;

class TestTlsSocket : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void pinIsTheHashOfTheKeyNotOfTheCertificate();
    void bytesPassBothWaysAtOnce();
    void wireBytesAreCountedWithTheirOverhead();
    void strangerIsRefusedByTheReceiver();
    void falseReceiverIsRefusedByTheSource();
    void clientWithoutCertificateIsRefused();
    void plainTextIsRefused();
    void silentStrangerIsDroppedInTime();
    void silenceIsAStall();
    void stopWakesAReaderAtOnce();
    void interruptWakesAWriterAtOnce();
    void closedPeerIsALostLink();
    void nobodyListeningIsUnreachable();
    void namesAreNotLookedUp();

private:
    Ends m_ends;
};

void TestTlsSocket::pinIsTheHashOfTheKeyNotOfTheCertificate()
{
    const Result<QByteArray> pin = pinOf(m_ends.source.certificate);
    QVERIFY(bool(pin));
    QCOMPARE(pin->size(), 64);
    QVERIFY(*pin != *pinOf(m_ends.receiver.certificate));
    QVERIFY(!pinOf("not a certificate"));
    QVERIFY(!TlsContext::make(m_ends.source, pin->left(63)));
    QVERIFY(!TlsContext::make({m_ends.source.certificate, m_ends.receiver.privateKey}, *pin)); // key of another certificate
    QVERIFY(m_ends.source.privateKey.reveal().startsWith("-----BEGIN PRIVATE KEY-----"));
}

void TestTlsSocket::bytesPassBothWaysAtOnce()
{
    Pair pair = connectPair(m_ends.sourceContext, m_ends.receiverContext);
    QVERIFY(pair.client && pair.server);
    const QByteArray there(8 << 20, 't');
    const QByteArray back(3 << 20, 'b');
    QByteArray gotThere(there.size(), 0);
    QByteArray gotBack(back.size(), 0);
    {
        std::jthread a([&] { (void)(*pair.client)->writeAll(view(there), 5s); });
        std::jthread b([&] { (void)(*pair.server)->writeAll(view(back), 5s); });
        std::jthread c([&] { (void)(*pair.client)->readExactly(room(gotBack), 5s); });
        QVERIFY((*pair.server)->readExactly(room(gotThere), 5s));
    }
    QCOMPARE(gotThere, there);
    QCOMPARE(gotBack, back);
}

void TestTlsSocket::wireBytesAreCountedWithTheirOverhead()
{
    Pair pair = connectPair(m_ends.sourceContext, m_ends.receiverContext);
    QVERIFY(pair.client && pair.server);
    auto total = std::make_shared<std::atomic<quint64>>(1000);
    (*pair.client)->countSentIn(total);
    const quint64 before = (*pair.client)->wireSent();
    QVERIFY(before > 300); // the handshake
    QCOMPARE(total->load(), before + 1000);
    const QByteArray bytes(qsizetype(10 * TlsSocket::recordSize), 'x');
    QByteArray got(bytes.size(), 0);
    std::jthread writer([&] { (void)(*pair.client)->writeAll(view(bytes), 5s); });
    QVERIFY((*pair.server)->readExactly(room(got), 5s));
    writer.join();
    const quint64 expected = 10 * (TlsSocket::recordSize + TlsSocket::recordOverhead);
    QCOMPARE((*pair.client)->wireSent() - before, expected);
    QCOMPARE(total->load(), before + 1000 + expected);
    QVERIFY((*pair.server)->wireReceived() >= expected);
}

void TestTlsSocket::strangerIsRefusedByTheReceiver()
{
    const LinkKeys stranger = *makeLinkKeys(QStringLiteral("source")); // the same name, another key
    const TlsContext context = *TlsContext::make(stranger, *pinOf(m_ends.receiver.certificate));
    Pair pair = connectPair(context, m_ends.receiverContext);
    QVERIFY(!pair.server);
    QCOMPARE(int(pair.server.error().code), int(ErrorCode::PeerNotTrusted));
    QVERIFY(pair.client); // in TLS 1.3 the client's handshake is over before its key is judged
    QByteArray byte(1, 0);
    const Result<> read = (*pair.client)->readExactly(room(byte), 5s);
    QVERIFY(!read);
    QCOMPARE(int(read.error().code), int(ErrorCode::PeerNotTrusted));
}

void TestTlsSocket::falseReceiverIsRefusedByTheSource()
{
    const LinkKeys stranger = *makeLinkKeys(QStringLiteral("receiver"));
    const TlsContext context = *TlsContext::make(stranger, *pinOf(m_ends.source.certificate));
    Pair pair = connectPair(m_ends.sourceContext, context);
    QVERIFY(!pair.client);
    QCOMPARE(int(pair.client.error().code), int(ErrorCode::PeerNotTrusted));
    QVERIFY(!pair.server);
}

void TestTlsSocket::clientWithoutCertificateIsRefused()
{
    TlsContext context = *TlsContext::make(m_ends.source, *pinOf(m_ends.receiver.certificate));
    SSL_CTX *bare = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(bare, SSL_VERIFY_NONE, nullptr);
    const TlsListener listener = TlsListener::listen(QStringLiteral("127.0.0.1"), 0).take();
    std::jthread client([&] {
        SSL *ssl = SSL_new(bare);
        const QByteArray port = QByteArray::number(listener.port());
        BIO *bio = BIO_new_connect(("127.0.0.1:" + port).constData());
        SSL_set_bio(ssl, bio, bio);
        SSL_connect(ssl);
        char byte = 0;
        SSL_read(ssl, &byte, 1);
        SSL_free(ssl);
    });
    Result<TlsListener::Connection> raw = listener.accept(5s, {});
    QVERIFY(raw && raw->socket);
    QCOMPARE(raw->peer, QStringLiteral("127.0.0.1"));
    const auto server = TlsSocket::accept(std::move(raw->socket), raw->peer, m_ends.receiverContext, 5s, {});
    QVERIFY(!server);
    QCOMPARE(int(server.error().code), int(ErrorCode::PeerNotTrusted));
    client.join();
    SSL_CTX_free(bare);
}

namespace {
/// What the receiver's end says to a client that writes `text` in the clear and then waits.
Error refusalOf(const QByteArray &text, const TlsContext &receiver, std::chrono::milliseconds timeout)
{
    const TlsListener listener = TlsListener::listen(QStringLiteral("127.0.0.1"), 0).take();
    BIO *bio = BIO_new_connect(("127.0.0.1:" + QByteArray::number(listener.port())).constData());
    BIO_write(bio, text.constData(), int(text.size()));
    BIO_do_connect(bio);
    BIO_write(bio, text.constData(), int(text.size()));
    Result<TlsListener::Connection> raw = listener.accept(5s, {});
    const auto server = TlsSocket::accept(std::move(raw->socket), raw->peer, receiver, timeout, {});
    BIO_free_all(bio);
    return server ? Error{} : server.error();
}
}

void TestTlsSocket::plainTextIsRefused()
{
    const Error error = refusalOf("GET / HTTP/1.1\r\nHost: example\r\n\r\n", m_ends.receiverContext, 5s);
    QCOMPARE(int(error.code), int(ErrorCode::LinkLost));
}

void TestTlsSocket::silentStrangerIsDroppedInTime()
{
    QElapsedTimer timer;
    timer.start();
    const Error error = refusalOf({}, m_ends.receiverContext, 200ms);
    QCOMPARE(int(error.code), int(ErrorCode::LinkStalled));
    QVERIFY(timer.elapsed() < 3000);
}

void TestTlsSocket::silenceIsAStall()
{
    Pair pair = connectPair(m_ends.sourceContext, m_ends.receiverContext);
    QVERIFY(pair.client && pair.server);
    QByteArray byte(1, 0);
    const Result<> read = (*pair.client)->readExactly(room(byte), 100ms);
    QVERIFY(!read);
    QCOMPARE(int(read.error().code), int(ErrorCode::LinkStalled));
    QCOMPARE(read.error().args.at(0), QStringLiteral("127.0.0.1"));
}

void TestTlsSocket::stopWakesAReaderAtOnce()
{
    std::stop_source stop;
    Pair pair = connectPair(m_ends.sourceContext, m_ends.receiverContext, stop.get_token());
    QVERIFY(pair.client && pair.server);
    QElapsedTimer timer;
    timer.start();
    std::jthread stopper([&] { stop.request_stop(); });
    QByteArray byte(1, 0);
    const Result<> read = (*pair.client)->readExactly(room(byte), 30s);
    QVERIFY(!read);
    QCOMPARE(int(read.error().code), int(ErrorCode::LinkLost));
    QVERIFY(timer.elapsed() < 5000);
    QVERIFY(!(*pair.client)->readExactly(room(byte), 30s)); // and stays awake
}

void TestTlsSocket::interruptWakesAWriterAtOnce()
{
    Pair pair = connectPair(m_ends.sourceContext, m_ends.receiverContext);
    QVERIFY(pair.client && pair.server);
    auto writing = std::async(std::launch::async, [&] {
        const QByteArray bytes(64 << 20, 'x'); // more than the kernel takes: nobody reads
        return bool((*pair.client)->writeAll(view(bytes), 60s));
    });
    QTRY_VERIFY((*pair.client)->unconfirmed() > 0);
    QCOMPARE(writing.wait_for(0s), std::future_status::timeout);
    (*pair.client)->interrupt();
    QVERIFY(!writing.get());
}

void TestTlsSocket::closedPeerIsALostLink()
{
    Pair pair = connectPair(m_ends.sourceContext, m_ends.receiverContext);
    QVERIFY(pair.client && pair.server);
    const QByteArray last("bye");
    QVERIFY((*pair.server)->writeAll(view(last), 5s));
    (*pair.server)->finishSending();
    QByteArray got(3, 0);
    QVERIFY((*pair.client)->readExactly(room(got), 5s));
    QCOMPARE(got, last);
    const Result<> read = (*pair.client)->readExactly(room(got), 5s);
    QVERIFY(!read);
    QCOMPARE(int(read.error().code), int(ErrorCode::LinkLost));
    *pair.server = nullptr;
    const QByteArray much(1 << 20, 'x');
    for (int i = 0; i < 64; ++i) { // no SIGPIPE, and an error in the end
        if (!(*pair.client)->writeAll(view(much), 5s))
            return;
    }
    QFAIL("writing to a closed peer went on");
}

void TestTlsSocket::nobodyListeningIsUnreachable()
{
    quint16 port = 0;
    {
        const TlsListener listener = TlsListener::listen(QStringLiteral("127.0.0.1"), 0).take();
        port = listener.port();
    }
    const auto socket = TlsSocket::connect(QStringLiteral("127.0.0.1"), port, m_ends.sourceContext, 2s, {});
    QVERIFY(!socket);
    QCOMPARE(int(socket.error().code), int(ErrorCode::ReceiverUnreachable));
    QCOMPARE(socket.error().args, (QStringList{QStringLiteral("127.0.0.1"), QString::number(port)}));
}

void TestTlsSocket::namesAreNotLookedUp()
{
    const auto socket = TlsSocket::connect(QStringLiteral("localhost"), 1, m_ends.sourceContext, 2s, {});
    QVERIFY(!socket);
    QCOMPARE(int(socket.error().code), int(ErrorCode::ReceiverUnreachable));
}

QTEST_GUILESS_MAIN(TestTlsSocket)
#include "tst_tlssocket.moc"
