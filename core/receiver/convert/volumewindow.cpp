#include "core/receiver/convert/volumewindow.h"

#include "core/base/fd.h"
#include "core/base/files.h"

#include <QCryptographicHash>
#include <QFile>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <vector>

namespace edgelift::convert {

namespace {

constexpr size_t chunk = 1U << 20;

QString copyPath(const VolumePlace &place, const QString &scratch)
{
    const QByteArray name = QCryptographicHash::hash(place.volume.toUtf8(), QCryptographicHash::Sha1).toHex().left(16);
    return scratch + QLatin1String("/volume-") + QString::fromLatin1(name);
}

Error outside(const VolumePlace &place)
{
    return {ErrorCode::VolumeUnsupported, Retry::Never, {place.volume, QStringLiteral("its place is on no disk of the image")}, {}};
}

Result<> checkPlace(const QStringList &disks, const VolumePlace &place)
{
    if (place.segments.isEmpty())
        return outside(place);
    for (const DiskSegment &segment : place.segments) {
        bool number = false;
        const int index = segment.disk.toInt(&number);
        const Fd disk(number && index >= 0 && index < disks.size()
                ? ::open(QFile::encodeName(disks.at(index)).constData(), O_RDONLY | O_CLOEXEC)
                : -1);
        const off_t size = disk ? ::lseek(disk.get(), 0, SEEK_END) : -1;
        const quint64 end = segment.offset.count + segment.length.count;
        if (size < 0 || segment.length.count == 0 || segment.offset.count % 512 != 0 || end < segment.offset.count || end > quint64(size))
            return outside(place);
    }
    return ok();
}

/// As many bytes as `length`, or errno.
int readAll(int fd, char *into, size_t length, quint64 offset)
{
    for (size_t done = 0; done < length;) {
        const ssize_t got = ::pread(fd, into + done, length - done, off_t(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? errno : EIO;
        done += size_t(got);
    }
    return 0;
}

int writeAll(int fd, const char *from, size_t length, quint64 offset)
{
    for (size_t done = 0; done < length;) {
        const ssize_t put = ::pwrite(fd, from + done, length - done, off_t(offset + done));
        if (put < 0 && errno != EINTR)
            return errno;
        done += size_t(std::max<ssize_t>(put, 0));
    }
    return 0;
}

Error diskError(ErrorCode code, const QString &path, int number)
{
    return {code, Retry::AfterUserAction, {path}, QString::fromLocal8Bit(std::strerror(number))};
}

/// Calls `each` for every chunk: of the disk, from its offset, in the volume from another.
template <class Each>
Result<> eachChunk(const QStringList &disks, const VolumePlace &place, int flags, const Each &each)
{
    quint64 at = 0;
    for (const DiskSegment &segment : place.segments) {
        const QString &path = disks.at(segment.disk.toInt());
        const Fd disk(::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC));
        if (!disk)
            return diskError(ErrorCode::TargetReadFailed, path, errno);
        for (quint64 done = 0; done < segment.length.count; done += chunk) {
            const size_t length = size_t(std::min<quint64>(chunk, segment.length.count - done));
            if (const Result<> one = each(disk.get(), path, segment.offset.count + done, at + done, length); !one)
                return one;
        }
        if ((flags & O_ACCMODE) != O_RDONLY && ::fdatasync(disk.get()) != 0)
            return diskError(ErrorCode::TargetWriteFailed, path, errno);
        at += segment.length.count;
    }
    return ok();
}

}

Result<VolumeWindow> VolumeWindow::open(const QStringList &disks, const VolumePlace &place, const QString &scratch, Way way)
{
    if (const Result<> placed = checkPlace(disks, place); !placed)
        return placed.error();
    const bool copied = way == Way::Copy || place.segments.size() > 1;
    VolumeWindow window(disks, place, copied ? copyPath(place, scratch) : QString());
    if (copied) {
        if (const Result<> done = window.copyOut(); !done)
            return done.error();
    }
    const DiskSegment &first = place.segments.constFirst();
    Result<LoopDevice> loop = copied
        ? LoopDevice::attach(window.m_copy, {}, {}, LoopDevice::Access::ReadWrite)
        : LoopDevice::attach(disks.at(first.disk.toInt()), first.offset, first.length, LoopDevice::Access::ReadWrite);
    if (!loop)
        return loop.error();
    window.m_loop = loop.take();
    return window;
}

Result<> VolumeWindow::recover(const QStringList &disks, const VolumePlace &place, const QString &scratch)
{
    const VolumeWindow window(disks, place, copyPath(place, scratch));
    QFile::remove(window.m_copy); // not complete: the volume itself is as it was
    if (!QFile::exists(window.ready()))
        return ok();
    if (Result<> placed = checkPlace(disks, place); !placed)
        return placed;
    return window.copyBack(window.ready());
}

Result<> VolumeWindow::copyOut() const
{
    const Fd copy(::open(QFile::encodeName(m_copy).constData(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!copy)
        return errnoError(errno, ErrorCode::FileUnwritable, m_copy);
    std::vector<char> buffer(chunk);
    quint64 end = 0;
    Result<> copied =
        eachChunk(m_disks, m_place, O_RDONLY, [&](int disk, const QString &path, quint64 from, quint64 to, size_t length) -> Result<> {
            if (const int number = readAll(disk, buffer.data(), length, from))
                return diskError(ErrorCode::TargetReadFailed, path, number);
            end = to + length;
            if (std::all_of(buffer.begin(), buffer.begin() + qsizetype(length), [](char byte) { return byte == 0; }))
                return ok(); // stays a hole
            const int number = writeAll(copy.get(), buffer.data(), length, to);
            return number ? Result<>(errnoError(number, ErrorCode::FileUnwritable, m_copy)) : ok();
        });
    if (copied && ::ftruncate(copy.get(), off_t(end)) != 0)
        copied = errnoError(errno, ErrorCode::FileUnwritable, m_copy);
    if (!copied)
        QFile::remove(m_copy);
    return copied;
}

Result<> VolumeWindow::copyBack(const QString &from) const
{
    const Fd copy(::open(QFile::encodeName(from).constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!copy)
        return errnoError(errno, ErrorCode::FileUnreadable, from);
    std::vector<char> now(chunk);
    std::vector<char> wanted(chunk);
    Result<> written =
        eachChunk(m_disks, m_place, O_RDWR, [&](int disk, const QString &path, quint64 at, quint64 inCopy, size_t length) -> Result<> {
            if (const int number = readAll(copy.get(), wanted.data(), length, inCopy))
                return diskError(ErrorCode::FileUnreadable, from, number);
            if (const int number = readAll(disk, now.data(), length, at))
                return diskError(ErrorCode::TargetReadFailed, path, number);
            if (std::memcmp(now.data(), wanted.data(), length) == 0)
                return ok();
            const int number = writeAll(disk, wanted.data(), length, at);
            return number ? Result<>(diskError(ErrorCode::TargetWriteFailed, path, number)) : ok();
        });
    if (written)
        QFile::remove(from);
    return written;
}

Result<> VolumeWindow::close()
{
    m_loop.reset();
    if (m_copy.isEmpty())
        return ok();
    const Fd copy(::open(QFile::encodeName(m_copy).constData(), O_RDONLY | O_CLOEXEC));
    if (!copy || ::fsync(copy.get()) != 0
        || std::rename(QFile::encodeName(m_copy).constData(), QFile::encodeName(ready()).constData()) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, m_copy);
    return copyBack(ready());
}

}
