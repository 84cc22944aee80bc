#include "core/source/tracking/freezemarker.h"

#include "core/base/fd.h"
#include "core/base/files.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace edgelift {

namespace {

const QLatin1String mountPointsKey("mountPoints");
const QLatin1String hooksKey("hooks");
const QLatin1String processKey("process");
const QLatin1String startedKey("started");

/// When a process began, in clock ticks since the machine did (proc(5), field 22 of stat; the second may hold anything). Empty: there is
/// none.
QString startOf(qint64 process)
{
    const Result<QByteArray> stat = readFile(QStringLiteral("/proc/%1/stat").arg(process), 4096);
    return stat ? QString::fromLatin1(stat->mid(stat->lastIndexOf(')') + 2).split(' ').value(19)) : QString();
}

bool isOfAnotherThatRuns(const QJsonObject &marker)
{
    const qint64 process = marker.value(processKey).toInteger();
    const QString started = marker.value(startedKey).toString();
    return process > 0 && process != ::getpid() && !started.isEmpty() && startOf(process) == started;
}

}

Result<> writeFreezeMarker(const QString &file, const QStringList &mountPoints, const QString &hooks)
{
    if (const Result<> made = makeFolder(QFileInfo(file).path(), 0755); !made)
        return made;
    return writeJsonFile(file,
        QJsonObject{{mountPointsKey, QJsonArray::fromStringList(mountPoints)}, {hooksKey, hooks}, {processKey, qint64(::getpid())},
            {startedKey, startOf(::getpid())}});
}

void removeFreezeMarker(const QString &file) { QFile::remove(file); }

bool thawFilesystem(const QString &mountPoint)
{
    const Fd folder(::open(QFile::encodeName(mountPoint).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    return folder && ::ioctl(folder.get(), FITHAW, 0) == 0;
}

Result<std::optional<UnfinishedFreeze>> thawUnfinishedFreeze(const QString &file)
{
    using Found = std::optional<UnfinishedFreeze>;
    if (!QFileInfo::exists(file))
        return Found();
    const Result<QJsonObject> marker = readJsonFile(file);
    if (!marker)
        return marker.error();
    if (!marker->value(mountPointsKey).isArray())
        return Error{ErrorCode::StateUnreadable, Retry::AfterUserAction, {file}, QStringLiteral("no list of mount points")};
    if (isOfAnotherThatRuns(*marker))
        return Found();
    const QJsonArray mountPoints = marker->value(mountPointsKey).toArray();
    UnfinishedFreeze found{{}, marker->value(hooksKey).toString()};
    for (qsizetype i = mountPoints.size() - 1; i >= 0; --i) {
        if (thawFilesystem(mountPoints.at(i).toString()))
            found.thawed.append(mountPoints.at(i).toString());
    }
    removeFreezeMarker(file);
    return Found(found);
}

}
