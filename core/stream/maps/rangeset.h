#pragma once
#include <QList>
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

/// Bytes of a disk as sorted, disjoint, merged ranges: 16 bytes of memory a range, shared by copies until one changes (a large disk has
/// millions of ranges). Offsets stay below 2^63.
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
    [[nodiscard]] RangeSet intersected(ByteRange range) const; ///< O(log ranges + ranges of the result)
    [[nodiscard]] RangeSet intersected(const RangeSet &other) const;
    /// What of `whole` is not in this set; costs as intersected(range).
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
    /// Gives back the memory that growing took in advance.
    void squeeze() { m_ranges.squeeze(); }
    bool operator==(const RangeSet &) const = default;

private:
    QList<ByteRange> m_ranges;
};

}
