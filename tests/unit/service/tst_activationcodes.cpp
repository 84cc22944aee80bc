#include "servicefixture.h"

#include <QJsonArray>
#include <QTest>
#include <thread>

using namespace edgelift;
using namespace edgelift::test;

static QString text(const QJsonObject &object, const char *key) { return object.value(QLatin1String(key)).toString(); }

class ActivationCodesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_rig = std::make_unique<ServiceRig>(m_dir->path());
    }
    void cleanup() { m_rig.reset(); }
    void theLimitsOfTheApiHold_data();
    void theLimitsOfTheApiHold();
    void aRightCodeImportsTheServer();
    void aWrongCodeAndAnUnknownOneLookTheSame();
    void anExpiredCodeSaysWhen();
    void aUsedUpCodeSaysItsLimit();
    void theSameServerTakesOneUse();
    void aDisabledCodeIsRefused();
    void aDeletedCodeIsUnknown();
    void listsSayWhatBecameOfEach();
    void theSecretIsNowhereOnDisk();
    void manyAtOnceNeverExceedTheLimit();
    void everythingSurvivesARestart();
    void guessingIsStopped();
    void malformedCallsAreRefused_data();
    void malformedCallsAreRefused();

private:
    QJsonObject create(int count = 2, int days = 1);
    WireReply redeem(const QJsonObject &code, const QString &machine);
    WireReply smc(const char *action, const signing::Pairs &parameters);
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<ServiceRig> m_rig;
};

WireReply ActivationCodesTest::smc(const char *action, const signing::Pairs &parameters)
{
    RpcCase call;
    call.action = QLatin1String(action);
    call.parameters = parameters;
    return m_rig->call(call);
}

QJsonObject ActivationCodesTest::create(int count, int days)
{
    return smc("CreateAccessToken",
        {{QStringLiteral("Name"), QStringLiteral("code-1")}, {QStringLiteral("Count"), QString::number(count)},
            {QStringLiteral("TimeToLiveInDays"), QString::number(days)}})
        .json();
}

WireReply ActivationCodesTest::redeem(const QJsonObject &code, const QString &machine)
{
    const QJsonObject source{{QStringLiteral("name"), QStringLiteral("web-1")}, {QStringLiteral("machineId"), machine}};
    return m_rig->agent(QStringLiteral("redeem"),
        {{QStringLiteral("tokenId"), code.value(QLatin1String("AccessTokenId"))},
            {QStringLiteral("tokenCode"), code.value(QLatin1String("AccessTokenCode"))}, {QStringLiteral("source"), source},
            {QStringLiteral("agentVersion"), QStringLiteral("1")}});
}

void ActivationCodesTest::theLimitsOfTheApiHold_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    QTest::addColumn<bool>("fine");
    const auto row = [](const char *name, const QString &value, bool fine) {
        QTest::addRow("%s %s", name, qPrintable(value.left(8))) << QString::fromLatin1(name) << value << fine;
    };
    row("Count", QStringLiteral("1"), true);
    row("Count", QStringLiteral("1000"), true);
    row("Count", QStringLiteral("0"), false);
    row("Count", QStringLiteral("1001"), false);
    row("Count", QStringLiteral("many"), false);
    row("TimeToLiveInDays", QStringLiteral("90"), true);
    row("TimeToLiveInDays", QStringLiteral("91"), false);
    row("TimeToLiveInDays", QStringLiteral("0"), false);
    row("Name", QStringLiteral("ab"), true);
    row("Name", QString(128, QLatin1Char('n')), true);
    row("Name", QString(129, QLatin1Char('n')), false);
    row("Name", QStringLiteral("a"), false);
    row("Name", QStringLiteral("http://a"), false);
    row("Name", QStringLiteral("1a"), false);
}

void ActivationCodesTest::theLimitsOfTheApiHold()
{
    QFETCH(QString, name);
    QFETCH(QString, value);
    QFETCH(bool, fine);
    const WireReply reply = smc("CreateAccessToken", {{name, value}});
    QCOMPARE(reply.status, fine ? 200 : 400);
    if (!fine)
        QCOMPARE(reply.code(), QLatin1String("InvalidParameter.") + name);
}

