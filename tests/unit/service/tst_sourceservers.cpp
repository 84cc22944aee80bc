#include "servicefixture.h"

#include <QJsonArray>
#include <QTest>

using namespace edgelift;
using namespace edgelift::test;

static QString text(const QJsonObject &object, const char *key) { return object.value(QLatin1String(key)).toString(); }

class SourceServersTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_rig = std::make_unique<ServiceRig>(m_dir->path());
    }
    void cleanup() { m_rig.reset(); }
    void anImportedServerIsListedAsItIs();
    void withoutHeartbeatItIsOffline();
    void aRunningJobIsInUse();
    void pagesAndFilters();
    void aServerCanBeRenamedButNotTwiceTheSame();
    void aServerInUseIsDeletedOnlyByForce();
    void withoutASessionNothingIsGiven_data();
    void withoutASessionNothingIsGiven();
    void theNewestEightSessionsCount();
    void anIdleSessionEnds();
    void credentialsComeFromTheIssuer();
    void aFailingIssuerIsSaidSo();
    void wrongReportsAreRefused();

private:
    QString import(const QString &name, const QString &machine = {});
    QJsonArray describe(const signing::Pairs &filter = {});
    WireReply smc(const char *action, const signing::Pairs &parameters);
    QString m_session; ///< of the last import
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<ServiceRig> m_rig;
};

WireReply SourceServersTest::smc(const char *action, const signing::Pairs &parameters)
{
    RpcCase call;
    call.action = QLatin1String(action);
    call.parameters = parameters;
    return m_rig->call(call);
}

QString SourceServersTest::import(const QString &name, const QString &machine)
{
    const AccessTokens::Created code = m_rig->tokens->create({}, {}, 1, 1);
    const QJsonObject source{{QStringLiteral("name"), name}, {QStringLiteral("machineId"), machine.isEmpty() ? name : machine},
        {QStringLiteral("hostName"), QStringLiteral("host")}, {QStringLiteral("platform"), QStringLiteral("Debian")},
        {QStringLiteral("architecture"), QStringLiteral("x86_64")}, {QStringLiteral("systemDiskGiB"), 40},
        {QStringLiteral("dataDisksGiB"), QJsonArray{20, 30}}};
    const QJsonObject reply =
        m_rig
            ->agent(QStringLiteral("redeem"),
                {{QStringLiteral("tokenId"), code.id}, {QStringLiteral("tokenCode"), QString::fromLatin1(code.code.reveal())},
                    {QStringLiteral("source"), source}, {QStringLiteral("agentVersion"), QStringLiteral("0.9")}})
            .json();
    m_session = text(reply, "sessionToken");
    return text(reply, "sourceId");
}

QJsonArray SourceServersTest::describe(const signing::Pairs &filter)
{
    return smc("DescribeSourceServers", filter)
        .json()
        .value(QLatin1String("SourceServers"))
        .toObject()
        .value(QLatin1String("SourceServer"))
        .toArray();
}

void SourceServersTest::anImportedServerIsListedAsItIs()
{
    const QString id = import(QStringLiteral("web-1"));
    QCOMPARE(describe().size(), 1);
    const QJsonObject item = describe().first().toObject();
    QCOMPARE(text(item, "SourceId"), id);
    QCOMPARE(text(item, "Name"), QStringLiteral("web-1"));
    QCOMPARE(text(item, "State"), QStringLiteral("Available"));
    QCOMPARE(text(item, "Platform"), QStringLiteral("Debian"));
    QCOMPARE(text(item, "AgentVersion"), QStringLiteral("0.9"));
    QCOMPARE(item.value(QLatin1String("HeartbeatRate")).toInt(), 30);
    QCOMPARE(item.value(QLatin1String("SystemDiskSize")).toInt(), 40);
    const QJsonArray disks = item.value(QLatin1String("DataDisks")).toObject().value(QLatin1String("DataDisk")).toArray();
    QCOMPARE(disks.size(), 2);
    QCOMPARE(disks.at(1).toObject().value(QLatin1String("Size")).toInt(), 30);
}

void SourceServersTest::withoutHeartbeatItIsOffline()
{
    import(QStringLiteral("web-1"));
    const auto state = [this] { return text(describe().first().toObject(), "State"); };
    m_rig->clock.pass(90);
    QCOMPARE(state(), QStringLiteral("Available"));
    m_rig->clock.pass(1);
    QCOMPARE(state(), QStringLiteral("Unavailable"));
    QCOMPARE(text(describe().first().toObject(), "ErrorCode"), QStringLiteral("SourceServer.Offline"));
    QCOMPARE(m_rig->agent(QStringLiteral("heartbeat"), {}, m_session).status, 200);
    QCOMPARE(state(), QStringLiteral("Available"));
}

