#pragma once
#include "core/guest/fstab.h"

namespace edgelift::bootfix {

/// One volume of the source, and what became of it.
struct ConvertedVolume
{
    VolumeFacts source; ///< as the server had it, with its mount point there
    VolumeNames names; ///< PARTUUID and PARTLABEL there
    bool migrated = true; ///< false: the image does not have it
    QString uuid; ///< of the filesystem or swap area on the target, normally the source's
    QString label;
    QString partUuid; ///< on the target; empty when nobody knows
    int disk = 0; ///< on the target: 0 is the disk that boots
    int partition = 0; ///< on the target; 0 for a logical volume
    QString logicalVolume; ///< on the target: "vg/lv", empty for a partition
};

/// Where everything is in the image: the plan, carried out.
struct TargetLayout
{
    BootMode bootMode = BootMode::Bios; ///< what the image will be started with
    QList<ConvertedVolume> volumes; ///< all of the source's
    QStringList sourceDisks; ///< their ids in the order of their kernel names: sda, sdb, …
    bool tablesKept = false; ///< partition tables were copied byte by byte: PARTUUIDs and PARTLABELs stay what they were
    bool espHidden = false; ///< there is an EFI system partition, but it could not be mounted: what is in it is not known

    const ConvertedVolume *root() const; ///< null when there is none
    /// The volume a device specification of the source means (see resolveSpec(); also by-id and by-path names), or null.
    const ConvertedVolume *resolve(const QString &spec) const;
    /// The specification for the same volume in the image: `spec` itself when that still means it, otherwise "UUID=…". Empty when
    /// the volume has no UUID. `volume` is migrated.
    QString specFor(const ConvertedVolume &volume, const QString &spec) const;
};

/// True for names that depend on the machine: /dev/sda1, /dev/disk/by-path/…, /dev/disk/by-id/….
[[nodiscard]] bool isMachineName(const QString &spec);

}
