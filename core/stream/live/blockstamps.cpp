#include "core/stream/live/blockstamps.h"

#include <algorithm>

namespace edgelift {

namespace {

constexpr quint8 hotAfter = 3;

/// Appends to sets in ascending order: O(1) a block.
void addBlock(RangeSet &set, quint64 block) { set.add(ByteRange{block, 1}); }

}

BlockStamps::BlockStamps(Bytes size, quint32 blockSize, const LiveAreas &areas)
    : m_size(size)
    , m_blockSize(blockSize)
    , m_blocks((size.count + blockSize - 1) / blockSize)
    , m_rounds(m_blocks)
{
    const auto inner = [this](const ByteRange &range) {
        const quint64 first = (range.offset + m_blockSize - 1) / m_blockSize;
        const quint64 end = range.end() >= m_size.count ? m_blocks : range.end() / m_blockSize;
        return ByteRange{first, end > first ? end - first : 0};
    };
    for (const ByteRange &range : areas.ignored) {
        if (const ByteRange blocks = inner(range); blocks.length > 0)
            m_ignored.add(blocks);
    }
    for (const ByteRange &range : areas.unfrozen) {
        RangeSet area;
        if (const ByteRange blocks = inner(range); blocks.length > 0)
            area.add(blocks);
        area.subtract(m_ignored);
        if (area.isEmpty())
            continue;
        m_unfrozenAll.add(area);
        m_unfrozen.push_back(area);
    }
    setUsed(RangeSet(ByteRange{0, size.count}));
}

void BlockStamps::setUsed(const RangeSet &used)
{
    m_used = used.intersected(ByteRange{0, m_size.count});
    m_usedBlocks = blocksOf(m_used);
}

RangeSet BlockStamps::dirty(const std::vector<quint32> &marks, const std::vector<quint32> &copied) const
{
    RangeSet found;
    auto used = m_usedBlocks.begin();
    for (quint64 block = 0; block < m_blocks; ++block) {
        while (used != m_usedBlocks.end() && used->end() <= block)
            ++used;
        const bool inUse = used != m_usedBlocks.end() && used->offset <= block;
        const quint32 stamp = copied[block];
        if (stamp == 0 ? inUse || marks[block] > 0 : marks[block] >= stamp)
            addBlock(found, block);
    }
    found.subtract(m_ignored);
    return found;
}

RangeSet BlockStamps::markedWhileFrozen(const std::vector<quint32> &marks, quint32 era) const
{
    RangeSet found = markedSince(marks, era);
    found.subtract(m_unfrozenAll);
    return found;
}

RangeSet BlockStamps::markedSince(const std::vector<quint32> &marks, quint32 era) const
{
    RangeSet found;
    for (quint64 block = 0; block < m_blocks; ++block) {
        if (marks[block] >= era)
            addBlock(found, block);
    }
    found.subtract(m_ignored);
    return found;
}

RangeSet BlockStamps::markedWithin(const RangeSet &blocks, const std::vector<quint32> &marks, quint32 era) const
{
    RangeSet found;
    for (const ByteRange &range : blocks) {
        for (quint64 block = range.offset; block < range.end(); ++block) {
            if (marks[block] >= era)
                addBlock(found, block);
        }
    }
    return found;
}

RangeSet BlockStamps::blocksOf(const RangeSet &bytes) const
{
    RangeSet found;
    for (const ByteRange &range : bytes) {
        const quint64 first = range.offset / m_blockSize;
        found.add(ByteRange{first, (range.end() - 1) / m_blockSize - first + 1});
    }
    found.subtract(m_ignored);
    return found;
}

RangeSet BlockStamps::bytesOf(const RangeSet &blocks) const
{
    RangeSet bytes;
    for (const ByteRange &range : blocks) {
        const quint64 begin = range.offset * m_blockSize;
        bytes.add(ByteRange{begin, std::min(range.end() * m_blockSize, m_size.count) - begin});
    }
    return bytes;
}

void BlockStamps::countRound(const RangeSet &dirty)
{
    quint64 block = 0;
    for (const ByteRange &range : dirty) {
        for (; block < range.offset; ++block)
            m_rounds[block] = 0;
        for (; block < range.end(); ++block)
            m_rounds[block] = quint8(std::min(m_rounds[block] + 1, int(hotAfter)));
    }
    std::fill(m_rounds.begin() + ptrdiff_t(block), m_rounds.end(), quint8(0));
}

RangeSet BlockStamps::hot() const
{
    RangeSet found;
    for (quint64 block = 0; block < m_blocks; ++block) {
        if (m_rounds[block] >= hotAfter)
            addBlock(found, block);
    }
    return found;
}

}
