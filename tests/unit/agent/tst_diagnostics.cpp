#include "core/agent/diagnostics.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/migrate/jobsecrets.h"

#include <QFileInfo>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest>
#include <quazip/quazip.h>
#include <quazip/quazipfile.h>
#include <sys/stat.h>

using namespace edgelift;

namespace {

QMap<QString, QByteArray> contentOf(const QString &path)
{
    QMap<QString, QByteArray> out;
    QuaZip zip(path);
    if (!zip.open(QuaZip::mdUnzip))
        return out;
    for (bool more = zip.goToFirstFile(); more; more = zip.goToNextFile()) {
        QuaZipFile file(&zip);
        if (file.open(QIODevice::ReadOnly))
            out.insert(zip.getCurrentFileName(), file.readAll());
    }
    return out;
}

QString text(const char *literal) { return QString::fromLatin1(literal); }

}

class TestDiagnostics : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void holdsRecordsAndNoSecrets();
    void aPlantedSecretIsInNoEntry();
    void theListIsWhatIsPacked();
    void anEmptyStateIsNoError();
    void aBundleIsReadInParts();
    void nothingElseIsRead_data();
    void nothingElseIsRead();
    void aFolderThatCannotBeWrittenIsNamed();
};

void TestDiagnostics::holdsRecordsAndNoSecrets()
{
    const QTemporaryDir state;
    const QString job = state.filePath(QStringLiteral("jobs/j-1"));
    QVERIFY(makeFolder(job));
    log::hide(Secret(QByteArrayLiteral("s3cr3t-value")));
    QVERIFY(writeFileDurably(job + QLatin1String("/job.json"), "{\"note\":\"s3cr3t-value\"}"));
    QVERIFY(writeFileDurably(job + QLatin1String("/secrets.json"), "private key"));
    QVERIFY(writeFileDurably(job + QLatin1String("/userdata.sh"), "private key"));
    QVERIFY(writeFileDurably(state.filePath(QStringLiteral("agent.log")), "{\"url\":\"http://b/k?x-oss-signature=0123\"}\n"));
    const Result<Diagnostics> made = writeDiagnostics(state.path(), state.filePath(QStringLiteral("agent.log")));
    QVERIFY(made);
    QCOMPARE(QFileInfo(made->path).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    const QMap<QString, QByteArray> content = contentOf(made->path);
    QCOMPARE(
        content.keys(), (QStringList{QStringLiteral("agent.log"), QStringLiteral("jobs/j-1/job.json"), QStringLiteral("system.json")}));
    QCOMPARE(content.value(QStringLiteral("jobs/j-1/job.json")), QByteArray("{\"note\":\"***\"}"));
    QVERIFY(!content.value(QStringLiteral("agent.log")).contains("0123"));
    QVERIFY(content.value(QStringLiteral("system.json")).contains(EDGELIFT_VERSION));
}

void TestDiagnostics::anEmptyStateIsNoError()
{
    const QTemporaryDir state;
    const Result<Diagnostics> made = writeDiagnostics(state.path(), {});
    QVERIFY(made);
    QCOMPARE(contentOf(made->path).keys(), QStringList{QStringLiteral("system.json")});
}

void TestDiagnostics::aFolderThatCannotBeWrittenIsNamed()
{
    const QTemporaryDir state;
    QVERIFY(writeFileDurably(state.filePath(QStringLiteral("diagnostics")), "a file where the folder should be"));
    QCOMPARE(writeDiagnostics(state.path(), {}).error().code, ErrorCode::FileUnwritable);
}

/// Everywhere something could be taken from, of a job this process never opened.
void TestDiagnostics::aPlantedSecretIsInNoEntry()
{
    const QTemporaryDir state;
    const QString job = state.filePath(text("jobs/j-2"));
    QVERIFY(makeFolder(job));
    JobSecrets secrets;
    secrets.authorization.keys = Credentials{text("LTAI"), Secret("planted-key-secret"), text("planted-sts-token"), {}};
    secrets.sessionToken = Secret("planted-session-token");
    secrets.ownerPrivateKey = Secret("-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----\n");
    QVERIFY(writeSecrets(job + QLatin1String("/secrets.json"), secrets));
    const QByteArray planted =
        "{\"a\":\"planted-key-secret\",\"b\":\"planted-session-token\",\"c\":\"-----BEGIN PRIVATE KEY-----\\nplanted\\n-----END PRIVATE "
        "KEY-----\\n\",\"u\":\"http://b/?security-token=planted-url\"}";
    for (const char *file : {"job.json", "plan.json", "facts.json", "ledger.json", "report.json", "report.html", "userdata.sh", "other"})
        QVERIFY(writeFileDurably(job + QLatin1Char('/') + text(file), planted));
    QVERIFY(writeFileDurably(state.filePath(text("agent.log")), planted));
    QVERIFY(QFile::link(job + QLatin1String("/secrets.json"), state.filePath(text("jobs/j-3"))));
    QVERIFY(makeFolder(state.filePath(text("jobs/j-4"))));
    QVERIFY(QFile::link(job + QLatin1String("/secrets.json"), state.filePath(text("jobs/j-4/job.json"))));
    const Result<Diagnostics> made = writeDiagnostics(state.path(), state.filePath(text("agent.log")));
    QVERIFY(made);
    const QMap<QString, QByteArray> content = contentOf(made->path);
    QCOMPARE(content.size(), 8); // six of the job, the log, the system
    for (auto it = content.begin(); it != content.end(); ++it)
        QVERIFY2(!it->contains("planted"), qPrintable(it.key() + QLatin1String(": ") + QString::fromUtf8(*it)));
}

void TestDiagnostics::theListIsWhatIsPacked()
{
    const QTemporaryDir state;
    QVERIFY(makeFolder(state.filePath(text("jobs/j-1"))));
    log::hide(Secret(QByteArrayLiteral("another-s3cr3t")));
    QVERIFY(writeFileDurably(state.filePath(text("jobs/j-1/job.json")), "another-s3cr3t"));
    const QList<DiagnosticsEntry> list = listDiagnostics(state.path(), {});
    QVERIFY(!QFileInfo::exists(state.filePath(text("diagnostics"))));
    QCOMPARE(list.value(1).name, text("jobs/j-1/job.json"));
    QCOMPARE(list.value(1).bytes, 3); // redacted
    const Result<Diagnostics> made = writeDiagnostics(state.path(), {});
    QCOMPARE(made->entries.size(), 2);
    QCOMPARE(made->entries.value(1), list.value(1));
    QCOMPARE(contentOf(made->path).value(text("jobs/j-1/job.json")).size(), 3);
}

void TestDiagnostics::aBundleIsReadInParts()
{
    const QTemporaryDir state;
    QByteArray noise(3 << 20, '\0');
    for (qsizetype i = 0; i < noise.size(); ++i) // letters that do not pack below 1 MiB
        noise[i] = char('a' + QRandomGenerator::global()->bounded(26));
    QVERIFY(writeFileDurably(state.filePath(text("agent.log")), noise));
    const Result<Diagnostics> made = writeDiagnostics(state.path(), state.filePath(text("agent.log")));
    QVERIFY(made);
    const Result<Diagnostics> second = writeDiagnostics(state.path(), {});
    QVERIFY(second->path != made->path); // within the same second as well
    QByteArray whole;
    for (int parts = 0; parts < 10; ++parts) {
        const Result<FilePart> part = readDiagnostics(state.path(), made->path, whole.size());
        QVERIFY(part);
        QVERIFY(part->data.size() <= 1 << 20);
        QCOMPARE(part->total, QFileInfo(made->path).size());
        if (part->data.isEmpty())
            break;
        whole += part->data;
    }
    QVERIFY(whole.size() > 1 << 20);
    QCOMPARE(whole, *readFile(made->path));
    QVERIFY(readDiagnostics(state.path(), made->path, qint64(1) << 40)->data.isEmpty());
}

void TestDiagnostics::nothingElseIsRead_data()
{
    QTest::addColumn<QString>("path"); // %1: the state's folder
    QTest::newRow("nothing") << QString();
    QTest::newRow("another file") << text("/etc/passwd");
    QTest::newRow("traversal") << text("%1/diagnostics/../jobs/j-1/secrets.json");
    QTest::newRow("traversal to a good name") << text("%1/diagnostics/../edgelift-20260101-000000.zip");
    QTest::newRow("another name") << text("%1/diagnostics/other");
    QTest::newRow("in a folder") << text("%1/diagnostics/x/edgelift-20260101-000000.zip");
    QTest::newRow("not there") << text("%1/diagnostics/edgelift-20260101-000009.zip");
    QTest::newRow("a link") << text("%1/diagnostics/edgelift-20260101-000001.zip");
    QTest::newRow("a folder") << text("%1/diagnostics/edgelift-20260101-000002.zip");
    QTest::newRow("a pipe") << text("%1/diagnostics/edgelift-20260101-000003.zip");
    QTest::newRow("line feed") << text("%1/diagnostics/edgelift-20260101-000000.zip\n");
    QTest::newRow("relative") << text("edgelift-20260101-000000.zip");
}

void TestDiagnostics::nothingElseIsRead()
{
    QFETCH(QString, path);
    const QTemporaryDir state;
    const QString folder = state.filePath(text("diagnostics/"));
    QVERIFY(makeFolder(folder + text("x")));
    for (const char *file : {"other", "edgelift-20260101-000000.zip", "x/edgelift-20260101-000000.zip", "../edgelift-20260101-000000.zip",
             "edgelift-20260101-000000.zip\n"})
        QVERIFY(writeFileDurably(folder + text(file), "x"));
    QVERIFY(QFile::link(text("/etc/passwd"), folder + text("edgelift-20260101-000001.zip")));
    QVERIFY(makeFolder(folder + text("edgelift-20260101-000002.zip")));
    QCOMPARE(::mkfifo(QFile::encodeName(folder + text("edgelift-20260101-000003.zip")).constData(), 0600), 0);
    QVERIFY(readDiagnostics(state.path(), folder + text("edgelift-20260101-000000.zip"), 0));
    const Result<FilePart> part = readDiagnostics(state.path(), path.contains(QLatin1Char('%')) ? path.arg(state.path()) : path, 0);
    QVERIFY(!part);
    QCOMPARE(part.error().code, ErrorCode::FileUnreadable);
}

QTEST_APPLESS_MAIN(TestDiagnostics)
#include "tst_diagnostics.moc"
