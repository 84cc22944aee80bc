#include "core/base/errortext.h"
#include "core/cloud/qthttptransport.h"
#include "tests/unit/cloud/loopbackserver.h"

#include <QScopeGuard>
#include <QTcpServer>
#include <QtTest>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace edgelift::test {

using namespace std::chrono_literals;

/// Why an address does not answer, by the real transport.
class SilenceTest final : public QObject
{
    Q_OBJECT
    QtHttpTransport m_transport;

    /// "CloudUnreachable refused", or "an answer".
    QString causeAt(const QUrl &url, std::chrono::milliseconds timeout = 60s) // a handshake on a busy machine
    {
        HttpRequest request;
        request.url = url;
        request.timeout = timeout;
        const Result<HttpReply> reply = m_transport.send(request, {});
        return reply ? QStringLiteral("an answer") : codeName(reply.error().code) + QLatin1Char(' ') + reply.error().args.value(1);
    }

private Q_SLOTS:
    void theCauseOfSilenceIsNamed()
    {
        const QString label(60, QLatin1Char('a'));
        const QStringList tooLong(5, label); // more than a name can have, so nobody is asked for it
        QCOMPARE(causeAt(QUrl(QLatin1String("http://") + tooLong.join(QLatin1Char('.')))), QStringLiteral("CloudUnreachable unknown-name"));
        LoopbackServer mute; // no TLS there: it waits for the rest of a request
        QUrl encrypted = mute.url();
        encrypted.setScheme(QStringLiteral("https"));
        QCOMPARE(causeAt(encrypted, 300ms), QStringLiteral("CloudUnreachable no-answer"));
        QTcpServer cutting;
        QVERIFY(cutting.listen(QHostAddress::LocalHost));
        const std::jthread cutter([listening = int(cutting.socketDescriptor())] {
            pollfd asked{listening, POLLIN, 0}; // the socket is Qt's and does not block
            if (::poll(&asked, 1, 60000) == 1)
                ::close(::accept(listening, nullptr, nullptr));
        });
        QCOMPARE(causeAt(QUrl(QStringLiteral("https://127.0.0.1:%1/").arg(cutting.serverPort()))), QStringLiteral("CloudUnreachable cut"));
    }

    void theCauseOfDistrustIsNamed()
    {
        LoopbackServer stranger(LoopbackServer::Tls::SelfSigned);
        QCOMPARE(causeAt(stranger.url()), QStringLiteral("PeerNotTrusted unknown-issuer"));
        LoopbackServer old(LoopbackServer::Tls::Expired);
        QCOMPARE(causeAt(old.url()), QStringLiteral("PeerNotTrusted wrong-time"));
        QUrl otherName = stranger.url();
        otherName.setHost(QStringLiteral("localhost"));
        QCOMPARE(causeAt(otherName), QStringLiteral("PeerNotTrusted wrong-name"));
    }

    void aProxyThatDoesNotPassIsNamed_data()
    {
        QTest::addColumn<QString>("url");
        QTest::newRow("plain") << QStringLiteral("http://cloud.example/");
        QTest::newRow("encrypted") << QStringLiteral("https://cloud.example/");
    }

    void aProxyThatDoesNotPassIsNamed()
    {
        QFETCH(QString, url);
        const auto causeBehind = [this, &url](const QUrl &proxy) {
            for (const char *name : {"http_proxy", "https_proxy"})
                qputenv(name, proxy.toEncoded());
            const auto restore = qScopeGuard([] {
                for (const char *name : {"http_proxy", "https_proxy"})
                    qunsetenv(name);
            });
            return causeAt(QUrl(url));
        };
        LoopbackServer proxy;
        proxy.answer("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n", true);
        QCOMPARE(causeBehind(proxy.url()), QStringLiteral("CloudUnreachable proxy-login"));
        QUrl gone;
        {
            const LoopbackServer other;
            gone = other.url();
        }
        QCOMPARE(causeBehind(gone), QStringLiteral("CloudUnreachable proxy"));
    }
};

}

QTEST_GUILESS_MAIN(edgelift::test::SilenceTest)
#include "tst_silence.moc"
