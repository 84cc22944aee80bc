#pragma once
#include "core/layout/serverfacts.h"

namespace edgelift {

/// How the content of a place on a target disk comes into being.
enum class TargetContent : quint8 {
    Blocks, ///< copied block by block
    Files, ///< a new filesystem, filled with files
    Swap, ///< a new, empty swap area
    Nothing, ///< left as zeros: for the boot loader (bios_grub, PReP)
};

/// One partition or logical volume of a disk that is built anew, with what will be in it. It is one run of bytes: a logical volume is never
/// split. Offset and size are multiples of 1 MiB; nobody else writes there.
struct TargetVolume
{
    QString source; ///< VolumeFacts::id; empty: the source has nothing like it
    QString mountPoint; ///< on the source, as VolumeFacts has it
    TargetContent content = TargetContent::Blocks;
    Bytes offset; ///< from the start of the disk
    Bytes size; ///< of the partition or logical volume
    Bytes contentSize; ///< Blocks: bytes that are copied, at most `size`; where it is less the filesystem grows after the copy
    FsType fs = FsType::Empty;
    QString uuid; ///< of the filesystem or swap area, the source's; empty: it has none
    QString label;
    /// Files: what the source's filesystem can, so that its kernel knows the new one: ext "extent", "64bit", "blocksize=4096",
    /// "inodesize=256"; xfs "crc=1", "reflink=0", …; vfat "fat=32". Empty: what the tool takes by itself.
    QStringList features;
    QStringList subvolumes; ///< Files, btrfs: made before the files come; paths from the top, outer ones first
    QString defaultSubvolume; ///< one of them; empty: the top
    int partition = 0; ///< number; 0: a logical volume
    QString typeCode; ///< of the partition, as VolumeFacts has it; empty for a logical volume
    QString partUuid; ///< of the partition on the target, GPT only; empty for a logical volume and with an MBR
    bool active = false; ///< MBR: the boot flag
    QString logicalVolume; ///< "lv1"; empty: a partition
    bool operator==(const TargetVolume &) const = default;
};

/// A target disk that is built anew. Not in a TargetImage: a disk that is copied as it is, table and all.
struct TargetDiskLayout
{
    quint32 index = 0; ///< names the disk on the wire; position in the image, 0 is the system disk
    Bytes size; ///< the target disk has at least this
    TableType table = TableType::Gpt; ///< Mbr or Gpt
    QString tableId; ///< GPT disk GUID, or MBR id as "0x…": the source's
    QString group; ///< "vg0"; empty: no LVM
    int groupPartition = 0; ///< number of the partition that is its one physical volume
    Bytes groupOffset; ///< of that partition; its first extent is 1 MiB behind (targetimage::lvmDataStart)
    Bytes groupSize;
    QString groupPartUuid; ///< as TargetVolume::partUuid
    QList<TargetVolume> volumes; ///< by offset
    bool operator==(const TargetDiskLayout &) const = default;
};

/// The disks of a migration that do not stay as they are. A plain value; sent to the receiver with `build`.
struct TargetImage
{
    BootMode bootMode = BootMode::Bios; ///< what the image is started with
    QList<TargetDiskLayout> disks; ///< by index
    bool operator==(const TargetImage &) const = default;

    const TargetDiskLayout *disk(quint32 index) const; ///< null: copied as it is
};

namespace targetimage {
inline constexpr quint64 step = 1ULL << 20; ///< everything is aligned to it
inline constexpr quint64 lvmDataStart = 1ULL << 20; ///< of the first extent in a physical volume (pe_start)
inline constexpr quint64 lvmExtent = 4ULL << 20;
}

}
