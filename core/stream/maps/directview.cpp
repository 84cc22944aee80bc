#include "core/stream/maps/directview.h"

#include "core/base/files.h"

#include <QFile>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>

namespace edgelift {

namespace {

constexpr quint64 alignment = 4096; ///< serves every logical sector size in use (open(2), O_DIRECT)
constexpr quint64 longestRead = 256ULL << 20;

struct Free
{
    void operator()(void *memory) const { std::free(memory); }
};

}

Result<std::shared_ptr<DirectView>> DirectView::open(const QString &path)
{
    Fd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_DIRECT | O_CLOEXEC));
    if (!fd)
        return errnoError(errno, ErrorCode::SourceUnreadable, path);
    const off_t size = ::lseek(fd.get(), 0, SEEK_END);
    if (size < 0)
        return errnoError(errno, ErrorCode::SourceUnreadable, path);
    return std::make_shared<DirectView>(std::move(fd), quint64(size), path);
}

DirectView::DirectView(Fd fd, quint64 size, QString path)
    : m_fd(std::move(fd))
    , m_size(size)
    , m_path(std::move(path))
{
}

Result<QByteArray> DirectView::read(quint64 offset, quint64 length) const
{
    if (length > longestRead || offset > m_size || length > m_size - offset)
        return Error{ErrorCode::SourceUnreadable, Retry::Never, {m_path},
            QStringLiteral("%1 bytes at %2 are not inside %3").arg(length).arg(offset).arg(m_size)};
    const quint64 begin = offset / alignment * alignment;
    const quint64 end = std::min((offset + length + alignment - 1) / alignment * alignment, m_size);
    const std::unique_ptr<void, Free> memory(
        std::aligned_alloc(alignment, (end - begin + alignment - 1) / alignment * alignment + alignment));
    if (!memory)
        return Error{ErrorCode::NoSpace, Retry::AfterWait, {QStringLiteral("memory")}, {}};
    char *bytes = static_cast<char *>(memory.get());
    for (quint64 done = 0; done < end - begin;) {
        const ssize_t got = ::pread(m_fd.get(), bytes + done, end - begin - done, off_t(begin + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errnoError(errno, ErrorCode::SourceUnreadable, m_path);
        if (got == 0)
            return Error{ErrorCode::SourceUnreadable, Retry::Never, {m_path}, QStringLiteral("ends at %1").arg(begin + done)};
        done += quint64(got);
    }
    return QByteArray(bytes + (offset - begin), qsizetype(length));
}

}
