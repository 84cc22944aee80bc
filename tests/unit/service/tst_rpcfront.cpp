#include "servicefixture.h"

#include <QTest>

using namespace edgelift;
using namespace edgelift::test;

using Tamper = void (*)(WireRequest &);
Q_DECLARE_METATYPE(Tamper)

class RpcFrontTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_rig = std::make_unique<ServiceRig>(m_dir->path());
    }
    void cleanup() { m_rig.reset(); }
    void aRightSignatureIsAccepted_data();
    void aRightSignatureIsAccepted();
    void theOlderSignatureIsAccepted_data();
    void theOlderSignatureIsAccepted();
    void anyChangeOnTheWayIsRefused_data();
    void anyChangeOnTheWayIsRefused();
    void theOlderSignatureIsVerifiedToo();
    void timeMustBeWithinFifteenMinutes_data();
    void timeMustBeWithinFifteenMinutes();
    void aNonceCountsOnce();
    void aRefusedNonceIsNotRemembered();
    void unknownKeysAreNotFound();
    void temporaryCredentialsNeedTheirTokenAndTime();
    void theShapesAreEnforced_data();
    void theShapesAreEnforced();
    void theHandlerSeesWhatWasSent();
    void refusalsLookLikeTheCloudsOwn();
    void aHandlerThatFailsIsAnInternalError();
    void longParametersFitIntoAForm();
    void aBodyOverTheLimitIsRefusedAndTheConnectionGoesOn();

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<ServiceRig> m_rig;
};

const signing::Pairs difficult{{QStringLiteral("Name"), QStringLiteral("n-1")},
    {QStringLiteral("AccessTokenId.1"), QStringLiteral("a b+c*d~e%20'()!")}, {QStringLiteral("AccessTokenId.2"), QString::fromUtf8("机器")},
    {QStringLiteral("AccessTokenId.10"), QStringLiteral("a=b&c")}};

void RpcFrontTest::aRightSignatureIsAccepted_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<bool>("form");
    QTest::newRow("query, POST") << QByteArray("POST") << false;
    QTest::newRow("query, GET") << QByteArray("GET") << false;
    QTest::newRow("form") << QByteArray("POST") << true;
}

void RpcFrontTest::aRightSignatureIsAccepted()
{
    QFETCH(QByteArray, method);
    QFETCH(bool, form);
    RpcCase call;
    call.parameters = difficult;
    call.method = method;
    call.form = form;
    const WireReply reply = m_rig->call(call);
    QVERIFY2(reply.status == 200, reply.body.constData());
    QVERIFY(!reply.json().value(QLatin1String("RequestId")).toString().isEmpty());
}

void RpcFrontTest::theOlderSignatureIsAccepted_data() { aRightSignatureIsAccepted_data(); }

void RpcFrontTest::theOlderSignatureIsAccepted()
{
    QFETCH(QByteArray, method);
    QFETCH(bool, form);
    RpcCase call;
    call.parameters = difficult;
    call.method = method;
    call.form = form;
    const WireReply reply = send(m_rig->endpoint(), rpcSha1(call, m_rig->root, m_rig->clock.now()));
    QVERIFY2(reply.status == 200, reply.body.constData());
}

QString &headerOf(WireRequest &request, const char *name)
{
    for (auto &[key, value] : request.headers) {
        if (key == QLatin1String(name))
            return value;
    }
    qFatal("no such header");
}

