#pragma once
#include "core/base/bytes.h"
#include "core/stream/maps/rangeset.h"
#include "core/wire/digest.h"
#include "core/wire/messages.h"

namespace edgelift {

/// Which extents (`extentSize` bytes each, counted from the start of the disk; the last may be short) of one disk are sent: those with
/// a used byte. A value.
class ExtentPlan
{
public:
    ExtentPlan(Bytes size, const RangeSet &used, quint32 extentSize = wire::extentSize);

    Bytes size() const { return m_size; }
    quint64 extents() const { return (m_size.count + m_extentSize - 1) / m_extentSize; } ///< of the whole disk
    const RangeSet &wanted() const { return m_wanted; } ///< in extents, not bytes
    Bytes total() const { return m_total; } ///< bytes of the wanted extents
    /// Bytes of `count` extents from `first`; the disk's last extent may be short.
    Bytes bytesOf(quint64 first, quint64 count) const;
    /// The free bytes of the range: they are zeroed before hashing.
    RangeSet freeWithin(ByteRange range) const { return m_used.complement(range); }
    /// Identifies `used`: a journal made for another map must not be believed.
    wire::Digest mapDigest() const;

private:
    Bytes m_size;
    quint32 m_extentSize;
    RangeSet m_used;
    RangeSet m_wanted;
    Bytes m_total;
};

}
