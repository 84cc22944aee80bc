#include "core/layout/layoutchange.h"

#include "core/layout/defaultplan.h"

#include <QSet>
#include <algorithm>

namespace edgelift {

namespace {

/// Disks that only make sense together because a volume or a volume group has parts on each of them.
QList<QSet<QString>> bonds(const ServerFacts &facts)
{
    QList<QSet<QString>> out;
    for (const VolumeFacts &volume : facts.volumes) {
        QSet<QString> disks;
        for (const DiskSegment &segment : volume.segments)
            disks.insert(segment.disk);
        if (disks.size() > 1)
            out.append(disks);
    }
    for (const VolumeGroupFacts &group : facts.groups) {
        QSet<QString> disks;
        for (const QString &id : group.physicalVolumes) {
            if (const VolumeFacts *part = facts.volume(id))
                disks.insert(part->disk);
        }
        if (disks.size() > 1)
            out.append(disks);
    }
    for (const UseFacts &use : facts.live ? facts.live->uses : QList<UseFacts>()) { // RAID, btrfs and the like
        if (use.disks.size() > 1 && use.kind != UseFacts::Kind::Swap)
            out.append(QSet<QString>(use.disks.begin(), use.disks.end()));
    }
    return out;
}

bool wanted(const Plan::Disk &disk)
{
    return disk.role == Plan::Role::System
        || std::any_of(disk.volumes.begin(), disk.volumes.end(), [](const Plan::Volume &volume) { return volume.migrate; });
}

QString shown(const VolumeFacts &volume) { return volume.mountPoint.isEmpty() ? volume.id : volume.mountPoint; }

/// Mount targets of one disk in the order of the source, as default plans have them.
QStringList targetsOf(const QString &disk, const ServerFacts &facts)
{
    QStringList ids;
    for (const VolumeFacts &volume : facts.volumes) {
        if (volume.disk == disk && isMountTarget(volume))
            ids.append(volume.id);
    }
    return ids;
}

}

QStringList diskChanges(const Plan::Disk &disk, const DiskFacts &source, const ServerFacts &facts)
{
    QStringList changes;
    const QString diskName = QStringLiteral("disk %1").arg(source.name);
    if (disk.lvm || disk.sizeGiB < planGiB(source.size))
        changes.append(diskName);
    QStringList order;
    for (const Plan::Volume &volume : disk.volumes) {
        const VolumeFacts *facet = facts.volume(volume.source);
        order.append(volume.source);
        if (!facet || !volume.migrate || !isUnchanged(disk, volume, *facet))
            changes.append(facet ? shown(*facet) : volume.source);
    }
    const QStringList expected = targetsOf(source.id, facts);
    for (const QString &id : expected) {
        if (!order.contains(id))
            changes.append(shown(*facts.volume(id)));
    }
    if (changes.isEmpty() && order != expected)
        changes.append(diskName);
    return changes;
}

bool isUnchanged(const Plan::Disk &disk, const Plan::Volume &volume, const VolumeFacts &source)
{
    return !disk.lvm && disk.source == source.disk && volume.replication == Plan::Replication::Block
        && volume.sizeMiB == planMiB(source.size);
}

QStringList migratedDisks(const Plan &plan, const ServerFacts &facts)
{
    QSet<QString> chosen;
    for (const Plan::Disk &disk : plan.disks) {
        if (wanted(disk))
            chosen.insert(disk.source);
    }
    const QList<QSet<QString>> groups = bonds(facts);
    for (qsizetype before = -1; before != chosen.size();) { // one bond may lead to the next
        before = chosen.size();
        for (const QSet<QString> &group : groups) {
            if (chosen.intersects(group))
                chosen.unite(group);
        }
    }
    QStringList out;
    for (const Plan::Disk &disk : plan.disks) {
        if (chosen.remove(disk.source))
            out.append(disk.source);
    }
    for (const DiskFacts &disk : facts.disks) { // bound to one that travels, but missing in the plan
        if (chosen.contains(disk.id))
            out.append(disk.id);
    }
    return out;
}

QStringList layoutChanges(const Plan &plan, const ServerFacts &facts)
{
    QStringList changes;
    const QStringList travelling = migratedDisks(plan, facts);
    for (const QString &id : travelling) {
        const DiskFacts *source = facts.disk(id);
        const auto disk = std::find_if(plan.disks.begin(), plan.disks.end(), [&id](const Plan::Disk &each) { return each.source == id; });
        if (!source || disk == plan.disks.end())
            changes.append(QStringLiteral("disk %1").arg(source ? source->name : id));
        else
            changes += diskChanges(*disk, *source, facts);
    }
    changes.removeDuplicates();
    return changes;
}

}
