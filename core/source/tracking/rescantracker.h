#pragma once
#include "core/source/tracking/changetracker.h"

#include <memory>

namespace edgelift {

/// The backend "rescan": where nothing can be traced. Calls every block dirty in every era, and is intact while the disks are the same.
/// Errors: SourceMissing, SourceChanged, RequestMalformed.
[[nodiscard]] Result<std::unique_ptr<ChangeTracker>> startRescanTracker(
    const QList<TrackedDisk> &disks, Bytes blockSize = defaultTrackingBlock);

}