void ActivationCodesTest::aRightCodeImportsTheServer()
{
    const WireReply reply = redeem(create(), QStringLiteral("m-1"));
    QVERIFY2(reply.status == 200, reply.body.constData());
    QVERIFY(text(reply.json(), "sourceId").startsWith(QLatin1String("s-")));
    QVERIFY(text(reply.json(), "sessionToken").size() >= 43);
    QCOMPARE(reply.json().value(QLatin1String("heartbeatSeconds")).toInt(), 30);
    QCOMPARE(text(reply.json(), "observedAddress"), QStringLiteral("127.0.0.1"));
    QCOMPARE(text(reply.json(), "endpoint"), QString());
    m_rig.reset();
    m_rig = std::make_unique<ServiceRig>(m_dir->path(), true); // this time it is the cloud as well
    QCOMPARE(text(redeem(create(), QStringLiteral("m-1")).json(), "endpoint"), m_rig->endpoint().toString());
}

void ActivationCodesTest::aWrongCodeAndAnUnknownOneLookTheSame()
{
    QJsonObject code = create();
    code.insert(QStringLiteral("AccessTokenCode"), QStringLiteral("abcdefghijkmnpqrstuvwxyz23"));
    const WireReply wrong = redeem(code, QStringLiteral("m-1"));
    code.insert(QStringLiteral("AccessTokenId"), QStringLiteral("at-unknown"));
    const WireReply unknown = redeem(code, QStringLiteral("m-1"));
    QCOMPARE(wrong.status, 404);
    QCOMPARE(wrong.code(), QStringLiteral("AccessToken.NotFound"));
    QCOMPARE(wrong.body, unknown.body);
}

void ActivationCodesTest::anExpiredCodeSaysWhen()
{
    const QJsonObject code = create(2, 1);
    m_rig->clock.pass(86399);
    QCOMPARE(redeem(code, QStringLiteral("m-1")).status, 200);
    m_rig->clock.pass(1);
    const WireReply late = redeem(code, QStringLiteral("m-2"));
    QCOMPARE(late.status, 403);
    QCOMPARE(late.code(), QStringLiteral("AccessToken.Expired"));
    QCOMPARE(text(late.json(), "expired"), m_rig->clock.now().toString(Qt::ISODate));
}

void ActivationCodesTest::aUsedUpCodeSaysItsLimit()
{
    const QJsonObject code = create(2);
    QCOMPARE(redeem(code, QStringLiteral("m-1")).status, 200);
    QCOMPARE(redeem(code, QStringLiteral("m-2")).status, 200);
    const WireReply third = redeem(code, QStringLiteral("m-3"));
    QCOMPARE(third.code(), QStringLiteral("AccessToken.QuotaExceeded"));
    QCOMPARE(third.json().value(QLatin1String("limit")).toInt(), 2);
}

void ActivationCodesTest::theSameServerTakesOneUse()
{
    const QJsonObject code = create(1);
    const QString first = text(redeem(code, QStringLiteral("m-1")).json(), "sourceId");
    QCOMPARE(text(redeem(code, QStringLiteral("m-1")).json(), "sourceId"), first);
    QCOMPARE(text(redeem(create(1), QStringLiteral("m-1")).json(), "sourceId"), first); // with another code too
    QCOMPARE(redeem(code, QStringLiteral("m-2")).code(), QStringLiteral("AccessToken.QuotaExceeded"));
}

void ActivationCodesTest::aDisabledCodeIsRefused()
{
    const QJsonObject code = create();
    QCOMPARE(smc("DisableAccessToken", {{QStringLiteral("AccessTokenId"), text(code, "AccessTokenId")}}).status, 200);
    const WireReply reply = redeem(code, QStringLiteral("m-1"));
    QCOMPARE(reply.status, 403);
    QCOMPARE(reply.code(), QStringLiteral("AccessToken.Disabled"));
}

void ActivationCodesTest::aDeletedCodeIsUnknown()
{
    const QJsonObject code = create();
    const signing::Pairs id{{QStringLiteral("AccessTokenId"), text(code, "AccessTokenId")}};
    QCOMPARE(smc("DeleteAccessToken", id).status, 200);
    QCOMPARE(redeem(code, QStringLiteral("m-1")).code(), QStringLiteral("AccessToken.NotFound"));
    QCOMPARE(smc("DeleteAccessToken", id).status, 404);
}

