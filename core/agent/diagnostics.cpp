#include "core/agent/diagnostics.h"

#include "core/base/fd.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/migrate/jobsecrets.h"

#include <QBuffer>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSysInfo>
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <quazip/quazip.h>
#include <quazip/quazipfile.h>
#include <quazip/quazipnewinfo.h>
#include <sys/stat.h>

namespace edgelift {

namespace {

constexpr qint64 fileLimit = 16 << 20; ///< bytes; of a longer file the end is taken
constexpr qint64 partLimit = 1 << 20; ///< bytes of one answer
/// What a job's folder holds that may be shown to others. Not in it: secrets.json, userdata.sh and the transfer's journal.
const QStringList shareable{QStringLiteral("job.json"), QStringLiteral("plan.json"), QStringLiteral("facts.json"),
    QStringLiteral("ledger.json"), QStringLiteral("report.json"), QStringLiteral("report.html")};

struct Entry
{
    QString name;
    QByteArray content; ///< redacted
};

QString folderIn(const QString &stateDir) { return stateDir + QLatin1String("/diagnostics"); }

QByteArray aboutThisSystem()
{
    return QJsonDocument(
        QJsonObject{{QStringLiteral("product"), QStringLiteral(EDGELIFT_VERSION)},
            {QStringLiteral("system"), QSysInfo::prettyProductName()}, {QStringLiteral("kernel"), QSysInfo::kernelVersion()},
            {QStringLiteral("architecture"), QSysInfo::currentCpuArchitecture()}, {QStringLiteral("qt"), QString::fromLatin1(qVersion())},
            {QStringLiteral("time"), QDateTime::currentDateTimeUtc().toString(Qt::ISODate)}})
        .toJson();
}

/// Those of a job that did not run in this process are not known to the log yet.
void hideSecretsOf(const QDir &jobs, const QStringList &ids)
{
    for (const QString &id : ids) {
        if (const Result<JobSecrets> secrets = readSecrets(jobs.filePath(id + QLatin1String("/secrets.json"))))
            hideInLog(*secrets);
    }
}

QList<Entry> collect(const QString &stateDir, const QString &logPath)
{
    const QDir jobs(stateDir + QLatin1String("/jobs"));
    const QStringList ids = jobs.entryList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks);
    hideSecretsOf(jobs, ids);
    QList<Entry> out;
    const auto add = [&out](const QString &name, const QByteArray &content) {
        out.append({name, log::redacted(QString::fromUtf8(content)).toUtf8()});
    };
    const auto addFile = [&add](const QString &name, const QString &path) {
        QFile file(path);
        if (QFileInfo(path).isSymLink() || !file.open(QIODevice::ReadOnly))
            return; // many jobs have no report yet
        file.seek(std::max<qint64>(file.size() - fileLimit, 0));
        add(name, file.read(fileLimit));
    };
    add(QStringLiteral("system.json"), aboutThisSystem());
    if (!logPath.isEmpty())
        addFile(QStringLiteral("agent.log"), logPath);
    for (const QString &id : ids) {
        for (const QString &file : shareable)
            addFile(QStringLiteral("jobs/%1/%2").arg(id, file), jobs.filePath(id + QLatin1Char('/') + file));
    }
    return out;
}

QList<DiagnosticsEntry> namesOf(const QList<Entry> &entries)
{
    QList<DiagnosticsEntry> out;
    for (const Entry &entry : entries)
        out.append({entry.name, entry.content.size()});
    return out;
}

/// A .zip in memory: bundles are small, and a file is only there when it is whole.
Result<QByteArray> zipped(const QList<Entry> &entries)
{
    QBuffer bytes;
    QuaZip zip(&bytes);
    zip.setUtf8Enabled(true);
    bool good = zip.open(QuaZip::mdCreate);
    for (const Entry &entry : entries) {
        QuaZipNewInfo info(entry.name);
        info.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        QuaZipFile file(&zip);
        good = good && file.open(QIODevice::WriteOnly, info) && file.write(entry.content) == entry.content.size();
        file.close();
        good = good && file.getZipError() == ZIP_OK;
    }
    zip.close();
    if (good && zip.getZipError() == ZIP_OK)
        return bytes.data();
    return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("zip error %1").arg(zip.getZipError())};
}

/// A name no other bundle has: a client may be reading the last one.
QString newPath(const QString &folder)
{
    const QString time = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss"));
    QString path = QStringLiteral("%1/edgelift-%2.zip").arg(folder, time);
    for (int i = 2; QFileInfo::exists(path); ++i)
        path = QStringLiteral("%1/edgelift-%2-%3.zip").arg(folder, time).arg(i);
    return path;
}

bool isOurs(const QString &stateDir, const QString &path)
{
    static const QRegularExpression name(QStringLiteral("^edgelift-[0-9]{8}-[0-9]{6}(-[0-9]{1,9})?\\.zip\\z"));
    const QString before = folderIn(stateDir) + QLatin1Char('/');
    return path.startsWith(before) && name.match(path.mid(before.size())).hasMatch();
}

}

QList<DiagnosticsEntry> listDiagnostics(const QString &stateDir, const QString &logPath) { return namesOf(collect(stateDir, logPath)); }

Result<Diagnostics> writeDiagnostics(const QString &stateDir, const QString &logPath)
{
    const QList<Entry> entries = collect(stateDir, logPath);
    const Result<QByteArray> bytes = zipped(entries);
    if (!bytes)
        return bytes.error();
    const QString folder = folderIn(stateDir);
    if (const Result<> made = makeFolder(folder); !made)
        return made.error();
    const QString path = newPath(folder);
    if (const Result<> written = writeFileDurably(path, *bytes); !written)
        return written.error();
    return Diagnostics{path, namesOf(entries)};
}

Result<FilePart> readDiagnostics(const QString &stateDir, const QString &path, qint64 offset)
{
    const auto refused = [&path](const QString &why) { return Error{ErrorCode::FileUnreadable, Retry::Never, {path}, why}; };
    if (!isOurs(stateDir, path))
        return refused(QStringLiteral("not a bundle of this agent"));
    const Fd folder(::open(QFile::encodeName(folderIn(stateDir)).constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const Fd fd(folder ? ::openat(
                    folder.get(), QFile::encodeName(QFileInfo(path).fileName()).constData(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                       : -1);
    if (!fd)
        return errnoError(errno, ErrorCode::FileUnreadable, path);
    struct stat about
    {
    };
    if (::fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode) || about.st_uid != ::geteuid())
        return refused(QStringLiteral("not a file of this agent"));
    FilePart part{QByteArray(std::clamp<qint64>(about.st_size - offset, 0, partLimit), '\0'), about.st_size};
    const ssize_t got = ::pread(fd.get(), part.data.data(), size_t(part.data.size()), offset);
    if (got != part.data.size())
        return errnoError(got < 0 ? errno : EIO, ErrorCode::FileUnreadable, path);
    return part;
}

}
