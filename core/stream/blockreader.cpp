#include "core/stream/blockreader.h"

#include <QFile>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace edgelift {

namespace {
constexpr size_t probeSize = BufferPool::alignment;
}

Error BlockReader::unreadable(quint64 offset, int number) const
{
    return {ErrorCode::SourceUnreadable, Retry::AfterUserAction, {m_path},
        QStringLiteral("offset %1: %2").arg(offset).arg(QString::fromLocal8Bit(std::strerror(number)))};
}

Result<std::unique_ptr<BlockReader>> BlockReader::open(const QString &path, Bytes size, ReadCall readCall)
{
    std::unique_ptr<BlockReader> reader(new BlockReader(path, std::move(readCall)));
    const QByteArray name = QFile::encodeName(path);
    reader->m_buffered.reset(::open(name.constData(), O_RDONLY | O_CLOEXEC));
    if (!reader->m_buffered)
        return reader->unreadable(0, errno);
    const off_t end = ::lseek(reader->m_buffered.get(), 0, SEEK_END); // a block device's size too
    if (end < 0)
        return reader->unreadable(0, errno);
    if (quint64(end) < size.count)
        return Error{ErrorCode::SourceChanged, Retry::Never, {path}, QStringLiteral("%1 bytes, not %2").arg(end).arg(size.count)};
    ::posix_fadvise(reader->m_buffered.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    reader->m_directFd.reset(::open(name.constData(), O_RDONLY | O_CLOEXEC | O_DIRECT));
    reader->m_direct = bool(reader->m_directFd);
    return reader;
}

Result<> BlockReader::read(quint64 offset, size_t length, const Buffer &into)
{
    Q_ASSERT(offset % 512 == 0 && length <= into.size);
    if (Result<> read = readOnce(offset, length, into); read || read.error().code != ErrorCode::SourceUnreadable)
        return read;
    const Result<> again = readOnce(offset, length, into); // some errors pass: a path that failed over, a sector remapped
    if (again || again.error().code != ErrorCode::SourceUnreadable)
        return again;
    return firstBadPlace(offset, length, into, again.error());
}

Result<> BlockReader::readOnce(quint64 offset, size_t length, const Buffer &into)
{
    size_t done = 0;
    while (done < length) {
        const bool direct = m_direct;
        // Direct reads are whole blocks; the last one of an odd-sized file just comes back shorter.
        const size_t rest = length - done;
        const size_t ask = direct ? std::min((rest + probeSize - 1) / probeSize * probeSize, into.size - done) : rest;
        const ssize_t got = m_readCall(direct ? m_directFd.get() : m_buffered.get(), into.data + done, ask, off_t(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && direct && errno == EINVAL) { // opened, but this filesystem or block size does not do it
            m_direct = false;
            continue;
        }
        if (got < 0)
            return unreadable(offset + done, errno);
        if (got == 0)
            return Error{ErrorCode::SourceChanged, Retry::Never, {m_path}, QStringLiteral("ends at %1").arg(offset + done)};
        done += size_t(got);
        if (direct && done < length && done % probeSize != 0)
            m_direct = false; // cut within a block: the rest is not aligned any more
    }
    if (!m_direct)
        ::posix_fadvise(m_buffered.get(), off_t(offset), off_t(length), POSIX_FADV_DONTNEED);
    return ok();
}

Error BlockReader::firstBadPlace(quint64 offset, size_t length, const Buffer &into, const Error &error)
{
    for (size_t at = 0; at < length; at += probeSize) {
        const Buffer part{into.data + at, std::min(probeSize, into.size - at)};
        if (const Result<> read = readOnce(offset + at, std::min(probeSize, length - at), part); !read)
            return read.error();
    }
    return error; // it reads now, in small steps: report what was seen, a retry will pass
}

}
