#include "core/layout/layoutroom.h"

#include "core/layout/defaultplan.h"
#include "core/layout/layoutchange.h"

#include <algorithm>

namespace edgelift {

namespace {

/// Sizes come from partition tables and hand-written plans: a sum that overflows is as good as infinite.
void add(Bytes &total, Bytes part) { total = sum(total, part).value_or(Bytes{~quint64{0}}); }

Bytes bytesOn(const VolumeFacts &volume, const QString &disk)
{
    Bytes total;
    for (const DiskSegment &segment : volume.segments) {
        if (segment.disk == disk)
            add(total, segment.length);
    }
    return total;
}

/// What stands on a disk besides mount targets. A physical volume is counted by its logical volumes.
Bytes otherOn(const QString &disk, const ServerFacts &facts)
{
    Bytes total;
    for (const VolumeFacts &volume : facts.volumes) {
        if (!isMountTarget(volume) && volume.fs != FsType::LvmPhysicalVolume)
            add(total, bytesOn(volume, disk));
    }
    return total;
}

}

Bytes bytesOnTarget(const Plan::Disk &disk, const Plan::Volume &volume, const ServerFacts &facts)
{
    if (!volume.migrate)
        return {};
    const VolumeFacts *source = facts.volume(volume.source);
    return source && isUnchanged(disk, volume, *source) ? bytesOn(*source, disk.source) : bytesFromMiB(volume.sizeMiB);
}

DiskRoom roomOn(const Plan::Disk &disk, const ServerFacts &facts)
{
    const DiskFacts *source = facts.disk(disk.source);
    DiskRoom room;
    room.size = bytesFromGiB(disk.sizeGiB);
    room.asIs = source && disk.sizeGiB >= planGiB(source->size);
    for (const Plan::Volume &volume : disk.volumes) {
        const VolumeFacts *from = facts.volume(volume.source);
        if (!volume.migrate || !from)
            continue;
        const Bytes size = bytesOnTarget(disk, volume, facts);
        const bool unchanged = isUnchanged(disk, volume, *from);
        add(room.planned, size);
        add(room.used, unchanged ? std::min(from->used, size) : from->used);
        room.asIs = room.asIs && unchanged;
    }
    if (room.asIs)
        room.other = otherOn(disk.source, facts);
    Bytes taken = room.planned;
    add(taken, room.other);
    if (taken <= room.size)
        room.free = Bytes{room.size.count - taken.count};
    else if (!room.asIs) // a copy byte for byte to a disk that is no smaller fits, whatever the tables of the source say
        room.over = Bytes{taken.count - room.size.count};
    return room;
}

qint64 leastMiB(const VolumeFacts &volume) { return planMiB(volume.used) + 1; }

qint64 leastGiB(const Plan::Disk &disk, const ServerFacts &facts)
{
    const DiskRoom room = roomOn(disk, facts);
    const qint64 least = disk.role == Plan::Role::System ? limits::systemDiskLeastGiB : 1;
    return std::max<qint64>(least, room.asIs ? 1 : qint64(room.used.count >> 30) + 1);
}

qint64 mostGiB(const Plan::Disk &disk) { return disk.role == Plan::Role::System ? limits::systemDiskMostGiB : limits::ensDataDiskMostGiB; }

bool isFixed(const Plan::Volume &volume, const ServerFacts &facts)
{
    const VolumeFacts *source = facts.volume(volume.source);
    return volume.fixed || (source && (source->boot || source->system));
}

QString volumeGroupName(const Plan &plan, qsizetype disk)
{
    return disk >= 0 && disk < plan.disks.size() && plan.disks.at(disk).lvm ? QStringLiteral("vg%1").arg(disk) : QString();
}

QString logicalVolumeName(const Plan::Disk &disk, const Plan::Volume &volume, const ServerFacts &facts)
{
    const auto isLogical = [&facts](const Plan::Volume &each) {
        const VolumeFacts *source = facts.volume(each.source);
        return each.migrate && !(source && source->boot && !source->system);
    };
    if (!disk.lvm || !isLogical(volume))
        return {};
    int number = 1;
    for (const Plan::Volume &each : disk.volumes) {
        if (each.source == volume.source)
            break;
        number += isLogical(each) ? 1 : 0;
    }
    return QStringLiteral("lv%1").arg(number);
}

ReplicationReason replicationReason(const Plan::Disk &disk, const Plan::Volume &volume, const ServerFacts &facts)
{
    using Why = ReplicationReason::Why;
    const VolumeFacts *source = facts.volume(volume.source);
    ReplicationReason reason{Why::SameStructure, Plan::Replication::Block, source ? source->size : Bytes{}, bytesFromMiB(volume.sizeMiB)};
    const bool resized = source && volume.sizeMiB != planMiB(source->size);
    if (!resized)
        reason.after = reason.before;
    if (!volume.migrate)
        reason.why = Why::NotMigrated;
    else if (resized)
        reason.why = Why::SizeChanged;
    else if (disk.lvm && volume.sizeMiB % limits::lvmStepMiB != 0)
        reason.why = Why::LvmStep;
    else if (volume.replication == Plan::Replication::File)
        reason.why = Why::Chosen;
    if (reason.why != Why::NotMigrated && reason.why != Why::SameStructure)
        reason.method = Plan::Replication::File;
    return reason;
}

}