void RpcFrontTest::anyChangeOnTheWayIsRefused_data()
{
    QTest::addColumn<Tamper>("tamper");
    QTest::addColumn<QString>("code");
    const QString wrong = QStringLiteral("SignatureDoesNotMatch");
    const QString incomplete = QStringLiteral("IncompleteSignature");
    const auto row = [](const char *name, Tamper tamper, const QString &code) { QTest::newRow(name) << tamper << code; };
    row(
        "one byte of the body", [](WireRequest &r) { r.body[0] = 'M'; }, incomplete);
    row(
        "body and its hash",
        [](WireRequest &r) {
            r.body += "&Status=x";
            headerOf(r, "x-acs-content-sha256") = QStringLiteral("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        },
        incomplete);
    row(
        "a query added", [](WireRequest &r) { r.target += "?Status=expired"; }, wrong);
    row(
        "another action", [](WireRequest &r) { headerOf(r, "x-acs-action") = QStringLiteral("DeleteAccessToken"); }, wrong);
    row(
        "another nonce", [](WireRequest &r) { headerOf(r, "x-acs-signature-nonce") += QLatin1Char('x'); }, wrong);
    row(
        "another host", [](WireRequest &r) { headerOf(r, "host") = QStringLiteral("smc.aliyuncs.com"); }, wrong);
    row(
        "a header nobody signed",
        [](WireRequest &r) {
            r.headers.append({QStringLiteral("x-acs-extra"), QStringLiteral("1")});
        },
        incomplete);
    row(
        "one digit of the signature",
        [](WireRequest &r) {
            QString &value = headerOf(r, "Authorization");
            value[value.size() - 1] = value.back() == QLatin1Char('0') ? QLatin1Char('1') : QLatin1Char('0');
        },
        wrong);
    row(
        "no signature", [](WireRequest &r) { r.headers.removeLast(); }, incomplete);
    row(
        "another algorithm", [](WireRequest &r) { headerOf(r, "Authorization").replace(QLatin1String("SHA256"), QLatin1String("SHA1")); },
        incomplete);
    row(
        "another method", [](WireRequest &r) { r.method = "PUT"; }, wrong);
}

void RpcFrontTest::anyChangeOnTheWayIsRefused()
{
    QFETCH(Tamper, tamper);
    RpcCase call;
    call.parameters = {{QStringLiteral("Name"), QStringLiteral("n-1")}};
    call.form = true;
    WireRequest request = acs3(call, m_rig->root, m_rig->clock.now(), m_rig->endpoint());
    tamper(request);
    const WireReply reply = send(m_rig->endpoint(), request);
    QVERIFY2(reply.status == 400, reply.body.constData());
    QTEST(reply.code(), "code");
}

void RpcFrontTest::theOlderSignatureIsVerifiedToo()
{
    WireRequest request = rpcSha1({}, m_rig->root, m_rig->clock.now());
    request.target.replace("ListAccessTokens", "CreateAccessToken");
    QCOMPARE(send(m_rig->endpoint(), request).code(), QStringLiteral("SignatureDoesNotMatch"));
}

void RpcFrontTest::timeMustBeWithinFifteenMinutes_data()
{
    QTest::addColumn<qint64>("skew");
    QTest::addColumn<int>("status");
    QTest::newRow("just early enough") << qint64(-900) << 200;
    QTest::newRow("too old") << qint64(-901) << 400;
    QTest::newRow("just late enough") << qint64(900) << 200;
    QTest::newRow("from the future") << qint64(901) << 400;
}

void RpcFrontTest::timeMustBeWithinFifteenMinutes()
{
    QFETCH(qint64, skew);
    RpcCase call;
    call.skew = skew;
    const WireReply reply = m_rig->call(call);
    QTEST(reply.status, "status");
    if (reply.status != 200)
        QCOMPARE(reply.code(), QStringLiteral("InvalidTimeStamp.Expired"));
    const WireReply older = send(m_rig->endpoint(), rpcSha1(call, m_rig->root, m_rig->clock.now()));
    QTEST(older.status, "status");
}

void RpcFrontTest::aNonceCountsOnce()
{
    const WireRequest request = acs3({}, m_rig->root, m_rig->clock.now(), m_rig->endpoint());
    QCOMPARE(send(m_rig->endpoint(), request).status, 200);
    m_rig->clock.pass(600);
    const WireReply again = send(m_rig->endpoint(), request);
    QCOMPARE(again.status, 400);
    QCOMPARE(again.code(), QStringLiteral("SignatureNonceUsed"));
    m_rig->clock.pass(3600); // forgotten by now, but too old as well
    QCOMPARE(send(m_rig->endpoint(), request).code(), QStringLiteral("InvalidTimeStamp.Expired"));
}

void RpcFrontTest::aRefusedNonceIsNotRemembered()
{
    RpcCase call;
    call.nonce = QStringLiteral("the-same");
    Credentials wrong = m_rig->root;
    wrong.accessKeySecret = Secret("guessed");
    QCOMPARE(
        send(m_rig->endpoint(), acs3(call, wrong, m_rig->clock.now(), m_rig->endpoint())).code(), QStringLiteral("SignatureDoesNotMatch"));
    QCOMPARE(m_rig->call(call).status, 200); // else a stranger could use up somebody's nonces
}

void RpcFrontTest::unknownKeysAreNotFound()
{
    Credentials stranger{QStringLiteral("LTAIstranger"), Secret("secret"), {}, {}};
    const WireReply reply = send(m_rig->endpoint(), acs3({}, stranger, m_rig->clock.now(), m_rig->endpoint()));
    QCOMPARE(reply.status, 404);
    QCOMPARE(reply.code(), QStringLiteral("InvalidAccessKeyId.NotFound"));
}

void RpcFrontTest::temporaryCredentialsNeedTheirTokenAndTime()
{
    const Credentials made = m_rig->keys->issue(QStringLiteral("role"), QStringLiteral("session"), std::chrono::hours(1));
    const auto ask = [this](
                         const Credentials &who) { return send(m_rig->endpoint(), acs3({}, who, m_rig->clock.now(), m_rig->endpoint())); };
    QCOMPARE(ask(made).status, 200);
    Credentials without = made;
    without.securityToken.clear();
    QCOMPARE(ask(without).code(), QStringLiteral("InvalidSecurityToken.MismatchWithAccessKey"));
    m_rig->clock.pass(3600);
    QCOMPARE(ask(made).code(), QStringLiteral("InvalidSecurityToken.Expired"));
}

void RpcFrontTest::theShapesAreEnforced_data()
{
    QTest::addColumn<QString>("version");
    QTest::addColumn<QString>("action");
    QTest::addColumn<signing::Pairs>("parameters");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("code");
    const QString smc = QStringLiteral("2019-06-01");
    const auto s = [](const char *text) { return QString::fromLatin1(text); };
    const auto row = [&](const char *name, const QString &version, const char *action, const signing::Pairs &parameters, int status,
                         const char *code) { QTest::newRow(name) << version << s(action) << parameters << status << s(code); };
    row("unknown version", s("1999-01-01"), "ListAccessTokens", {}, 400, "InvalidVersion");
    row("unknown action", smc, "MakeCoffee", {}, 404, "InvalidAction.NotFound");
    row("an action of another product", s("2014-05-26"), "ListAccessTokens", {}, 404, "InvalidAction.NotFound");
    row("missing", smc, "DisableAccessToken", {}, 400, "MissingParameter.AccessTokenId");
    row("empty is missing", smc, "DisableAccessToken", {{s("AccessTokenId"), {}}}, 400, "MissingParameter.AccessTokenId");
    row("unknown parameter", smc, "ListAccessTokens", {{s("Colour"), s("red")}}, 400, "InvalidParameter.Colour");
    row("wrong case", smc, "ListAccessTokens", {{s("name"), s("red")}}, 400, "InvalidParameter.name");
    row("no integer", smc, "DescribeSourceServers", {{s("PageNumber"), s("one")}}, 400, "InvalidParameter.PageNumber");
    row("over the maximum", smc, "DescribeSourceServers", {{s("PageSize"), s("51")}}, 400, "InvalidParameter.PageSize");
    row("no boolean", smc, "DeleteSourceServer", {{s("SourceId"), s("s-1")}, {s("Force"), s("yes")}}, 400, "InvalidParameter.Force");
    row("list without number", smc, "DescribeSourceServers", {{s("SourceId"), s("s-1")}}, 400, "InvalidParameter.SourceId");
    row("list from zero", smc, "DescribeSourceServers", {{s("SourceId.0"), s("s-1")}}, 400, "InvalidParameter.SourceId.0");
    row("list too long", smc, "DescribeSourceServers", {{s("SourceId.101"), s("s-1")}}, 400, "InvalidParameter.SourceId.101");
    row("unknown member", smc, "DescribeSourceServers", {{s("Tag.1.Colour"), s("x")}}, 400, "InvalidParameter.Tag.1.Colour");
    row("region is common", smc, "ListAccessTokens", {{s("RegionId"), s("cn-beijing")}}, 200, "");
}

void RpcFrontTest::theShapesAreEnforced()
{
    QFETCH(QString, version);
    QFETCH(QString, action);
    QFETCH(signing::Pairs, parameters);
    RpcCase call;
    call.version = version;
    call.action = action;
    call.parameters = parameters;
    const WireReply reply = m_rig->call(call);
    QTEST(reply.status, "status");
    QTEST(reply.code(), "code");
}

void RpcFrontTest::theHandlerSeesWhatWasSent()
{
    ActionCall seen;
    m_rig->registry.add(QStringLiteral("ecs"), QStringLiteral("RunInstances"), [&seen](const ActionCall &call) {
        seen = call;
        return ActionReply{200, {{QStringLiteral("InstanceIdSets"), QJsonObject()}}};
    });
    RpcCase call;
    call.version = QStringLiteral("2014-05-26");
    call.action = QStringLiteral("RunInstances");
    call.parameters = {{QStringLiteral("RegionId"), QStringLiteral("cn-beijing")},
        {QStringLiteral("SystemDisk.Size"), QStringLiteral("40")}, {QStringLiteral("DataDisk.1.Size"), QStringLiteral("20")},
        {QStringLiteral("DataDisk.1.Encrypted"), QStringLiteral("false")}, {QStringLiteral("Tag.1.Key"), QStringLiteral("a b")},
        {QStringLiteral("SystemDisk.BurstingEnabled"), QStringLiteral("true")}};
    const WireReply reply = m_rig->call(call);
    QVERIFY2(reply.status == 200, reply.body.constData());
    QCOMPARE(seen.product, QStringLiteral("ecs"));
    QCOMPARE(seen.region, QStringLiteral("cn-beijing"));
    QCOMPARE(seen.accessKeyId, m_rig->root.accessKeyId);
    QCOMPARE(seen.accountId, QStringLiteral("1234567890123456"));
    QCOMPARE(seen.now, m_rig->clock.now());
    QCOMPARE(seen.parameters.value(QStringLiteral("Tag.1.Key")), QStringLiteral("a b"));
    QCOMPARE(seen.parameters.size(), 6);
    QCOMPARE(reply.json().value(QLatin1String("RequestId")).toString(), seen.requestId);
}

void RpcFrontTest::refusalsLookLikeTheCloudsOwn()
{
    RpcCase call;
    call.action = QStringLiteral("DisableAccessToken");
    call.parameters = {{QStringLiteral("AccessTokenId"), QStringLiteral("at-none")}};
    const WireReply reply = m_rig->call(call);
    QCOMPARE(reply.status, 404);
    const QJsonObject body = reply.json();
    for (const char *member : {"RequestId", "HostId", "Code", "Message", "Recommend"})
        QVERIFY2(!body.value(QLatin1String(member)).toString().isEmpty(), member);
    QCOMPARE(reply.headers.value(QStringLiteral("x-acs-request-id")), body.value(QLatin1String("RequestId")).toString());
    QVERIFY(reply.headers.contains(QStringLiteral("date"))); // clients correct their clock by it
}

void RpcFrontTest::aHandlerThatFailsIsAnInternalError()
{
    m_rig->registry.add(QStringLiteral("smc"), QStringLiteral("ListAccessTokens"),
        [](const ActionCall &) -> ActionReply { throw StateWriteFailed("disk full"); });
    const WireReply reply = m_rig->call({});
    QCOMPARE(reply.status, 500);
    QCOMPARE(reply.code(), QStringLiteral("InternalError"));
    QVERIFY(!reply.body.contains("disk full"));
}

void RpcFrontTest::longParametersFitIntoAForm()
{
    QString seen;
    m_rig->registry.add(QStringLiteral("ecs"), QStringLiteral("RunInstances"), [&seen](const ActionCall &call) {
        seen = call.parameters.value(QStringLiteral("UserData"));
        return ActionReply{};
    });
    RpcCase call;
    call.version = QStringLiteral("2014-05-26");
    call.action = QStringLiteral("RunInstances");
    call.form = true;
    const QString userData = QString(48 << 10, QLatin1Char('+'));
    call.parameters = {{QStringLiteral("RegionId"), QStringLiteral("cn-beijing")}, {QStringLiteral("UserData"), userData}};
    QCOMPARE(m_rig->call(call).status, 200);
    QCOMPARE(seen, userData);
}

void RpcFrontTest::aBodyOverTheLimitIsRefusedAndTheConnectionGoesOn()
{
    WireClient client(m_rig->endpoint());
    RpcCase call;
    call.form = true;
    call.parameters = {{QStringLiteral("Name"), QString(2 << 20, QLatin1Char('x'))}};
    QCOMPARE(client.send(acs3(call, m_rig->root, m_rig->clock.now(), m_rig->endpoint())).status, 413);
    QCOMPARE(client.send(acs3({}, m_rig->root, m_rig->clock.now(), m_rig->endpoint())).status, 200);
}

QTEST_GUILESS_MAIN(RpcFrontTest)
#include "tst_rpcfront.moc"
