#pragma once
#include "core/layout/serverfacts.h"

#include <QByteArray>
#include <QHash>

namespace edgelift {

/// What identifies a volume beside its filesystem.
struct VolumeNames
{
    QString partUuid; ///< lower case
    QString partLabel;
};
using VolumeNamesById = QHash<QString, VolumeNames>; ///< by VolumeFacts::id

/// The entries of a guest's fstab; comments and lines that are not complete are left out. At most 1000.
[[nodiscard]] QList<FstabEntry> parseFstab(const QByteArray &content);
/// Tables of mounts write a blank as "\040"; so does the kernel.
[[nodiscard]] QString withoutEscapes(const QByteArray &field);
/// "vg/lv" out of "vg-lv" as device-mapper writes it: a hyphen in a name is doubled. Empty for a name without one that is single.
[[nodiscard]] QString logicalVolumeId(const QString &mapperName);

/// The volume that `spec` (first field) means, or null: UUID=, LABEL=, PARTUUID=, PARTLABEL=, /dev/disk/by-*/…, /dev/mapper/vg-lv,
/// /dev/vg/lv, and /dev/sdXN by the order in which the disks were given (`diskOrder`, disk ids).
[[nodiscard]] const VolumeFacts *resolveSpec(
    const QString &spec, const QList<VolumeFacts> &volumes, const VolumeNamesById &names, const QStringList &diskOrder);

/// True for /dev/sda1, /dev/vdb and the like: names that differ on another machine.
[[nodiscard]] bool isKernelDeviceName(const QString &spec);
/// "subvol=@home" out of an entry's options, else "subvolid=…", else empty. The name goes first: numbers are others on a new filesystem.
[[nodiscard]] QString subvolumeOption(const QString &options);

}
