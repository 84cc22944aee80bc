#include "core/layout/targetimagejson.h"

#include "core/layout/factsjson.h"
#include "core/layout/factsreader.h"
#include "core/layout/subvolumes.h"

#include <QRegularExpression>
#include <QSet>
#include <algorithm>

namespace edgelift {

namespace {

constexpr quint32 disksMost = 64; // of the protocol
constexpr int partitionsMost = 128;

QString key(const char *name) { return QString::fromLatin1(name); }

// Names of the enumerators, in their order.
const QStringList contents{QStringLiteral("blocks"), QStringLiteral("files"), QStringLiteral("swap"), QStringLiteral("nothing")};
const QStringList tables{tableName(TableType::None), tableName(TableType::Mbr), tableName(TableType::Gpt)};
const QStringList bootModes{bootModeName(BootMode::Unknown), bootModeName(BootMode::Bios), bootModeName(BootMode::Uefi)};

QStringList fsNames()
{
    QStringList names;
    for (int type = 0; type <= int(FsType::Crypt); ++type)
        names.append(fsName(FsType(type)));
    return names;
}

QJsonObject volumeJson(const TargetVolume &volume)
{
    return {{key("source"), volume.source}, {key("mountPoint"), volume.mountPoint},
        {key("content"), contents.at(qsizetype(volume.content))}, {key("offset"), qint64(volume.offset.count)},
        {key("sizeBytes"), qint64(volume.size.count)}, {key("contentBytes"), qint64(volume.contentSize.count)},
        {key("fs"), fsName(volume.fs)}, {key("uuid"), volume.uuid}, {key("label"), volume.label},
        {key("features"), QJsonArray::fromStringList(volume.features)}, {key("subvolumes"), QJsonArray::fromStringList(volume.subvolumes)},
        {key("defaultSubvolume"), volume.defaultSubvolume}, {key("partition"), volume.partition}, {key("typeCode"), volume.typeCode},
        {key("partUuid"), volume.partUuid}, {key("active"), volume.active}, {key("logicalVolume"), volume.logicalVolume}};
}

TargetVolume volumeFrom(FactsReader in)
{
    TargetVolume volume;
    volume.source = in.text("source");
    volume.mountPoint = in.text("mountPoint");
    volume.content = in.choice<TargetContent>("content", contents);
    volume.offset.count = in.number("offset");
    volume.size.count = in.number("sizeBytes");
    volume.contentSize.count = in.number("contentBytes");
    volume.fs = in.choice<FsType>("fs", fsNames());
    volume.uuid = in.text("uuid");
    volume.label = in.text("label");
    volume.features = in.texts("features");
    volume.subvolumes = in.texts("subvolumes");
    volume.defaultSubvolume = in.text("defaultSubvolume");
    volume.partition = int(in.number("partition", 0, partitionsMost));
    volume.typeCode = in.text("typeCode");
    volume.partUuid = in.text("partUuid");
    volume.active = in.flag("active");
    volume.logicalVolume = in.text("logicalVolume");
    return volume;
}

QJsonObject diskJson(const TargetDiskLayout &disk)
{
    QJsonArray volumes;
    for (const TargetVolume &volume : disk.volumes)
        volumes.append(volumeJson(volume));
    return {{key("index"), qint64(disk.index)}, {key("sizeBytes"), qint64(disk.size.count)}, {key("table"), tableName(disk.table)},
        {key("tableId"), disk.tableId}, {key("group"), disk.group}, {key("groupPartition"), disk.groupPartition},
        {key("groupOffset"), qint64(disk.groupOffset.count)}, {key("groupBytes"), qint64(disk.groupSize.count)},
        {key("groupPartUuid"), disk.groupPartUuid}, {key("volumes"), volumes}};
}

TargetDiskLayout diskFrom(FactsReader in)
{
    TargetDiskLayout disk;
    disk.index = quint32(in.number("index", 0, disksMost - 1));
    disk.size.count = in.number("sizeBytes");
    disk.table = in.choice<TableType>("table", tables);
    disk.tableId = in.text("tableId");
    disk.group = in.text("group");
    disk.groupPartition = int(in.number("groupPartition", 0, partitionsMost));
    disk.groupOffset.count = in.number("groupOffset");
    disk.groupSize.count = in.number("groupBytes");
    disk.groupPartUuid = in.text("groupPartUuid");
    disk.volumes = in.list("volumes", volumeFrom);
    return disk;
}

bool matches(const char *form, const QString &text) { return QRegularExpression(QString::fromLatin1(form)).match(text).hasMatch(); }

/// Texts of a filesystem may be anything but something that a tool takes for an option or the end of a line.
bool isPlain(const QString &text)
{
    return text.size() <= 255 && !text.startsWith(QLatin1Char('-'))
        && std::none_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 0x20 || c.unicode() == 0x7f; });
}

bool isGuid(const QString &text) { return text.isEmpty() || matches("\\A[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\\z", text); }

bool hasSoundSubvolumes(const TargetVolume &volume)
{
    const QStringList &paths = volume.subvolumes;
    return std::all_of(paths.begin(), paths.end(), isSubvolumePath)
        && (volume.defaultSubvolume.isEmpty() || paths.contains(volume.defaultSubvolume));
}

