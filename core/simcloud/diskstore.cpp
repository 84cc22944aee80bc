#include "core/simcloud/diskstore.h"

#include "core/base/fd.h"
#include "core/base/files.h"

#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace edgelift {

namespace {

constexpr off_t step = 64 << 20; ///< between two looks at the stop token

Error stopped(const QString &path) { return {ErrorCode::ToolFailed, Retry::AfterWait, {path}, QStringLiteral("stopped")}; }

/// copy_file_range, or read and write where the kernel cannot (two file systems, old kernels). Copies all of [at, at + length).
Result<> copyRange(int in, int out, off_t at, off_t length, const QString &path)
{
    off_t from = at;
    off_t to = at;
    while (length > 0) {
        const ssize_t done = ::copy_file_range(in, &from, out, &to, size_t(length), 0);
        if (done > 0) {
            length -= done;
            continue;
        }
        if (done == 0)
            return Error{ErrorCode::FileUnreadable, Retry::Never, {path}, QStringLiteral("became shorter while it was copied")};
        if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
            return errnoError(errno, ErrorCode::FileUnwritable, path);
        std::vector<char> buffer(size_t(std::min<off_t>(length, 1 << 20)));
        const ssize_t got = ::pread(in, buffer.data(), buffer.size(), from);
        if (got <= 0)
            return errnoError(got < 0 ? errno : EIO, ErrorCode::FileUnreadable, path);
        if (::pwrite(out, buffer.data(), size_t(got), to) != got)
            return errnoError(errno, ErrorCode::FileUnwritable, path);
        from += got;
        to += got;
        length -= got;
    }
    return ok();
}

Result<> copyData(int in, int out, off_t size, const QString &path, const std::stop_token &stop, const CopyProgress &progress)
{
    for (off_t at = 0; at < size;) {
        const off_t data = ::lseek(in, at, SEEK_DATA);
        if (data < 0 && errno == ENXIO)
            break; // only a hole remains
        if (data < 0)
            return errnoError(errno, ErrorCode::FileUnreadable, path);
        const off_t hole = ::lseek(in, data, SEEK_HOLE);
        for (at = data; at < hole; at += std::min(step, hole - at)) {
            if (stop.stop_requested())
                return stopped(path);
            if (Result<> copied = copyRange(in, out, at, std::min(step, hole - at), path); !copied)
                return copied;
            if (progress)
                progress(Bytes{quint64(at)});
        }
        at = hole;
    }
    return ok();
}

Result<Fd> openNew(const QString &path)
{
    Fd fd(::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    return fd;
}

/// A name that never holds half a file: what is copied becomes `to` at the end, or nothing.
Result<> copyComplete(const QString &from, const QString &to, const std::stop_token &stop, const CopyProgress &progress)
{
    const QString part = to + QStringLiteral(".part");
    Result<> copied = copySparse(from, part, stop, progress);
    if (copied && ::rename(QFile::encodeName(part).constData(), QFile::encodeName(to).constData()) != 0)
        copied = errnoError(errno, ErrorCode::FileUnwritable, to);
    if (!copied)
        ::unlink(QFile::encodeName(part).constData());
    return copied;
}

}

Result<> copySparse(const QString &from, const QString &to, const std::stop_token &stop, const CopyProgress &progress)
{
    const Fd in(::open(QFile::encodeName(from).constData(), O_RDONLY | O_CLOEXEC));
    struct stat facts
    {
    };
    if (!in || ::fstat(in.get(), &facts) != 0)
        return errnoError(errno, ErrorCode::FileUnreadable, from);
    const Result<Fd> out = openNew(to);
    if (!out)
        return out.error();
    if (::ioctl(out->get(), FICLONE, in.get()) != 0) {
        if (::ftruncate(out->get(), facts.st_size) != 0)
            return errnoError(errno, ErrorCode::FileUnwritable, to);
        if (Result<> copied = copyData(in.get(), out->get(), facts.st_size, from, stop, progress); !copied)
            return copied;
    }
    if (::fsync(out->get()) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, to);
    if (progress)
        progress(Bytes{quint64(facts.st_size)});
    return ok();
}

DiskStore::DiskStore(QString root)
    : m_root(std::move(root))
{
}

QString DiskStore::diskPath(const QString &diskId) const { return QStringLiteral("%1/disks/%2.raw").arg(m_root, diskId); }
QString DiskStore::snapshotPath(const QString &snapshotId) const { return QStringLiteral("%1/snapshots/%2.raw").arg(m_root, snapshotId); }

Result<> DiskStore::create(const QString &diskId, Bytes size)
{
    if (Result<> made = makeFolder(m_root + QStringLiteral("/disks")); !made)
        return made;
    const QString path = diskPath(diskId);
    const Result<Fd> file = openNew(path);
    if (!file)
        return file.error();
    if (::ftruncate(file->get(), off_t(size.count)) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    return ok();
}

Result<> DiskStore::createFrom(const QString &snapshotId, const QString &diskId, Bytes size, const std::stop_token &stop)
{
    if (Result<> made = makeFolder(m_root + QStringLiteral("/disks")); !made)
        return made;
    const QString path = diskPath(diskId);
    if (Result<> copied = copyComplete(snapshotPath(snapshotId), path, stop, {}); !copied)
        return copied;
    if (quint64(QFileInfo(path).size()) < size.count && ::truncate(QFile::encodeName(path).constData(), off_t(size.count)) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    return ok();
}

Result<> DiskStore::snapshot(const QString &diskId, const QString &snapshotId, const std::stop_token &stop, const CopyProgress &progress)
{
    if (Result<> made = makeFolder(m_root + QStringLiteral("/snapshots")); !made)
        return made;
    return copyComplete(diskPath(diskId), snapshotPath(snapshotId), stop, progress);
}

void DiskStore::removeDisk(const QString &diskId)
{
    QFile::remove(diskPath(diskId));
    QFile::remove(diskPath(diskId) + QStringLiteral(".part")); // left by a crash
}

void DiskStore::removeSnapshot(const QString &snapshotId)
{
    QFile::remove(snapshotPath(snapshotId));
    QFile::remove(snapshotPath(snapshotId) + QStringLiteral(".part"));
}

}
