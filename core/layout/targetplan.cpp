#include "core/layout/targetplan.h"

#include "core/layout/defaultplan.h"
#include "core/layout/diskplacer.h"
#include "core/layout/layoutchange.h"
#include "core/layout/layoutroom.h"
#include "core/layout/subvolumes.h"

#include <QSet>
#include <algorithm>

namespace edgelift {

namespace {

const Plan::Disk *planned(const Plan &plan, const QString &disk)
{
    const auto found = std::find_if(plan.disks.begin(), plan.disks.end(), [&disk](const Plan::Disk &each) { return each.source == disk; });
    return found == plan.disks.end() ? nullptr : &*found;
}

/// Everything that stands on these disks, mount targets or not.
QList<const VolumeFacts *> volumesOn(const QStringList &disks, const ServerFacts &facts)
{
    QList<const VolumeFacts *> out;
    for (const VolumeFacts &volume : facts.volumes) {
        const bool here = std::any_of(
            volume.segments.begin(), volume.segments.end(), [&disks](const DiskSegment &segment) { return disks.contains(segment.disk); });
        if (here || disks.contains(volume.disk))
            out.append(&volume);
    }
    return out;
}

/// Disks that hold parts of one volume group.
bool sharesGroup(const VolumeGroupFacts &group, const QStringList &changed, const ServerFacts &facts)
{
    QSet<QString> disks;
    for (const QString &id : group.physicalVolumes) {
        if (const VolumeFacts *part = facts.volume(id))
            disks.insert(part->disk);
    }
    return disks.size() > 1 && std::any_of(disks.begin(), disks.end(), [&changed](const QString &disk) { return changed.contains(disk); });
}

/// What stands against rebuilding, for people.
QStringList obstacles(const QStringList &changed, const ServerFacts &facts)
{
    QStringList out;
    for (const VolumeFacts *volume : volumesOn(changed, facts)) {
        const bool layered = volume->fs == FsType::MdMember || volume->fs == FsType::Crypt;
        if (layered || volume->segments.size() != 1)
            out.append(volume->mountPoint.isEmpty() ? volume->id : volume->mountPoint);
    }
    for (const VolumeGroupFacts &group : facts.groups) {
        if (sharesGroup(group, changed, facts))
            out.append(group.name);
    }
    for (const UseFacts &use : facts.live ? facts.live->uses : QList<UseFacts>()) { // such as a btrfs of several disks
        const auto isChanged = [&changed](const QString &disk) { return changed.contains(disk); };
        if (use.kind != UseFacts::Kind::Swap && use.disks.size() > 1 && std::any_of(use.disks.begin(), use.disks.end(), isChanged))
            out.append(use.place);
    }
    return out;
}

/// Mounted in parts that nobody has listed: the new one would have folders in their place, and its lines in fstab would name nothing.
bool hasUnknownSubvolumes(const VolumeFacts &volume, const ServerFacts &facts)
{
    return volume.subvolumes.isEmpty() && std::any_of(facts.fstab.begin(), facts.fstab.end(), [](const FstabEntry &entry) {
        return entry.type == QLatin1String("btrfs") && entry.options.contains(QLatin1String("subvol"));
    });
}

/// Gives a btrfs that is copied file by file its subvolumes; what stands against it, for people.
QString addSubvolumes(TargetVolume &volume, const ServerFacts &facts)
{
    const VolumeFacts *source = facts.volume(volume.source);
    if (volume.content != TargetContent::Files || volume.fs != FsType::Btrfs || !source)
        return {};
    if (hasUnknownSubvolumes(*source, facts))
        return volume.mountPoint;
    const SubvolumeCopy copy = subvolumeCopy(*source, facts);
    if (!copy.needed.isEmpty())
        return QStringLiteral("%1: the read-only subvolume %2").arg(volume.mountPoint, copy.needed.join(QLatin1String(", ")));
    volume.subvolumes = copy.made;
    volume.defaultSubvolume = copy.byDefault;
    return {};
}

/// Disks of the plan that do not stay as they are.
QStringList changedDisks(const Plan &plan, const ServerFacts &facts)
{
    QStringList out;
    for (const QString &id : migratedDisks(plan, facts)) {
        const Plan::Disk *disk = planned(plan, id);
        const DiskFacts *source = facts.disk(id);
        if (disk && source && !diskChanges(*disk, *source, facts).isEmpty())
            out.append(id);
    }
    return out;
}

/// The disks whose content, or part of it, goes to one of these.
QStringList originsOf(const QStringList &targets, const Plan &plan, const ServerFacts &facts)
{
    QStringList out;
    for (const QString &id : targets) {
        for (const Plan::Volume &volume : planned(plan, id)->volumes) {
            const VolumeFacts *source = volume.migrate ? facts.volume(volume.source) : nullptr;
            if (source && !out.contains(source->disk))
                out.append(source->disk);
        }
    }
    return out;
}

}

QStringList sourceDiskIds(const Plan &plan, const ServerFacts &facts)
{
    QStringList out = migratedDisks(plan, facts);
    for (const Plan::Disk &disk : plan.disks) {
        for (const Plan::Volume &volume : disk.volumes) {
            const VolumeFacts *source = volume.migrate ? facts.volume(volume.source) : nullptr;
            for (const DiskSegment &segment : source ? source->segments : QList<DiskSegment>()) {
                if (!out.contains(segment.disk))
                    out.append(segment.disk);
            }
        }
    }
    return out;
}

Result<QStringList> blockDiskIds(const Plan &plan, const ServerFacts &facts)
{
    const Result<TargetImage> image = targetImage(plan, facts);
    if (!image)
        return image.error();
    QStringList out;
    const QStringList targets = migratedDisks(plan, facts);
    for (qsizetype index = 0; index < targets.size(); ++index) {
        const TargetDiskLayout *layout = image->disk(quint32(index));
        if (!layout)
            out.append(targets.at(index));
        for (const TargetVolume &volume : layout ? layout->volumes : QList<TargetVolume>()) {
            const VolumeFacts *source = volume.content == TargetContent::Blocks ? facts.volume(volume.source) : nullptr;
            for (const DiskSegment &segment : source ? source->segments : QList<DiskSegment>())
                out.append(segment.disk);
        }
    }
    out.removeDuplicates();
    return out;
}

Result<TargetImage> targetImage(const Plan &plan, const ServerFacts &facts)
{
    TargetImage image;
    image.bootMode = facts.bootMode;
    if (layoutChanges(plan, facts).isEmpty())
        return image;
    const QStringList changed = changedDisks(plan, facts);
    QStringList against = obstacles(changed + originsOf(changed, plan, facts), facts);
    against.removeDuplicates();
    if (!against.isEmpty())
        return Error{ErrorCode::LayoutChangeUnsupported, Retry::Never, {against.join(QLatin1String(", "))}, {}};
    const QStringList targets = migratedDisks(plan, facts);
    for (const QString &id : changed) {
        Result<TargetDiskLayout> disk = DiskPlacer(plan, *planned(plan, id), facts).place();
        if (!disk)
            return disk.error();
        for (TargetVolume &volume : disk->volumes) {
            const QString why = addSubvolumes(volume, facts);
            if (!why.isEmpty())
                return Error{ErrorCode::LayoutChangeUnsupported, Retry::Never, {why}, {}};
        }
        image.disks.append(*disk);
        image.disks.last().index = quint32(targets.indexOf(id));
    }
    return image;
}

Result<> requireFeasibleLayout(const Plan &plan, const ServerFacts &facts)
{
    const Result<TargetImage> image = targetImage(plan, facts);
    return image ? ok() : Result<>(image.error());
}

}
