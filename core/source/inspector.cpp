#include "core/source/inspector.h"

#include "core/base/files.h"
#include "core/source/probe.h"

#include <QFile>
#include <QFileInfo>
#include <algorithm>

namespace edgelift {

Inspector::Inspector(std::vector<OpenedDisk> disks, QString folder, std::stop_token stop)
    : m_disks(std::move(disks))
    , m_folder(std::move(folder))
    , m_stop(std::move(stop))
{
}

Result<> Inspector::run()
{
    for (const OpenedDisk &disk : m_disks) {
        if (Result<> read = readDisk(disk); !read)
            return read;
    }
    if (Result<> read = readLogicalVolumes(); !read)
        return read;
    const QString mountFolder = m_folder + QStringLiteral("/guest");
    if (Result<> made = makeFolder(mountFolder); !made)
        return made;
    if (Result<> looked = inPrivateMounts(mountFolder, [this](GuestMounts &mounts) { look(mounts); }); !looked)
        return looked;
    m_loops.clear();
    m_views.clear();
    if (m_stop.stop_requested())
        return Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {m_disks.front().name}, QStringLiteral("stopped")};
    if (!m_facts.systemDisk())
        return noRoot();
    settleBootMode();
    settleOrder();
    return ok();
}

QString Inspector::uniqueDiskId(const OpenedDisk &disk, const PartitionTable &table) const
{
    QString id = QStringLiteral("file-") + disk.name;
    if (!table.id.isEmpty())
        id = (table.type == TableType::Gpt ? QStringLiteral("gpt-") : QStringLiteral("mbr-")) + table.id;
    const QString first = id;
    for (int copy = 2; m_diskIds.contains(id); ++copy)
        id = QStringLiteral("%1-%2").arg(first).arg(copy);
    return id;
}

Result<> Inspector::readDisk(const OpenedDisk &disk)
{
    const Result<PartitionTable> table = readPartitionTable(disk.path, disk.name);
    if (!table)
        return table.error();
    DiskFacts facts;
    facts.id = uniqueDiskId(disk, *table);
    facts.name = disk.name;
    facts.size = disk.size;
    facts.sectorSize = table->sectorSize;
    facts.table = table->type;
    facts.tableId = table->id;
    m_diskIds.append(facts.id);
    m_facts.disks.append(facts);
    m_tables.insert(facts.id, *table);
    for (const QString &text : table->notes)
        note(facts.id, text);
    VolumeFacts volume;
    volume.disk = facts.id;
    if (table->type == TableType::None) {
        volume.id = facts.id + QStringLiteral("/whole");
        volume.kind = VolumeFacts::Kind::WholeDisk;
        volume.size = disk.size;
        volume.segments = {{facts.id, Bytes{0}, disk.size}};
        return addVolume(volume, disk.path, Bytes{0});
    }
    for (const Partition &partition : table->partitions) {
        volume.id = QStringLiteral("%1/p%2").arg(facts.id).arg(partition.number);
        volume.number = partition.number;
        volume.size = partition.size;
        volume.typeCode = partition.typeCode;
        volume.segments = {{facts.id, partition.offset, partition.size}};
        m_names.insert(volume.id, {partition.uuid, partition.name});
        if (Result<> added = addVolume(volume, disk.path, partition.offset); !added)
            return added;
    }
    return ok();
}

Result<> Inspector::addVolume(VolumeFacts volume, const QString &path, Bytes offset)
{
    const Result<ProbedContent> content = probeContent(path, offset, volume.size);
    if (!content)
        return content.error();
    volume.fs = content->fs;
    volume.uuid = content->uuid;
    volume.label = content->label;
    volume.used = usedBytes(path, offset, volume.size, volume.fs);
    if (volume.fs == FsType::Unknown)
        note(volume.id, QStringLiteral("content: %1").arg(content->note));
    m_facts.volumes.append(volume);
    return ok();
}

