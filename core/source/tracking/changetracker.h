#pragma once
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <QList>
#include <QStringList>
#include <vector>

namespace edgelift {

/// A leaf whole disk: what remains when LVM, md and crypt are resolved. Never a partition.
struct TrackedDisk
{
    QString path; ///< its node, "/dev/vda"; only opened for reading
    quint32 major = 0;
    quint32 minor = 0;
    Bytes size;
    QString identity; ///< serial, WWN or table id, as the inspector found it; goes into the epoch, is not looked up here
};

/// The disk behind a node, with an empty identity. Errors: SourceMissing, SourceUnreadable (not a whole disk, of no size).
[[nodiscard]] Result<TrackedDisk> trackedDisk(const QString &path);

/// What all marks belong to. Marks of two epochs have nothing to do with each other: after a new one every block is read again.
struct Epoch
{
    QString id; ///< random, new at each start of a tracker
    QString bootId;
    QString backend; ///< ChangeTracker::backend()
    Bytes blockSize;
    QList<TrackedDisk> disks; ///< as they were at the start; marks() counts them from 0
};

inline constexpr Bytes defaultTrackingBlock{256 << 10};

/// Knows which blocks of some disks were written, and in which era (peers.md 4b–4d). It starts in era 1 and tracks until it is
/// destroyed.
///
/// What a caller may rely on:
///  * Whatever may have changed a byte of a block (write, discard, write-zeroes, secure erase, zone reset, failed or unknown request) marks
///  the
///    block with the era of the moment when it was *completed*, or with a later one; never with an earlier one. It is marked before
///    anybody is told of the completion.
///  * After advanceEra() returned e, no mark below e is stored any more: a read that begins then may be stamped e (rule I2).
///  * marks() holds every completion from before the call. The last block of a disk may be shorter than the block size.
///  * Blocks written before the start are not marked; those in flight at the start are.
///  * Nothing is ever guessed: when a mark may be missing, intact() is an error from then on, whatever happens (rule I4). Marks
///    are worth nothing unless intact() is asked *after* them and is well.
///
/// A round is: e = advanceEra(); m = marks(d) for each disk; copy the blocks with C = 0 or m >= C, stamped e. The end, frozen: intact();
/// e = advanceEra(); m = marks(d); read those blocks; marks(d) again, none may be e or more; intact(); thaw.
///
/// Threads: made, used and destroyed by any thread; calls may come from several at once and are put in a row. Each blocks for some
/// milliseconds, at most for `2 s` when a backend cannot be drained (which voids the epoch). None writes to a disk, so all may be called
/// while filesystems are frozen.
class ChangeTracker
{
public:
    ChangeTracker() = default;
    ChangeTracker(const ChangeTracker &) = delete;
    ChangeTracker &operator=(const ChangeTracker &) = delete;
    virtual ~ChangeTracker() = default;

    [[nodiscard]] virtual QString backend() const = 0; ///< "ebpf", "perf", "blktrace", "rescan": for reports
    /// False: no block is seen ("rescan"). marks() then calls every block of a disk dirty in every era before, and in this one when the
    /// kernel has counted a write since it began, so each round reads all and compares hashes, and the last one reads all while frozen. It
    /// is intact as long as the disks are the same.
    [[nodiscard]] virtual bool online() const = 0;
    [[nodiscard]] virtual const Epoch &epoch() const = 0;
    [[nodiscard]] virtual quint32 era() const = 0; ///< the one now, 1 or more

    /// Publishes era + 1, waits until nothing can store a mark of an older one, and returns it. Errors: TrackingLost.
    [[nodiscard]] virtual Result<quint32> advanceEra() = 0;
    /// The era of the last known write of each block of disk `disk` (index into epoch().disks); 0: never. Errors: TrackingLost.
    [[nodiscard]] virtual Result<std::vector<quint32>> marks(int disk) = 0;
    /// Well, or why marks may be missing: TrackingLost with {disk or "-", what happened}. Once an error, always the same error.
    [[nodiscard]] virtual Result<> intact() = 0;
    /// Whether intact() would notice every missed write: the kernel's own count of sectors was matched with the tracker's before the start
    /// returned, on every disk. False on a disk that is written without a pause or keeps no statistics (queue/iostats): then small losses
    /// that have no counter may stay unseen. A start while the filesystems stand still for a moment is always true. For the report.
    [[nodiscard]] virtual bool audited() const = 0;
    /// 512-byte sectors seen written or discarded on a disk since the start. 0 always for "rescan".
    [[nodiscard]] virtual quint64 writtenSectors(int disk) = 0;
};

}
