#pragma once
#include "core/layout/planrules.h"

namespace edgelift {

/// How the room on one target disk is spent. `over` and `free` are never both above zero.
struct DiskRoom
{
    Bytes size; ///< of the target disk
    Bytes planned; ///< mount targets that are migrated, in their target sizes
    Bytes other; ///< swap, boot loader and unknown partitions; 0 unless asIs
    Bytes used; ///< by the filesystems of what is planned
    Bytes free;
    Bytes over; ///< how much too much is planned
    bool asIs = false; ///< nothing that is migrated changes, and the target is no smaller: it fits
    bool operator==(const DiskRoom &) const = default;
};

/// Total: volumes and disks the server does not have count with the size the plan gives them, sums never overflow.
[[nodiscard]] DiskRoom roomOn(const Plan::Disk &disk, const ServerFacts &facts);

/// What this volume takes on its target disk; 0 when it is not migrated.
[[nodiscard]] Bytes bytesOnTarget(const Plan::Disk &disk, const Plan::Volume &volume, const ServerFacts &facts);

/// The smallest size that is strictly larger than the space in use, in whole MiB.
[[nodiscard]] qint64 leastMiB(const VolumeFacts &volume);
/// The smallest size for this disk, in GiB: within R91 or R94, and strictly larger than the space in use (R92, R96).
[[nodiscard]] qint64 leastGiB(const Plan::Disk &disk, const ServerFacts &facts);
/// The largest size for this disk, in GiB (R91, R11).
[[nodiscard]] qint64 mostGiB(const Plan::Disk &disk);

/// Boot and system volumes: they stay on the system disk and are always migrated (R113). A plan cannot free them.
[[nodiscard]] bool isFixed(const Plan::Volume &volume, const ServerFacts &facts);

/// R99: "vg0" on the system disk, "vg1" on data disk 1. Empty without LVM.
[[nodiscard]] QString volumeGroupName(const Plan &plan, qsizetype disk);
/// R99: "lv1" for the first mount target of the disk. Empty without LVM, for what is not migrated, and for /boot, the ESP and the like,
/// which firmware and boot loader must find outside LVM.
[[nodiscard]] QString logicalVolumeName(const Plan::Disk &disk, const Plan::Volume &volume, const ServerFacts &facts);

/// How a volume will really be copied, and why (R103–R108, C8: the method is decided by the engine, and shown).
struct ReplicationReason
{
    enum class Why : quint8 {
        NotMigrated, ///< nothing is copied
        SameStructure, ///< block by block: supported, and nothing stands against it (R105)
        SizeChanged, ///< file by file: a copy of blocks keeps the size (R103, R108)
        LvmStep, ///< file by file: LVM, and no multiple of 4 MiB (R107)
        Chosen, ///< file by file, although blocks would do
    };
    Why why = Why::NotMigrated;
    Plan::Replication method = Plan::Replication::Block;
    Bytes before; ///< size on the source
    Bytes after; ///< size on the target
    bool operator==(const ReplicationReason &) const = default;
};
[[nodiscard]] ReplicationReason replicationReason(const Plan::Disk &disk, const Plan::Volume &volume, const ServerFacts &facts);
/// One sentence, in the language set now.
[[nodiscard]] QString describe(const ReplicationReason &reason);

/// "System disk" or "Data disk 2", by its place in the plan, in the language set now.
[[nodiscard]] QString diskTitle(qsizetype disk);

/// A size for sentences, such as "1.50 GiB", in the language set now.
[[nodiscard]] QString sizeInWords(Bytes size);

constexpr Bytes bytesFromGiB(qint64 count) { return Bytes{quint64(count < 0 ? 0 : count > (1LL << 33) ? (1LL << 33) : count) << 30}; }
constexpr Bytes bytesFromMiB(qint64 count) { return Bytes{quint64(count < 0 ? 0 : count > (1LL << 43) ? (1LL << 43) : count) << 20}; }

}
