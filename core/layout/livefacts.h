#pragma once
#include "core/base/bytes.h"

#include <QList>
#include <QString>
#include <QStringList>

namespace edgelift {

/// Something that is in use on a running machine and lies on its block devices.
struct UseFacts
{
    /// Stack: device-mapper, RAID and the like that no mount and no swap uses, but somebody may.
    enum class Kind : quint8 { Mount, Swap, Stack };
    Kind kind = Kind::Mount;
    QString place; ///< mount point, or what the kernel calls it
    QString fs; ///< as the kernel calls it: "ext4", "vfat"; empty for what is not mounted
    QString device; ///< number of what is mounted, "8:1": the same for all mounts of one filesystem; empty for what is not mounted
    QString volume; ///< VolumeFacts::id; empty: on none, or not directly on one
    QStringList disks; ///< DiskFacts::id of every whole disk it lies on, sorted; a stack makes sense with all of them only
    QStringList layers; ///< what lies between it and the disks, from the top: "md0 (RAID)"; empty: nothing but a partition
    bool readOnly = false;
    bool operator==(const UseFacts &) const = default;
};

/// Why something that is in use cannot be followed while the server writes (peers.md 4b).
struct ObstacleFacts
{
    enum class Kind : quint8 {
        Multipath, ///< device-mapper over several paths
        NvmeMultipath, ///< the kernel's own for NVMe
        SeveralPaths, ///< one disk seen twice, with nothing that joins the paths
        Drbd,
        Cluster, ///< other machines write to it, too
        PersistentMemory,
        Dax, ///< programs write to the medium past the block layer
        MemoryDisk, ///< zram or a RAM disk: nothing of it survives
        Unknown ///< a kind of device nobody knows here, or one that is gone
    };
    Kind kind = Kind::Unknown;
    QString user; ///< UseFacts::place
    QString device; ///< "dm-3 (mpatha)"
    bool operator==(const ObstacleFacts &) const = default;
};

/// Something on a disk that could not be read or made sense of.
struct UnreadableFacts
{
    QString what; ///< DiskFacts::name, VolumeFacts::id, or "LVM" for all logical volumes
    QString reason; ///< English
    bool operator==(const UnreadableFacts &) const = default;
};

struct NicFacts
{
    QString name;
    QString mac; ///< lower case with colons; empty: it has none
    QString driver; ///< empty: not a device of its own (a bridge, a VLAN)
    int mtu = 0;
    bool up = false;
    QStringList addresses; ///< "192.0.2.2/24"
    bool operator==(const NicFacts &) const = default;
};

struct RouteFacts
{
    QString destination; ///< "0.0.0.0/0", "::/0", "10.0.0.0/8"
    QString gateway; ///< empty: directly reachable
    QString nic;
    bool operator==(const RouteFacts &) const = default;
};

/// What is known about a machine because it runs.
struct LiveFacts
{
    QString bootId; ///< another after each start
    QString hardwareId; ///< of the (virtual) machine, which a copy of its disks does not share; empty: it has none
    QString kernel; ///< release of the kernel that runs
    QList<UseFacts> uses; ///< mounts in the order of the mount table, then swap, then stacks
    QList<ObstacleFacts> obstacles;
    QStringList elsewhere; ///< mount points of what is on other machines or made by programs: never migrated
    QList<UnreadableFacts> unreadable;
    QStringList byPlace; ///< names of disks with neither serial nor any id: known by the slot they are in only
    QList<NicFacts> nics; ///< without the loopback device
    QList<RouteFacts> routes;
    QStringList dnsServers;
    QStringList excludes; ///< patterns of /etc/edgelift/excludes: what its administrator never wants copied where files are copied
    Bytes freeMemory; ///< that programs could still get; 0: not known
    bool operator==(const LiveFacts &) const = default;
};

/// "nvme-multipath": the same in JSON, in ids of checks and in logs.
[[nodiscard]] QString obstacleName(ObstacleFacts::Kind kind);

}