void SourceServersTest::aRunningJobIsInUse()
{
    import(QStringLiteral("web-1"));
    QJsonObject status{{QStringLiteral("job"), QStringLiteral("j-1")}, {QStringLiteral("status"), QStringLiteral("Running")},
        {QStringLiteral("businessStatus"), QStringLiteral("Syncing")}, {QStringLiteral("progress"), 12.5}};
    QCOMPARE(m_rig->agent(QStringLiteral("status"), status, m_session).status, 200);
    QCOMPARE(text(describe().first().toObject(), "State"), QStringLiteral("InUse"));
    QCOMPARE(text(describe().first().toObject(), "JobId"), QStringLiteral("j-1"));
    status.insert(QStringLiteral("status"), QStringLiteral("InError"));
    status.insert(QStringLiteral("error"), QStringLiteral("EL-0313"));
    QCOMPARE(m_rig->agent(QStringLiteral("status"), status, m_session).status, 200);
    QCOMPARE(text(describe().first().toObject(), "State"), QStringLiteral("Available"));
    QCOMPARE(text(describe().first().toObject(), "ErrorCode"), QStringLiteral("EL-0313"));
}

void SourceServersTest::pagesAndFilters()
{
    for (int i = 0; i < 5; ++i)
        import(QStringLiteral("web-%1").arg(i));
    const WireReply second = smc(
        "DescribeSourceServers", {{QStringLiteral("PageNumber"), QStringLiteral("2")}, {QStringLiteral("PageSize"), QStringLiteral("2")}});
    QCOMPARE(second.json().value(QLatin1String("TotalCount")).toInt(), 5);
    QCOMPARE(describe({{QStringLiteral("PageNumber"), QStringLiteral("3")}, {QStringLiteral("PageSize"), QStringLiteral("2")}}).size(), 1);
    QCOMPARE(describe({{QStringLiteral("Name"), QStringLiteral("web-3")}}).size(), 1);
    QCOMPARE(describe({{QStringLiteral("State"), QStringLiteral("InUse")}}).size(), 0);
    QCOMPARE(describe({{QStringLiteral("Tag.1.Key"), QStringLiteral("owner")}}).size(), 0);
    const QString id = text(describe({{QStringLiteral("Name"), QStringLiteral("web-4")}}).first().toObject(), "SourceId");
    QCOMPARE(text(describe({{QStringLiteral("SourceId.1"), id}}).first().toObject(), "Name"), QStringLiteral("web-4"));
}

void SourceServersTest::aServerCanBeRenamedButNotTwiceTheSame()
{
    const QString first = import(QStringLiteral("web-1"));
    const QString second = import(QStringLiteral("web-2"));
    const auto rename = [this](const QString &id, const QString &name) {
        return smc("ModifySourceServerAttribute", {{QStringLiteral("SourceId"), id}, {QStringLiteral("Name"), name}});
    };
    QCOMPARE(rename(first, QStringLiteral("web-2")).code(), QStringLiteral("SourceServerName.Duplicate"));
    QCOMPARE(rename(first, QStringLiteral("db-1")).status, 200);
    QCOMPARE(rename(second, QStringLiteral("web-1")).status, 200); // free again
    QCOMPARE(rename(QStringLiteral("s-none"), QStringLiteral("xy")).status, 404);
    QCOMPARE(rename(first, QStringLiteral("x")).code(), QStringLiteral("InvalidParameter.Name"));
    import(QStringLiteral("web-1"), QStringLiteral("web-1")); // imported again, it keeps the name its owner gave it
    QCOMPARE(text(describe({{QStringLiteral("SourceId.1"), first}}).first().toObject(), "Name"), QStringLiteral("db-1"));
}

void SourceServersTest::aServerInUseIsDeletedOnlyByForce()
{
    const QString id = import(QStringLiteral("web-1"));
    QCOMPARE(m_rig
                 ->agent(QStringLiteral("status"),
                     {{QStringLiteral("job"), QStringLiteral("j-1")}, {QStringLiteral("status"), QStringLiteral("Running")}}, m_session)
                 .status,
        200);
    QCOMPARE(
        smc("DeleteSourceServer", {{QStringLiteral("SourceId"), id}}).code(), QStringLiteral("SourceServer.WithRunningReplicationJob"));
    QCOMPARE(smc("DeleteSourceServer", {{QStringLiteral("SourceId"), id}, {QStringLiteral("Force"), QStringLiteral("true")}}).status, 200);
    QCOMPARE(describe().size(), 0);
    QCOMPARE(m_rig->agent(QStringLiteral("heartbeat"), {}, m_session).code(), QStringLiteral("Session.Invalid"));
}

