#pragma once
#include "core/base/result.h"
#include "core/layout/serverfacts.h"
#include "core/stream/maps/blockview.h"
#include "core/stream/maps/rangeset.h"

#include <QHash>
#include <QSet>
#include <stop_token>

namespace edgelift {

/// Why a volume was taken whole though it has a filesystem we could map.
struct Note
{
    QString volume; ///< VolumeFacts::id
    QString reason; ///< English, for log and report
};

struct UsedMaps
{
    QHash<QString, RangeSet> disks; ///< by DiskFacts::id: bytes that must be copied; every disk of the facts is here
    QList<Note> notes;
};

/// What of every disk must be copied. Counts as used: everything outside volumes (tables, gaps, boot code), LVM metadata, and
/// whatever is not proven free by an intact filesystem. Free are only: blocks that ext2/3/4, xfs, btrfs or vfat say are free
/// while cleanly unmounted, swap behind its header, and unallocated LVM extents. Reads the disks at `diskPaths` (by disk id), never
/// mounts. Errors: SourceUnreadable (a disk cannot be opened or read); stop ends with SourceUnreadable and detail "stopped".
[[nodiscard]] Result<UsedMaps> usedRanges(const ServerFacts &facts, const QHash<QString, QString> &diskPaths, const std::stop_token &stop);
/// The same of disks that are read in another way, such as a target's copy of them. One view for each disk of the facts. `still`: ids of
/// volumes that are mounted and frozen, or that were when the disks were copied.
[[nodiscard]] Result<UsedMaps> usedRanges(const ServerFacts &facts, const QHash<QString, std::shared_ptr<const BlockView>> &disks,
    const QSet<QString> &still, const std::stop_token &stop);

}
