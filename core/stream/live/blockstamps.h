#pragma once
#include "core/stream/extentplan.h"
#include "core/stream/live/livesettings.h"

#include <vector>

namespace edgelift {

/// The dirty set of one disk (peers.md 4d) from the tracker's marks (W) and the stamps of what was copied (C). Units: blocks.
class BlockStamps
{
public:
    BlockStamps(Bytes size, quint32 blockSize, const LiveAreas &areas);

    [[nodiscard]] quint64 blocks() const { return m_blocks; }
    /// What is in use as of the first pass. Everything at first.
    void setUsed(const RangeSet &used);
    [[nodiscard]] const RangeSet &used() const { return m_used; } ///< bytes

    /// D: never copied and in use or written; or written since it was copied. Without what is ignored.
    [[nodiscard]] RangeSet dirty(const std::vector<quint32> &marks, const std::vector<quint32> &copied) const;
    /// Everything marked with `era` or later, without what is ignored.
    [[nodiscard]] RangeSet markedSince(const std::vector<quint32> &marks, quint32 era) const;
    /// Those that are marked with `era` or later, of the ones a freeze reaches.
    [[nodiscard]] RangeSet markedWhileFrozen(const std::vector<quint32> &marks, quint32 era) const;
    /// The same within one area that no freeze reaches.
    [[nodiscard]] RangeSet markedWithin(const RangeSet &blocks, const std::vector<quint32> &marks, quint32 era) const;
    /// Blocks that lie wholly in areas no freeze reaches, one set for each such area.
    [[nodiscard]] const std::vector<RangeSet> &unfrozenAreas() const { return m_unfrozen; }
    /// Whether there is something on the disk that is written at any time and never copied: swap.
    [[nodiscard]] bool hasIgnored() const { return !m_ignored.isEmpty(); }
    /// Of `blocks`, those that a freeze reaches.
    [[nodiscard]] RangeSet frozenOf(RangeSet blocks) const
    {
        blocks.subtract(m_unfrozenAll);
        return blocks;
    }
    /// Blocks that touch `bytes`, without what is ignored.
    [[nodiscard]] RangeSet blocksOf(const RangeSet &bytes) const;
    /// Bytes of blocks, clipped to the disk.
    [[nodiscard]] RangeSet bytesOf(const RangeSet &blocks) const;

    /// Counts, for each block, in how many rounds in a row it was dirty.
    void countRound(const RangeSet &dirty);
    [[nodiscard]] RangeSet hot() const; ///< three and more

private:
    Bytes m_size;
    quint32 m_blockSize;
    quint64 m_blocks;
    RangeSet m_used; // bytes
    RangeSet m_usedBlocks;
    RangeSet m_ignored; // blocks that lie wholly in what is ignored
    std::vector<RangeSet> m_unfrozen;
    RangeSet m_unfrozenAll;
    std::vector<quint8> m_rounds;
};

}
