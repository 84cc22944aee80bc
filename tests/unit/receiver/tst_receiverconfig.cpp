#include "core/receiver/receiverconfig.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace edgelift;
using namespace edgelift::receiver;

class TestReceiverConfig : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    wire::LinkKeys m_keys;
    QJsonObject good() const;
    QString write(const QByteArray &content, QFileDevice::Permissions mode = QFileDevice::ReadOwner | QFileDevice::WriteOwner) const;
    QString write(const QJsonObject &object) const { return write(QJsonDocument(object).toJson()); }

private Q_SLOTS:
    void initTestCase();
    void cleanup() { qunsetenv("EDGELIFT_LISTEN_ADDRESS"); }
    void readsWhatTheMigrationWrites();
    void theEnvironmentReplacesTheAddress();
    void aFileOthersCanReadIsRefused();
    void wrongContentIsRefused_data();
    void wrongContentIsRefused();
    void theKeyNeverAppearsInAnError();
};

void TestReceiverConfig::initTestCase() { m_keys = wire::makeLinkKeys(QStringLiteral("receiver")).take(); }

QJsonObject TestReceiverConfig::good() const
{
    return {{QStringLiteral("version"), 1}, {QStringLiteral("job"), QStringLiteral("j-1")},
        {QStringLiteral("listen"), QStringLiteral("0.0.0.0")}, {QStringLiteral("controlPort"), 8080}, {QStringLiteral("dataPort"), 8703},
        {QStringLiteral("certificate"), QString::fromLatin1(m_keys.certificate)},
        {QStringLiteral("privateKey"), QString::fromLatin1(m_keys.privateKey.reveal())},
        {QStringLiteral("peerPin"), QString(64, QLatin1Char('a'))},
        {QStringLiteral("stateDir"), QStringLiteral("/var/lib/edgelift-receiver")},
        {QStringLiteral("deviceDir"), QStringLiteral("/dev/disk/by-id")}};
}

QString TestReceiverConfig::write(const QByteArray &content, QFileDevice::Permissions mode) const
{
    QFile file(m_folder.filePath(QStringLiteral("receiver.json")));
    const bool written =
        file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(content) == content.size() && file.setPermissions(mode);
    Q_ASSERT(written);
    Q_UNUSED(written);
    return file.fileName();
}

void TestReceiverConfig::readsWhatTheMigrationWrites()
{
    const auto config = readConfig(write(good()));
    QVERIFY(config);
    QCOMPARE(config->job, QStringLiteral("j-1"));
    QCOMPARE(config->listen, QStringLiteral("0.0.0.0"));
    QCOMPARE(config->controlPort, quint16(8080));
    QCOMPARE(config->dataPort, quint16(8703));
    QCOMPARE(config->keys.certificate, m_keys.certificate);
    QCOMPARE(config->keys.privateKey.reveal(), m_keys.privateKey.reveal());
    QCOMPARE(config->peerPin, QByteArray(64, 'a'));
    QCOMPARE(config->stateDir, QStringLiteral("/var/lib/edgelift-receiver"));
    QCOMPARE(config->deviceDir, QStringLiteral("/dev/disk/by-id"));
}

void TestReceiverConfig::theEnvironmentReplacesTheAddress()
{
    qputenv("EDGELIFT_LISTEN_ADDRESS", "127.88.1.2");
    QCOMPARE(readConfig(write(good()))->listen, QStringLiteral("127.88.1.2"));
    qputenv("EDGELIFT_LISTEN_ADDRESS", "everywhere");
    QCOMPARE(readConfig(write(good())).error().code, ErrorCode::StateUnreadable);
}

void TestReceiverConfig::aFileOthersCanReadIsRefused()
{
    const auto owner = QFileDevice::ReadOwner | QFileDevice::WriteOwner;
    const QByteArray content = QJsonDocument(good()).toJson();
    QCOMPARE(readConfig(write(content, owner | QFileDevice::ReadOther)).error().code, ErrorCode::PermissionDenied);
    QCOMPARE(readConfig(write(content, owner | QFileDevice::ReadGroup)).error().code, ErrorCode::PermissionDenied);
    QVERIFY(readConfig(write(content, owner)));
}

void TestReceiverConfig::wrongContentIsRefused_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QJsonValue>("value");
    QTest::addColumn<QString>("named");
    const auto row = [](const char *name, const char *key, const QJsonValue &value, const char *named) {
        QTest::newRow(name) << QString::fromLatin1(key) << value << QString::fromLatin1(named);
    };
    row("another version", "version", 2, "version");
    row("an unknown key", "controlport", 1, "controlPort"); // the near one is named
    row("a port out of range", "dataPort", 70000, "dataPort");
    row("one port for both", "dataPort", 8080, "ports");
    row("no job", "job", QString(), "job");
    row("a name instead of an address", "listen", QStringLiteral("localhost"), "listen");
    row("a short pin", "peerPin", QStringLiteral("abcd"), "peerPin");
    row("a pin with other letters", "peerPin", QString(64, QLatin1Char('x')), "peerPin");
    row("no certificate", "certificate", QStringLiteral("none"), "certificate");
    row("a relative folder", "stateDir", QStringLiteral("state"), "stateDir");
    row("a missing key", "deviceDir", QJsonValue(QJsonValue::Undefined), "deviceDir");
    row("a wrong type", "job", 5, "job");
}

void TestReceiverConfig::wrongContentIsRefused()
{
    QFETCH(const QString, key);
    QFETCH(const QJsonValue, value);
    QFETCH(const QString, named);
    QJsonObject object = good();
    object.insert(key, value); // Undefined removes
    const auto config = readConfig(write(object));
    QVERIFY(!config);
    QCOMPARE(config.error().code, ErrorCode::StateUnreadable);
    QVERIFY2(config.error().detail.contains(named), qPrintable(config.error().detail));
}

void TestReceiverConfig::theKeyNeverAppearsInAnError()
{
    QJsonObject object = good();
    object.insert(QStringLiteral("peerPin"), QStringLiteral("abcd"));
    object.insert(QStringLiteral("certificate"), QString());
    const QString detail = readConfig(write(object)).error().detail;
    const QString key = QString::fromLatin1(m_keys.privateKey.reveal()).section(QLatin1Char('\n'), 1, 1);
    QVERIFY(key.size() > 20);
    QVERIFY(!detail.contains(key));
    QCOMPARE(readConfig(write(QByteArray("{ not JSON"))).error().code, ErrorCode::StateUnreadable);
}

QTEST_GUILESS_MAIN(TestReceiverConfig)
#include "tst_receiverconfig.moc"
