#include "core/receiver/build/targetbuilder.h"

#include "core/base/files.h"
#include "core/base/log.h"
#include "core/base/loopdevice.h"
#include "core/guest/btrfssubvolumes.h"
#include "core/guest/guestmounts.h"
#include "core/layout/targetimagejson.h"
#include "core/receiver/build/buildtools.h"
#include "core/receiver/build/disktable.h"
#include "core/receiver/build/filesystemmaker.h"
#include "core/receiver/build/volumegroup.h"

#include <QFile>
#include <QJsonArray>

namespace edgelift::build {

namespace {

const QString epochKey = QStringLiteral("epoch");
const QString imageKey = QStringLiteral("image");
const QString begunKey = QStringLiteral("begun"); // indexes of disks that were written to
const QString doneKey = QStringLiteral("done"); // …and that are complete

Result<> divide(const QString &device, const TargetVolume &volume, const QString &mountsFolder)
{
    if (volume.subvolumes.isEmpty())
        return ok();
    if (Result<> folder = makeFolder(mountsFolder); !folder)
        return folder;
    Result<> made = ok();
    const Result<> separate = inPrivateMounts(mountsFolder, [&](GuestMounts &mounts) {
        mounts.setAccess(GuestAccess::Writable);
        const Result<QString> top = mounts.mount(device, volume.fs, topOption(volume.fs), volume.source);
        made = top ? makeSubvolumes(*top, volume.subvolumes, volume.defaultSubvolume) : Result<>(top.error());
    });
    return separate ? made : separate;
}

Result<> fillIn(const QString &path, const TargetVolume &volume, const QString &mountsFolder, const std::stop_token &stop)
{
    if (volume.content != TargetContent::Files && volume.content != TargetContent::Swap)
        return ok();
    const Result<LoopDevice> device = LoopDevice::attach(path, volume.offset, volume.size, LoopDevice::Access::ReadWrite);
    const Result<> made = device ? makeFilesystem(device->path(), volume, stop) : Result<>(device.error());
    return made ? divide(device->path(), volume, mountsFolder) : made;
}

Result<> makeDisk(const QString &path, const TargetDiskLayout &layout, const QString &mountsFolder, const std::stop_token &stop)
{
    if (Result<> written = writeTable(path, layout); !written)
        return written;
    if (!layout.group.isEmpty()) {
        const Result<LoopDevice> device = LoopDevice::attach(path, layout.groupOffset, layout.groupSize, LoopDevice::Access::ReadWrite);
        if (!device)
            return device.error();
        if (Result<> made = makeVolumeGroup(device->path(), layout, stop); !made)
            return made;
    }
    for (const TargetVolume &volume : layout.volumes) {
        if (Result<> filled = fillIn(path, volume, mountsFolder, stop); !filled)
            return filled;
    }
    return ok();
}

}

TargetBuilder::TargetBuilder(QString stateDir)
    : m_stateDir(std::move(stateDir))
{
}

QString TargetBuilder::statePath() const { return m_stateDir + QLatin1String("/build.json"); }

Result<QJsonObject> TargetBuilder::load() const { return QFile::exists(statePath()) ? readJsonFile(statePath()) : QJsonObject(); }

Result<> TargetBuilder::build(quint64 epoch, const TargetImage &image, const DiskOf &diskOf, const std::stop_token &stop)
{
    const Result<QJsonObject> earlier = load();
    if (!earlier)
        return earlier.error();
    QJsonObject state = *earlier;
    const QJsonObject wanted = toJson(image);
    const bool same = state.value(epochKey).toString() == QString::number(epoch) && state.value(imageKey).toObject() == wanted;
    if (!same)
        state = {{epochKey, QString::number(epoch)}, {imageKey, wanted}, {begunKey, state.value(begunKey)}, {doneKey, QJsonArray()}};
    for (const TargetDiskLayout &layout : image.disks) {
        const qint64 index = layout.index;
        if (state.value(doneKey).toArray().contains(index))
            continue;
        const Result<BuildDisk> disk = diskOf(layout.index);
        if (!disk)
            return disk.error();
        QJsonArray begun = state.value(begunKey).toArray();
        if (begun.contains(index)) {
            if (Result<> cleared = disk->clear(); !cleared)
                return cleared;
        } else {
            begun.append(index);
            state.insert(begunKey, begun);
            if (Result<> kept = writeJsonFile(statePath(), state); !kept)
                return kept;
        }
        if (Result<> made = makeDisk(disk->path, layout, m_stateDir + QLatin1String("/build-mounts"), stop); !made)
            return made;
        if (Result<> synced = disk->sync(); !synced)
            return synced;
        QJsonArray done = state.value(doneKey).toArray();
        done.append(index);
        state.insert(doneKey, done);
        if (Result<> kept = writeJsonFile(statePath(), state); !kept)
            return kept;
        log::info("receiver", QStringLiteral("disk built"), {{QStringLiteral("disk"), index}});
    }
    return ok();
}

Result<std::optional<TargetImage>> TargetBuilder::built(quint64 epoch) const
{
    const Result<QJsonObject> state = load();
    if (!state)
        return state.error();
    if (state->value(epochKey).toString() != QString::number(epoch))
        return std::optional<TargetImage>();
    const Result<TargetImage> image = targetImageFromJson(state->value(imageKey).toObject());
    if (!image)
        return Error{ErrorCode::StateUnreadable, Retry::Never, {statePath()}, image.error().detail};
    const bool whole = state->value(doneKey).toArray().size() == image->disks.size();
    return whole ? std::optional(*image) : std::nullopt;
}

}
