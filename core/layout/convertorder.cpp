#include "core/layout/convertorder.h"

#include "core/layout/factsjson.h"
#include "core/layout/factsreader.h"

#include <algorithm>

namespace edgelift {

namespace {

constexpr qint64 mostVolumes = 4096;

QString key(const char *name) { return QString::fromLatin1(name); }

QJsonObject segmentJson(const DiskSegment &segment)
{
    return {{key("disk"), segment.disk}, {key("offset"), qint64(segment.offset.count)}, {key("length"), qint64(segment.length.count)}};
}

DiskSegment readSegment(FactsReader in) { return {in.text("disk"), Bytes{in.number("offset")}, Bytes{in.number("length")}}; }

QJsonObject placeJson(const VolumePlace &place)
{
    QJsonArray segments;
    for (const DiskSegment &segment : place.segments)
        segments.append(segmentJson(segment));
    return {{key("volume"), place.volume}, {key("segments"), segments}, {key("partition"), place.partition},
        {key("logicalVolume"), place.logicalVolume}, {key("uuid"), place.uuid}, {key("label"), place.label},
        {key("partUuid"), place.partUuid}};
}

VolumePlace readPlace(FactsReader in)
{
    VolumePlace place;
    place.volume = in.text("volume");
    place.segments = in.list<DiskSegment>("segments", readSegment);
    place.partition = int(in.number("partition", 0, mostVolumes));
    place.logicalVolume = in.text("logicalVolume");
    place.uuid = in.text("uuid");
    place.label = in.text("label");
    place.partUuid = in.text("partUuid");
    return place;
}

PartitionNames readNames(FactsReader in) { return {in.text("volume"), in.text("uuid"), in.text("label")}; }

}

QJsonObject toJson(const ConvertOrder &order)
{
    QJsonArray names;
    for (const PartitionNames &one : order.names)
        names.append(QJsonObject{{key("volume"), one.volume}, {key("uuid"), one.uuid}, {key("label"), one.label}});
    QJsonArray places;
    for (const VolumePlace &place : order.places)
        places.append(placeJson(place));
    ServerFacts source = order.source;
    source.live.reset();
    return {{key("epoch"), QString::number(order.epoch)}, {key("source"), toJson(source)},
        {key("sourceDisks"), QJsonArray::fromStringList(order.sourceDisks)}, {key("names"), names}, {key("places"), places},
        {key("bootMode"), bootModeName(order.bootMode)}, {key("tablesKept"), order.tablesKept}};
}

Result<ConvertOrder> convertOrderFromJson(const QJsonObject &object)
{
    QString wrong;
    FactsReader in(object, {}, wrong);
    ConvertOrder order;
    bool number = false;
    order.epoch = in.text("epoch").toULongLong(&number);
    order.sourceDisks = in.texts("sourceDisks");
    order.names = in.list<PartitionNames>("names", readNames);
    order.places = in.list<VolumePlace>("places", readPlace);
    order.bootMode =
        in.choice<BootMode>("bootMode", {bootModeName(BootMode::Unknown), bootModeName(BootMode::Bios), bootModeName(BootMode::Uefi)});
    order.tablesKept = in.flag("tablesKept");
    if (wrong.isEmpty() && (!number || order.epoch == 0))
        wrong = key("epoch");
    if (wrong.isEmpty() && order.places.size() > mostVolumes)
        wrong = key("places");
    if (!wrong.isEmpty())
        return Error{ErrorCode::RequestMalformed, Retry::Never, {wrong}, QStringLiteral("an order to convert")};
    Result<ServerFacts> source = serverFactsFromJson(object.value(key("source")).toObject());
    if (!source)
        return source.error();
    order.source = source.take();
    return order;
}

QList<VolumePlace> unchangedPlaces(const ServerFacts &facts, const QStringList &disks)
{
    QList<VolumePlace> places;
    for (const VolumeFacts &volume : facts.volumes) {
        VolumePlace place{volume.id, volume.segments, volume.number, {}, volume.uuid, volume.label, {}};
        const bool travels = std::all_of(
            place.segments.begin(), place.segments.end(), [&disks](const DiskSegment &segment) { return disks.contains(segment.disk); });
        if (!travels)
            continue;
        for (DiskSegment &segment : place.segments)
            segment.disk = QString::number(disks.indexOf(segment.disk));
        if (volume.kind == VolumeFacts::Kind::LogicalVolume)
            place.logicalVolume = volume.id;
        places.append(place);
    }
    return places;
}

QList<VolumePlace> placesIn(const TargetImage &image, const ServerFacts &facts, const QStringList &disks)
{
    QList<VolumePlace> places;
    for (const TargetDiskLayout &disk : image.disks) {
        for (const TargetVolume &volume : disk.volumes) {
            if (volume.source.isEmpty())
                continue;
            VolumePlace place{volume.source, {{QString::number(disk.index), volume.offset, volume.size}}, volume.partition, {}, volume.uuid,
                volume.label, volume.partUuid};
            if (!volume.logicalVolume.isEmpty())
                place.logicalVolume = disk.group + QLatin1Char('/') + volume.logicalVolume;
            places.append(place);
        }
    }
    for (const VolumePlace &place : unchangedPlaces(facts, disks)) {
        const bool rebuilt = std::any_of(place.segments.begin(), place.segments.end(),
            [&image](const DiskSegment &segment) { return image.disk(segment.disk.toUInt()) != nullptr; });
        const bool elsewhere =
            std::any_of(places.begin(), places.end(), [&place](const VolumePlace &one) { return one.volume == place.volume; });
        if (!rebuilt && !elsewhere)
            places.append(place);
    }
    return places;
}

}
