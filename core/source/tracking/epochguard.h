#pragma once
#include "core/base/fd.h"
#include "core/source/tracking/changetracker.h"

#include <chrono>
#include <functional>
#include <optional>

namespace edgelift {

/// Why marks may be missing; `disk` is its path or "-" for all.
[[nodiscard]] Error trackingLost(const QString &disk, const QString &reason);

/// Sectors written and discarded that the kernel has counted on a disk since boot; 0 where it keeps no count.
[[nodiscard]] qint64 countedSectors(const TrackedDisk &disk);
/// A new epoch on this boot of the machine, with a random id.
[[nodiscard]] Epoch newEpoch(const QString &backend, Bytes blockSize, const QList<TrackedDisk> &disks);
/// What every backend asks of its arguments: at least one disk, no disk twice, a block size that is a power of two from 64 KiB to 1 MiB.
/// Error: RequestMalformed.
[[nodiscard]] Result<> checkTrackingRequest(const QList<TrackedDisk> &disks, Bytes blockSize);

/// Watches for what voids an epoch whatever the backend: a disk that changed its size, was replaced or removed, a machine that slept, and
/// writes that the kernel counted but the tracker did not see. Not every loss has a counter: kernels were met that keep programs and
/// samples from some processes' time without a word. Reads /proc, /sys and the disks' nodes. Not thread-safe: its tracker puts calls in a
/// row.
///
/// The comparison: a request is seen first and counted some instructions later, so what is seen leads what is counted by a fixed number
/// of sectors whenever nothing is under way. That lead is measured in moments in which nothing is seen; from then on it must never shrink.
class EpochGuard
{
public:
    /// Sectors that the tracker has seen written or discarded, per disk, up to the call.
    using Seen = std::function<Result<QList<quint64>>()>;

    /// Errors: SourceMissing, SourceChanged (a disk is not what `epoch` says).
    [[nodiscard]] static Result<EpochGuard> start(const Epoch &epoch);
    /// Measures the lead of every disk, half a second at most: disks that are written without a pause stay unknown. Error: see look().
    [[nodiscard]] std::optional<Error> settle(const Seen &seen);
    /// Something that voids the epoch, or nothing. Call it several times a second. Takes a millisecond.
    [[nodiscard]] std::optional<Error> look(const Seen &seen);
    /// Whether the lead of every disk is known.
    [[nodiscard]] bool settled() const;

private:
    struct Disk
    {
        TrackedDisk facts;
        Fd node; ///< held, so that the number cannot pass to another disk
        quint64 sequence = 0; ///< diskseq; 0 before Linux 5.15
        std::optional<qint64> lead; ///< seen minus counted, when it is known
        qint64 candidate = 0; ///< measured in the last quiet moment
        int confirmations = 0; ///< so many times in a row
    };
    [[nodiscard]] std::optional<Error> diskProblem(const Disk &disk) const;

    std::vector<Disk> m_disks;
    std::chrono::nanoseconds m_asleep{}; ///< since boot
};

}