/// What is wrong with the texts of a volume; empty: nothing.
QString wrongText(const TargetVolume &volume, TableType table)
{
    const bool type = volume.partition == 0 ? volume.typeCode.isEmpty()
        : table == TableType::Gpt           ? !volume.typeCode.isEmpty() && isGuid(volume.typeCode)
                                            : matches("\\A0x[0-9a-fA-F]{1,2}\\z", volume.typeCode);
    const bool features = std::all_of(volume.features.begin(), volume.features.end(),
        [](const QString &word) { return matches("\\A[a-z0-9][a-z0-9_-]{0,40}(=[0-9]{1,10})?\\z", word); });
    return !matches("\\A[0-9A-Fa-f-]{0,36}\\z", volume.uuid) || volume.uuid.startsWith(QLatin1Char('-')) ? key("uuid")
        : !isPlain(volume.label)                                                                         ? key("label")
        : !features                                                                                      ? key("features")
        : !hasSoundSubvolumes(volume)                                                                    ? key("subvolumes")
        : !type                                                                                          ? key("typeCode")
        : !isGuid(volume.partUuid)                                                                       ? key("partUuid")
        : !matches("\\A(lv[0-9]{1,3})?\\z", volume.logicalVolume)                                        ? key("logicalVolume")
        : (volume.partition == 0) == volume.logicalVolume.isEmpty()                                      ? key("partition")
                                                                                                         : QString();
}

bool isAligned(Bytes bytes, quint64 step) { return bytes.count % step == 0; }

/// Places in [from, end), apart and in order; where the last one ends, or nothing.
std::optional<quint64> placeAfter(quint64 from, quint64 end, Bytes offset, Bytes size)
{
    const std::optional<Bytes> last = sum(offset, size);
    return offset.count >= from && size.count > 0 && last && last->count <= end ? std::optional(last->count) : std::nullopt;
}

QString wrongDisk(const TargetDiskLayout &disk)
{
    using namespace targetimage;
    const bool gpt = disk.table == TableType::Gpt;
    const bool id = gpt ? isGuid(disk.tableId) : matches("\\A(0x[0-9a-fA-F]{1,8})?\\z", disk.tableId);
    if (disk.table == TableType::None || !id || !matches("\\A(vg[0-9]{1,3})?\\z", disk.group) || !isGuid(disk.groupPartUuid))
        return key("table");
    const bool lvm = !disk.group.isEmpty();
    if (lvm != (disk.groupPartition > 0) || lvm != (disk.groupSize.count > 0) || disk.size.count < 3 * step
        || !isAligned(disk.groupOffset, step) || !isAligned(disk.groupSize, step))
        return key("group");
    const quint64 end = disk.size.count - step;
    quint64 taken = step; // of the disk; the volume group stands where it stands
    quint64 extent = disk.groupOffset.count + lvmDataStart;
    bool groupPassed = !lvm;
    QSet<int> numbers{0};
    QSet<QString> names{QString()};
    const auto passGroup = [&] {
        groupPassed = true;
        return placeAfter(taken, end, disk.groupOffset, disk.groupSize);
    };
    for (const TargetVolume &volume : disk.volumes) {
        const QString wrong = wrongText(volume, disk.table);
        if (!wrong.isEmpty())
            return wrong;
        const bool logical = volume.partition == 0;
        if (!isAligned(volume.offset, step) || !isAligned(volume.size, logical ? lvmExtent : step) || volume.contentSize > volume.size
            || (logical ? !lvm || names.contains(volume.logicalVolume) : numbers.contains(volume.partition)))
            return key("offset");
        numbers.insert(volume.partition);
        names.insert(volume.logicalVolume);
        if (!groupPassed && volume.offset.count >= disk.groupOffset.count) {
            const std::optional<quint64> next = passGroup();
            if (!next)
                return key("groupOffset");
            taken = *next;
        }
        const std::optional<quint64> next = logical
            ? placeAfter(extent, disk.groupOffset.count + disk.groupSize.count, volume.offset, volume.size)
            : placeAfter(taken, end, volume.offset, volume.size);
        if (!next || (logical && volume.offset.count != extent))
            return key("offset");
        (logical ? extent : taken) = *next;
    }
    const bool numbered = std::all_of(numbers.begin(), numbers.end(), [gpt](int number) { return gpt || number <= 4; });
    if ((!groupPassed && !passGroup()) || numbers.contains(lvm ? disk.groupPartition : -1) || !numbered
        || (!gpt && disk.groupPartition > 4))
        return key("partition");
    return {};
}

}

QJsonObject toJson(const TargetImage &image)
{
    QJsonArray disks;
    for (const TargetDiskLayout &disk : image.disks)
        disks.append(diskJson(disk));
    return {{key("bootMode"), bootModeName(image.bootMode)}, {key("disks"), disks}};
}

Result<TargetImage> targetImageFromJson(const QJsonObject &object)
{
    QString wrong;
    FactsReader in(object, {}, wrong);
    TargetImage image;
    image.bootMode = in.choice<BootMode>("bootMode", bootModes);
    image.disks = in.list("disks", diskFrom);
    QSet<quint32> seen;
    for (qsizetype i = 0; wrong.isEmpty() && i < image.disks.size(); ++i) {
        const TargetDiskLayout &disk = image.disks.at(i);
        const QString why = seen.contains(disk.index) ? key("index") : wrongDisk(disk);
        seen.insert(disk.index);
        if (!why.isEmpty())
            wrong = QStringLiteral("disks[%1].%2").arg(i).arg(why);
    }
    if (!wrong.isEmpty())
        return Error{ErrorCode::RequestMalformed, Retry::Never, {wrong}, QStringLiteral("build: %1").arg(wrong)};
    return image;
}

}
