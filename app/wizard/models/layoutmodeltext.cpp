#include "app/wizard/models/layoutmodel.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/shell/said.h"
#include "core/layout/layoutroom.h"

#include <algorithm>

namespace edgelift::wizard {

namespace {

constexpr qsizetype longestName = 60; ///< in the bars and the table; the tool tip has all of it

const QString &nameOf(const Plan::Volume &volume) { return volume.mount.isEmpty() ? volume.source : volume.mount; }

}

QVariant LayoutModel::data(const QModelIndex &index, int role) const
{
    const VolumePlace place = placeOf(index);
    if (place.disk < 0)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return place.volume < 0 ? diskText(place.disk, index.column()) : volumeText(place, index.column());
    case Qt::EditRole:
        return editData(place, index.column());
    case Qt::CheckStateRole:
        return checkState(place, index.column());
    case Qt::AccessibleTextRole:
        return accessibleText(place, index.column());
    case DetailRole:
        return detail(place);
    case Qt::ToolTipRole:
        return (index.column() == Name ? wholeName(place) : detail(place)).toHtmlEscaped();
    case Qt::TextAlignmentRole:
        return index.column() == Size || index.column() == Used || index.column() == Least
            ? QVariant(int(Qt::AlignTrailing | Qt::AlignVCenter))
            : QVariant();
    default:
        return barData(place, role);
    }
}

QVariant LayoutModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (Column(section)) {
    case Name:
        return tr("Mount target");
    case Migrate:
        return tr("Migrate");
    case Destination:
        return tr("Destination");
    case Size:
        return tr("Size");
    case Used:
        return tr("Used");
    case Least:
        //: the smallest possible size
        return tr("Min.");
    case Method:
        return tr("Transfer method");
    case Lvm:
        return tr("LVM");
    case Notes:
        return tr("Notes");
    case ColumnCount:
        break;
    }
    return {};
}

QVariant LayoutModel::diskText(qsizetype index, int column) const
{
    const Plan::Disk &disk = m_plan.disks.at(index);
    const DiskFacts *source = m_facts.disk(disk.source);
    const DiskRoom room = roomOn(disk, m_facts);
    switch (column) {
    case Name:
        //: %1 “System disk” or “Data disk 2”, %2 its name on the source such as vdb
        return tr("%1 (%2)").arg(diskTitle(index), format::ltr(format::shortened(source ? source->name : disk.source, longestName)));
    case Size:
        return format::sizeGiB(disk.sizeGiB);
    case Used:
        return format::size(room.used);
    case Least:
        return format::sizeGiB(leastGiB(disk, m_facts));
    case Lvm:
        return volumeGroupName(m_plan, index);
    case Notes:
        return notes({index, -1});
    default:
        return {};
    }
}

QVariant LayoutModel::volumeText(VolumePlace place, int column) const
{
    const Plan::Disk &disk = m_plan.disks.at(place.disk);
    const Plan::Volume &volume = disk.volumes.at(place.volume);
    const VolumeFacts *source = m_facts.volume(volume.source);
    switch (column) {
    case Name:
        return format::ltr(format::shortened(nameOf(volume), longestName));
    case Destination:
        return diskTitle(place.disk);
    case Size:
        return format::size(bytesFromMiB(volume.sizeMiB));
    case Used:
        return source ? format::size(source->used) : QString();
    case Least:
        return source ? format::size(bytesFromMiB(leastMiB(*source))) : QString();
    case Method:
        if (!volume.migrate)
            return QStringLiteral("–");
        //: how a volume is copied
        return replicationReason(disk, volume, m_facts).method == Plan::Replication::Block ? tr("Block by block") : tr("File by file");
    case Lvm:
        return logicalVolumeName(disk, volume, m_facts);
    case Notes:
        return notes(place);
    default:
        return {};
    }
}

QVariant LayoutModel::editData(VolumePlace place, int column) const
{
    const Plan::Disk &disk = m_plan.disks.at(place.disk);
    if (place.volume < 0)
        return column == Size ? QVariant(disk.sizeGiB) : diskText(place.disk, column);
    if (column == Size)
        return disk.volumes.at(place.volume).sizeMiB;
    if (column == Method)
        return int(disk.volumes.at(place.volume).replication);
    return column == Destination ? QVariant(int(place.disk)) : volumeText(place, column);
}

QVariant LayoutModel::checkState(VolumePlace place, int column) const
{
    const Plan::Disk &disk = m_plan.disks.at(place.disk);
    if (place.volume < 0)
        return column == Lvm ? QVariant(int(disk.lvm ? Qt::Checked : Qt::Unchecked)) : QVariant();
    return column == Migrate ? QVariant(int(disk.volumes.at(place.volume).migrate ? Qt::Checked : Qt::Unchecked)) : QVariant();
}

