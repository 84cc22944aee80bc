#include "servicefixture.h"

#include <QJsonDocument>
#include <QProcess>
#include <QTest>

using namespace edgelift;
using namespace edgelift::test;

/// The program itself, as an administrator starts it.
class ServiceProgramTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_data = m_dir->filePath(QStringLiteral("data"));
    }
    void aFreshSimulatedCloudIsReadyToUse();
    void aSecondProcessIsRefused();
    void itEndsCleanlyOnSigterm();
    void killedItComesBackWithItsState();
    void damagedStateIsRefusedNotForgotten();
    void wrongCommandLinesAreExplained_data();
    void wrongCommandLinesAreExplained();
    void withoutSimulationOnlySmcIsServed();
    void withoutSimulationCredentialsComeFromSts();

private:
    std::unique_ptr<QProcess> start(const QStringList &more = {QStringLiteral("--simulated-cloud")}, const QStringList &environment = {});
    QUrl endpointOf(QProcess &process);
    std::unique_ptr<QTemporaryDir> m_dir;
    QString m_data;
};

std::unique_ptr<QProcess> ServiceProgramTest::start(const QStringList &more, const QStringList &environment)
{
    auto process = std::make_unique<QProcess>();
    QProcessEnvironment variables = QProcessEnvironment::systemEnvironment();
    for (const QString &entry : environment)
        variables.insert(entry.section(QLatin1Char('='), 0, 0), entry.section(QLatin1Char('='), 1));
    process->setProcessEnvironment(variables);
    process->start(QStringLiteral(EDGELIFT_BIN_DIR "/edgelift-service"),
        QStringList{QStringLiteral("--data-dir"), m_data, QStringLiteral("--listen"), QStringLiteral("127.0.0.1:0")} + more);
    return process;
}

QUrl ServiceProgramTest::endpointOf(QProcess &process)
{
    while (!process.canReadLine() && process.waitForReadyRead(20000)) { }
    const QJsonObject line = QJsonDocument::fromJson(process.readLine()).object();
    return line.value(QLatin1String("ready")).toBool() ? QUrl(line.value(QLatin1String("endpoint")).toString()) : QUrl();
}

void ServiceProgramTest::aFreshSimulatedCloudIsReadyToUse()
{
    const auto process = start();
    const QUrl endpoint = endpointOf(*process);
    QVERIFY2(endpoint.isValid() && endpoint.port() > 0, process->readAllStandardError().constData());
    const auto owner = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser;
    QCOMPARE(QFile::permissions(m_data + QLatin1String("/credentials.json")), owner);
    const Credentials root = *rootKey(m_data);
    RpcCase call;
    call.version = QStringLiteral("2015-05-01");
    call.action = QStringLiteral("GetRole");
    call.parameters = {{QStringLiteral("RoleName"), QStringLiteral("AliyunECSImageExportDefaultRole")}};
    QCOMPARE(send(endpoint, acs3(call, root, QDateTime::currentDateTimeUtc(), endpoint)).status, 200);
    QVERIFY(QFile::exists(m_data + QLatin1String("/oss/edgelift-transit")));
    QVERIFY(QFile::exists(m_data + QLatin1String("/oss/edgelift-transit-sg")));
    QFile log(m_data + QLatin1String("/service.log"));
    QVERIFY(log.open(QIODevice::ReadOnly));
    const QByteArray text = log.readAll();
    QVERIFY(text.contains("GetRole"));
    QVERIFY(!text.contains(root.accessKeySecret.reveal()));
    process->kill();
    process->waitForFinished();
}

void ServiceProgramTest::aSecondProcessIsRefused()
{
    const auto first = start();
    QVERIFY(endpointOf(*first).isValid());
    const auto second = start();
    QVERIFY(second->waitForFinished());
    QCOMPARE(second->exitCode(), 2);
    QVERIFY(second->readAllStandardError().contains(m_data.toUtf8()));
    QVERIFY(second->readAllStandardOutput().isEmpty());
    first->kill();
    first->waitForFinished();
}

