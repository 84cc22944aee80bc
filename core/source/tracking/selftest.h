#pragma once
#include "core/source/tracking/changetracker.h"

#include <vector>

namespace edgelift {

/// A run of bytes of a filesystem's device and where it lies on a tracked disk: a partition is one, a logical volume one per segment.
struct LinearPiece
{
    quint64 start = 0; ///< on the filesystem's device
    quint64 length = 0;
    int disk = 0; ///< index into Epoch::disks
    quint64 diskStart = 0;
};

/// Where the self-test may write: a folder of ours (the state directory, or one made for this) on a filesystem of that disk. It writes
/// one file without a name there, 1 MiB, and nothing else anywhere.
struct SelfTestPlace
{
    int disk = 0; ///< index into Epoch::disks
    QString folder;
    std::vector<LinearPiece> pieces; ///< empty: found out where the filesystem is on a whole disk or a partition
};

/// What the self-test showed of one disk, for the report.
enum class DiskProof : quint8 {
    Untested, ///< there was no place to write
    Seen, ///< our writes were seen on the disk, but their place is not known (btrfs, or an unknown stack)
    Marked, ///< exactly the blocks that we wrote were among the marked ones
};

/// Writes past the page cache and through it, and looks for the marks. One proof per disk of the epoch. Blocks for some tenths of a second.
/// Errors: TrackerUnavailable (a write left no mark: this tracker must not be used), TrackingLost, FileUnwritable, NoSpace.
[[nodiscard]] Result<QList<DiskProof>> selfTest(ChangeTracker &tracker, const QList<SelfTestPlace> &places);

}
