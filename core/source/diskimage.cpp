#include "core/source/diskimage.h"

#include "core/base/files.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace edgelift {

namespace {

constexpr qsizetype headBytes = 65536;
constexpr qsizetype footBytes = 512;
constexpr int longestChain = 64;

// QEMU's image locking (block/file-posix.c): a byte per permission held (from 100) and per permission not shared (from 200).
constexpr off_t held = 100;
constexpr off_t notShared = 200;
constexpr off_t consistentRead = 0;
constexpr off_t write = 1;
constexpr off_t resize = 3;

bool lockedByOther(int fd, off_t byte)
{
    struct flock lock
    {
    };
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    return ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void lockShared(int fd, off_t byte) // filesystems without locks have no QEMU that keeps to them either
{
    struct flock lock
    {
    };
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    ::fcntl(fd, F_OFD_SETLK, &lock);
}

QByteArray readAt(int fd, qsizetype length, off_t offset)
{
    QByteArray bytes(length, Qt::Uninitialized);
    const ssize_t got = ::pread(fd, bytes.data(), size_t(length), offset);
    bytes.truncate(got > 0 ? got : 0);
    return bytes;
}

Error missing(const QString &path, const QString &detail) { return {ErrorCode::SourceMissing, Retry::AfterUserAction, {path}, detail}; }

qint64 nanoseconds(const struct timespec &time) { return qint64(time.tv_sec) * 1000000000 + time.tv_nsec; }

}

/// Opens one file, takes QEMU's locks for a reader that allows no writers.
Result<DiskImage::File> DiskImage::openFile(const QString &path)
{
    File file;
    file.path = QFileInfo(path).canonicalFilePath();
    struct stat facts
    {
    };
    file.lock.reset(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.lock && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
        return missing(path, QString::fromLocal8Bit(::strerror(errno)));
    if (!file.lock || ::fstat(file.lock.get(), &facts) != 0)
        return errnoError(errno, ErrorCode::SourceUnreadable, path);
    file.device = S_ISBLK(facts.st_mode);
    if (!S_ISREG(facts.st_mode) && !file.device)
        return Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {path}, QStringLiteral("neither a file nor a block device")};
    const off_t end = ::lseek(file.lock.get(), 0, SEEK_END); // block devices have no st_size
    if (end <= 0)
        return Error{ErrorCode::SourceEmpty, Retry::AfterUserAction, {path}, QStringLiteral("zero bytes")};
    file.bytes = quint64(end);
    file.inode = facts.st_ino;
    file.changed = file.device ? 0 : nanoseconds(facts.st_mtim);
    lockShared(file.lock.get(), held + consistentRead);
    lockShared(file.lock.get(), notShared + write);
    lockShared(file.lock.get(), notShared + resize);
    for (const off_t byte : {held + write, held + resize, notShared + consistentRead}) {
        if (lockedByOther(file.lock.get(), byte))
            return Error{
                ErrorCode::SourceBusy, Retry::AfterUserAction, {path}, QStringLiteral("QEMU's lock at byte %1 is taken").arg(byte)};
    }
    return file;
}

/// Finds out what the file is and, for a qcow2, what it says about the disk in it and the file behind it. `said` is what the file before it
/// says about its format: "raw" is believed, because guests can write what looks like another format at the start of their disk.
Result<Qcow2Header> DiskImage::examine(File &file, const QString &path, const QString &said)
{
    const QByteArray start = readAt(file.lock.get(), headBytes, 0);
    const QByteArray end = readAt(file.lock.get(), footBytes, off_t(file.bytes - std::min<quint64>(file.bytes, footBytes)));
    const QString format = said == QLatin1String("raw") ? QString() : imageFormatName(start, end);
    if (format.isEmpty()) {
        Qcow2Header raw;
        raw.size = Bytes{file.bytes};
        return raw;
    }
    if (format != QLatin1String("qcow2"))
        return Error{ErrorCode::ImageFormatUnsupported, Retry::AfterUserAction, {path, format}, {}};
    file.format = ImageFormat::Qcow2;
    Result<Qcow2Header> header = parseQcow2(start);
    if (!header)
        return Error{header.error().code, Retry::Never, {path}, header.error().detail};
    // "nbd://…" or "json:{…}" would make QEMU fetch it from somewhere else.
    const bool remote = header->backingFile.section(QLatin1Char('/'), 0, 0).contains(QLatin1Char(':'));
    if (header->unsupported.isEmpty() && remote)
        header->unsupported = QStringLiteral("qcow2 with a backing file that is not a local file");
    if (!header->unsupported.isEmpty())
        return Error{ErrorCode::ImageFormatUnsupported, Retry::AfterUserAction, {path, header->unsupported}, {}};
    return header;
}

Result<DiskImage> DiskImage::open(const QString &path)
{
    DiskImage image;
    QString next = path;
    QString said;
    while (!next.isEmpty()) {
        Result<File> file = openFile(next);
        if (!file)
            return file.error();
        if (image.m_files.size() >= longestChain)
            return Error{ErrorCode::SourceUnreadable, Retry::Never, {path}, QStringLiteral("too many backing files")};
        const Result<Qcow2Header> header = examine(*file, next, said);
        if (!header)
            return header.error();
        if (image.m_files.empty()) {
            image.m_format = file->format;
            image.m_size = header->size;
        }
        said = header->backingFormat;
        // As QEMU does: relative to the name that was given, not to what a link points to.
        next = header->backingFile.isEmpty() ? QString() : QDir(QFileInfo(next).absolutePath()).absoluteFilePath(header->backingFile);
        image.m_files.push_back(file.take());
    }
    if (image.m_size.count == 0)
        return Error{ErrorCode::SourceEmpty, Retry::AfterUserAction, {path}, QStringLiteral("the disk in it has zero bytes")};
    return image;
}

QString DiskImage::name() const { return QFileInfo(path()).fileName(); }

QJsonObject DiskImage::blockNode(const QString &nodeName) const
{
    QJsonValue below = QJsonValue::Null;
    for (auto it = m_files.rbegin(); it != m_files.rend(); ++it) {
        const QJsonObject file{{QStringLiteral("driver"), it->device ? QStringLiteral("host_device") : QStringLiteral("file")},
            {QStringLiteral("filename"), it->path}};
        QJsonObject node{{QStringLiteral("read-only"), true}, {QStringLiteral("file"), file}};
        node.insert(QStringLiteral("driver"), it->format == ImageFormat::Raw ? QStringLiteral("raw") : QStringLiteral("qcow2"));
        if (it->format == ImageFormat::Qcow2)
            node.insert(QStringLiteral("backing"), below);
        below = node;
    }
    QJsonObject top = below.toObject();
    top.insert(QStringLiteral("node-name"), nodeName);
    return top;
}

QString DiskImage::identity() const
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const File &file : m_files)
        hash.addData(QStringLiteral("%1\n%2 %3 %4\n").arg(file.path).arg(file.bytes).arg(file.inode).arg(file.changed).toUtf8());
    return QString::fromLatin1(hash.result().toHex());
}

Result<> DiskImage::verifyUnchanged() const
{
    for (const File &file : m_files) {
        struct stat facts
        {
        };
        if (::stat(QFile::encodeName(file.path).constData(), &facts) != 0)
            return missing(file.path, QString::fromLocal8Bit(::strerror(errno)));
        const quint64 bytes = file.device ? quint64(::lseek(file.lock.get(), 0, SEEK_END)) : quint64(facts.st_size);
        const bool same = bytes == file.bytes && facts.st_ino == file.inode && (file.device || nanoseconds(facts.st_mtim) == file.changed);
        if (!same)
            return Error{ErrorCode::SourceChanged, Retry::Never, {file.path},
                QStringLiteral("was %1 bytes, is %2; inode or time of change may differ").arg(file.bytes).arg(bytes)};
    }
    return ok();
}

}
