#include "core/cloud/credentialsource.h"
#include "core/cloud/serviceclient.h"
#include "tests/unit/cloud/faketransport.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>
#include <thread>

namespace edgelift::test {

class ServiceClientCalls final : public QObject
{
    Q_OBJECT
    static QString s(const char *text) { return QString::fromUtf8(text); }
    struct Bench
    {
        FakeTransport network;
        FakeClock clock;
        ServiceClient service{network, clock, {QUrl(s("https://service:8443/smc/")), QByteArray(32, 'p')}, RetryPolicy{2}};
        ActivationCode code{QUrl(s("https://service:8443/smc/")), QByteArray(32, 'p'), s("at-1"), Secret("the-code")};
        SourceDescription source{s("web"), s("machine-1"), s("web.local"), s("Debian"), s("x86_64"), 40, {100, 200}};
    };
    static QByteArray credentialsReply(const char *id, const char *expires)
    {
        return QJsonDocument(QJsonObject{{s("accessKeyId"), s(id)}, {s("accessKeySecret"), s("secret-1")}, {s("securityToken"), s("tok")},
                                 {s("expires"), s(expires)}, {s("accountId"), s("1234567890123456")}})
            .toJson();
    }

private Q_SLOTS:
    void aCodeIsRedeemed()
    {
        Bench bench;
        const QJsonObject given{{s("sourceId"), s("s-1")}, {s("sessionToken"), s("session-1")}, {s("heartbeatSeconds"), 15},
            {s("observedAddress"), s("203.0.113.7")}, {s("endpoint"), s("http://127.0.0.1:8080")}};
        bench.network.answer(200, QJsonDocument(given).toJson());
        const Result<Registration> registration = bench.service.redeem(bench.code, bench.source, {});
        QVERIFY(registration);
        QCOMPARE(registration->sourceId, s("s-1"));
        QCOMPARE(registration->sessionToken.reveal(), QByteArray("session-1"));
        QCOMPARE(registration->heartbeat, std::chrono::seconds(15));
        QCOMPARE(registration->observedAddress, s("203.0.113.7"));
        QCOMPARE(registration->endpoint, QUrl(s("http://127.0.0.1:8080")));
        const HttpRequest &sent = bench.network.requests.first();
        QCOMPARE(sent.url, QUrl(s("https://service:8443/smc/agent/v1/redeem")));
        QCOMPARE(sent.certificatePin, QByteArray(32, 'p'));
        const QJsonObject body = QJsonDocument::fromJson(sent.body).object();
        QCOMPARE(body.value(QLatin1String("tokenId")).toString(), s("at-1"));
        QCOMPARE(body.value(QLatin1String("tokenCode")).toString(), s("the-code"));
        QCOMPARE(body.value(QLatin1String("source")).toObject().value(QLatin1String("machineId")).toString(), s("machine-1"));
        QVERIFY(headerOf(sent, "Authorization").isEmpty());
    }

    void aRefusedCodeSaysWhy_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("fact");
        QTest::newRow("unknown") << 404 << QByteArray(R"({"code":"AccessToken.NotFound"})") << ErrorCode::CodeRejected << QString();
        QTest::newRow("expired") << 403 << QByteArray(R"({"code":"AccessToken.Expired","expired":"2025-05-01T00:00:00Z"})")
                                 << ErrorCode::CodeExpired << s("2025-05-01T00:00:00Z");
        QTest::newRow("used up") << 403 << QByteArray(R"({"code":"AccessToken.QuotaExceeded","limit":2})") << ErrorCode::CodeUsedUp
                                 << s("2");
        QTest::newRow("disabled") << 403 << QByteArray(R"({"code":"AccessToken.Disabled"})") << ErrorCode::CodeDisabled << QString();
    }

