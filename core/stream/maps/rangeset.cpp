#include "core/stream/maps/rangeset.h"

#include <algorithm>
#include <numeric>

namespace edgelift {

namespace {

/// The first range that ends behind `offset`.
template <class Ranges>
auto firstEndingBehind(Ranges &ranges, quint64 offset)
{
    return std::partition_point(ranges.begin(), ranges.end(), [offset](const ByteRange &range) { return range.end() <= offset; });
}

}

RangeSet RangeSet::fromUnsorted(std::vector<ByteRange> ranges)
{
    std::sort(ranges.begin(), ranges.end(), [](const ByteRange &a, const ByteRange &b) { return a.offset < b.offset; });
    RangeSet set;
    for (const ByteRange &range : ranges)
        set.add(range);
    return set;
}

void RangeSet::add(ByteRange range)
{
    if (range.length == 0)
        return;
    if (m_ranges.isEmpty() || range.offset > m_ranges.constLast().end()) {
        m_ranges.push_back(range);
        return;
    }
    // From the first range that touches or follows the new one to behind the last that touches it: these become one.
    const auto first =
        std::partition_point(m_ranges.begin(), m_ranges.end(), [&range](const ByteRange &other) { return other.end() < range.offset; });
    auto last = first;
    quint64 start = range.offset;
    quint64 end = range.end();
    for (; last != m_ranges.end() && last->offset <= range.end(); ++last) {
        start = std::min(start, last->offset);
        end = std::max(end, last->end());
    }
    if (first == last) {
        m_ranges.insert(first, range);
        return;
    }
    *first = {start, end - start};
    m_ranges.erase(first + 1, last);
}

void RangeSet::add(const RangeSet &other)
{
    if (isEmpty()) {
        *this = other;
        return;
    }
    RangeSet both;
    auto a = m_ranges.cbegin();
    auto b = other.m_ranges.cbegin();
    while (a != m_ranges.cend() || b != other.m_ranges.cend()) {
        const bool first = b == other.m_ranges.cend() || (a != m_ranges.cend() && a->offset < b->offset);
        both.add(*(first ? a : b)++);
    }
    *this = both;
}

void RangeSet::subtract(ByteRange range) { subtract(RangeSet(range)); }

void RangeSet::subtract(const RangeSet &other)
{
    if (m_ranges.isEmpty() || other.isEmpty())
        return;
    const quint64 start = m_ranges.constFirst().offset;
    *this = intersected(other.complement({start, m_ranges.constLast().end() - start}));
}

RangeSet RangeSet::intersected(ByteRange range) const
{
    if (m_ranges.isEmpty() || (range.offset <= m_ranges.front().offset && range.end() >= m_ranges.back().end()))
        return *this; // shared, not copied
    RangeSet both;
    for (auto it = firstEndingBehind(m_ranges, range.offset); it != m_ranges.end() && it->offset < range.end(); ++it) {
        const quint64 start = std::max(it->offset, range.offset);
        both.m_ranges.push_back({start, std::min(it->end(), range.end()) - start});
    }
    return both;
}

RangeSet RangeSet::intersected(const RangeSet &other) const
{
    RangeSet both;
    auto a = m_ranges.cbegin();
    auto b = other.m_ranges.cbegin();
    while (a != m_ranges.cend() && b != other.m_ranges.cend()) {
        const quint64 start = std::max(a->offset, b->offset);
        const quint64 end = std::min(a->end(), b->end());
        if (start < end)
            both.m_ranges.push_back({start, end - start}); // two merged sets have no touching common parts
        (a->end() < b->end() ? a : b)++;
    }
    return both;
}

RangeSet RangeSet::complement(ByteRange whole) const
{
    RangeSet rest;
    quint64 from = whole.offset;
    for (auto it = firstEndingBehind(m_ranges, whole.offset); it != m_ranges.end() && it->offset < whole.end(); ++it) {
        if (it->offset > from)
            rest.m_ranges.push_back({from, it->offset - from});
        from = it->end();
    }
    if (from < whole.end())
        rest.m_ranges.push_back({from, whole.end() - from});
    return rest;
}

RangeSet RangeSet::shifted(quint64 distance) const
{
    RangeSet moved = *this;
    for (ByteRange &range : moved.m_ranges)
        range.offset += distance;
    return moved;
}

bool RangeSet::contains(quint64 offset) const { return overlaps({offset, 1}); }

bool RangeSet::covers(ByteRange range) const
{
    if (range.length == 0)
        return true;
    const auto it = firstEndingBehind(m_ranges, range.offset);
    return it != m_ranges.end() && it->offset <= range.offset && it->end() >= range.end();
}

bool RangeSet::overlaps(ByteRange range) const
{
    const auto it = firstEndingBehind(m_ranges, range.offset);
    return range.length > 0 && it != m_ranges.end() && it->offset < range.end();
}

quint64 RangeSet::total() const
{
    return std::accumulate(
        m_ranges.begin(), m_ranges.end(), quint64(0), [](quint64 sum, const ByteRange &range) { return sum + range.length; });
}

}
