#include "core/cloud/rpcclient.h"
#include "core/credential/hashing.h"
#include "core/credential/requestverification.h"
#include "tests/unit/cloud/faketransport.h"

#include <QtTest>

namespace edgelift::test {

using namespace std::chrono_literals;

class RpcClientCalls final : public QObject
{
    Q_OBJECT
    /// A client on a fake network; the policy waits 1 s, 2 s, 4 s, … at most 5 s, in 4 attempts.
    struct Bench
    {
        FakeTransport network;
        FakeCredentials credentials;
        FakeClock clock;
        RpcClient client{CloudAccess{network, credentials, clock, RetryPolicy{4, 1s, 5s}}, Endpoints()};

        explicit Bench(const QString &securityToken = {})
            : credentials(securityToken)
        {
        }
        Result<QJsonObject> call(bool harmlessTwice = true, const std::stop_token &stop = {})
        {
            RpcCall one{Product::Ecs, QStringLiteral("StopInstance"), QStringLiteral("cn-beijing"), {}};
            one.parameters.text(QStringLiteral("InstanceId"), QStringLiteral("i-1+ ü*"));
            one.harmlessTwice = harmlessTwice;
            return client.call(one, stop);
        }
    };
    /// Would a server that reads the request off the wire accept its signature?
    static signing::Verdict verdictOf(const HttpRequest &request)
    {
        signing::AcsRequest seen{request.method, request.url.path(), {}, {}, hashing::sha256Hex(request.body)};
        if (request.body.isEmpty())
            seen.query = parametersOf(request);
        for (const auto &[name, value] : request.headers)
            seen.headers.append({QString::fromUtf8(name), QString::fromUtf8(value)});
        const Result<signing::AcsClaim> claim = signing::parseAcsAuthorization(headerOf(request, "Authorization"));
        return claim ? verify(seen, *claim, Secret("secret-of-the-tests")) : signing::Verdict::Incomplete;
    }

private Q_SLOTS:
    void aCallIsSignedAndItsJsonComesBack()
    {
        Bench bench;
        bench.network.answer(200, R"({"RequestId":"r","Answer":42})");
        const Result<QJsonObject> reply = bench.call();
        QVERIFY(reply);
        QCOMPARE(reply->value(QLatin1String("Answer")).toInt(), 42);
        const HttpRequest &sent = bench.network.requests.first();
        QCOMPARE(sent.method, QByteArray("POST"));
        QCOMPARE(sent.url.host(), QStringLiteral("ecs.cn-beijing.aliyuncs.com"));
        QCOMPARE(headerOf(sent, "Host"), QByteArray("ecs.cn-beijing.aliyuncs.com"));
        QCOMPARE(headerOf(sent, "x-acs-action"), QByteArray("StopInstance"));
        QCOMPARE(headerOf(sent, "x-acs-version"), QByteArray("2014-05-26"));
        QCOMPARE(headerOf(sent, "x-acs-date"), QByteArray("2025-06-01T08:30:00Z"));
        QCOMPARE(parameterOf(sent, "InstanceId"), QStringLiteral("i-1+ ü*"));
        QCOMPARE(verdictOf(sent), signing::Verdict::Valid);
    }

    void aFormBodyIsSignedToo()
    {
        Bench bench;
        bench.network.answer(200);
        RpcCall call{Product::Ecs, QStringLiteral("RunInstances"), QStringLiteral("cn-beijing"), {}, true};
        call.parameters.text(QStringLiteral("UserData"), QStringLiteral("a+b/c=="));
        QVERIFY(bench.client.call(call, {}));
        const HttpRequest &sent = bench.network.requests.first();
        QVERIFY(!sent.url.hasQuery());
        QCOMPARE(sent.body, QByteArray("UserData=a%2Bb%2Fc%3D%3D"));
        QCOMPARE(verdictOf(sent), signing::Verdict::Valid);
    }

    void temporaryCredentialsSendTheirToken()
    {
        Bench bench(QStringLiteral("CAIS/+="));
        bench.network.answer(200);
        QVERIFY(bench.call());
        const HttpRequest &sent = bench.network.requests.first();
        QCOMPARE(headerOf(sent, "x-acs-security-token"), QByteArray("CAIS/+="));
        QCOMPARE(headerOf(sent, "x-acs-accesskey-id"), QByteArray("id-1"));
        QCOMPARE(verdictOf(sent), signing::Verdict::Valid);
    }

    void throttlingIsAnsweredByWaitingLongerAndLonger()
    {
        Bench bench;
        bench.network.refuse(400, "Throttling.User").answer(503, "").refuse(400, "Throttling").answer(200);
        QVERIFY(bench.call());
        QCOMPARE(bench.network.requests.size(), 4);
        QCOMPARE(bench.clock.sleeps.size(), 3);
        const QList<std::chrono::milliseconds> full{1s, 2s, 4s};
        for (int i = 0; i < 3; ++i) {
            QVERIFY(bench.clock.sleeps.at(i) <= full.at(i));
            QVERIFY(bench.clock.sleeps.at(i) >= full.at(i) / 2);
        }
    }

    void everyAttemptHasItsOwnNonceAndDate()
    {
        Bench bench;
        bench.network.refuse(400, "Throttling").answer(200);
        QVERIFY(bench.call());
        const HttpRequest &first = bench.network.requests.at(0);
        const HttpRequest &second = bench.network.requests.at(1);
        QVERIFY(headerOf(first, "x-acs-signature-nonce") != headerOf(second, "x-acs-signature-nonce"));
        QCOMPARE(verdictOf(second), signing::Verdict::Valid);
    }

