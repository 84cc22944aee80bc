#include "core/stream/worklist.h"

namespace edgelift {

std::optional<Piece> WorkList::next()
{
    const std::lock_guard lock(m_mutex);
    for (; m_disk < int(m_job.plans.size()); ++m_disk, m_range = 0, m_extent = 0) {
        const RangeSet &wanted = m_job.plans[size_t(m_disk)].wanted();
        for (; m_range < wanted.count(); ++m_range) {
            const ByteRange &range = *(wanted.begin() + ptrdiff_t(m_range));
            m_extent = std::max(m_extent, range.offset);
            while (m_extent < range.end() && m_job.isDone(m_disk, m_extent))
                ++m_extent;
            Piece piece{m_disk, m_extent, 0};
            while (m_extent < range.end() && piece.count < m_job.mostExtents() && !m_job.isDone(m_disk, m_extent)) {
                ++piece.count;
                ++m_extent;
            }
            if (piece.count > 0)
                return piece;
        }
    }
    return std::nullopt;
}

}