    void aRefusedCodeSaysWhy()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(ErrorCode, code);
        QFETCH(QString, fact);
        Bench bench;
        bench.network.answer(status, body);
        const Result<Registration> registration = bench.service.redeem(bench.code, bench.source, {});
        QVERIFY(!registration);
        QCOMPARE(registration.error().code, code);
        QCOMPARE(registration.error().retry, Retry::AfterUserAction);
        if (!fact.isEmpty())
            QCOMPARE(registration.error().args.value(0), fact);
        QCOMPARE(bench.network.requests.size(), 1);
    }

    void aSessionCarriesItsToken()
    {
        Bench bench;
        bench.network.answer(200).answer(200);
        QVERIFY(bench.service.heartbeat(Secret("session-1"), {}));
        QVERIFY(bench.service.reportStatus(Secret("session-1"), {s("j-1"), s("Running"), s("Syncing"), 42.5, {}}, {}));
        for (const HttpRequest &request : bench.network.requests)
            QCOMPARE(headerOf(request, "Authorization"), QByteArray("Bearer session-1"));
        QCOMPARE(QJsonDocument::fromJson(bench.network.requests.last().body).object().value(QLatin1String("progress")).toDouble(), 42.5);
    }

    void aServiceThatIsBusyIsAskedAgain()
    {
        Bench bench;
        bench.network.fail(ErrorCode::CloudUnreachable).answer(200);
        QVERIFY(bench.service.heartbeat(Secret("session-1"), {}));
        bench.network.fail(ErrorCode::CloudUnreachable).fail(ErrorCode::CloudUnreachable);
        const Result<QString> none = bench.service.heartbeat(Secret("session-1"), {});
        QCOMPARE(none.error().code, ErrorCode::CloudUnreachable);
        QCOMPARE(none.error().args, QStringList{s("service:8443")});
    }

    void repliesWithoutTheNeededAreNotUnderstood()
    {
        Bench bench;
        bench.network.answer(200, R"({"sourceId":"s-1"})").answer(200, R"({"accessKeyId":"a"})").answer(200, "[]");
        QCOMPARE(bench.service.redeem(bench.code, bench.source, {}).error().code, ErrorCode::CloudReplyUnreadable);
        QCOMPARE(bench.service.credentials(Secret("x"), {}).error().code, ErrorCode::CloudReplyUnreadable);
        QCOMPARE(bench.service.heartbeat(Secret("x"), {}).error().code, ErrorCode::CloudReplyUnreadable);
    }

    void credentialsAreKeptUntilFiveMinutesBeforeTheirEnd()
    {
        Bench bench; // 08:30:00
        bench.network.answer(200, credentialsReply("STS.1", "2025-06-01T09:30:00Z"))
            .answer(200, credentialsReply("STS.2", "2025-06-01T10:30:00Z"));
        ServiceCredentials source(bench.service, Secret("session-1"), bench.clock);
        QCOMPARE(source.credentials({})->accessKeyId, s("STS.1"));
        bench.clock.advance(3600 - 301);
        QCOMPARE(source.credentials({})->accessKeyId, s("STS.1"));
        QCOMPARE(bench.network.requests.size(), 1);
        bench.clock.advance(1);
        QCOMPARE(source.credentials({})->accessKeyId, s("STS.2"));
        QCOMPARE(bench.network.requests.size(), 2);
    }

    void credentialsTheCloudCallsExpiredAreNotUsedAgain()
    {
        Bench bench;
        bench.network.answer(200, credentialsReply("STS.1", "2025-06-01T09:30:00Z"))
            .answer(200, credentialsReply("STS.2", "2025-06-01T10:30:00Z"));
        ServiceCredentials source(bench.service, Secret("session-1"), bench.clock);
        QVERIFY(source.credentials({}));
        QVERIFY(source.refresh(s("STS.1")));
        QCOMPARE(source.credentials({})->accessKeyId, s("STS.2"));
        QVERIFY(source.refresh(s("STS.1"))); // another worker, late: what is new stays
        QCOMPARE(source.credentials({})->accessKeyId, s("STS.2"));
        QCOMPARE(bench.network.requests.size(), 2);
    }

    void aServiceThatIsAwayDoesNotEndWhatStillWorks()
    {
        Bench bench;
        bench.network.answer(200, credentialsReply("STS.1", "2025-06-01T09:30:00Z"));
        ServiceCredentials source(bench.service, Secret("session-1"), bench.clock);
        QVERIFY(source.credentials({}));
        bench.clock.advance(3400);
        bench.network.fail(ErrorCode::CloudUnreachable).fail(ErrorCode::CloudUnreachable);
        QCOMPARE(source.credentials({})->accessKeyId, s("STS.1"));
        bench.clock.advance(300);
        bench.network.fail(ErrorCode::CloudUnreachable).fail(ErrorCode::CloudUnreachable);
        QCOMPARE(source.credentials({}).error().code, ErrorCode::CloudUnreachable);
    }

    void manyWorkersAskOnce()
    {
        Bench bench;
        bench.network.answer(200, credentialsReply("STS.1", "2025-06-01T09:30:00Z"));
        ServiceCredentials source(bench.service, Secret("session-1"), bench.clock);
        std::atomic<int> right{0};
        {
            std::vector<std::jthread> workers;
            for (int i = 0; i < 8; ++i)
                workers.emplace_back([&] { right += source.credentials({})->accessKeyId == QLatin1String("STS.1"); });
        }
        QCOMPARE(right.load(), 8);
        QCOMPARE(bench.network.requests.size(), 1);
    }
};

}

QTEST_APPLESS_MAIN(edgelift::test::ServiceClientCalls)
#include "tst_serviceclient.moc"
