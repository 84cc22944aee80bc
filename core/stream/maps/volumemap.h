#pragma once
#include "core/stream/maps/blockview.h"
#include "core/stream/maps/rangeset.h"

#include <QString>
#include <stop_token>

namespace edgelift {

/// What of one volume need not be copied.
struct VolumeMap
{
    RangeSet free; ///< offsets in the volume
    QString whole; ///< why nothing may be left out (English); empty when `free` can be trusted. Then `free` is empty.

    static VolumeMap takeWhole(const QString &reason) { return {{}, reason}; }
};

// One reader per kind of content. All are pure functions over bytes that may be hostile: whatever is inconsistent, unknown, not
// cleanly unmounted or unreadable makes the volume "whole". They never write, and end soon after stop was asked (as "whole").

/// ext2, ext3, ext4 by libext2fs: block bitmaps with their checksums, and the free counts of every group must agree.
[[nodiscard]] VolumeMap extMap(const BlockView &view, const std::stop_token &stop);
/// XFS v4 and v5: log ends in an unmount record; free-space B-tree of every allocation group; sums agree with AGF and superblock.
/// `isStill`: it is mounted and frozen, or these are the bytes of such a moment. Then everything is where it belongs, though the log has no
/// unmount record and the superblock counts what is reserved as taken (xfs_fs_freeze in the kernel's xfs_super.c).
[[nodiscard]] VolumeMap xfsMap(const BlockView &view, bool isStill, const std::stop_token &stop);
/// True when the log of an XFS at `view` ends in an unmount record, so that nothing has to be replayed. Part of xfsMap.
struct XfsLog
{
    quint64 offset = 0; ///< in the view
    quint64 length = 0;
};
[[nodiscard]] bool xfsLogIsClean(const BlockView &view, XfsLog log, const std::stop_token &stop);
/// btrfs on one device (or mirrors of it): chunk tree, extent tree; the sum agrees with the superblock.
[[nodiscard]] VolumeMap btrfsMap(const BlockView &view, const std::stop_token &stop);
/// FAT12, FAT16, FAT32, marked clean.
[[nodiscard]] VolumeMap fatMap(const BlockView &view, const std::stop_token &stop);
/// Swap keeps its header only, unless a hibernated system lies in it.
[[nodiscard]] VolumeMap swapMap(const BlockView &view);
/// An LVM physical volume: the extents that `taken` (offsets in the volume) does not touch. `extentSize` is the group's.
[[nodiscard]] VolumeMap lvmMap(const BlockView &view, quint64 extentSize, const RangeSet &taken);

}
