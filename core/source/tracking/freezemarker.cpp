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

namespace edgelift {

namespace {

const QLatin1String mountPointsKey("mountPoints");

}

Result<> writeFreezeMarker(const QString &file, const QStringList &mountPoints)
{
    if (const Result<> made = makeFolder(QFileInfo(file).path(), 0755); !made)
        return made;
    return writeJsonFile(file, QJsonObject{{mountPointsKey, QJsonArray::fromStringList(mountPoints)}});
}

void removeFreezeMarker(const QString &file) { QFile::remove(file); }

bool thawFilesystem(const QString &mountPoint)
{
    const Fd folder(::open(QFile::encodeName(mountPoint).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    return folder && ::ioctl(folder.get(), FITHAW, 0) == 0;
}

Result<QStringList> thawUnfinishedFreeze(const QString &file)
{
    if (!QFileInfo::exists(file))
        return QStringList();
    const Result<QJsonObject> marker = readJsonFile(file);
    if (!marker)
        return marker.error();
    if (!marker->value(mountPointsKey).isArray())
        return Error{ErrorCode::StateUnreadable, Retry::AfterUserAction, {file}, QStringLiteral("no list of mount points")};
    const QJsonArray mountPoints = marker->value(mountPointsKey).toArray();
    QStringList thawed;
    for (qsizetype i = mountPoints.size() - 1; i >= 0; --i) {
        if (thawFilesystem(mountPoints.at(i).toString()))
            thawed.append(mountPoints.at(i).toString());
    }
    removeFreezeMarker(file);
    return thawed;
}

}
