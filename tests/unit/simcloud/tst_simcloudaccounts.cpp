#include "core/simcloud/ram.h"
#include "core/simcloud/sts.h"
#include "servicefixture.h"

#include <QTest>

using namespace edgelift;
using namespace edgelift::test;

static QString text(const QJsonObject &object, const char *key) { return object.value(QLatin1String(key)).toString(); }

class SimcloudAccountsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_rig.reset(); }
    void theKeysSayWhoseTheyAre();
    void anAssumedRoleSaysSo();
    void wrongAssumptionsAreRefused_data();
    void wrongAssumptionsAreRefused();
    void theServiceRolesAreThereOnce();
    void rolesCanBeMade();
    void agentsGetCredentialsOfTheirRole();

private:
    WireReply sts(const char *action, const signing::Pairs &parameters, const Credentials &who);
    WireReply ram(const char *action, const signing::Pairs &parameters);
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<ServiceRig> m_rig;
};

void SimcloudAccountsTest::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
    m_rig = std::make_unique<ServiceRig>(m_dir->path());
    makeServiceRoles(*m_rig->state, m_rig->clock);
    registerSts(m_rig->registry, *m_rig->keys, *m_rig->state);
    registerRam(m_rig->registry, *m_rig->state);
}

WireReply SimcloudAccountsTest::sts(const char *action, const signing::Pairs &parameters, const Credentials &who)
{
    RpcCase call;
    call.version = QStringLiteral("2015-04-01");
    call.action = QLatin1String(action);
    call.parameters = parameters;
    return send(m_rig->endpoint(), acs3(call, who, m_rig->clock.now(), m_rig->endpoint()));
}

WireReply SimcloudAccountsTest::ram(const char *action, const signing::Pairs &parameters)
{
    RpcCase call;
    call.version = QStringLiteral("2015-05-01");
    call.action = QLatin1String(action);
    call.parameters = parameters;
    return m_rig->call(call);
}

void SimcloudAccountsTest::theKeysSayWhoseTheyAre()
{
    const QJsonObject who = sts("GetCallerIdentity", {}, m_rig->root).json();
    QCOMPARE(text(who, "AccountId"), QStringLiteral("1234567890123456"));
    QCOMPARE(text(who, "IdentityType"), QStringLiteral("RAMUser"));
    QCOMPARE(text(who, "Arn"), QStringLiteral("acs:ram::1234567890123456:user/edgelift"));
}

void SimcloudAccountsTest::anAssumedRoleSaysSo()
{
    const WireReply reply = sts("AssumeRole",
        {{QStringLiteral("RoleArn"), QStringLiteral("acs:ram::1234567890123456:role/EdgeliftAgentRole")},
            {QStringLiteral("RoleSessionName"), QStringLiteral("web-1")}, {QStringLiteral("DurationSeconds"), QStringLiteral("900")}},
        m_rig->root);
    QVERIFY2(reply.status == 200, reply.body.constData());
    const QJsonObject made = reply.json().value(QLatin1String("Credentials")).toObject();
    QCOMPARE(text(made, "Expiration"), m_rig->clock.now().addSecs(900).toString(Qt::ISODate));
    const Credentials assumed{text(made, "AccessKeyId"), Secret(text(made, "AccessKeySecret").toLatin1()), text(made, "SecurityToken"), {}};
    QVERIFY(assumed.accessKeyId.startsWith(QLatin1String("STS.")));
    const QJsonObject who = sts("GetCallerIdentity", {}, assumed).json();
    QCOMPARE(text(who, "IdentityType"), QStringLiteral("AssumedRoleUser"));
    QCOMPARE(text(who, "Arn"), QStringLiteral("acs:ram::1234567890123456:assumed-role/EdgeliftAgentRole/web-1"));
    QCOMPARE(text(who, "Arn"), text(reply.json().value(QLatin1String("AssumedRoleUser")).toObject(), "Arn"));
    m_rig->clock.pass(900);
    QCOMPARE(sts("GetCallerIdentity", {}, assumed).code(), QStringLiteral("InvalidSecurityToken.Expired"));
}

