#include "core/cloud/certificatepin.h"
#include "core/cloud/qthttptransport.h"
#include "tests/unit/cloud/loopbackserver.h"

#include <QScopeGuard>
#include <QSslConfiguration>
#include <QTemporaryDir>
#include <QTimer>
#include <QtTest>
#include <thread>

namespace edgelift::test {

using namespace std::chrono_literals;

class QtHttpTransportTest final : public QObject
{
    Q_OBJECT
    QtHttpTransport m_transport;

    static HttpRequest get(const QUrl &url)
    {
        HttpRequest out;
        out.url = url;
        out.timeout = 5s;
        return out;
    }

private Q_SLOTS:
    void aRequestGoesOutAsItIsAndItsAnswerComesBack()
    {
        LoopbackServer server;
        server.answer("HTTP/1.1 403 No\r\nX-Thing: a\r\nDate: Sun, 01 Jun 2025 08:30:00 GMT\r\nContent-Length: 5\r\n\r\nhello");
        HttpRequest request = get(server.url(QStringLiteral("/a%2Fb?x=%2A&uploads")));
        request.method = "POST";
        request.headers = {{"Host", "bucket.example.com"}, {"Content-Type", "text/plain"}, {"x-acs-action", "Do"}};
        request.body = "body";
        const Result<HttpReply> reply = m_transport.send(request, {});
        QVERIFY(reply);
        QCOMPARE(reply->status, 403);
        QCOMPARE(reply->body, QByteArray("hello"));
        QCOMPARE(reply->header("x-thing"), QByteArray("a"));
        const QByteArray seen = server.requests().first();
        QVERIFY(seen.startsWith("POST /a%2Fb?x=%2A&uploads HTTP/1.1\r\n"));
        QVERIFY(seen.contains("\r\nHost: bucket.example.com\r\n"));
        QVERIFY(seen.contains("\r\nContent-Length: 4\r\n"));
        QVERIFY(seen.endsWith("\r\n\r\nbody"));
    }

    void everyMethodIsSpoken_data()
    {
        QTest::addColumn<QByteArray>("method");
        for (const char *method : {"GET", "HEAD", "PUT", "POST", "DELETE"})
            QTest::newRow(method) << QByteArray(method);
    }

    void everyMethodIsSpoken()
    {
        QFETCH(QByteArray, method);
        LoopbackServer server;
        server.answer(method == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" : "HTTP/1.1 204 No\r\n\r\n");
        HttpRequest request = get(server.url());
        request.method = method;
        request.headers = {{"Content-Type", "text/plain"}};
        const Result<HttpReply> reply = m_transport.send(request, {});
        QVERIFY(reply);
        QVERIFY(server.requests().first().startsWith(method + ' '));
        if (method == "HEAD")
            QCOMPARE(reply->header("Content-Length"), QByteArray("99"));
    }

    void aPartOfAFileIsStreamed()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("f")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QByteArray content(300000, '\0');
        for (int i = 0; i < content.size(); ++i)
            content[i] = char(i % 253);
        QCOMPARE(file.write(content), content.size());
        file.close();
        LoopbackServer server;
        server.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        HttpRequest request = get(server.url());
        request.method = "PUT";
        request.headers = {{"Content-Type", "application/octet-stream"}};
        request.bodyFile = file.fileName();
        request.bodyOffset = 1000;
        request.bodyLength = 250000;
        QVERIFY(m_transport.send(request, {}));
        QVERIFY(server.requests().first().endsWith("\r\n\r\n" + content.mid(1000, 250000)));
        request.bodyLength = 300000;
        QCOMPARE(m_transport.send(request, {}).error().code, ErrorCode::FileUnreadable);
    }

