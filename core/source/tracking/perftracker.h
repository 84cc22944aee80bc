#pragma once
#include "core/source/tracking/changetracker.h"

#include <QByteArray>
#include <memory>

namespace edgelift {

struct PerfOptions
{
    Bytes blockSize = defaultTrackingBlock;
    size_t ringPages = 0; ///< of 4 KiB per processor, a power of two; 0: 4 MiB, less on machines with many processors
    QByteArray event = "block/block_rq_complete"; ///< tests show that the beginning of a request will not do
};

/// The backend "perf": events of the tracepoint through a ring per processor, read by a thread of its own (Linux 2.6.33 and later, also
/// under lockdown=integrity). A ring that overflows voids the epoch. Any command past the block layer voids it as well. Where one request
/// may discard several ranges (queue/max_discard_segments), a discard marks the whole disk. Errors: TrackerUnavailable, SourceMissing,
/// SourceChanged, RequestMalformed.
[[nodiscard]] Result<std::unique_ptr<ChangeTracker>> startPerfTracker(const QList<TrackedDisk> &disks, const PerfOptions &options = {});

}
