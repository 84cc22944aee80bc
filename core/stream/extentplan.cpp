#include "core/stream/extentplan.h"

#include <QByteArray>
#include <QtEndian>

namespace edgelift {

ExtentPlan::ExtentPlan(Bytes size, const RangeSet &used, quint32 extentSize)
    : m_size(size)
    , m_extentSize(extentSize)
    , m_used(used.intersected(ByteRange{0, size.count}))
{
    for (const ByteRange &range : m_used) {
        const quint64 first = range.offset / m_extentSize;
        const quint64 last = (range.end() - 1) / m_extentSize;
        m_wanted.add(ByteRange{first, last - first + 1});
    }
    for (const ByteRange &range : m_wanted)
        m_total.count += bytesOf(range.offset, range.length).count;
}

Bytes ExtentPlan::bytesOf(quint64 first, quint64 count) const
{
    const quint64 begin = std::min(first * m_extentSize, m_size.count);
    const quint64 end = std::min((first + count) * m_extentSize, m_size.count);
    return {end - begin};
}

wire::Digest ExtentPlan::mapDigest() const
{
    QByteArray bytes;
    bytes.reserve(qsizetype(m_used.count() * 16));
    for (const ByteRange &range : m_used) {
        const std::array<quint64, 2> pair{qToLittleEndian(range.offset), qToLittleEndian(range.length)};
        bytes.append(reinterpret_cast<const char *>(pair.data()), sizeof pair);
    }
    return wire::digestOf({bytes.constData(), size_t(bytes.size())});
}

}