QVariant LayoutModel::barData(VolumePlace place, int role) const
{
    const Plan::Disk &disk = m_plan.disks.at(place.disk);
    const auto number = [](Bytes bytes) { return QVariant::fromValue(bytes.count); };
    if (role == BlockedRole)
        return hasBlocker(problemsOf(place));
    if (place.volume < 0) {
        const DiskRoom room = roomOn(disk, m_facts);
        return role == IdRole   ? QVariant(disk.source)
            : role == BytesRole ? number(room.size)
            : role == UsedRole  ? number(room.used)
            : role == FreeRole  ? number(room.free)
            : role == OverRole  ? number(room.over)
                                : QVariant();
    }
    const Plan::Volume &volume = disk.volumes.at(place.volume);
    const VolumeFacts *source = m_facts.volume(volume.source);
    return role == IdRole   ? QVariant(volume.source)
        : role == BytesRole ? number(bytesOnTarget(disk, volume, m_facts))
        : role == UsedRole  ? number(source ? source->used : Bytes{})
        : role == FixedRole ? QVariant(isFixed(volume, m_facts))
                            : QVariant();
}

QString LayoutModel::accessibleText(VolumePlace place, int column) const
{
    const QString text = (place.volume < 0 ? diskText(place.disk, column) : volumeText(place, column)).toString();
    const Plan::Disk &disk = m_plan.disks.at(place.disk);
    if (column == Migrate && place.volume >= 0) // a check box without a word beside it
        return disk.volumes.at(place.volume).migrate ? tr("migrated") : tr("not migrated");
    if (column != Name)
        return text;
    if (place.volume < 0)
        //: %1 a disk, %2 its size, %3 what is free on it, for screen readers
        return tr("%1, %2, %3 free").arg(text, format::sizeGiB(disk.sizeGiB), format::size(roomOn(disk, m_facts).free));
    const Plan::Volume &volume = disk.volumes.at(place.volume);
    const QString size = format::size(bytesFromMiB(volume.sizeMiB));
    if (!volume.migrate)
        //: %1 a mount target, %2 its size, for screen readers
        return tr("%1, %2, not migrated").arg(text, size);
    //: %1 a mount target, %2 its size, for screen readers
    return isFixed(volume, m_facts) ? tr("%1, %2, cannot be moved").arg(text, size) : tr("%1, %2, can be moved").arg(text, size);
}

QList<Problem> LayoutModel::problemsOf(VolumePlace place) const
{
    const Plan::Disk &disk = m_plan.disks.at(place.disk);
    const QString volume = place.volume < 0 ? QString() : disk.volumes.at(place.volume).source;
    QList<Problem> out;
    std::copy_if(m_problems.begin(), m_problems.end(), std::back_inserter(out),
        [&](const Problem &problem) { return problem.volume == volume && (!volume.isEmpty() || problem.disk == disk.source); });
    return out;
}

QString LayoutModel::notes(VolumePlace place) const
{
    QStringList ids;
    for (const Problem &problem : problemsOf(place))
        ids.append(format::ltr(ruleId(problem.rule)));
    if (!ids.isEmpty())
        //: beside a disk or mount target; %1 codes of problems that are listed below the table
        return tr("See below: %1").arg(ids.join(tr(", ")));
    if (place.volume < 0)
        return {};
    const Plan::Disk &disk = m_plan.disks.at(place.disk);
    using Why = ReplicationReason::Why;
    switch (replicationReason(disk, disk.volumes.at(place.volume), m_facts).why) {
    case Why::NotMigrated:
        return tr("Not migrated");
    case Why::SameStructure:
        //: why a volume is copied block by block
        return tr("Same size and structure");
    case Why::SizeChanged:
        //: why a volume is copied file by file
        return tr("Its size changes");
    case Why::LvmStep:
        //: why a volume is copied file by file
        return tr("LVM, and no multiple of 4 MiB");
    case Why::Chosen:
        //: why a volume is copied file by file
        return tr("As chosen");
    }
    Q_UNREACHABLE();
}

QString LayoutModel::wholeName(VolumePlace place) const
{
    const Plan::Disk &disk = m_plan.disks.at(place.disk);
    if (place.volume >= 0)
        return format::ltr(format::shown(nameOf(disk.volumes.at(place.volume))));
    const DiskFacts *source = m_facts.disk(disk.source);
    return format::ltr(format::shown(source ? source->name : disk.source));
}

QString LayoutModel::detail(VolumePlace place) const
{
    QStringList lines;
    for (const Problem &problem : problemsOf(place))
        lines.append(said::of(problem));
    if (place.volume >= 0) {
        const Plan::Disk &disk = m_plan.disks.at(place.disk);
        const ReplicationReason reason = replicationReason(disk, disk.volumes.at(place.volume), m_facts);
        lines.append(describe(reason));
        if (m_facts.live && reason.method == Plan::Replication::File)
            lines.append(tr("The server works meanwhile, so its files are not all of one moment."));
        if (isFixed(disk.volumes.at(place.volume), m_facts))
            lines.append(tr("Cannot be moved."));
    }
    return lines.join(QLatin1Char(' '));
}

}