    void itGivesUpAfterTheLastAttemptAndSaysWhy()
    {
        Bench bench;
        for (int i = 0; i < 5; ++i)
            bench.network.refuse(400, "Throttling.User");
        const Result<QJsonObject> reply = bench.call();
        QVERIFY(!reply);
        QCOMPARE(reply.error().code, ErrorCode::CloudThrottled);
        QCOMPARE(reply.error().retry, Retry::AfterWait);
        QVERIFY(reply.error().detail.contains(QLatin1String("RID-1")));
        QCOMPARE(bench.network.requests.size(), 4);
    }

    void aRefusalIsNotRepeated()
    {
        Bench bench;
        bench.network.refuse(403, "Forbidden.RAM");
        QCOMPARE(bench.call().error().code, ErrorCode::PermissionMissing);
        QCOMPARE(bench.network.requests.size(), 1);
        QVERIFY(bench.clock.sleeps.isEmpty());
    }

    void withoutAnAnswerOnlyHarmlessCallsAreSentAgain_data()
    {
        QTest::addColumn<bool>("harmless");
        QTest::addColumn<ErrorCode>("fault");
        QTest::addColumn<int>("requests");
        QTest::newRow("no answer, harmless") << true << ErrorCode::CloudTimedOut << 2;
        QTest::newRow("no answer, not harmless") << false << ErrorCode::CloudTimedOut << 1;
        QTest::newRow("no connection, harmless") << true << ErrorCode::CloudUnreachable << 2;
        QTest::newRow("no connection: nothing was sent") << false << ErrorCode::CloudUnreachable << 2;
        QTest::newRow("a stranger answered") << true << ErrorCode::PeerNotTrusted << 1;
    }

    void withoutAnAnswerOnlyHarmlessCallsAreSentAgain()
    {
        QFETCH(bool, harmless);
        QFETCH(ErrorCode, fault);
        QFETCH(int, requests);
        Bench bench;
        bench.network.fail(fault).answer(200);
        const Result<QJsonObject> reply = bench.call(harmless);
        QCOMPARE(bench.network.requests.size(), requests);
        QCOMPARE(bool(reply), requests == 2);
        if (!reply)
            QCOMPARE(reply.error().code, fault);
    }

    void aServerErrorIsRepeatedForHarmlessCallsOnly()
    {
        Bench harmless;
        harmless.network.refuse(500, "InternalError").answer(200);
        QVERIFY(harmless.call(true));
        Bench creating;
        creating.network.refuse(500, "InternalError").answer(200);
        QVERIFY(!creating.call(false));
        QCOMPARE(creating.network.requests.size(), 1);
    }

    void expiredCredentialsAreRenewedOnceWithoutWaiting()
    {
        Bench bench(QStringLiteral("token"));
        bench.network.refuse(400, "InvalidSecurityToken.Expired").answer(200);
        QVERIFY(bench.call(false));
        QCOMPARE(bench.credentials.refreshes, 1);
        QVERIFY(bench.clock.sleeps.isEmpty());
        QVERIFY(headerOf(bench.network.requests.at(1), "Authorization").contains("Credential=id-2,"));

        Bench hopeless(QStringLiteral("token"));
        hopeless.network.refuse(400, "InvalidSecurityToken.Expired").refuse(400, "InvalidSecurityToken.Expired");
        QCOMPARE(hopeless.call().error().code, ErrorCode::CredentialsExpired);
        QCOMPARE(hopeless.network.requests.size(), 2);
    }

    void aStopEndsTheWaiting()
    {
        Bench bench;
        std::stop_source stop;
        bench.clock.onSleep = [&stop] { stop.request_stop(); };
        bench.network.refuse(400, "Throttling").answer(200);
        const Result<QJsonObject> reply = bench.call(true, stop.get_token());
        QVERIFY(!reply);
        QCOMPARE(reply.error().code, ErrorCode::CloudTimedOut);
        QCOMPARE(bench.network.requests.size(), 1);
    }

    void aSuccessThatIsNotJsonIsNotUnderstood()
    {
        for (const QByteArray &body : {QByteArray(), QByteArray("<html>login</html>"), QByteArray("[1]"), QByteArray("{\"a\":")}) {
            Bench bench;
            bench.network.answer(200, body);
            QCOMPARE(bench.call().error().code, ErrorCode::CloudReplyUnreadable);
        }
    }

    void deletingWhatIsGoneIsSuccess()
    {
        const RpcCall call{Product::Ecs, QStringLiteral("DeleteSecurityGroup"), QStringLiteral("cn-beijing"), {}};
        Bench gone;
        gone.network.refuse(404, "InvalidSecurityGroupId.NotFound");
        QVERIFY(gone.client.remove(call, {}));
        Bench used;
        used.network.refuse(400, "DependencyViolation").refuse(400, "DependencyViolation").answer(200);
        QVERIFY(used.client.remove(call, {}));
        QCOMPARE(used.network.requests.size(), 3);
        Bench refused;
        refused.network.refuse(403, "Forbidden.RAM");
        QVERIFY(!refused.client.remove(call, {}));
    }

    void anUnusualPortIsPartOfTheSignedHost()
    {
        Bench bench;
        const RpcClient client(
            CloudAccess{bench.network, bench.credentials, bench.clock, {}}, Endpoints(QUrl(QStringLiteral("http://127.0.0.1:4711"))));
        bench.network.answer(200);
        QVERIFY(client.call({Product::Sts, QStringLiteral("GetCallerIdentity"), {}, {}}, {}));
        QCOMPARE(headerOf(bench.network.requests.first(), "Host"), QByteArray("127.0.0.1:4711"));
        QCOMPARE(verdictOf(bench.network.requests.first()), signing::Verdict::Valid);
    }
};

}

QTEST_APPLESS_MAIN(edgelift::test::RpcClientCalls)
#include "tst_rpcclient.moc"
