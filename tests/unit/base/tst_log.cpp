#include "core/base/files.h"
#include "core/base/log.h"

#include <QFileInfo>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>
#include <thread>
#include <vector>

using namespace edgelift;

class TestLog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void writesOneJsonObjectALine();
    void leavesOutWhatIsBelowTheLevel();
    void hidesSecretsInEveryPlace();
    void hidesSecretsThatJsonEscapes();
    void hidesSignaturesInAddresses_data();
    void hidesSignaturesInAddresses();
    void shortValuesHideNothing();
    void linesOfManyThreadsStayWhole();
    void openingTheFileIsSafe();

private:
    QString text() const { return QString::fromUtf8(*readFile(m_path)); }
    QTemporaryDir m_folder;
    QString m_path;
    int m_count = 0;
};

void TestLog::init()
{
    m_path = m_folder.filePath(QStringLiteral("%1.log").arg(++m_count));
    QVERIFY(log::openFile(m_path));
    log::setLevel(log::Level::Info);
}

void TestLog::writesOneJsonObjectALine()
{
    log::warning("area", QStringLiteral("two\nlines"), {{QStringLiteral("disk"), QStringLiteral("a")}});
    log::error("area", QStringLiteral("next"));
    const QStringList lines = text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 2);
    const QJsonObject first = QJsonDocument::fromJson(lines[0].toUtf8()).object();
    QCOMPARE(first.value(QStringLiteral("message")).toString(), QStringLiteral("two\nlines"));
    QCOMPARE(first.value(QStringLiteral("level")).toString(), QStringLiteral("warning"));
    QCOMPARE(first.value(QStringLiteral("area")).toString(), QStringLiteral("area"));
    QCOMPARE(first.value(QStringLiteral("disk")).toString(), QStringLiteral("a"));
    QVERIFY(QDateTime::fromString(first.value(QStringLiteral("time")).toString(), Qt::ISODateWithMs).isValid());
}

void TestLog::leavesOutWhatIsBelowTheLevel()
{
    log::debug("a", QStringLiteral("too fine"));
    QVERIFY(text().isEmpty());
    log::setLevel(log::Level::Debug);
    log::debug("a", QStringLiteral("now wanted"));
    QVERIFY(text().contains(QLatin1String("now wanted")));
}

void TestLog::hidesSecretsInEveryPlace()
{
    log::hide(Secret(QByteArrayLiteral("s3cr3t-value")));
    log::info("a", QStringLiteral("key s3cr3t-value."), {{QStringLiteral("s3cr3t-value"), QStringLiteral("xs3cr3t-valuex")}});
    QVERIFY2(!text().contains(QLatin1String("s3cr3t-value")), qPrintable(text()));
    QVERIFY(text().contains(QLatin1String("key ***.")));
    QCOMPARE(log::redacted(QStringLiteral("a s3cr3t-value b")), QStringLiteral("a *** b"));
}

void TestLog::hidesSecretsThatJsonEscapes()
{
    log::hide(Secret(QByteArrayLiteral("-----BEGIN KEY-----\nMIIE\"x\\y\n-----END KEY-----\n"))); // escaped in a JSON line
    log::info("a", QStringLiteral("it is -----BEGIN KEY-----\nMIIE\"x\\y\n-----END KEY-----\n"));
    QVERIFY2(!text().contains(QLatin1String("MIIE")), qPrintable(text()));
}

void TestLog::hidesSignaturesInAddresses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("shown");
    QTest::newRow("OSS V1") << "http://b/k?Expires=1&Signature=abc%2B&x=1"
                            << "http://b/k?Expires=1&Signature=***&x=1";
    QTest::newRow("OSS V4") << "k?x-oss-signature=0123 next"
                            << "k?x-oss-signature=*** next";
    QTest::newRow("STS token") << "?security-token=CAIS%2B"
                               << "?security-token=***";
    QTest::newRow("RPC token") << "SecurityToken=CAIS&Action=X"
                               << "SecurityToken=***&Action=X";
    QTest::newRow("ACS3 header") << "ACS3-HMAC-SHA256 Credential=LTAI,SignedHeaders=host,Signature=06563a"
                                 << "ACS3-HMAC-SHA256 Credential=LTAI,SignedHeaders=host,Signature=***";
    QTest::newRow("nothing to hide") << "SignatureVersion 1.0"
                                     << "SignatureVersion 1.0";
}

void TestLog::hidesSignaturesInAddresses()
{
    QFETCH(QString, text);
    QTEST(log::redacted(text), "shown");
}

void TestLog::shortValuesHideNothing()
{
    log::hide(Secret(QByteArrayLiteral("a")));
    log::hide(Secret());
    QCOMPARE(log::redacted(QStringLiteral("banana")), QStringLiteral("banana"));
}

void TestLog::linesOfManyThreadsStayWhole()
{
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            for (int n = 0; n < 200; ++n)
                log::info("thread", QString(200, QLatin1Char('x')));
        });
    }
    threads.clear();
    const QStringList lines = text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 800);
    for (const QString &line : lines)
        QVERIFY(QJsonDocument::fromJson(line.toUtf8()).isObject());
}

void TestLog::openingTheFileIsSafe()
{
    QCOMPARE(QFileInfo(m_path).permissions() & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther),
        QFile::Permissions());
    QVERIFY(!log::openFile(m_folder.filePath(QStringLiteral("no/such/folder.log"))));
    const QString link = m_folder.filePath(QStringLiteral("link"));
    QVERIFY(QFile::link(m_path, link));
    QVERIFY(!log::openFile(link)); // somebody else's choice of file
    log::info("a", QStringLiteral("still here"));
    QVERIFY(text().contains(QLatin1String("still here")));
}

QTEST_APPLESS_MAIN(TestLog)
#include "tst_log.moc"