void ServiceProgramTest::itEndsCleanlyOnSigterm()
{
    const auto process = start();
    QVERIFY(endpointOf(*process).isValid());
    process->terminate();
    QVERIFY(process->waitForFinished(10000));
    QCOMPARE(process->exitStatus(), QProcess::NormalExit);
    QCOMPARE(process->exitCode(), 0);
    QVERIFY(process->readAllStandardOutput().isEmpty()); // the ready line was all
}

void ServiceProgramTest::killedItComesBackWithItsState()
{
    auto process = start();
    QUrl endpoint = endpointOf(*process);
    RpcCase call;
    call.action = QStringLiteral("CreateAccessToken");
    const Credentials root = *rootKey(m_data);
    const auto ask = [&] { return send(endpoint, acs3(call, root, QDateTime::currentDateTimeUtc(), endpoint)); };
    const QString id = ask().json().value(QLatin1String("AccessTokenId")).toString();
    QVERIFY(!id.isEmpty());
    process->kill();
    process->waitForFinished();
    process = start();
    endpoint = endpointOf(*process);
    call.action = QStringLiteral("ListAccessTokens");
    QVERIFY(ask().body.contains(id.toUtf8()));
    process->kill();
    process->waitForFinished();
}

void ServiceProgramTest::damagedStateIsRefusedNotForgotten()
{
    QVERIFY(QDir().mkpath(m_data + QLatin1String("/state")));
    QFile file(m_data + QLatin1String("/state/accesstokens.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"version\":1,\"items\":{");
    file.close();
    const auto process = start();
    QVERIFY(process->waitForFinished());
    QCOMPARE(process->exitCode(), 3);
    QVERIFY(process->readAllStandardError().contains("EL-0012"));
    QVERIFY(file.size() > 0);
}

void ServiceProgramTest::wrongCommandLinesAreExplained_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("says");
    const auto s = [](const char *text) { return QString::fromLatin1(text); };
    QTest::newRow("nothing") << QStringList() << QByteArray("--data-dir");
    QTest::newRow("no port") << QStringList{s("--data-dir"), s("/tmp/x"), s("--listen"), s("127.0.0.1")} << QByteArray("--listen");
    QTest::newRow("port too large") << QStringList{s("--data-dir"), s("/tmp/x"), s("--listen"), s("127.0.0.1:70000")}
                                    << QByteArray("--listen");
    QTest::newRow("unknown option") << QStringList{s("--colour")} << QByteArray("colour");
    QTest::newRow("certificate without key") << QStringList{s("--data-dir"), s("/tmp/x"), s("--listen"), s("127.0.0.1:0"),
        s("--tls-certificate"), s("c")} << QByteArray("--tls-key");
    QTest::newRow("time runs backwards") << QStringList{s("--data-dir"), s("/tmp/x"), s("--listen"), s("127.0.0.1:0"), s("--time-scale"),
        s("-1")} << QByteArray("--time-scale");
}

void ServiceProgramTest::wrongCommandLinesAreExplained()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, says);
    QProcess process;
    process.start(QStringLiteral(EDGELIFT_BIN_DIR "/edgelift-service"), arguments);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 2);
    QVERIFY(process.readAllStandardError().contains(says));
}

