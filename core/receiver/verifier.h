#pragma once
#include "core/receiver/target.h"

#include <stop_token>

namespace edgelift::receiver {

/// Reads extents (blocks of `blockSize`) back from the medium (never from a cache) and compares them with what the sender says they are,
/// several at a time. The indexes of those that differ, ascending; the last extent of the region may be shorter than the others. Blocks for
/// up to 4 GiB of reading. What was written before the call is flushed first. Errors: OutsideRegion, TargetReadFailed,
/// TargetWriteFailed (the flush); LinkLost when stop was asked.
[[nodiscard]] Result<QList<quint64>> differingExtents(
    TargetDisk &disk, const QList<wire::VerifyExtent> &extents, quint32 blockSize, const std::stop_token &stop = {});

}
