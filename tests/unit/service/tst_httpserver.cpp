#include "servicefixture.h"

#include <QFile>
#include <QProcess>
#include <QTest>
#include <fcntl.h>
#include <mutex>

using namespace edgelift;
using namespace edgelift::test;

class HttpServerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_server.reset(); }
    void pathAndQueryArriveDecoded();
    void anUnreadBodyDoesNotBecomeTheNextRequest();
    void aRangeIsTheHandlersToAnswer();
    void aFileIsSentFromWhereItIsAsked();
    void headHasALengthAndNoBody();
    void anExceptionIsAnInternalError();
    void aLongPathIsJustAPath();
    void aPortThatIsTakenIsRefused();
    void addressesThatAreNoneAreRefused();
    void httpsIsServedWithACertificate();
    void aWrongCertificateIsRefused();
    void stopIsQuickWithIdleConnections();

private:
    std::unique_ptr<HttpServer> m_server;
    ServerHandler m_handler;
    std::mutex m_mutex;
    QList<ServerRequest> m_seen;
};

static ServerReply plain(const QByteArray &body)
{
    ServerReply reply;
    reply.contentType = "text/plain";
    reply.body = body;
    return reply;
}

void HttpServerTest::init()
{
    m_seen.clear();
    m_handler = [](const ServerRequest &) { return plain("ok"); };
    m_server = HttpServer::bind({}).take();
    m_server->serve([this](const ServerRequest &request) {
        const std::lock_guard lock(m_mutex);
        m_seen.append(request);
        m_seen.last().readBody = {};
        return m_handler(request);
    });
}

void HttpServerTest::pathAndQueryArriveDecoded()
{
    QCOMPARE(send(m_server->endpoint(),
                 {"GET", "/a%20b/%E6%9C%BA+c?x=1%2B2&y=a+b&flag&e=", {{QStringLiteral("X-One"), QStringLiteral("1")}}, {}})
                 .body,
        QByteArray("ok"));
    QCOMPARE(m_seen.last().path, QString::fromUtf8("/a b/机+c"));
    const ServerPairs expected{{QStringLiteral("x"), QStringLiteral("1+2")}, {QStringLiteral("y"), QStringLiteral("a b")},
        {QStringLiteral("flag"), {}}, {QStringLiteral("e"), {}}};
    QCOMPARE(m_seen.last().query, expected);
    QCOMPARE(m_seen.last().header(QLatin1String("x-one")), QStringLiteral("1"));
    QCOMPARE(m_seen.last().remoteAddress, QStringLiteral("127.0.0.1"));
    QVERIFY(m_seen.last().header(QLatin1String("remote_addr")).isEmpty());
}

void HttpServerTest::anUnreadBodyDoesNotBecomeTheNextRequest()
{
    WireClient client(m_server->endpoint());
    const QByteArray smuggled = "GET /secret HTTP/1.1\r\nHost: x\r\n\r\n";
    QCOMPARE(client.send({"PUT", "/first", {}, smuggled + QByteArray(3 << 20, 'x')}).status, 200);
    QCOMPARE(client.send({"GET", "/second", {}, {}}).status, 200);
    QCOMPARE(m_seen.size(), 2);
    QCOMPARE(m_seen.last().path, QStringLiteral("/second"));
}

void HttpServerTest::aRangeIsTheHandlersToAnswer()
{
    m_handler = [](const ServerRequest &) {
        ServerReply reply = plain("an error text that must arrive whole");
        reply.status = 404;
        return reply;
    };
    const WireReply reply = send(m_server->endpoint(), {"GET", "/", {{QStringLiteral("Range"), QStringLiteral("bytes=3-5")}}, {}});
    QCOMPARE(reply.status, 404);
    QCOMPARE(reply.body, QByteArray("an error text that must arrive whole"));
    QVERIFY(!reply.headers.contains(QStringLiteral("content-range")));
}

