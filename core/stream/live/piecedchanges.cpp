#include "core/stream/live/piecedchanges.h"

namespace edgelift {

Result<std::vector<quint32>> PiecedChanges::marks(int disk)
{
    std::vector<std::vector<quint32>> bySource(size_t(m_map.sources().size()));
    for (const int source : m_map.sourcesOf(disk)) {
        Result<std::vector<quint32>> marks = m_changes.marks(source);
        if (!marks)
            return marks;
        const FollowedDisk &followed = m_map.sources().at(source);
        if (marks->size() != (followed.size.count + blockBytes() - 1) / blockBytes())
            return Error{ErrorCode::SourceChanged, Retry::Never, {followed.path},
                QStringLiteral("%1 blocks are tracked of %2 bytes").arg(marks->size()).arg(followed.size.count)};
        bySource[size_t(source)] = marks.take();
    }
    return m_map.marks(disk, bySource, blockBytes(), m_everyBlock);
}

}
