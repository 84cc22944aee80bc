#pragma once
#include "core/service/registry.h"
#include "core/simcloud/callparameters.h"
#include "core/simcloud/instancehost.h"

namespace edgelift {

class World;

/// What a request wants of one disk, checked.
struct DiskWish
{
    QString category;
    QString performanceLevel;
    int sizeGiB = 0;
    QString name;
    QString description;
    QString snapshotId; ///< empty: an empty disk
    bool deleteWithInstance = true;
    bool system = false;
};

/// Reads "Category", "Size", … below `parameters`; `leastGiB` is the image's size for a system disk. Fills `wish` or says what is wrong.
[[nodiscard]] std::optional<ActionReply> readDiskWish(
    World &world, const CallParameters &parameters, bool system, int leastGiB, DiskWish &wish);

/// The record of a new disk (collection "disks") and its file. `instanceId` empty: a free disk. Errors: FileUnwritable, NoSpace.
[[nodiscard]] Result<QJsonObject> makeDisk(World &world, const DiskWish &wish, const QString &region, const QString &zone,
    const QString &instanceId, const QString &device, const QJsonObject &tags);
/// Disks of an instance, system disk first, then by device.
[[nodiscard]] QList<QJsonObject> disksOf(World &world, const QString &instanceId);
[[nodiscard]] InstanceDisk instanceDisk(World &world, const QJsonObject &disk);
void resumeDisks(World &world); ///< copies that a restart interrupted begin again
void removeDisk(World &world, const QString &diskId); ///< record and file
[[nodiscard]] bool isBeingCopied(World &world, const QString &diskId); ///< a snapshot of it is in progress

}