void SourceServersTest::withoutASessionNothingIsGiven_data()
{
    QTest::addColumn<QString>("call");
    QTest::addColumn<QString>("token");
    for (const char *call : {"heartbeat", "status", "credentials", "anything"}) {
        QTest::addRow("%s, none", call) << QString::fromLatin1(call) << QString();
        QTest::addRow("%s, made up", call) << QString::fromLatin1(call) << QStringLiteral("s-abc.made-up");
        QTest::addRow("%s, of this server but wrong", call) << QString::fromLatin1(call) << QStringLiteral("ID.AAAA");
    }
}

void SourceServersTest::withoutASessionNothingIsGiven()
{
    QFETCH(QString, call);
    QFETCH(QString, token);
    const QString id = import(QStringLiteral("web-1"));
    const WireReply reply = m_rig->agent(call, {{QStringLiteral("job"), QStringLiteral("j")}}, token.replace(QLatin1String("ID"), id));
    QCOMPARE(reply.status, 401);
    QCOMPARE(reply.code(), QStringLiteral("Session.Invalid"));
}

void SourceServersTest::theNewestEightSessionsCount()
{
    import(QStringLiteral("web-1"));
    const QString oldest = m_session;
    import(QStringLiteral("web-1"));
    const QString second = m_session;
    for (int i = 0; i < 7; ++i)
        import(QStringLiteral("web-1"));
    QCOMPARE(m_rig->agent(QStringLiteral("heartbeat"), {}, oldest).status, 401);
    QCOMPARE(m_rig->agent(QStringLiteral("heartbeat"), {}, second).status, 200);
    QCOMPARE(m_rig->agent(QStringLiteral("heartbeat"), {}, m_session).status, 200);
}

void SourceServersTest::anIdleSessionEnds()
{
    import(QStringLiteral("web-1"));
    m_rig->clock.pass(29 * 86400);
    QCOMPARE(m_rig->agent(QStringLiteral("heartbeat"), {}, m_session).status, 200);
    m_rig->clock.pass(30 * 86400);
    QCOMPARE(m_rig->agent(QStringLiteral("heartbeat"), {}, m_session).status, 401);
}

void SourceServersTest::credentialsComeFromTheIssuer()
{
    const QString id = import(QStringLiteral("web-1"));
    const QJsonObject reply = m_rig->agent(QStringLiteral("credentials"), {}, m_session).json();
    QCOMPARE(m_rig->issuer.lastSource, id);
    QCOMPARE(text(reply, "accessKeyId"), QStringLiteral("STS.test"));
    QCOMPARE(text(reply, "accessKeySecret"), QStringLiteral("temporary-secret"));
    QCOMPARE(text(reply, "securityToken"), QStringLiteral("temporary-token"));
    QCOMPARE(text(reply, "expires"), QStringLiteral("2026-03-01T13:00:00Z"));
    QCOMPARE(text(reply, "accountId"), QStringLiteral("1234567890123456"));
}

void SourceServersTest::aFailingIssuerIsSaidSo()
{
    import(QStringLiteral("web-1"));
    m_rig->issuer.failure = Error{ErrorCode::RoleMissing, Retry::AfterUserAction, {QStringLiteral("r")}, QStringLiteral("internal detail")};
    const WireReply reply = m_rig->agent(QStringLiteral("credentials"), {}, m_session);
    QCOMPARE(reply.status, 503);
    QCOMPARE(reply.code(), QStringLiteral("Credentials.Unavailable"));
    QVERIFY(!reply.body.contains("internal detail"));
}

void SourceServersTest::wrongReportsAreRefused()
{
    import(QStringLiteral("web-1"));
    QCOMPARE(m_rig
                 ->agent(QStringLiteral("status"),
                     {{QStringLiteral("job"), QStringLiteral("j")}, {QStringLiteral("status"), QStringLiteral("Great")}}, m_session)
                 .status,
        400);
    QCOMPARE(m_rig->agent(QStringLiteral("status"), {{QStringLiteral("status"), QStringLiteral("Running")}}, m_session).status, 400);
    QCOMPARE(m_rig->agent(QStringLiteral("nonsense"), {}, m_session).status, 404);
}

QTEST_GUILESS_MAIN(SourceServersTest)
#include "tst_sourceservers.moc"
