#include "core/stream/maps/btrfschunks.h"

#include "core/stream/maps/onmedium.h"

namespace edgelift {

namespace {

constexpr quint64 fixedPart = 48;
constexpr quint64 stripePart = 32;
constexpr quint64 striped = 0x8 | 0x40 | 0x80 | 0x100; // RAID0, RAID10, RAID5, RAID6

}

quint64 BtrfsChunks::itemSize(const QByteArray &bytes)
{
    const quint64 size = fixedPart + stripePart * medium::little<quint16>(bytes, 44);
    return size > fixedPart && size <= quint64(bytes.size()) ? size : 0;
}

bool BtrfsChunks::add(quint64 logical, const QByteArray &item)
{
    Chunk chunk;
    chunk.length = medium::little<quint64>(item, 0);
    const quint64 kind = medium::little<quint64>(item, 24);
    const quint64 stripes = medium::little<quint16>(item, 44);
    if (itemSize(item) == 0 || (kind & striped) || chunk.length == 0 || chunk.length > 1ULL << 62 || logical > 1ULL << 62)
        return false;
    for (quint64 i = 0; i < stripes; ++i) {
        if (medium::little<quint64>(item, fixedPart + i * stripePart) != m_deviceId)
            continue;
        const quint64 start = medium::little<quint64>(item, fixedPart + i * stripePart + 8);
        if (start > m_deviceSize || chunk.length > m_deviceSize - start)
            return false;
        chunk.copies.push_back(start);
    }
    if (const auto known = m_chunks.find(logical); known != m_chunks.end())
        return known->second == chunk; // system chunks stand in the superblock and in the tree
    const auto next = m_chunks.upper_bound(logical);
    if (next != m_chunks.end() && next->first < logical + chunk.length)
        return false;
    if (next != m_chunks.begin() && std::prev(next)->first + std::prev(next)->second.length > logical)
        return false;
    m_chunks.emplace(logical, std::move(chunk));
    return true;
}

std::vector<ByteRange> BtrfsChunks::physical(quint64 logical, quint64 length) const
{
    auto chunk = m_chunks.upper_bound(logical);
    if (chunk == m_chunks.begin())
        return {};
    --chunk;
    const quint64 in = logical - chunk->first;
    if (in >= chunk->second.length || length > chunk->second.length - in)
        return {};
    std::vector<ByteRange> ranges;
    for (const quint64 start : chunk->second.copies)
        ranges.push_back({start + in, length});
    return ranges;
}

}