void ActivationCodesTest::listsSayWhatBecameOfEach()
{
    const QJsonObject used = create(5);
    QCOMPARE(redeem(used, QStringLiteral("m-1")).status, 200);
    const QJsonObject off = create();
    QCOMPARE(smc("DisableAccessToken", {{QStringLiteral("AccessTokenId"), text(off, "AccessTokenId")}}).status, 200);
    const auto list = [this](const signing::Pairs &filter) {
        return smc("ListAccessTokens", filter)
            .json()
            .value(QLatin1String("AccessTokens"))
            .toObject()
            .value(QLatin1String("AccessToken"))
            .toArray();
    };
    QCOMPARE(list({}).size(), 2);
    QCOMPARE(list({{QStringLiteral("Status"), QStringLiteral("unactivated")}}).size(), 1);
    const QJsonArray one = list({{QStringLiteral("AccessTokenId.1"), text(used, "AccessTokenId")}});
    QCOMPARE(one.size(), 1);
    const QJsonObject item = one.first().toObject();
    QCOMPARE(text(item, "Status"), QStringLiteral("activated"));
    QCOMPARE(text(item, "Count"), QStringLiteral("5"));
    QCOMPARE(text(item, "RegisteredCount"), QStringLiteral("1"));
    QVERIFY(!item.contains(QLatin1String("AccessTokenCode")));
    m_rig->clock.pass(2 * 86400);
    QCOMPARE(list({{QStringLiteral("Status"), QStringLiteral("expired")}}).size(), 2);
}

void ActivationCodesTest::theSecretIsNowhereOnDisk()
{
    const QJsonObject code = create();
    const QString session = text(redeem(code, QStringLiteral("m-1")).json(), "sessionToken");
    for (const QString &name : {QStringLiteral("accesstokens"), QStringLiteral("sources")}) {
        QFile file(m_dir->filePath(QStringLiteral("state/%1.json").arg(name)));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray content = file.readAll();
        QVERIFY(!content.contains(text(code, "AccessTokenCode").toLatin1()));
        QVERIFY(!content.contains(session.section(QLatin1Char('.'), 1).toLatin1()));
    }
}

void ActivationCodesTest::manyAtOnceNeverExceedTheLimit()
{
    const QJsonObject code = create(3);
    std::atomic<int> accepted = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&, i] { accepted += redeem(code, QString::number(i)).status == 200; });
    }
    QCOMPARE(accepted.load(), 3);
}

void ActivationCodesTest::everythingSurvivesARestart()
{
    const QJsonObject code = create(1);
    const QJsonObject source = redeem(code, QStringLiteral("m-1")).json();
    const Credentials before = m_rig->root;
    m_rig.reset();
    m_rig = std::make_unique<ServiceRig>(m_dir->path());
    QCOMPARE(m_rig->root.accessKeySecret.reveal(), before.accessKeySecret.reveal());
    QCOMPARE(m_rig->agent(QStringLiteral("heartbeat"), {}, text(source, "sessionToken")).status, 200);
    QCOMPARE(text(redeem(code, QStringLiteral("m-1")).json(), "sourceId"), text(source, "sourceId"));
    QCOMPARE(redeem(code, QStringLiteral("m-2")).code(), QStringLiteral("AccessToken.QuotaExceeded"));
}

void ActivationCodesTest::guessingIsStopped()
{
    const QJsonObject code = create();
    QJsonObject wrong = code;
    wrong.insert(QStringLiteral("AccessTokenCode"), QStringLiteral("guess"));
    for (int i = 0; i < AttemptLimit::most; ++i)
        QCOMPARE(redeem(wrong, QStringLiteral("m-1")).status, 404);
    QCOMPARE(redeem(code, QStringLiteral("m-1")).status, 429); // even the right one: else guessing could go on
    m_rig->clock.pass(AttemptLimit::windowSeconds + 1);
    QCOMPARE(redeem(code, QStringLiteral("m-1")).status, 200);
}

void ActivationCodesTest::malformedCallsAreRefused_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("no JSON") << QByteArray("hello");
    QTest::newRow("an array") << QByteArray("[]");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("nothing in it") << QByteArray("{}");
    QTest::newRow("no machine") << QByteArray(R"({"tokenId":"at-1","tokenCode":"c","source":{"name":"n"}})");
    QTest::newRow("wrong types") << QByteArray(R"({"tokenId":1,"tokenCode":[],"source":"n"})");
    QTest::newRow("too long") << QByteArray(300 << 10, ' ');
}

void ActivationCodesTest::malformedCallsAreRefused()
{
    QFETCH(QByteArray, body);
    const WireReply reply =
        send(m_rig->endpoint(), {"POST", "/agent/v1/redeem", {{QStringLiteral("Content-Type"), QStringLiteral("application/json")}}, body});
    QCOMPARE(reply.status, 400);
    QCOMPARE(reply.code(), QStringLiteral("InvalidParameter"));
}

QTEST_GUILESS_MAIN(ActivationCodesTest)
#include "tst_activationcodes.moc"
