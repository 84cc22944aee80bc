#include "core/stream/maps/blockview.h"

#include "core/base/files.h"

#include <QFile>
#include <cerrno>
#include <fcntl.h>

namespace edgelift {

namespace {

constexpr quint64 longestRead = 256ULL << 20; // a length that a damaged filesystem made up must not take all memory

Error outside(quint64 offset, quint64 length, quint64 size)
{
    return {ErrorCode::SourceUnreadable, Retry::Never, {},
        QStringLiteral("%1 bytes at %2 are not inside %3").arg(length).arg(offset).arg(size)};
}

bool inside(quint64 offset, quint64 length, quint64 size) { return length <= longestRead && offset <= size && length <= size - offset; }

}

Result<std::shared_ptr<FileView>> FileView::open(const QString &path)
{
    Fd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return errnoError(errno, ErrorCode::SourceUnreadable, path);
    const off_t size = ::lseek(fd.get(), 0, SEEK_END); // block devices have no st_size
    if (size < 0)
        return errnoError(errno, ErrorCode::SourceUnreadable, path);
    return std::make_shared<FileView>(std::move(fd), quint64(size), path);
}

FileView::FileView(Fd fd, quint64 size, QString path)
    : m_fd(std::move(fd))
    , m_size(size)
    , m_path(std::move(path))
{
}

Result<QByteArray> FileView::read(quint64 offset, quint64 length) const
{
    if (!inside(offset, length, m_size))
        return outside(offset, length, m_size);
    QByteArray bytes(qsizetype(length), Qt::Uninitialized);
    for (quint64 done = 0; done < length;) {
        const ssize_t got = ::pread(m_fd.get(), bytes.data() + done, length - done, off_t(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errnoError(errno, ErrorCode::SourceUnreadable, m_path);
        if (got == 0)
            return Error{ErrorCode::SourceUnreadable, Retry::Never, {m_path}, QStringLiteral("ends at %1").arg(offset + done)};
        done += quint64(got);
    }
    return bytes;
}

SegmentedView::SegmentedView(QList<Piece> pieces)
    : m_pieces(std::move(pieces))
{
    for (const Piece &piece : m_pieces)
        m_size += piece.length;
}

Result<QByteArray> SegmentedView::read(quint64 offset, quint64 length) const
{
    if (!inside(offset, length, m_size))
        return outside(offset, length, m_size);
    QByteArray bytes;
    quint64 start = 0; // of the piece, in this view
    for (const Piece &piece : m_pieces) {
        const quint64 from = std::max(offset, start);
        const quint64 to = std::min(offset + length, start + piece.length);
        if (from < to) {
            const Result<QByteArray> part = piece.view->read(piece.offset + (from - start), to - from);
            if (!part)
                return part.error();
            bytes = bytes.isEmpty() ? *part : bytes + *part;
        }
        start += piece.length;
    }
    return bytes;
}

}
