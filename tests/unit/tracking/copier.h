#pragma once
#include "core/source/tracking/changetracker.h"
#include "core/source/tracking/freezer.h"
#include "tests/unit/tracking/loopdisk.h"

#include <functional>
#include <memory>
#include <random>

namespace edgelift::test {

/// The rules of peers.md 4b and 4e that a copy rests on; the tests break one at a time.
struct CopyRules
{
    std::function<Result<std::unique_ptr<ChangeTracker>>(const TrackedDisk &)> start;
    bool freezes = true; ///< false: the programs are only stopped; nobody waits for what is in flight or not written yet
    bool readsDisk = true; ///< false: through the page cache
    unsigned leastRounds = 3; ///< before the freeze
    bool beginsQuietly = false; ///< the programs begin after the tracker, so that a slow one can be audited
    std::function<void()> startPrograms = {};
    std::function<void()> stopPrograms = {}; ///< used instead of a freeze
    std::function<void()> settle = {}; ///< then: what the programs wrote gets to the disk
};

/// How a copy ended.
struct CopyOutcome
{
    bool finished = false; ///< false: every try was refused or void, and `why` says the last reason
    QString why;
    int rounds = 0;
    int voidEpochs = 0;
    int refusedPoints = 0; ///< something wrote while all should have stood still
    int differentBlocks = 0; ///< of the target and the source as it was at the freeze
    QString firstDifference;
};

/// Copies a disk that is in use, as peers.md 4e says: everything, then what was written meanwhile, again and again, then the rest while the
/// filesystem stands still. At that moment, and outside the rules, the whole source is read once more to compare with. When the
/// epoch is void it begins a new one and compares everything.
[[nodiscard]] CopyOutcome copyLive(const LoopDisk &disk, Freezer &freezer, const CopyRules &rules, quint32 seed);

}
