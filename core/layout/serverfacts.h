#pragma once
#include "core/base/bytes.h"
#include "core/layout/livefacts.h"

#include <QList>
#include <QString>
#include <optional>

namespace edgelift {

enum class TableType : quint8 { None, Mbr, Gpt };
enum class BootMode : quint8 { Unknown, Bios, Uefi };
/// What a region holds. `Unknown` has content nobody knows: copied whole. `Empty` has no signature at all: copied whole as well.
enum class FsType : quint8 { Empty, Unknown, Ext2, Ext3, Ext4, Xfs, Btrfs, Vfat, Swap, LvmPhysicalVolume, MdMember, Crypt };

/// A run of bytes on one disk.
struct DiskSegment
{
    QString disk; ///< DiskFacts::id
    Bytes offset; ///< from the start of the disk
    Bytes length;
    bool operator==(const DiskSegment &) const = default;
};

struct DiskFacts
{
    /// Stable: "gpt-<guid>", "mbr-<hex id>", else "serial-…", "wwn-…", "fs-<uuid>", last "file-<name>" of an image and "place-<slot>" of a
    /// running machine. Never a kernel name. Unique in a source.
    QString id;
    QString name; ///< for people: the image's file name, or "sda"
    Bytes size;
    quint32 sectorSize = 512; ///< logical, of the partition table
    TableType table = TableType::None;
    QString tableId; ///< GPT disk GUID or MBR id, empty without a table
    bool operator==(const DiskFacts &) const = default;
};

/// A subvolume of a btrfs. The top itself is none.
struct SubvolumeFacts
{
    QString path; ///< from the top: "@home", "@/var/lib/machines"
    quint64 id = 0; ///< as in "subvolid="
    bool readOnly = false;
    bool snapshot = false; ///< made as one of another subvolume
    bool received = false; ///< came by "btrfs receive": what it was compared with later is known by this
    bool mountedByDefault = false; ///< when no other is asked for
    bool operator==(const SubvolumeFacts &) const = default;
};

/// Something a filesystem can be on: a partition, a logical volume, or a whole disk without a table.
struct VolumeFacts
{
    enum class Kind : quint8 { Partition, LogicalVolume, WholeDisk };
    /// Stable: "<disk id>/p<number>", "<vg>/<lv>", or "<disk id>/whole".
    QString id;
    Kind kind = Kind::Partition;
    QString disk; ///< the disk its first byte is on
    QList<DiskSegment> segments; ///< in logical order; one for everything but a logical volume of several segments
    Bytes size;
    FsType fs = FsType::Empty;
    QString uuid; ///< of the filesystem, as blkid prints it
    QString label;
    Bytes used; ///< by the filesystem, its own metadata included; equals size when nobody can tell
    QString mountPoint; ///< where it is mounted, else by the server's own fstab; empty: nowhere; "swap" never appears here
    int number = 0; ///< partition number, 0 for others
    QString typeCode; ///< GPT type GUID or MBR type as "0x83"
    bool boot = false; ///< /boot, the ESP, a bios_grub or PReP partition
    bool system = false; ///< holds the root filesystem
    QList<SubvolumeFacts> subvolumes; ///< of a btrfs on disk images, outer ones first; not known of a running machine
    bool operator==(const VolumeFacts &) const = default;
};

struct VolumeGroupFacts
{
    QString name;
    Bytes extentSize;
    QStringList physicalVolumes; ///< VolumeFacts::id of partitions (or whole disks)
    bool operator==(const VolumeGroupFacts &) const = default;
};

struct KernelFacts
{
    QString version; ///< as in /lib/modules and /boot/vmlinuz-<version>
    QString initramfs; ///< path in the guest, empty when there is none
    bool virtioBlk = false; ///< built in or in the initramfs
    bool virtioNet = false; ///< built in, in the initramfs or in /lib/modules
    bool virtioCanBeAdded = false; ///< when virtioBlk is false: its modules are there, and a program that makes an initramfs
    bool operator==(const KernelFacts &) const = default;
};

struct OsFacts
{
    QString id; ///< os-release ID, such as "debian"
    QString versionId;
    QString prettyName;
    QString architecture; ///< "x86_64", "aarch64", … of /bin/sh or the kernel
    QString hostName;
    QList<KernelFacts> kernels;
    QString boot; ///< "grub2", "grub-legacy", "systemd-boot", empty when none was found
    QString selinux; ///< "enforcing", "permissive", "disabled", empty when not installed
    bool rsync = false;
    bool cloudInit = false;
    bool lvm = false; ///< LVM's programs are installed
    bool operator==(const OsFacts &) const = default;
};

struct FstabEntry
{
    QString spec; ///< octal escapes resolved
    QString mountPoint;
    QString type;
    QString options;
    bool operator==(const FstabEntry &) const = default;
};

/// A server, as plain values: what the rules, the plan and the pages need to know. Made by core/source.
struct ServerFacts
{
    QString sourceName; ///< host name, or the first image's file name
    BootMode bootMode = BootMode::Unknown;
    OsFacts os;
    QList<DiskFacts> disks; ///< the system disk first, then in the order given
    QList<VolumeFacts> volumes; ///< by disk and offset; logical volumes after the partitions
    QList<VolumeGroupFacts> groups;
    QList<FstabEntry> fstab;
    std::optional<LiveFacts> live; ///< of a machine that runs; nothing for disk images
    bool operator==(const ServerFacts &) const = default;

    const DiskFacts *disk(const QString &id) const;
    const VolumeFacts *volume(const QString &id) const;
    /// The disk that holds the root filesystem (for LVM: its first segment); null when there is no root.
    const DiskFacts *systemDisk() const;
};

}