void SimcloudAccountsTest::wrongAssumptionsAreRefused_data()
{
    QTest::addColumn<QString>("arn");
    QTest::addColumn<QString>("session");
    QTest::addColumn<QString>("seconds");
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("code");
    const QString role = QStringLiteral("acs:ram::1234567890123456:role/EdgeliftAgentRole");
    const QString name = QStringLiteral("web-1");
    const QString hour = QStringLiteral("3600");
    QTest::newRow("no ARN") << QStringLiteral("EdgeliftAgentRole") << name << hour << QString()
                            << QStringLiteral("InvalidParameter.RoleArn");
    QTest::newRow("unknown role") << QStringLiteral("acs:ram::1234567890123456:role/nobody") << name << hour << QString()
                                  << QStringLiteral("EntityNotExist.Role");
    QTest::newRow("another account") << QStringLiteral("acs:ram::42:role/EdgeliftAgentRole") << name << hour << QString()
                                     << QStringLiteral("EntityNotExist.Role");
    QTest::newRow("session name") << role << QStringLiteral("a b") << hour << QString()
                                  << QStringLiteral("InvalidParameter.RoleSessionName");
    QTest::newRow("too short") << role << name << QStringLiteral("899") << QString() << QStringLiteral("InvalidParameter.DurationSeconds");
    QTest::newRow("too long") << role << name << QStringLiteral("43201") << QString() << QStringLiteral("InvalidParameter.DurationSeconds");
    QTest::newRow("policy") << role << name << hour << QStringLiteral("allow all") << QStringLiteral("InvalidParameter.PolicyGrammar");
    QTest::newRow("long policy") << role << name << hour << QString(2049, QLatin1Char('x'))
                                 << QStringLiteral("InvalidParameter.PolicySize");
}

void SimcloudAccountsTest::wrongAssumptionsAreRefused()
{
    QFETCH(QString, arn);
    QFETCH(QString, session);
    QFETCH(QString, seconds);
    QFETCH(QString, policy);
    signing::Pairs parameters{
        {QStringLiteral("RoleArn"), arn}, {QStringLiteral("RoleSessionName"), session}, {QStringLiteral("DurationSeconds"), seconds}};
    if (!policy.isEmpty())
        parameters.append({QStringLiteral("Policy"), policy});
    QTEST(sts("AssumeRole", parameters, m_rig->root).code(), "code");
}

void SimcloudAccountsTest::theServiceRolesAreThereOnce()
{
    for (const QString &name : {exportRole, ensImportRole, agentRole})
        QCOMPARE(
            text(ram("GetRole", {{QStringLiteral("RoleName"), name}}).json().value(QLatin1String("Role")).toObject(), "RoleName"), name);
    m_rig->state->remove(QStringLiteral("roles"), exportRole);
    makeServiceRoles(*m_rig->state, m_rig->clock); // a later start
    QCOMPARE(ram("GetRole", {{QStringLiteral("RoleName"), exportRole}}).code(), QStringLiteral("EntityNotExist.Role"));
}

void SimcloudAccountsTest::rolesCanBeMade()
{
    const signing::Pairs name{{QStringLiteral("RoleName"), QStringLiteral("Mine")}};
    signing::Pairs all = name;
    all.append({QStringLiteral("AssumeRolePolicyDocument"), QStringLiteral("{\"Version\":\"1\"}")});
    QCOMPARE(ram("CreateRole", name).code(), QStringLiteral("InvalidParameter.AssumeRolePolicyDocument"));
    QCOMPARE(text(ram("CreateRole", all).json().value(QLatin1String("Role")).toObject(), "Arn"),
        QStringLiteral("acs:ram::1234567890123456:role/Mine"));
    QCOMPARE(ram("CreateRole", all).code(), QStringLiteral("EntityAlreadyExists.Role"));
    signing::Pairs policy = name;
    policy.append({{QStringLiteral("PolicyType"), QStringLiteral("System")}, {QStringLiteral("PolicyName"), QStringLiteral("P")}});
    QCOMPARE(ram("AttachPolicyToRole", policy).status, 200);
    QCOMPARE(ram("AttachPolicyToRole", policy).code(), QStringLiteral("EntityAlreadyExists.Role.Policy"));
}

void SimcloudAccountsTest::agentsGetCredentialsOfTheirRole()
{
    SimulatedIssuer issuer(*m_rig->keys);
    const Result<Credentials> issued = issuer.issue(QStringLiteral("s-1"), QStringLiteral("edgelift-s-1"));
    QVERIFY(issued);
    QCOMPARE(issued->expires, m_rig->clock.now().addSecs(3600));
    QCOMPARE(text(sts("GetCallerIdentity", {}, *issued).json(), "Arn"),
        QStringLiteral("acs:ram::1234567890123456:assumed-role/EdgeliftAgentRole/edgelift-s-1"));
}

QTEST_GUILESS_MAIN(SimcloudAccountsTest)
#include "tst_simcloudaccounts.moc"