void HttpServerTest::aFileIsSentFromWhereItIsAsked()
{
    QTemporaryDir dir;
    QFile file(dir.filePath(QStringLiteral("f")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QByteArray content(1 << 20, '\0');
    for (qsizetype i = 0; i < content.size(); ++i)
        content[i] = char(i * 7 >> 3);
    file.write(content);
    file.close();
    m_handler = [&](const ServerRequest &) {
        ServerReply reply = plain({});
        reply.file = std::make_shared<Fd>(::open(QFile::encodeName(file.fileName()).constData(), O_RDONLY | O_CLOEXEC));
        reply.offset = 1000;
        reply.length = content.size() - 2000;
        return reply;
    };
    const WireReply reply = send(m_server->endpoint(), {});
    QCOMPARE(reply.body, content.mid(1000, content.size() - 2000));
    QFile::resize(file.fileName(), 5000); // shorter than promised: the connection breaks instead of pretending
    QCOMPARE(send(m_server->endpoint(), {}).status, 0);
}

void HttpServerTest::headHasALengthAndNoBody()
{
    WireClient client(m_server->endpoint());
    const WireReply reply = client.send({"HEAD", "/", {}, {}});
    QCOMPARE(reply.headers.value(QStringLiteral("content-length")), QStringLiteral("2"));
    QVERIFY(reply.body.isEmpty());
    QCOMPARE(client.send({"GET", "/", {}, {}}).body, QByteArray("ok"));
}

void HttpServerTest::anExceptionIsAnInternalError()
{
    m_handler = [](const ServerRequest &) -> ServerReply { throw std::runtime_error("secret detail"); };
    const WireReply reply = send(m_server->endpoint(), {});
    QCOMPARE(reply.status, 500);
    QCOMPARE(reply.code(), QStringLiteral("InternalError"));
    QVERIFY(!reply.body.contains("secret detail"));
}

void HttpServerTest::aLongPathIsJustAPath()
{
    QCOMPARE(send(m_server->endpoint(), {"GET", "/" + QByteArray(8000, 'a'), {}, {}}).status, 200);
    QCOMPARE(m_seen.last().path.size(), 8001);
    QCOMPARE(send(m_server->endpoint(), {"GET", "/" + QByteArray(9000, 'a'), {}, {}}).status, 414);
}

void HttpServerTest::aPortThatIsTakenIsRefused()
{
    HttpServer::Settings settings;
    settings.port = quint16(m_server->endpoint().port());
    const auto second = HttpServer::bind(settings);
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::UsageWrong);
}

void HttpServerTest::addressesThatAreNoneAreRefused()
{
    HttpServer::Settings settings;
    settings.address = QStringLiteral("203.0.113.7"); // not this machine's
    QVERIFY(!HttpServer::bind(settings));
}

void HttpServerTest::httpsIsServedWithACertificate()
{
    QTemporaryDir dir;
    QCOMPARE(
        QProcess::execute(QStringLiteral("openssl"),
            {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"), QStringLiteral("ec"), QStringLiteral("-pkeyopt"),
                QStringLiteral("ec_paramgen_curve:P-256"), QStringLiteral("-nodes"), QStringLiteral("-keyout"),
                dir.filePath(QStringLiteral("k")), QStringLiteral("-out"), dir.filePath(QStringLiteral("c")), QStringLiteral("-subj"),
                QStringLiteral("/CN=edgelift"), QStringLiteral("-days"), QStringLiteral("2")}),
        0);
    HttpServer::Settings settings;
    settings.certificateFile = dir.filePath(QStringLiteral("c"));
    settings.keyFile = dir.filePath(QStringLiteral("k"));
    const auto server = HttpServer::bind(settings).take();
    bool secure = false;
    server->serve([&secure](const ServerRequest &request) {
        secure = request.secure;
        return plain("over tls");
    });
    QCOMPARE(server->endpoint().scheme(), QStringLiteral("https"));
    QCOMPARE(send(server->endpoint(), {}).body, QByteArray("over tls"));
    QVERIFY(secure);
}

void HttpServerTest::aWrongCertificateIsRefused()
{
    HttpServer::Settings settings;
    settings.certificateFile = QStringLiteral("/nonexistent");
    settings.keyFile = QStringLiteral("/nonexistent");
    const auto server = HttpServer::bind(settings);
    QVERIFY(!server);
    QCOMPARE(server.error().args, QStringList{QStringLiteral("/nonexistent")});
}

void HttpServerTest::stopIsQuickWithIdleConnections()
{
    WireClient idle(m_server->endpoint());
    QCOMPARE(idle.send({}).status, 200);
    QElapsedTimer timer;
    timer.start();
    m_server->stop();
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(send(m_server->endpoint(), {}).status, 0);
}

QTEST_GUILESS_MAIN(HttpServerTest)
#include "tst_httpserver.moc"
