#pragma once
#include "core/source/tracking/changetracker.h"

#include <QByteArray>
#include <memory>

namespace edgelift::test {

/// A tracker made of the product's parts in which a rule can be left out; with all rules on it must be as good as the product.
struct RingRules
{
    size_t ringPages = 512;
    bool drains = true; ///< false: marks() gives what a thread has read some time ago
    bool heedsLosses = true;
};
[[nodiscard]] Result<std::unique_ptr<ChangeTracker>> startRingModel(const TrackedDisk &disk, Bytes blockSize, const RingRules &rules);

struct ArrayRules
{
    QByteArray program; ///< compiled; empty: the product's
    bool grace = true; ///< false: an era is published, but nobody waits for programs that run
};
[[nodiscard]] Result<std::unique_ptr<ChangeTracker>> startArrayModel(const TrackedDisk &disk, Bytes blockSize, const ArrayRules &rules);

}
