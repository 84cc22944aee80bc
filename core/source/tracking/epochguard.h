#pragma once
#include "core/base/fd.h"
#include "core/source/tracking/changetracker.h"

#include <chrono>
#include <limits>
#include <optional>

namespace edgelift {

/// Why marks may be missing; `disk` is its path or "-" for all.
[[nodiscard]] Error trackingLost(const QString &disk, const QString &reason);

/// A new epoch on this boot of the machine, with a random id.
[[nodiscard]] Epoch newEpoch(const QString &backend, Bytes blockSize, const QList<TrackedDisk> &disks);
/// What every backend asks of its arguments: at least one disk, no disk twice, a block size that is a power of two from 64 KiB to 1 MiB.
/// Error: RequestMalformed.
[[nodiscard]] Result<> checkTrackingRequest(const QList<TrackedDisk> &disks, Bytes blockSize);

/// Watches for what voids an epoch whatever the backend: a disk that changed its size, was replaced or removed, a machine that slept, and
/// writes that the kernel counted but the tracker did not see. Not every loss has a counter: kernels were met that keep programs and
/// samples from some processes' time without a word. Reads /proc, /sys and the disks' nodes. Not thread-safe: its tracker puts calls in a
/// row.
class EpochGuard
{
public:
    /// Errors: SourceMissing, SourceChanged (a disk is not what `epoch` says).
    [[nodiscard]] static Result<EpochGuard> start(const Epoch &epoch);

    /// Sectors that the kernel has counted as written, per disk, discards not among them. 0 where it does not count (iostats off).
    [[nodiscard]] QList<quint64> counted() const;
    /// Something that voids the epoch, or nothing. `counted` was asked before the tracker was asked for `seen`. Call it now and then from
    /// the start on: the lead of what is seen over what is counted is known exactly when nothing was written between two calls, and must
    /// never shrink. On a disk that is never quiet, losses smaller than what is written in some milliseconds may stay unseen.
    [[nodiscard]] std::optional<Error> problem(const QList<quint64> &counted, const QList<quint64> &seen);
    /// Whether the lead is known for every disk: nothing was written between the last two calls.
    [[nodiscard]] bool settled() const { return m_settled; }

private:
    struct Disk
    {
        TrackedDisk facts;
        Fd node; ///< held, so that the number cannot pass to another disk
        quint64 sequence = 0; ///< diskseq; 0 before Linux 5.15
        qint64 lead = std::numeric_limits<qint64>::min(); ///< at least so much is seen minus counted
        qint64 seenBefore = 0;
    };
    [[nodiscard]] std::optional<Error> diskProblem(const Disk &disk) const;
    [[nodiscard]] std::optional<Error> countProblem(Disk &disk, qint64 counted, qint64 seen, bool laterEnough);

    std::vector<Disk> m_disks;
    std::chrono::nanoseconds m_asleep{}; ///< since boot
    std::optional<std::chrono::steady_clock::time_point> m_seenAt; ///< when Disk::seenBefore was; nothing: never yet
    bool m_settled = false;
};

/// How long after `seen` the kernel has surely counted all of it: a request is counted some instructions later, unless a hypervisor
/// takes the processor away just there.
inline constexpr std::chrono::milliseconds countingDelay{100};

}
