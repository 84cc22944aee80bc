#include "core/agent/diagnostics.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest>
#include <archive.h>
#include <archive_entry.h>

using namespace edgelift;

namespace {

QMap<QString, QByteArray> contentOf(const QString &path)
{
    QMap<QString, QByteArray> out;
    archive *reader = archive_read_new();
    archive_read_support_filter_gzip(reader);
    archive_read_support_format_tar(reader);
    archive_read_open_filename(reader, QFile::encodeName(path).constData(), 65536);
    for (archive_entry *entry = nullptr; archive_read_next_header(reader, &entry) == ARCHIVE_OK;) {
        QByteArray bytes(qsizetype(archive_entry_size(entry)), '\0');
        archive_read_data(reader, bytes.data(), size_t(bytes.size()));
        out.insert(QString::fromUtf8(archive_entry_pathname(entry)), bytes);
    }
    archive_read_free(reader);
    return out;
}

}

class TestDiagnostics : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void holdsRecordsAndNoSecrets();
    void anEmptyStateIsNoError();
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
    const Result<QString> path = writeDiagnostics(state.path(), state.filePath(QStringLiteral("agent.log")));
    QVERIFY(path);
    QCOMPARE(QFileInfo(*path).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    const QMap<QString, QByteArray> content = contentOf(*path);
    QCOMPARE(
        content.keys(), (QStringList{QStringLiteral("agent.log"), QStringLiteral("jobs/j-1/job.json"), QStringLiteral("system.json")}));
    QCOMPARE(content.value(QStringLiteral("jobs/j-1/job.json")), QByteArray("{\"note\":\"***\"}"));
    QVERIFY(!content.value(QStringLiteral("agent.log")).contains("0123"));
    QVERIFY(content.value(QStringLiteral("system.json")).contains(EDGELIFT_VERSION));
}

void TestDiagnostics::anEmptyStateIsNoError()
{
    const QTemporaryDir state;
    const Result<QString> path = writeDiagnostics(state.path(), {});
    QVERIFY(path);
    QCOMPARE(contentOf(*path).keys(), QStringList{QStringLiteral("system.json")});
}

void TestDiagnostics::aFolderThatCannotBeWrittenIsNamed()
{
    const QTemporaryDir state;
    QVERIFY(writeFileDurably(state.filePath(QStringLiteral("diagnostics")), "a file where the folder should be"));
    QCOMPARE(writeDiagnostics(state.path(), {}).error().code, ErrorCode::FileUnwritable);
}

QTEST_APPLESS_MAIN(TestDiagnostics)
#include "tst_diagnostics.moc"
