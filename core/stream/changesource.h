#pragma once
#include "core/base/result.h"

#include <vector>

namespace edgelift {

/// Who knows which blocks of the disks were written, and when (peers.md 4d: E and W). "disk" is the place in the list given to
/// LiveTransfer. One thread. Marks never come too few: what was missed voids the epoch.
class ChangeSource
{
public:
    virtual ~ChangeSource() = default;
    /// Bytes of a block: a power of two, wire::leastBlockSize to wire::extentSize; the same for all disks, and always.
    [[nodiscard]] virtual quint32 blockBytes() const = 0;
    /// False: it sees writes only as far as the disks count them. marks() calls a whole disk written then, in the era in which something
    /// was and in all before; what it was is found by reading everything, the last time while it is frozen.
    [[nodiscard]] virtual bool seesWrites() const { return true; }
    /// Publishes the next era, waits for everything that could still mark with an earlier one (grace), drains, and gives the era: from 1,
    /// rising. A write that completes after this is marked with at least it.
    [[nodiscard]] virtual Result<quint32> advanceEra() = 0;
    /// Drains, then W of each block of the disk; 0: never written since tracking began.
    [[nodiscard]] virtual Result<std::vector<quint32>> marks(int disk) = 0;
    /// Error: the epoch is void, and why. Once so, always so, until restart().
    [[nodiscard]] virtual Result<> intact() = 0;
    /// Begins a new epoch: nothing is marked, and what was written before now is unknown.
    [[nodiscard]] virtual Result<> restart() = 0;
};

}