    void noRedirectionIsFollowed()
    {
        LoopbackServer elsewhere;
        LoopbackServer server;
        server.answer("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url().toEncoded() + "\r\nContent-Length: 0\r\n\r\n");
        HttpRequest request = get(server.url());
        request.headers = {{"Authorization", "Bearer secret"}};
        const Result<HttpReply> reply = m_transport.send(request, {});
        QVERIFY(reply);
        QCOMPARE(reply->status, 302);
        QVERIFY(elsewhere.requests().isEmpty());
    }

    void nobodyThereMeansNothingWasSent()
    {
        QUrl url;
        {
            const LoopbackServer gone;
            url = gone.url();
        }
        const Result<HttpReply> reply = m_transport.send(get(url), {});
        QVERIFY(!reply);
        QCOMPARE(reply.error().code, ErrorCode::CloudUnreachable);
        QCOMPARE(reply.error().args, (QStringList{url.authority(), QStringLiteral("refused")}));
    }

    void silenceAndBrokenAnswersLeaveTheOutcomeUnknown_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<bool>("close");
        QTest::newRow("silence") << QByteArray() << false;
        QTest::newRow("closed without a word") << QByteArray() << true;
        QTest::newRow("closed within the body") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\"") << true;
        QTest::newRow("stuck within the body") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\"") << false;
        QTest::newRow("closed within the head") << QByteArray("HTTP/1.1 200 OK\r\nContent-Le") << true;
    }

    void silenceAndBrokenAnswersLeaveTheOutcomeUnknown()
    {
        QFETCH(QByteArray, answer);
        QFETCH(bool, close);
        LoopbackServer server;
        server.answer(answer, close);
        HttpRequest request = get(server.url());
        request.method = "POST";
        request.headers = {{"Content-Type", "text/plain"}};
        request.body = "x";
        request.timeout = 300ms;
        const Result<HttpReply> reply = m_transport.send(request, {});
        QVERIFY(!reply);
        QCOMPARE(reply.error().code, ErrorCode::CloudTimedOut);
        QCOMPARE(server.requests().size(), 1); // Qt sends again by itself unless it cannot
    }

    void aStopReturnsAtOnce()
    {
        LoopbackServer server;
        server.answer({}, false);
        HttpRequest request = get(server.url());
        request.timeout = 60s;
        std::stop_source stop;
        const std::jthread stopper([&] {
            server.waitForRequest();
            stop.request_stop();
        });
        QElapsedTimer timer;
        timer.start();
        const Result<HttpReply> reply = m_transport.send(request, stop.get_token());
        QVERIFY(!reply);
        QCOMPARE(reply.error().code, ErrorCode::CloudTimedOut);
        QVERIFY(timer.elapsed() < 10000);
    }

    void theKeyOfTheServerDecides()
    {
        LoopbackServer server(LoopbackServer::Tls::SelfSigned);
        const QByteArray reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
        for (int i = 0; i < 3; ++i)
            server.answer(reply, true);
        HttpRequest request = get(server.url());
        request.headers = {{"Authorization", "Bearer secret"}};
        request.timeout = 60s; // a handshake on a busy machine

        const Result<HttpReply> unpinned = m_transport.send(request, {});
        QVERIFY(!unpinned);
        QCOMPARE(unpinned.error().code, ErrorCode::PeerNotTrusted);
        request.certificatePin = QByteArray(32, 'x');
        const Result<HttpReply> wrong = m_transport.send(request, {});
        QVERIFY(!wrong);
        QCOMPARE(wrong.error().code, ErrorCode::PeerNotTrusted);
        QVERIFY(server.requests().isEmpty()); // not a byte of the request reached it

        request.certificatePin = certificatePin(server.certificate());
        const Result<HttpReply> right = m_transport.send(request, {});
        QVERIFY2(right, right ? "" : qPrintable(right.error().detail));
        QCOMPARE(right->body, QByteArray("ok"));
    }

    void anAuthorityDoesNotReplaceThePinnedKey()
    {
        LoopbackServer server(LoopbackServer::Tls::SelfSigned);
        server.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", true);
        const QSslConfiguration before = QSslConfiguration::defaultConfiguration();
        QSslConfiguration trusting = before;
        trusting.addCaCertificate(server.certificate());
        QSslConfiguration::setDefaultConfiguration(trusting);
        const auto restore = qScopeGuard([&before] { QSslConfiguration::setDefaultConfiguration(before); });
        HttpRequest request = get(server.url());
        request.timeout = 60s;
        const Result<HttpReply> trusted = m_transport.send(request, {});
        QVERIFY2(trusted, trusted ? "" : qPrintable(trusted.error().detail));
        QCOMPARE(server.requests().size(), 1);

        request.certificatePin = QByteArray(32, 'x');
        const Result<HttpReply> pinned = m_transport.send(request, {});
        QVERIFY(!pinned);
        QCOMPARE(pinned.error().code, ErrorCode::PeerNotTrusted);
        QCOMPARE(server.requests().size(), 1); // not a byte of the second request reached it
    }

    void manyWorkersShareOneTransport()
    {
        LoopbackServer server;
        for (int i = 0; i < 16; ++i)
            server.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", true);
        std::atomic<int> good{0};
        {
            std::vector<std::jthread> workers;
            for (int i = 0; i < 16; ++i)
                workers.emplace_back([&] {
                    const Result<HttpReply> reply = m_transport.send(get(server.url()), {});
                    good += reply && reply->body == "ok";
                });
        }
        QCOMPARE(good.load(), 16);
    }
};

}

QTEST_GUILESS_MAIN(edgelift::test::QtHttpTransportTest)
#include "tst_qthttptransport.moc"
