#include "core/receiver/medium.h"

#include <QFile>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

namespace edgelift::receiver {

namespace {

constexpr size_t zeroChunk = 1U << 20;

bool aligned(const void *data, size_t length, quint64 offset)
{
    constexpr auto mask = DiskMedium::alignment - 1;
    return ((quintptr(data) | length | offset) & mask) == 0;
}

/// The part of `length` that the fast path takes; what is left over is less than one alignment unit.
size_t alignedPart(size_t length) { return length & ~(DiskMedium::alignment - 1); }

int writeFully(int fd, std::span<const char> data, quint64 offset)
{
    while (!data.empty()) {
        const ssize_t put = ::pwrite(fd, data.data(), data.size(), off_t(offset));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errno;
        data = data.subspan(size_t(put));
        offset += quint64(put);
    }
    return 0;
}

int readFully(int fd, std::span<char> into, quint64 offset)
{
    while (!into.empty()) {
        const ssize_t got = ::pread(fd, into.data(), into.size(), off_t(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? errno : EIO;
        into = into.subspan(size_t(got));
        offset += quint64(got);
    }
    return 0;
}

/// Bytes of an open block device or regular file; errno when it is neither or cannot be measured.
int measure(int fd, quint64 &size, bool &device)
{
    struct stat facts
    {
    };
    if (::fstat(fd, &facts) != 0)
        return errno;
    device = S_ISBLK(facts.st_mode);
    if (!device && !S_ISREG(facts.st_mode))
        return ENOTBLK;
    size = quint64(facts.st_size);
    return device && ::ioctl(fd, BLKGETSIZE64, &size) != 0 ? errno : 0;
}

Error openError(int number, const QString &path, const QString &serial)
{
    const QString detail = path + QLatin1String(": ") + QString::fromLocal8Bit(std::strerror(number));
    if (number == EBUSY || number == EWOULDBLOCK)
        return {ErrorCode::TargetDiskBusy, Retry::AfterUserAction, {serial}, detail};
    if (number == ENOENT || number == ENXIO || number == ENODEV || number == ENOTBLK)
        return {ErrorCode::TargetDiskMissing, Retry::AfterWait, {serial}, detail};
    return {ErrorCode::TargetWriteFailed, Retry::AfterUserAction, {serial}, detail};
}

bool isBlockDevice(const QByteArray &path)
{
    struct stat facts
    {
    };
    return ::stat(path.constData(), &facts) == 0 && S_ISBLK(facts.st_mode);
}

}

Result<std::unique_ptr<Medium>> DiskMedium::open(const QString &path, const QString &serial)
{
    const QByteArray name = QFile::encodeName(path);
    // O_EXCL on a block device is the kernel's own "nobody uses this": mounts, swap, LVM and RAID hold the same claim, and a
    // mounted partition claims its disk. On a regular file it has no meaning, so the lock below does the work for files.
    const int claim = isBlockDevice(name) ? O_EXCL : 0;
    std::unique_ptr<DiskMedium> medium(new DiskMedium);
    medium->m_path = path;
    medium->m_cached.reset(::open(name.constData(), O_RDWR | O_CLOEXEC | claim));
    if (!medium->m_cached)
        return openError(errno, path, serial);
    bool device = false;
    if (const int failed = measure(medium->m_cached.get(), medium->m_size.count, device))
        return openError(failed, path, serial);
    // The lock also keeps udev from probing the device while its partition table changes under it.
    if (::flock(medium->m_cached.get(), LOCK_EX | LOCK_NB) != 0)
        return openError(errno, path, serial);
    medium->m_direct.reset(::open(name.constData(), O_RDWR | O_CLOEXEC | O_DIRECT));
    medium->m_useDirect = bool(medium->m_direct);
    return std::unique_ptr<Medium>(std::move(medium));
}

int DiskMedium::write(std::span<const char> data, quint64 offset)
{
    const size_t fast = alignedPart(data.size());
    if (fast > 0 && m_useDirect && aligned(data.data(), fast, offset)) {
        const int failed = writeFully(m_direct.get(), data.first(fast), offset);
        if (failed != EINVAL) {
            if (failed || fast == data.size())
                return failed;
            data = data.subspan(fast);
            offset += fast;
        } else {
            m_useDirect = false; // some filesystems accept O_DIRECT at open and refuse it here
        }
    }
    return writeFully(m_cached.get(), data, offset);
}

int DiskMedium::zero(quint64 offset, quint64 length)
{
    // Both work on files and on block devices (there the kernel uses WRITE ZEROES or UNMAP if, and only if, zeros are guaranteed).
    for (const int mode : {FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE}) {
        if (::fallocate(m_cached.get(), mode, off_t(offset), off_t(length)) == 0)
            return 0;
        if (errno != EOPNOTSUPP && errno != EINVAL && errno != ENOSYS)
            return errno;
    }
    alignas(alignment) static const char zeros[zeroChunk] = {};
    while (length > 0) {
        const quint64 part = std::min<quint64>(length, zeroChunk);
        if (const int failed = write({zeros, size_t(part)}, offset))
            return failed;
        offset += part;
        length -= part;
    }
    return 0;
}

int DiskMedium::sync() { return ::fdatasync(m_cached.get()) == 0 ? 0 : errno; } // covers both descriptors: one inode

int DiskMedium::read(std::span<char> into, quint64 offset)
{
    const size_t fast = alignedPart(into.size());
    if (fast > 0 && m_useDirect && aligned(into.data(), fast, offset)) {
        const int failed = readFully(m_direct.get(), into.first(fast), offset);
        if (failed != EINVAL) {
            if (failed || fast == into.size())
                return failed;
            into = into.subspan(fast);
            offset += fast;
        } else {
            m_useDirect = false;
        }
    }
    return readCached(into, offset);
}

/// Without O_DIRECT: only clean pages can be dropped from the cache, so sync comes first.
int DiskMedium::readCached(std::span<char> into, quint64 offset)
{
    if (const int failed = sync())
        return failed;
    if (const int failed = ::posix_fadvise(m_cached.get(), off_t(offset), off_t(into.size()), POSIX_FADV_DONTNEED))
        return failed;
    return readFully(m_cached.get(), into, offset);
}

}
