#include "core/layout/factsjson.h"

#include <QJsonArray>
#include <cmath>
#include <limits>

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

QJsonObject volumeJson(const VolumeFacts &volume)
{
    return {{key("id"), volume.id}, {key("kind"), kinds.at(qsizetype(volume.kind))}, {key("disk"), volume.disk},
        {key("segments"), array(volume.segments, segmentJson)}, {key("sizeBytes"), qint64(volume.size.count)},
        {key("fs"), fsName(volume.fs)}, {key("uuid"), volume.uuid}, {key("label"), volume.label},
        {key("usedBytes"), qint64(volume.used.count)}, {key("mountPoint"), volume.mountPoint}, {key("number"), volume.number},
        {key("typeCode"), volume.typeCode}, {key("boot"), volume.boot}, {key("system"), volume.system}};
}

QJsonObject groupJson(const VolumeGroupFacts &group)
{
    return {{key("name"), group.name}, {key("extentBytes"), qint64(group.extentSize.count)},
        {key("physicalVolumes"), QJsonArray::fromStringList(group.physicalVolumes)}};
}

QJsonObject kernelJson(const KernelFacts &kernel)
{
    return {{key("version"), kernel.version}, {key("initramfs"), kernel.initramfs}, {key("virtioBlk"), kernel.virtioBlk},
        {key("virtioNet"), kernel.virtioNet}};
}

QJsonObject fstabJson(const FstabEntry &entry)
{
    return {{key("spec"), entry.spec}, {key("mountPoint"), entry.mountPoint}, {key("type"), entry.type}, {key("options"), entry.options}};
}

QJsonObject osJson(const OsFacts &os)
{
    return {{key("id"), os.id}, {key("versionId"), os.versionId}, {key("prettyName"), os.prettyName},
        {key("architecture"), os.architecture}, {key("hostName"), os.hostName}, {key("kernels"), array(os.kernels, kernelJson)},
        {key("boot"), os.boot}, {key("selinux"), os.selinux}, {key("rsync"), os.rsync}, {key("cloudInit"), os.cloudInit}};
}

/// Reads one object and remembers the first thing that is wrong anywhere below it.
class Reader
{
public:
    Reader(QJsonObject object, QString path, QString &wrong)
        : m_object(std::move(object))
        , m_path(std::move(path))
        , m_wrong(wrong)
    {
    }
    QString text(const char *name) { return value(name, QJsonValue::String).toString(); }
    bool flag(const char *name) { return value(name, QJsonValue::Bool).toBool(); }
    /// Whole, and at most `most`.
    quint64 number(const char *name, quint64 otherwise = 0, qint64 most = std::numeric_limits<qint64>::max())
    {
        const QJsonValue found = value(name, QJsonValue::Double);
        if (found.isUndefined())
            return otherwise;
        const qint64 whole = found.toInteger(-1); // -1 for fractions and for what does not fit
        const bool fits = whole >= 0 && whole <= most;
        if (!fits)
            wrong(name);
        return fits ? quint64(whole) : otherwise;
    }
    template <class E>
    E choice(const char *name, const QStringList &names)
    {
        const QString found = text(name);
        const qsizetype index = found.isEmpty() ? 0 : names.indexOf(found);
        if (index < 0)
            wrong(name);
        return E(std::max<qsizetype>(index, 0));
    }
    QStringList texts(const char *name)
    {
        QStringList out;
        for (const QJsonValue &entry : value(name, QJsonValue::Array).toArray()) {
            if (!entry.isString())
                wrong(name);
            out.append(entry.toString());
        }
        return out;
    }
    template <class T>
    QList<T> list(const char *name, T (*one)(Reader))
    {
        QList<T> out;
        const QJsonArray entries = value(name, QJsonValue::Array).toArray();
        for (qsizetype i = 0; i < entries.size(); ++i) {
            if (!entries.at(i).isObject())
                wrong(name);
            out.append(one(Reader(entries.at(i).toObject(), QStringLiteral("%1%2[%3].").arg(m_path, key(name)).arg(i), m_wrong)));
        }
        return out;
    }
    Reader below(const char *name) { return {value(name, QJsonValue::Object).toObject(), m_path + key(name) + QLatin1Char('.'), m_wrong}; }

private:
    QJsonValue value(const char *name, QJsonValue::Type type)
    {
        const QJsonValue found = m_object.value(key(name));
        if (found.type() == type || found.isUndefined())
            return found;
        wrong(name);
        return QJsonValue(QJsonValue::Undefined);
    }
    void wrong(const char *name)
    {
        if (m_wrong.isEmpty())
            m_wrong = m_path + key(name);
    }

    QJsonObject m_object;
    QString m_path;
    QString &m_wrong;
};

DiskSegment readSegment(Reader in) { return {in.text("disk"), Bytes{in.number("offset")}, Bytes{in.number("length")}}; }

DiskFacts readDisk(Reader in)
{
    return {in.text("id"), in.text("name"), Bytes{in.number("sizeBytes")},
        quint32(in.number("sectorSize", 512, std::numeric_limits<quint32>::max())), in.choice<TableType>("table", tableNames),
        in.text("tableId")};
}

VolumeFacts readVolume(Reader in)
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
    return volume;
}

VolumeGroupFacts readGroup(Reader in) { return {in.text("name"), Bytes{in.number("extentBytes")}, in.texts("physicalVolumes")}; }
KernelFacts readKernel(Reader in) { return {in.text("version"), in.text("initramfs"), in.flag("virtioBlk"), in.flag("virtioNet")}; }
FstabEntry readFstab(Reader in) { return {in.text("spec"), in.text("mountPoint"), in.text("type"), in.text("options")}; }

OsFacts readOs(Reader in)
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
    return os;
}

}

QString fsName(FsType type) { return fsNames.at(qsizetype(type)); }
QString tableName(TableType type) { return tableNames.at(qsizetype(type)); }
QString bootModeName(BootMode mode) { return bootModes.at(qsizetype(mode)); }

QJsonObject toJson(const ServerFacts &facts)
{
    return {{key("sourceName"), facts.sourceName}, {key("bootMode"), bootModeName(facts.bootMode)}, {key("os"), osJson(facts.os)},
        {key("disks"), array(facts.disks, diskJson)}, {key("volumes"), array(facts.volumes, volumeJson)},
        {key("groups"), array(facts.groups, groupJson)}, {key("fstab"), array(facts.fstab, fstabJson)}};
}

Result<ServerFacts> serverFactsFromJson(const QJsonObject &object)
{
    QString wrong;
    Reader in(object, {}, wrong);
    ServerFacts facts;
    facts.sourceName = in.text("sourceName");
    facts.bootMode = in.choice<BootMode>("bootMode", bootModes);
    facts.os = readOs(in.below("os"));
    facts.disks = in.list<DiskFacts>("disks", readDisk);
    facts.volumes = in.list<VolumeFacts>("volumes", readVolume);
    facts.groups = in.list<VolumeGroupFacts>("groups", readGroup);
    facts.fstab = in.list<FstabEntry>("fstab", readFstab);
    if (!wrong.isEmpty())
        return Error{ErrorCode::RequestMalformed, Retry::Never, {wrong}, QStringLiteral("facts of a server")};
    return facts;
}

}
