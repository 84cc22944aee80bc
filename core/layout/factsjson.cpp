#include "core/layout/factsjson.h"

#include "core/layout/factsreader.h"
#include "core/layout/livefactsjson.h"

namespace edgelift {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

// Names of the enumerators, in their order.
const QStringList fsNames{QStringLiteral("empty"), QStringLiteral("unknown"), QStringLiteral("ext2"), QStringLiteral("ext3"),
    QStringLiteral("ext4"), QStringLiteral("xfs"), QStringLiteral("btrfs"), QStringLiteral("vfat"), QStringLiteral("swap"),
    QStringLiteral("lvm-pv"), QStringLiteral("md-member"), QStringLiteral("crypt")};
const QStringList tableNames{QStringLiteral("none"), QStringLiteral("mbr"), QStringLiteral("gpt")};
const QStringList bootModes{QStringLiteral("unknown"), QStringLiteral("bios"), QStringLiteral("uefi")};
const QStringList kinds{QStringLiteral("partition"), QStringLiteral("logical-volume"), QStringLiteral("whole-disk")};

template <class T>
QJsonArray array(const QList<T> &list, QJsonObject (*one)(const T &))
{
    QJsonArray out;
    for (const T &entry : list)
        out.append(one(entry));
    return out;
}

QJsonObject segmentJson(const DiskSegment &segment)
{
    return {{key("disk"), segment.disk}, {key("offset"), qint64(segment.offset.count)}, {key("length"), qint64(segment.length.count)}};
}

QJsonObject diskJson(const DiskFacts &disk)
{
    return {{key("id"), disk.id}, {key("name"), disk.name}, {key("sizeBytes"), qint64(disk.size.count)},
        {key("sectorSize"), qint64(disk.sectorSize)}, {key("table"), tableName(disk.table)}, {key("tableId"), disk.tableId}};
}

QJsonObject subvolumeJson(const SubvolumeFacts &subvolume)
{
    return {{key("path"), subvolume.path}, {key("id"), qint64(subvolume.id)}, {key("readOnly"), subvolume.readOnly},
        {key("snapshot"), subvolume.snapshot}, {key("received"), subvolume.received},
        {key("mountedByDefault"), subvolume.mountedByDefault}};
}

QJsonObject volumeJson(const VolumeFacts &volume)
{
    QJsonObject out{{key("id"), volume.id}, {key("kind"), kinds.at(qsizetype(volume.kind))}, {key("disk"), volume.disk},
        {key("segments"), array(volume.segments, segmentJson)}, {key("sizeBytes"), qint64(volume.size.count)},
        {key("fs"), fsName(volume.fs)}, {key("uuid"), volume.uuid}, {key("label"), volume.label},
        {key("usedBytes"), qint64(volume.used.count)}, {key("mountPoint"), volume.mountPoint}, {key("number"), volume.number},
        {key("typeCode"), volume.typeCode}, {key("boot"), volume.boot}, {key("system"), volume.system}};
    if (!volume.subvolumes.isEmpty())
        out.insert(key("subvolumes"), array(volume.subvolumes, subvolumeJson));
    return out;
}

QJsonObject groupJson(const VolumeGroupFacts &group)
{
    return {{key("name"), group.name}, {key("extentBytes"), qint64(group.extentSize.count)},
        {key("physicalVolumes"), QJsonArray::fromStringList(group.physicalVolumes)}};
}

QJsonObject kernelJson(const KernelFacts &kernel)
{
    return {{key("version"), kernel.version}, {key("initramfs"), kernel.initramfs}, {key("virtioBlk"), kernel.virtioBlk},
        {key("virtioNet"), kernel.virtioNet}, {key("virtioCanBeAdded"), kernel.virtioCanBeAdded}};
}

QJsonObject fstabJson(const FstabEntry &entry)
{
    return {{key("spec"), entry.spec}, {key("mountPoint"), entry.mountPoint}, {key("type"), entry.type}, {key("options"), entry.options}};
}

QJsonObject osJson(const OsFacts &os)
{
    return {{key("id"), os.id}, {key("versionId"), os.versionId}, {key("prettyName"), os.prettyName},
        {key("architecture"), os.architecture}, {key("hostName"), os.hostName}, {key("kernels"), array(os.kernels, kernelJson)},
        {key("boot"), os.boot}, {key("selinux"), os.selinux}, {key("rsync"), os.rsync}, {key("cloudInit"), os.cloudInit},
        {key("lvm"), os.lvm}};
}

DiskSegment readSegment(FactsReader in) { return {in.text("disk"), Bytes{in.number("offset")}, Bytes{in.number("length")}}; }

DiskFacts readDisk(FactsReader in)
{
    return {in.text("id"), in.text("name"), Bytes{in.number("sizeBytes")},
        quint32(in.number("sectorSize", 512, std::numeric_limits<quint32>::max())), in.choice<TableType>("table", tableNames),
        in.text("tableId")};
}

SubvolumeFacts readSubvolume(FactsReader in)
{
    return {in.text("path"), in.number("id"), in.flag("readOnly"), in.flag("snapshot"), in.flag("received"), in.flag("mountedByDefault")};
}

VolumeFacts readVolume(FactsReader in)
{
    VolumeFacts volume;
    volume.id = in.text("id");
    volume.kind = in.choice<VolumeFacts::Kind>("kind", kinds);
    volume.disk = in.text("disk");
    volume.segments = in.list<DiskSegment>("segments", readSegment);
    volume.size = Bytes{in.number("sizeBytes")};
    volume.fs = in.choice<FsType>("fs", fsNames);
    volume.uuid = in.text("uuid");
    volume.label = in.text("label");
    volume.used = Bytes{in.number("usedBytes")};
    volume.mountPoint = in.text("mountPoint");
    volume.number = int(in.number("number", 0, std::numeric_limits<int>::max()));
    volume.typeCode = in.text("typeCode");
    volume.boot = in.flag("boot");
    volume.system = in.flag("system");
    volume.subvolumes = in.list<SubvolumeFacts>("subvolumes", readSubvolume);
    return volume;
}

VolumeGroupFacts readGroup(FactsReader in) { return {in.text("name"), Bytes{in.number("extentBytes")}, in.texts("physicalVolumes")}; }
KernelFacts readKernel(FactsReader in)
{
    return {in.text("version"), in.text("initramfs"), in.flag("virtioBlk"), in.flag("virtioNet"), in.flag("virtioCanBeAdded")};
}
FstabEntry readFstab(FactsReader in) { return {in.text("spec"), in.text("mountPoint"), in.text("type"), in.text("options")}; }

OsFacts readOs(FactsReader in)
{
    OsFacts os;
    os.id = in.text("id");
    os.versionId = in.text("versionId");
    os.prettyName = in.text("prettyName");
    os.architecture = in.text("architecture");
    os.hostName = in.text("hostName");
    os.kernels = in.list<KernelFacts>("kernels", readKernel);
    os.boot = in.text("boot");
    os.selinux = in.text("selinux");
    os.rsync = in.flag("rsync");
    os.cloudInit = in.flag("cloudInit");
    os.lvm = in.flag("lvm");
    return os;
}

}

