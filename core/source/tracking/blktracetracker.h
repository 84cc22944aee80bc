#pragma once
#include "core/source/tracking/disktrace.h"

#include <memory>

namespace edgelift {

struct BlktraceOptions
{
    Bytes blockSize = defaultTrackingBlock;
    DiskTraceOptions trace; ///< the buffers are made smaller where there are many processors and disks: 64 MiB in all
};

/// The backend "blktrace": the ends of requests from the kernel's trace of each disk, for kernels where neither programs nor perf events
/// are allowed. A record without room voids the epoch, so does a gap in their numbers, and any command past the block layer. Discards as
/// with perf. Errors: TrackerUnavailable, SourceMissing, SourceChanged, RequestMalformed.
[[nodiscard]] Result<std::unique_ptr<ChangeTracker>> startBlktraceTracker(
    const QList<TrackedDisk> &disks, const BlktraceOptions &options = {});

}
