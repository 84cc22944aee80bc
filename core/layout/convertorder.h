#pragma once
#include "core/base/result.h"
#include "core/layout/serverfacts.h"
#include "core/layout/targetimage.h"

#include <QJsonObject>

namespace edgelift {

/// Where one volume of the source is in the image. Volumes without a place are left out.
struct VolumePlace
{
    QString volume; ///< VolumeFacts::id
    QList<DiskSegment> segments; ///< in logical order; DiskSegment::disk is the target disk's index in decimal, "0" the one that boots
    int partition = 0; ///< number; 0 for a logical volume and for a whole disk
    QString logicalVolume; ///< "vg/lv", empty for others
    QString uuid; ///< of the filesystem or swap area there
    QString label;
    QString partUuid; ///< lower case; empty: nobody knows
    bool operator==(const VolumePlace &) const = default;
};

/// What a volume is called by its partition table, where the server's own files may name it so.
struct PartitionNames
{
    QString volume; ///< VolumeFacts::id
    QString uuid; ///< lower case
    QString label;
    bool operator==(const PartitionNames &) const = default;
};

/// What the receiver must know to make the copied server start on an instance: the params of `convert` (core/wire/PROTOCOL.md). A value.
struct ConvertOrder
{
    quint64 epoch = 0; ///< of the copy; not 0
    ServerFacts source; ///< without what only a running machine has
    QStringList sourceDisks; ///< DiskFacts::id in the order of their kernel names: sda, sdb, …
    QList<PartitionNames> names;
    QList<VolumePlace> places;
    BootMode bootMode = BootMode::Bios; ///< of the image
    bool tablesKept = true; ///< the disks were copied as they are: tables, boot sectors and all
    bool operator==(const ConvertOrder &) const = default;
};

[[nodiscard]] QJsonObject toJson(const ConvertOrder &order);
/// Trusts nothing but what the types can hold: whether places lie on the disks is for the receiver to check. Error: RequestMalformed, args:
/// where.
[[nodiscard]] Result<ConvertOrder> convertOrderFromJson(const QJsonObject &object);

/// The places of a copy of whole disks; `disks`: ids of the source's disks in the order of the target's.
[[nodiscard]] QList<VolumePlace> unchangedPlaces(const ServerFacts &facts, const QStringList &disks);
/// The places when the disks in `image` are built anew and the others copied as they are. A volume that is on neither has none.
[[nodiscard]] QList<VolumePlace> placesIn(const TargetImage &image, const ServerFacts &facts, const QStringList &disks);

}