QString fsName(FsType type) { return fsNames.at(qsizetype(type)); }
QString tableName(TableType type) { return tableNames.at(qsizetype(type)); }
QString bootModeName(BootMode mode) { return bootModes.at(qsizetype(mode)); }

QJsonObject toJson(const ServerFacts &facts)
{
    QJsonObject out{{key("sourceName"), facts.sourceName}, {key("bootMode"), bootModeName(facts.bootMode)}, {key("os"), osJson(facts.os)},
        {key("disks"), array(facts.disks, diskJson)}, {key("volumes"), array(facts.volumes, volumeJson)},
        {key("groups"), array(facts.groups, groupJson)}, {key("fstab"), array(facts.fstab, fstabJson)}};
    if (facts.live)
        out.insert(key("live"), toJson(*facts.live));
    return out;
}

Result<ServerFacts> serverFactsFromJson(const QJsonObject &object)
{
    QString wrong;
    FactsReader in(object, {}, wrong);
    ServerFacts facts;
    facts.sourceName = in.text("sourceName");
    facts.bootMode = in.choice<BootMode>("bootMode", bootModes);
    facts.os = readOs(in.below("os"));
    facts.disks = in.list<DiskFacts>("disks", readDisk);
    facts.volumes = in.list<VolumeFacts>("volumes", readVolume);
    facts.groups = in.list<VolumeGroupFacts>("groups", readGroup);
    facts.fstab = in.list<FstabEntry>("fstab", readFstab);
    if (object.contains(key("live")))
        facts.live = readLive(in.below("live"));
    if (!wrong.isEmpty())
        return Error{ErrorCode::RequestMalformed, Retry::Never, {wrong}, QStringLiteral("facts of a server")};
    return facts;
}

}