void ServiceProgramTest::withoutSimulationOnlySmcIsServed()
{
    const auto poor = start({}, {QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_ID=")});
    QVERIFY(poor->waitForFinished());
    QCOMPARE(poor->exitCode(), 2);
    QVERIFY(poor->readAllStandardError().contains("ALIBABA_CLOUD_ACCESS_KEY_ID"));
    const auto process = start({},
        {QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_ID=LTAItest"), QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret"),
            QStringLiteral("ALIBABA_CLOUD_ROLE_ARN=acs:ram::42:role/edgelift")});
    const QUrl endpoint = endpointOf(*process);
    QVERIFY2(endpoint.isValid(), process->readAllStandardError().constData());
    const Credentials root{QStringLiteral("LTAItest"), Secret("secret"), {}, {}};
    QCOMPARE(send(endpoint, acs3({}, root, QDateTime::currentDateTimeUtc(), endpoint)).status, 200);
    RpcCase ecs;
    ecs.version = QStringLiteral("2014-05-26");
    ecs.action = QStringLiteral("DescribeRegions");
    QCOMPARE(send(endpoint, acs3(ecs, root, QDateTime::currentDateTimeUtc(), endpoint)).code(), QStringLiteral("InvalidAction.NotFound"));
    QCOMPARE(send(endpoint, {"GET", "/bucket/key", {}, {}}).status, 404);
    QVERIFY(!QFile::exists(m_data + QLatin1String("/oss")));
    process->terminate();
    QVERIFY(process->waitForFinished(10000));
}

/// A second service plays Alibaba's STS: the program under test signs AssumeRole and hands the result on.
void ServiceProgramTest::withoutSimulationCredentialsComeFromSts()
{
    const auto cloud = start();
    const QUrl sts = endpointOf(*cloud);
    const Credentials root = *rootKey(m_data);
    m_data = m_dir->filePath(QStringLiteral("real"));
    const auto real = start({},
        {QLatin1String("ALIBABA_CLOUD_ACCESS_KEY_ID=") + root.accessKeyId,
            QLatin1String("ALIBABA_CLOUD_ACCESS_KEY_SECRET=") + QString::fromLatin1(root.accessKeySecret.reveal()),
            QStringLiteral("ALIBABA_CLOUD_ROLE_ARN=acs:ram::1234567890123456:role/EdgeliftAgentRole"),
            QLatin1String("ALIBABA_CLOUD_STS_ENDPOINT=") + sts.toString(), QStringLiteral("no_proxy=127.0.0.1")});
    const QUrl endpoint = endpointOf(*real);
    QVERIFY2(endpoint.isValid(), real->readAllStandardError().constData());
    RpcCase create;
    create.action = QStringLiteral("CreateAccessToken");
    const QJsonObject code = send(endpoint, acs3(create, root, QDateTime::currentDateTimeUtc(), endpoint)).json();
    const auto agent = [&endpoint](const char *call, const QJsonObject &body, const QString &session) {
        return send(endpoint,
            {"POST", QByteArray("/agent/v1/") + call,
                {{QStringLiteral("Authorization"), QLatin1String("Bearer ") + session},
                    {QStringLiteral("Content-Type"), QStringLiteral("application/json")}},
                QJsonDocument(body).toJson()})
            .json();
    };
    const QJsonObject source = agent("redeem",
        {{QStringLiteral("tokenId"), code.value(QLatin1String("AccessTokenId"))},
            {QStringLiteral("tokenCode"), code.value(QLatin1String("AccessTokenCode"))},
            {QStringLiteral("source"),
                QJsonObject{{QStringLiteral("name"), QStringLiteral("web-1")}, {QStringLiteral("machineId"), QStringLiteral("m-1")}}}},
        {});
    QCOMPARE(source.value(QLatin1String("endpoint")).toString(), QString()); // Alibaba's own
    const QJsonObject made = agent("credentials", {}, source.value(QLatin1String("sessionToken")).toString());
    const auto text = [&made](const char *key) { return made.value(QLatin1String(key)).toString(); };
    const Credentials temporary{text("accessKeyId"), Secret(text("accessKeySecret").toLatin1()), text("securityToken"), {}};
    QVERIFY2(temporary.accessKeyId.startsWith(QLatin1String("STS.")), QJsonDocument(made).toJson().constData());
    RpcCase who;
    who.version = QStringLiteral("2015-04-01");
    who.action = QStringLiteral("GetCallerIdentity");
    const QString arn = send(sts, acs3(who, temporary, QDateTime::currentDateTimeUtc(), sts)).json().value(QLatin1String("Arn")).toString();
    QVERIFY2(arn.startsWith(QLatin1String("acs:ram::1234567890123456:assumed-role/EdgeliftAgentRole/edgelift-s-")), qPrintable(arn));
    for (QProcess *process : {real.get(), cloud.get()}) {
        process->terminate();
        QVERIFY(process->waitForFinished(10000));
    }
}

QTEST_GUILESS_MAIN(ServiceProgramTest)
#include "tst_serviceprogram.moc"
