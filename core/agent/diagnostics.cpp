#include "core/agent/diagnostics.h"

#include "core/base/files.h"
#include "core/base/log.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QSysInfo>
#include <archive.h>
#include <archive_entry.h>
#include <memory>

namespace edgelift {

namespace {

constexpr qint64 fileLimit = 16 << 20; ///< bytes; of a longer file the end is taken
/// What a job's folder holds that may be shown to others. Not in it: secrets.json, userdata.sh and the transfer's journal.
const QStringList shareable{QStringLiteral("job.json"), QStringLiteral("plan.json"), QStringLiteral("facts.json"),
    QStringLiteral("ledger.json"), QStringLiteral("report.json"), QStringLiteral("report.html")};

struct FreeArchive
{
    void operator()(archive *handle) const { archive_write_free(handle); }
};
struct FreeEntry
{
    void operator()(archive_entry *entry) const { archive_entry_free(entry); }
};

/// A .tar.gz in memory: bundles are small, and a file is only there when it is whole.
class Bundle
{
public:
    Bundle()
        : m_archive(archive_write_new())
    {
        archive_write_add_filter_gzip(m_archive.get());
        archive_write_set_format_pax_restricted(m_archive.get());
        archive_write_open(
            m_archive.get(), &m_bytes, nullptr,
            [](archive *, void *to, const void *data, size_t size) {
                static_cast<QByteArray *>(to)->append(static_cast<const char *>(data), qsizetype(size));
                return la_ssize_t(size);
            },
            nullptr);
    }
    void add(const QString &name, const QByteArray &content)
    {
        const QByteArray shown = log::redacted(QString::fromUtf8(content)).toUtf8();
        const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
        archive_entry_set_pathname_utf8(entry.get(), name.toUtf8().constData());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0600);
        archive_entry_set_mtime(entry.get(), QDateTime::currentSecsSinceEpoch(), 0);
        archive_entry_set_size(entry.get(), shown.size());
        m_good = m_good && archive_write_header(m_archive.get(), entry.get()) == ARCHIVE_OK
            && archive_write_data(m_archive.get(), shown.constData(), size_t(shown.size())) == la_ssize_t(shown.size());
    }
    void addFile(const QString &name, const QString &path)
    {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly))
            return; // many jobs have no report yet
        file.seek(std::max<qint64>(file.size() - fileLimit, 0));
        add(name, file.read(fileLimit));
    }
    Result<QByteArray> take()
    {
        if (archive_write_close(m_archive.get()) == ARCHIVE_OK && m_good)
            return m_bytes;
        return Error{ErrorCode::Internal, Retry::Never, {}, QString::fromUtf8(archive_error_string(m_archive.get()))};
    }

private:
    QByteArray m_bytes; ///< outlives the archive, which writes to it
    std::unique_ptr<archive, FreeArchive> m_archive;
    bool m_good = true;
};

QByteArray aboutThisSystem()
{
    return QJsonDocument(
        QJsonObject{{QStringLiteral("product"), QStringLiteral(EDGELIFT_VERSION)},
            {QStringLiteral("system"), QSysInfo::prettyProductName()}, {QStringLiteral("kernel"), QSysInfo::kernelVersion()},
            {QStringLiteral("architecture"), QSysInfo::currentCpuArchitecture()}, {QStringLiteral("qt"), QString::fromLatin1(qVersion())},
            {QStringLiteral("time"), QDateTime::currentDateTimeUtc().toString(Qt::ISODate)}})
        .toJson();
}

}

Result<QString> writeDiagnostics(const QString &stateDir, const QString &logPath)
{
    Bundle bundle;
    bundle.add(QStringLiteral("system.json"), aboutThisSystem());
    if (!logPath.isEmpty())
        bundle.addFile(QStringLiteral("agent.log"), logPath);
    const QDir jobs(stateDir + QLatin1String("/jobs"));
    for (const QString &job : jobs.entryList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks)) {
        for (const QString &file : shareable)
            bundle.addFile(QStringLiteral("jobs/%1/%2").arg(job, file), jobs.filePath(job + QLatin1Char('/') + file));
    }
    const Result<QByteArray> bytes = bundle.take();
    if (!bytes)
        return bytes.error();
    const QString folder = stateDir + QLatin1String("/diagnostics");
    if (const Result<> made = makeFolder(folder); !made)
        return made.error();
    const QString time = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss"));
    const QString path = QStringLiteral("%1/edgelift-%2.tar.gz").arg(folder, time);
    if (const Result<> written = writeFileDurably(path, *bytes); !written)
        return written.error();
    return path;
}

}
