#include "core/source/diskscan.h"

#include "core/source/probe.h"

#include <algorithm>

namespace edgelift {

namespace {

const auto slash = QStringLiteral("/");

/// The ESP, bios_grub, PReP, and the boot loader specification's extended boot partition.
bool isBootType(const VolumeFacts &volume)
{
    static const QStringList types{QStringLiteral("21686148-6449-6E6F-744E-656564454649"),
        QStringLiteral("9E1A2D38-C612-4316-AA26-8B49521E5A8B"), QStringLiteral("BC13C2FF-59E6-4262-A352-B275FD6F7172"),
        QStringLiteral("0x41")};
    return isEsp(volume) || types.contains(volume.typeCode);
}

}

bool isEsp(const VolumeFacts &volume)
{
    return volume.typeCode == QLatin1String("C12A7328-F81F-11D2-BA4B-00A0C93EC93B") || volume.typeCode == QLatin1String("0xef");
}

DiskScan::DiskScan(std::vector<OpenedDisk> disks, std::stop_token stop)
    : m_disks(std::move(disks))
    , m_stop(std::move(stop))
{
}

std::optional<PartitionTable> DiskScan::table(const QString &diskId) const
{
    const auto found = m_tables.find(diskId);
    return found == m_tables.end() ? std::nullopt : std::optional(*found);
}

Result<> DiskScan::bear(const QString &, const Error &error) { return error; }

Result<> DiskScan::scan()
{
    std::vector<std::optional<PartitionTable>> tables;
    QHash<QString, int> copies; // of a table's id
    for (const OpenedDisk &disk : m_disks) {
        Result<PartitionTable> table = readPartitionTable(disk.path, disk.name);
        if (Result<> borne = table ? ok() : bear(disk.name, table.error()); !borne)
            return borne;
        tables.push_back(table ? std::optional(table.take()) : std::nullopt);
        if (tables.back())
            ++copies[tables.back()->id];
    }
    for (size_t i = 0; i < tables.size(); ++i) {
        const PartitionTable table = tables.at(i).value_or(PartitionTable());
        const QString id = uniqueDiskId(m_disks.at(i), table, copies.value(table.id) > 1);
        m_diskIds.append(id);
        m_facts.disks.append({id, m_disks.at(i).name, m_disks.at(i).size, table.sectorSize, table.type, table.id});
        if (tables.at(i))
            m_tables.insert(id, table);
        for (const QString &text : table.notes)
            note(id, text);
        if (Result<> added = tables.at(i) ? addVolumes(m_facts.disks.constLast(), m_disks.at(i).path) : ok(); !added)
            return added;
    }
    const Result<> read = readLogicalVolumes();
    lvmIsRead();
    return read ? read : bear(QStringLiteral("LVM"), read.error());
}

QString DiskScan::uniqueDiskId(const OpenedDisk &disk, const PartitionTable &table, bool twin) const
{
    QString id = disk.otherId;
    if (!table.id.isEmpty())
        id = (table.type == TableType::Gpt ? QStringLiteral("gpt-") : QStringLiteral("mbr-")) + table.id;
    if (!table.id.isEmpty() && twin && !disk.placeIsOrder)
        id += QLatin1Char('-') + disk.otherId;
    const QString first = id;
    for (int copy = 2; m_diskIds.contains(id); ++copy)
        id = QStringLiteral("%1-%2").arg(first).arg(copy);
    return id;
}

Result<> DiskScan::addVolumes(const DiskFacts &disk, const QString &path)
{
    const PartitionTable &table = m_tables[disk.id];
    VolumeFacts volume;
    volume.disk = disk.id;
    if (table.type == TableType::None) {
        volume.id = disk.id + QStringLiteral("/whole");
        volume.kind = VolumeFacts::Kind::WholeDisk;
        volume.size = disk.size;
        volume.segments = {{disk.id, Bytes{0}, disk.size}};
        return addVolume(volume, path, Bytes{0});
    }
    for (const Partition &partition : table.partitions) {
        volume.id = QStringLiteral("%1/p%2").arg(disk.id).arg(partition.number);
        volume.number = partition.number;
        volume.size = partition.size;
        volume.typeCode = partition.typeCode;
        volume.segments = {{disk.id, partition.offset, partition.size}};
        m_names.insert(volume.id, {partition.uuid, partition.name});
        if (Result<> added = addVolume(volume, path, partition.offset); !added)
            return added;
    }
    return ok();
}

Result<> DiskScan::addVolume(VolumeFacts volume, const QString &path, Bytes offset)
{
    Result<ProbedContent> content = probeContent(path, offset, volume.size);
    if (!content) {
        if (Result<> borne = bear(volume.id, content.error()); !borne)
            return borne;
        content = ProbedContent{FsType::Unknown, {}, {}, QStringLiteral("cannot be read")};
    }
    volume.fs = content->fs;
    volume.uuid = content->uuid;
    volume.label = content->label;
    volume.used = usedBytes(path, offset, volume.size, volume.fs);
    if (volume.fs == FsType::Unknown)
        note(volume.id, QStringLiteral("content: %1").arg(content->note));
    m_facts.volumes.append(volume);
    return ok();
}

Result<> DiskScan::readLogicalVolumes()
{
    QHash<QString, QString> volumeByDevice;
    for (const VolumeFacts &volume : std::as_const(m_facts.volumes)) {
        if (volume.fs != FsType::LvmPhysicalVolume)
            continue;
        const Result<QString> device = lvmDevice(volume);
        if (!device)
            return device.error();
        volumeByDevice.insert(*device, volume.id);
    }
    if (volumeByDevice.isEmpty())
        return ok();
    const Result<LvmReport> report = readLvm(volumeByDevice.keys(), m_stop);
    if (!report)
        return report.error();
    return addLogicalVolumes(*report, volumeByDevice);
}

/// Their names are made unique (unlike uuids, names may occur twice).
void DiskScan::addGroups(const LvmReport &report, const QHash<QString, QString> &volumeByDevice)
{
    for (const LvmReport::Group &group : report.groups) {
        const bool taken = std::any_of(
            m_facts.groups.begin(), m_facts.groups.end(), [&group](const VolumeGroupFacts &other) { return other.name == group.name; });
        VolumeGroupFacts facts{taken ? group.name + QLatin1Char('@') + group.uuid.left(6) : group.name, group.extentSize, {}};
        for (const LvmReport::Physical &physical : report.physical) {
            if (physical.group == group.uuid)
                facts.physicalVolumes.append(volumeByDevice.value(physical.device));
        }
        facts.physicalVolumes.sort();
        m_groupNames.insert(group.uuid, facts.name);
        if (group.shared)
            m_sharedGroups.append(facts.name);
        m_facts.groups.append(facts);
    }
}

Result<> DiskScan::addLogicalVolumes(const LvmReport &report, const QHash<QString, QString> &volumeByDevice)
{
    addGroups(report, volumeByDevice);
    const auto malformed = [](const QString &why) {
        return Error{ErrorCode::ToolFailed, Retry::Never, {QStringLiteral("lvm")}, QStringLiteral("its report: ") + why};
    };
    QHash<QString, Bytes> dataStart; // by device
    for (const LvmReport::Physical &physical : report.physical)
        dataStart.insert(physical.device, physical.dataStart);
    for (const LvmReport::Logical &logical : report.logical) {
        const QString name = m_groupNames.value(logical.group);
        const auto group = std::find_if(
            m_facts.groups.begin(), m_facts.groups.end(), [&name](const VolumeGroupFacts &other) { return other.name == name; });
        if (group == m_facts.groups.end() || group->physicalVolumes.isEmpty())
            return malformed(logical.name + QStringLiteral(" is in no group"));
        VolumeFacts volume;
        volume.id = group->name + QLatin1Char('/') + logical.name;
        volume.kind = VolumeFacts::Kind::LogicalVolume;
        volume.size = logical.size;
        volume.disk = m_facts.volume(group->physicalVolumes.constFirst())->disk;
        for (const LvmReport::Segment &segment : logical.segments) {
            const VolumeFacts *home = m_facts.volume(volumeByDevice.value(segment.device));
            if (!home)
                return malformed(segment.device + QStringLiteral(" is not ours"));
            const DiskSegment region = home->segments.constFirst();
            quint64 start = 0; // in the physical volume
            const bool impossible = __builtin_mul_overflow(segment.firstExtent, group->extentSize.count, &start)
                || __builtin_add_overflow(start, dataStart.value(segment.device).count, &start) || start > region.length.count
                || segment.length.count > region.length.count - start;
            if (impossible)
                return malformed(volume.id + QStringLiteral(" reaches beyond its physical volume"));
            volume.segments.append({region.disk, Bytes{region.offset.count + start}, segment.length});
        }
        if (!volume.segments.isEmpty())
            volume.disk = volume.segments.constFirst().disk;
        if (Result<> added = addLogicalVolume(volume, logical); !added)
            return added;
    }
    return ok();
}

Result<> DiskScan::addLogicalVolume(VolumeFacts volume, const LvmReport::Logical &logical)
{
    if (logical.plain) {
        Bytes offset;
        const Result<QString> path = viewOf(volume, &offset);
        if (!path)
            return path.error();
        return addVolume(std::move(volume), *path, offset);
    }
    volume.fs = FsType::Unknown;
    volume.used = volume.size;
    note(volume.id, QStringLiteral("not a linear volume: %1").arg(logical.kind));
    m_unreadable.insert(volume.id, {ErrorCode::VolumeUnsupported, Retry::AfterUserAction, {volume.id, logical.kind}, {}});
    m_facts.volumes.append(volume);
    return ok();
}

void DiskScan::settleOrder()
{
    const QString system = m_facts.systemDisk() ? m_facts.systemDisk()->id : QString();
    std::stable_partition(m_facts.disks.begin(), m_facts.disks.end(), [&system](const DiskFacts &disk) { return disk.id == system; });
    QHash<QString, int> order;
    for (const DiskFacts &disk : std::as_const(m_facts.disks))
        order.insert(disk.id, int(order.size()));
    const auto place = [&order](const VolumeFacts &volume) {
        const bool logical = volume.kind == VolumeFacts::Kind::LogicalVolume;
        const quint64 offset = volume.segments.isEmpty() ? 0 : volume.segments.constFirst().offset.count;
        return logical ? std::tuple(1, 0, quint64(0), volume.id) : std::tuple(0, order.value(volume.disk), offset, QString());
    };
    std::sort(m_facts.volumes.begin(), m_facts.volumes.end(),
        [&place](const VolumeFacts &a, const VolumeFacts &b) { return place(a) < place(b); });
}

QList<PartitionNames> DiskScan::partitionNames() const
{
    QList<PartitionNames> names;
    for (const VolumeFacts &volume : m_facts.volumes) {
        const VolumeNames found = m_names.value(volume.id);
        if (!found.partUuid.isEmpty() || !found.partLabel.isEmpty())
            names.append({volume.id, found.partUuid, found.partLabel});
    }
    return names;
}

const VolumeFacts *DiskScan::volumeFor(const QString &spec) const { return resolveSpec(spec, m_facts.volumes, m_names, m_diskIds); }

void DiskScan::assignMountPoints()
{
    for (const FstabEntry &entry : std::as_const(m_facts.fstab)) {
        const VolumeFacts *found = volumeFor(entry.spec);
        if (!found || found->fs == FsType::Swap || !entry.mountPoint.startsWith(QLatin1Char('/')))
            continue;
        VolumeFacts &volume = m_facts.volumes[found - m_facts.volumes.constData()];
        if (volume.mountPoint.isEmpty())
            volume.mountPoint = entry.mountPoint;
    }
}

void DiskScan::markBoot(const QString &rootVolume)
{
    for (VolumeFacts &volume : m_facts.volumes) {
        volume.system = volume.id == rootVolume;
        if (volume.system)
            volume.mountPoint = slash;
        static const QStringList bootPoints{QStringLiteral("/boot"), QStringLiteral("/boot/efi"), QStringLiteral("/efi")};
        volume.boot = isBootType(volume) || bootPoints.contains(volume.mountPoint);
    }
}

}
