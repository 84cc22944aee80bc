#include "core/agent/jobengine.h"
#include "core/base/errortext.h"
#include "core/base/log.h"
#include "fakeengine.h"
#include "servicefixture.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QtTest>

using namespace edgelift;
using namespace edgelift::test;

namespace {

QString key(const char *text) { return QString::fromLatin1(text); }

}

/// What the agent asks an account, asked of the simulated cloud.
class TestEngineAccount : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void optionsOfTheSimulatedCloud();
    void aCodeCountsOnceForConnectionTestAndImport();
    void aMadeCodeImports();
    void aWrongKeyIsSaidSo();

private:
    QJsonObject smc(const char *action, const signing::Pairs &parameters = {});
    Authorization keys();
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<QProcess> m_service;
    QUrl m_endpoint;
    test::FakeSource m_source;
};

void TestEngineAccount::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
    m_service = std::make_unique<QProcess>();
    m_service->start(QStringLiteral(EDGELIFT_BIN_DIR "/edgelift-service"),
        {key("--data-dir"), m_dir->filePath(key("cloud")), key("--listen"), key("127.0.0.1:0"), key("--simulated-cloud")});
    while (!m_service->canReadLine() && m_service->waitForReadyRead(20000)) { }
    m_endpoint = QUrl(QJsonDocument::fromJson(m_service->readLine()).object().value(key("endpoint")).toString());
    QVERIFY2(m_endpoint.isValid() && m_endpoint.port() > 0, m_service->readAllStandardError().constData());
}

void TestEngineAccount::cleanup()
{
    m_service->kill();
    m_service->waitForFinished();
}

QJsonObject TestEngineAccount::smc(const char *action, const signing::Pairs &parameters)
{
    RpcCase call;
    call.action = key(action);
    call.parameters = parameters;
    return send(m_endpoint, acs3(call, *rootKey(m_dir->filePath(key("cloud"))), QDateTime::currentDateTimeUtc(), m_endpoint)).json();
}

Authorization TestEngineAccount::keys()
{
    Authorization out;
    out.keys = *rootKey(m_dir->filePath(key("cloud")));
    out.endpoint = m_endpoint;
    return out;
}

void TestEngineAccount::optionsOfTheSimulatedCloud()
{
    MigrationEngine engine(m_dir->path());
    const Result<CloudOptions> options = engine.cloudOptions(m_source, keys(), key("cn-beijing"), {});
    QVERIFY2(options, options ? "" : qPrintable(options.error().detail));
    QCOMPARE(options->account.size(), 16);
    QVERIFY(options->regions.contains(key("cn-beijing")));
    QStringList buckets;
    for (const oss::Bucket &bucket : options->buckets)
        buckets.append(bucket.name + QLatin1Char('@') + bucket.region);
    QCOMPARE(buckets, (QStringList{key("edgelift-transit@cn-beijing"), key("edgelift-transit-sg@ap-southeast-1")}));
    QVERIFY(!options->instanceTypes.isEmpty());
    QVERIFY(options->vpcs.isEmpty());
}

void TestEngineAccount::aCodeCountsOnceForConnectionTestAndImport()
{
    const QJsonObject made = smc("CreateAccessToken", {{key("Count"), key("1")}});
    Authorization authorization;
    authorization.code = ActivationCode{
        m_endpoint, {}, made.value(key("AccessTokenId")).toString(), Secret(made.value(key("AccessTokenCode")).toString().toUtf8())};
    MigrationEngine engine(m_dir->path());
    for (int i = 0; i < 2; ++i) {
        const Result<CloudOptions> options = engine.cloudOptions(m_source, authorization, key("cn-beijing"), {});
        QVERIFY2(options, options ? "" : qPrintable(codeName(options.error().code) + options.error().detail));
        QVERIFY(!options->account.isEmpty() && !options->buckets.isEmpty() && !options->instanceTypes.isEmpty());
    }
    const Result<QString> id = engine.importSource(m_source, authorization, {});
    QVERIFY2(id, id ? "" : qPrintable(codeName(id.error().code)));
    const QJsonObject listed =
        smc("ListAccessTokens").value(key("AccessTokens")).toObject().value(key("AccessToken")).toArray().at(0).toObject();
    QCOMPARE(listed.value(key("RegisteredCount")).toVariant().toInt(), 1);
    const QJsonObject servers = smc("DescribeSourceServers").value(key("SourceServers")).toObject();
    QCOMPARE(servers.value(key("SourceServer")).toArray().size(), 1);
}

void TestEngineAccount::aMadeCodeImports()
{
    MigrationEngine engine(m_dir->path());
    NewCode wanted{*keys().keys, m_endpoint, {}, {key("for-tests"), {}, 1, 2}};
    const Result<Secret> made = engine.createCode(wanted, {});
    QVERIFY2(made, made ? "" : qPrintable(codeName(made.error().code) + made.error().args.join(QLatin1Char(' ')) + made.error().detail));
    QVERIFY(!log::redacted(QString::fromLatin1(made->reveal())).contains(QLatin1String("EL1")));
    Authorization authorization;
    authorization.code = *decodeActivationCode(made->reveal());
    QVERIFY(engine.importSource(m_source, authorization, {}));
    wanted.keys.accessKeySecret = Secret("not-the-secret-of-this-key");
    QCOMPARE(engine.createCode(wanted, {}).error().code, ErrorCode::CredentialsWrong);
}

void TestEngineAccount::aWrongKeyIsSaidSo()
{
    Authorization wrong = keys();
    wrong.keys->accessKeySecret = Secret("not-the-secret-of-this-key");
    MigrationEngine engine(m_dir->path());
    QCOMPARE(engine.cloudOptions(m_source, wrong, key("cn-beijing"), {}).error().code, ErrorCode::CredentialsWrong);
}

QTEST_GUILESS_MAIN(TestEngineAccount)
#include "tst_engineaccount.moc"
