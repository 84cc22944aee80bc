#pragma once
#include <QtGlobal>
#include <vector>

namespace edgelift {

/// A run of bytes; `length` 0 is no byte at all.
struct ByteRange
{
    quint64 offset = 0;
    quint64 length = 0;
    quint64 end() const { return offset + length; }
    bool operator==(const ByteRange &) const = default;
};

/// Bytes of a disk as sorted, disjoint, merged ranges: 16 bytes of memory a range. Offsets stay below 2^63.
/// Appending in ascending order is O(1); anywhere else a change moves what follows, so gather unsorted ranges and use fromUnsorted().
class RangeSet
{
public:
    RangeSet() = default;
    explicit RangeSet(ByteRange range) { add(range); }
    [[nodiscard]] static RangeSet fromUnsorted(std::vector<ByteRange> ranges);

    void add(ByteRange range);
    void add(const RangeSet &other);
    void subtract(ByteRange range);
    void subtract(const RangeSet &other);
    [[nodiscard]] RangeSet intersected(ByteRange range) const;
    [[nodiscard]] RangeSet intersected(const RangeSet &other) const;
    /// What of `whole` is not in this set.
    [[nodiscard]] RangeSet complement(ByteRange whole) const;
    /// The same ranges, `distance` further on.
    [[nodiscard]] RangeSet shifted(quint64 distance) const;

    [[nodiscard]] bool contains(quint64 offset) const;
    [[nodiscard]] bool covers(ByteRange range) const; ///< every byte of it
    [[nodiscard]] bool overlaps(ByteRange range) const; ///< at least one byte of it
    [[nodiscard]] quint64 total() const; ///< bytes; O(ranges)
    [[nodiscard]] bool isEmpty() const { return m_ranges.empty(); }
    [[nodiscard]] size_t count() const { return m_ranges.size(); } ///< ranges
    auto begin() const { return m_ranges.cbegin(); }
    auto end() const { return m_ranges.cend(); }
    bool operator==(const RangeSet &) const = default;

private:
    std::vector<ByteRange> m_ranges;
};

}
