#include "core/stream/live/remoteview.h"

#include <algorithm>

namespace edgelift {

namespace {
constexpr quint64 lineSize = 256U << 10; // bitmaps lie side by side
constexpr qsizetype mostLines = 64;
}

Result<QByteArray> RemoteView::read(quint64 offset, quint64 length) const
{
    if (offset > m_size || length > m_size - offset)
        return Error{ErrorCode::SourceUnreadable, Retry::Never, {}, QStringLiteral("%1 bytes at %2").arg(length).arg(offset)};
    QByteArray bytes;
    bytes.reserve(qsizetype(length));
    while (quint64(bytes.size()) < length) {
        const quint64 at = offset + quint64(bytes.size());
        const Result<QByteArray> found = line(at / lineSize);
        if (!found)
            return found;
        bytes += found->mid(qsizetype(at % lineSize), qsizetype(length) - bytes.size());
    }
    return bytes;
}

Result<QByteArray> RemoteView::line(quint64 number) const
{
    if (const auto known = m_lines.constFind(number); known != m_lines.constEnd())
        return *known;
    const quint64 offset = number * lineSize;
    Result<QByteArray> bytes = m_client.read({m_disk, offset, quint32(std::min(lineSize, m_size - offset))});
    if (!bytes) {
        m_failure = bytes.error();
        return bytes;
    }
    if (m_lines.size() >= mostLines)
        m_lines.clear();
    m_lines.insert(number, *bytes);
    return bytes;
}

}