/// A file in which the volume's bytes lie in one piece, from `offset` on.
Result<QString> Inspector::viewOf(const VolumeFacts &volume, Bytes *offset)
{
    *offset = volume.segments.constFirst().offset;
    const auto pathOf = [this](const QString &disk) { return m_disks.at(size_t(m_diskIds.indexOf(disk))).path; };
    if (volume.segments.size() == 1)
        return pathOf(volume.segments.constFirst().disk);
    *offset = Bytes{0};
    if (const auto known = m_views.find(volume.id); known != m_views.end())
        return known->second->path();
    // A VMDK that consists of pieces of other files says just that, and QEMU can show it as one.
    const QString base = QStringLiteral("%1/pieces-%2").arg(m_folder).arg(m_views.size());
    QByteArray description = "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"twoGbMaxExtentFlat\"\n";
    int number = 0; // "RW" below because QEMU passes over pieces that are marked otherwise; the view is read-only all the same
    for (const DiskSegment &segment : volume.segments) {
        const QString link = QStringLiteral("%1-%2").arg(base).arg(++number); // whatever the image's path is, this name needs no quoting
        QFile::remove(link);
        if (!QFile::link(pathOf(segment.disk), link))
            return errnoError(errno, ErrorCode::FileUnwritable, link);
        description += QStringLiteral("RW %1 FLAT \"%2\" %3\n")
                           .arg(segment.length.count / 512)
                           .arg(QFileInfo(link).fileName())
                           .arg(segment.offset.count / 512)
                           .toUtf8();
    }
    const QString descriptor = base + QStringLiteral(".vmdk");
    if (const Result<> written = writeFileDurably(descriptor, description); !written)
        return written.error();
    const QJsonObject file{{QStringLiteral("driver"), QStringLiteral("file")}, {QStringLiteral("filename"), descriptor}};
    const QJsonObject node{{QStringLiteral("driver"), QStringLiteral("vmdk")}, {QStringLiteral("read-only"), true},
        {QStringLiteral("node-name"), QLatin1String(RawView::nodeName)}, {QStringLiteral("file"), file}};
    Result<std::unique_ptr<RawView>> view = RawView::open(node, volume.size, m_folder);
    if (!view)
        return view.error();
    return m_views.emplace(volume.id, view.take()).first->second->path();
}

Result<> Inspector::readLogicalVolumes()
{
    QHash<QString, QString> volumeByDevice;
    std::vector<LoopDevice> loops;
    for (const VolumeFacts &volume : std::as_const(m_facts.volumes)) {
        if (volume.fs != FsType::LvmPhysicalVolume)
            continue;
        Bytes offset;
        const Result<QString> path = viewOf(volume, &offset);
        Result<LoopDevice> loop = path ? LoopDevice::attach(*path, offset, volume.size) : Result<LoopDevice>(path.error());
        if (!loop)
            return loop.error();
        volumeByDevice.insert(loop->path(), volume.id);
        loops.push_back(loop.take());
    }
    if (loops.empty())
        return ok();
    const Result<LvmReport> report = readLvm(volumeByDevice.keys(), m_stop);
    if (!report)
        return report.error();
    return addLogicalVolumes(*report, volumeByDevice);
}

/// Names of the groups by their uuid, made unique (unlike uuids, names may occur twice).
QHash<QString, QString> Inspector::addGroups(const LvmReport &report, const QHash<QString, QString> &volumeByDevice)
{
    QHash<QString, QString> names;
    for (const LvmReport::Group &group : report.groups) {
        const bool taken = std::any_of(
            m_facts.groups.begin(), m_facts.groups.end(), [&group](const VolumeGroupFacts &other) { return other.name == group.name; });
        VolumeGroupFacts facts{taken ? group.name + QLatin1Char('@') + group.uuid.left(6) : group.name, group.extentSize, {}};
        for (const LvmReport::Physical &physical : report.physical) {
            if (physical.group == group.uuid)
                facts.physicalVolumes.append(volumeByDevice.value(physical.device));
        }
        facts.physicalVolumes.sort();
        names.insert(group.uuid, facts.name);
        m_facts.groups.append(facts);
    }
    return names;
}

Result<> Inspector::addLogicalVolumes(const LvmReport &report, const QHash<QString, QString> &volumeByDevice)
{
    const QHash<QString, QString> groupNames = addGroups(report, volumeByDevice);
    const auto malformed = [](const QString &why) {
        return Error{ErrorCode::ToolFailed, Retry::Never, {QStringLiteral("lvm")}, QStringLiteral("its report: ") + why};
    };
    QHash<QString, Bytes> dataStart; // by device
    for (const LvmReport::Physical &physical : report.physical)
        dataStart.insert(physical.device, physical.dataStart);
    for (const LvmReport::Logical &logical : report.logical) {
        const QString name = groupNames.value(logical.group);
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

Result<> Inspector::addLogicalVolume(VolumeFacts volume, const LvmReport::Logical &logical)
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

/// The system disk first, then as given; volumes by disk and offset, logical ones last.
void Inspector::settleOrder()
{
    const QString system = m_facts.systemDisk()->id;
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

}
