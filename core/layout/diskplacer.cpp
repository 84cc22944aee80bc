#include "core/layout/diskplacer.h"

#include "core/layout/defaultplan.h"
#include "core/layout/layoutroom.h"

#include <QUuid>
#include <algorithm>

namespace edgelift {

namespace {

using namespace targetimage;

constexpr quint64 mbrEnd = 1ULL << 41; // 2 TiB: 32 bits of sectors
constexpr int mbrPartitionsMost = 4; // all primary

namespace gpt {
const QString bios = QStringLiteral("21686148-6449-6E6F-744E-656564454649");
const QString esp = QStringLiteral("C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
const QString linuxData = QStringLiteral("0FC63DAF-8483-4772-8E79-3D69D8477DE4");
const QString swap = QStringLiteral("0657FD6D-A4AB-43C4-84E5-0933C84B4F4F");
const QString lvm = QStringLiteral("E6D6D379-F507-44C2-A23C-238F2A3DF928");
}

quint64 roundedUp(quint64 bytes, quint64 unit) { return (bytes + unit - 1) / unit * unit; }

bool isGuid(const QString &type) { return type.size() == 36; }

/// The same for the same plan, so that nothing has to be remembered; another one than the source's partition has, which may live on.
QString partUuid(const QString &disk, const QString &what)
{
    static const QUuid space(QStringLiteral("{5f0d7a0c-53c5-4c0e-9a3e-6f1c5d6d4b77}"));
    return QUuid::createUuidV5(space, disk + QLatin1Char('/') + what).toString(QUuid::WithoutBraces);
}

/// What the boot loader of this firmware needs and no filesystem holds.
bool isBootLoaderPlace(const VolumeFacts &volume) { return volume.boot && !isMountTarget(volume); }

}

DiskPlacer::DiskPlacer(const Plan &plan, const Plan::Disk &disk, const ServerFacts &facts)
    : m_plan(plan)
    , m_disk(disk)
    , m_facts(facts)
{
}

Result<TargetDiskLayout> DiskPlacer::place()
{
    m_out.size = bytesFromGiB(m_disk.sizeGiB);
    gather();
    chooseTable();
    if (const quint64 missing = makeRoom(); missing > 0) {
        Problem problem;
        problem.rule = Rule::DiskOverfull;
        problem.disk = m_disk.source;
        problem.name = m_facts.disk(m_disk.source)->name;
        problem.need = Bytes{m_out.size.count + missing};
        problem.have = m_out.size;
        return asError(problem);
    }
    number();
    return m_out;
}

void DiskPlacer::gather()
{
    for (const Plan::Volume &volume : m_disk.volumes) {
        if (volume.migrate)
            addMountTarget(volume);
    }
    for (const VolumeFacts &volume : m_facts.volumes) {
        const bool other = volume.disk == m_disk.source && !isMountTarget(volume) && volume.fs != FsType::LvmPhysicalVolume;
        if (other && !isBootLoaderPlace(volume))
            addOther(volume);
    }
}

void DiskPlacer::addMountTarget(const Plan::Volume &volume)
{
    const VolumeFacts *source = m_facts.volume(volume.source);
    if (!source)
        return; // the rules refuse such a plan
    TargetVolume out;
    out.source = source->id;
    out.mountPoint = source->mountPoint;
    out.fs = source->fs;
    out.uuid = source->uuid;
    out.label = source->label;
    out.typeCode = source->typeCode;
    out.logicalVolume = logicalVolumeName(m_disk, volume, m_facts);
    const bool blocks = replicationReason(m_disk, volume, m_facts).method == Plan::Replication::Block;
    out.content = blocks ? TargetContent::Blocks : TargetContent::Files;
    out.contentSize = blocks ? source->size : Bytes{};
    const bool logical = !out.logicalVolume.isEmpty();
    out.size.count = roundedUp(std::max(bytesFromMiB(volume.sizeMiB).count, out.contentSize.count), logical ? lvmExtent : step);
    (logical ? m_logical : m_partitions).append(out);
}

void DiskPlacer::addOther(const VolumeFacts &volume)
{
    TargetVolume out;
    out.source = volume.id;
    out.fs = volume.fs;
    out.uuid = volume.uuid;
    out.label = volume.label;
    out.typeCode = volume.typeCode;
    out.content = volume.fs == FsType::Swap ? TargetContent::Swap : TargetContent::Blocks;
    out.contentSize = volume.fs == FsType::Swap ? Bytes{} : volume.size;
    out.size.count = roundedUp(volume.size.count, step);
    m_partitions.append(out);
}

/// The source's kind of table where it can say all this, else GPT, with a place for GRUB where a BIOS starts it.
void DiskPlacer::chooseTable()
{
    const DiskFacts *source = m_facts.disk(m_disk.source);
    const bool lvm = m_disk.lvm && !m_logical.isEmpty();
    const qsizetype partitions = m_partitions.size() + (lvm ? 1 : 0);
    const bool mbr = source->table == TableType::Mbr && partitions <= mbrPartitionsMost && m_out.size.count <= mbrEnd;
    m_out.table = mbr ? TableType::Mbr : TableType::Gpt;
    if (source->table == m_out.table) // the facts have an MBR's id as digits alone
        m_out.tableId = mbr && !source->tableId.isEmpty() ? QStringLiteral("0x") + source->tableId : source->tableId;
    if (lvm)
        m_out.group = volumeGroupName(m_plan, &m_disk - m_plan.disks.constData());
    if (mbr || m_disk.role != Plan::Role::System || m_facts.bootMode == BootMode::Uefi)
        return;
    TargetVolume loader;
    loader.content = TargetContent::Nothing;
    loader.size.count = step;
    loader.typeCode = gpt::bios;
    m_partitions.prepend(loader);
}

quint64 DiskPlacer::needed() const
{
    quint64 total = 2 * step; // the tables at both ends
    for (const QList<TargetVolume> *list : {&m_partitions, &m_logical}) {
        for (const TargetVolume &volume : *list)
            total = sum(Bytes{total}, volume.size).value_or(Bytes{~quint64{0} >> 1}).count;
    }
    return total + (m_out.group.isEmpty() ? 0 : lvmDataStart + step); // metadata at both ends of the physical volume
}

quint64 DiskPlacer::makeRoom()
{
    const auto missing = [this] { return needed() > m_out.size.count ? needed() - m_out.size.count : 0; };
    for (;;) {
        const quint64 lacking = missing();
        TargetVolume *largest = nullptr;
        quint64 most = 0;
        for (QList<TargetVolume> *list : {&m_partitions, &m_logical}) {
            for (TargetVolume &volume : *list) {
                const VolumeFacts *source = m_facts.volume(volume.source);
                const quint64 unit = volume.logicalVolume.isEmpty() ? step : lvmExtent;
                const quint64 least = source ? roundedUp(bytesFromMiB(leastMiB(*source)).count, unit) : 0;
                const quint64 spare = volume.size.count > least ? volume.size.count - least : 0;
                if (volume.content == TargetContent::Files && spare > most) {
                    largest = &volume;
                    most = spare;
                }
            }
        }
        if (lacking == 0 || !largest)
            return lacking;
        largest->size.count -= std::min(most, roundedUp(lacking, largest->logicalVolume.isEmpty() ? step : lvmExtent));
    }
}

QString DiskPlacer::typeOf(const TargetVolume &volume) const
{
    const bool isEsp = volume.typeCode == gpt::esp || volume.typeCode == QLatin1String("0xef");
    const bool fromHere = isGuid(volume.typeCode) == (m_out.table == TableType::Gpt) && !volume.typeCode.isEmpty();
    if (fromHere)
        return volume.typeCode;
    if (m_out.table == TableType::Gpt)
        return isEsp ? gpt::esp : volume.content == TargetContent::Swap ? gpt::swap : gpt::linuxData;
    return isEsp ? QStringLiteral("0xef") : volume.content == TargetContent::Swap ? QStringLiteral("0x82") : QStringLiteral("0x83");
}

void DiskPlacer::number()
{
    const bool isGpt = m_out.table == TableType::Gpt;
    quint64 at = step;
    int partition = 0;
    for (TargetVolume volume : std::as_const(m_partitions)) {
        volume.partition = ++partition;
        volume.offset.count = at;
        volume.typeCode = typeOf(volume);
        volume.partUuid = isGpt ? partUuid(m_disk.source, volume.source) : QString();
        at += volume.size.count;
        m_out.volumes.append(volume);
    }
    if (!m_out.group.isEmpty())
        putGroup(at, partition);
    if (isGpt)
        return;
    const auto active = std::find_if(m_out.volumes.begin(), m_out.volumes.end(), [this](const TargetVolume &volume) {
        const VolumeFacts *source = m_facts.volume(volume.source);
        return source && (source->boot || source->system) && volume.partition > 0;
    });
    if (active != m_out.volumes.end() && m_disk.role == Plan::Role::System)
        active->active = true;
}

/// The group takes the rest of the disk: what is not given to a volume is free for later.
void DiskPlacer::putGroup(quint64 &at, int &partition)
{
    m_out.groupPartition = ++partition;
    m_out.groupOffset.count = at;
    m_out.groupSize.count = m_out.size.count - step - at;
    m_out.groupPartUuid = m_out.table == TableType::Gpt ? partUuid(m_disk.source, m_out.group) : QString();
    at += lvmDataStart;
    for (TargetVolume volume : std::as_const(m_logical)) {
        volume.offset.count = at;
        volume.typeCode.clear();
        at += volume.size.count;
        m_out.volumes.append(volume);
    }
}

}
