#include "core/simcloud/imagearchive.h"

#include "core/base/fd.h"
#include "core/base/files.h"
#include "core/simcloud/imagefiles.h"

#include <QFile>
#include <QStandardPaths>
#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace edgelift {

namespace {

constexpr size_t chunk = 4 << 20;

struct FreeArchive
{
    void operator()(archive *handle) const { archive_free(handle); }
};
using Archive = std::unique_ptr<archive, FreeArchive>;

struct FreeEntry
{
    void operator()(archive_entry *entry) const { archive_entry_free(entry); }
};
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

struct Extent
{
    off_t offset;
    off_t length;
};

Error stopped(const QString &path) { return {ErrorCode::ToolFailed, Retry::AfterWait, {path}, QStringLiteral("stopped")}; }
Error writeError(archive *handle, const QString &path)
{
    const int number = archive_errno(handle) > 0 ? archive_errno(handle) : EIO;
    Error error = errnoError(number, ErrorCode::FileUnwritable, path);
    error.detail += QStringLiteral(" (%1)").arg(QString::fromLocal8Bit(archive_error_string(handle)));
    return error;
}

Result<std::vector<Extent>> dataExtents(int fd, off_t size, const QString &path)
{
    std::vector<Extent> out;
    for (off_t at = 0; at < size;) {
        const off_t data = ::lseek(fd, at, SEEK_DATA);
        if (data < 0 && errno == ENXIO)
            break;
        const off_t hole = data < 0 ? -1 : ::lseek(fd, data, SEEK_HOLE);
        if (hole < 0)
            return errnoError(errno, ErrorCode::FileUnreadable, path);
        out.push_back({data, hole - data});
        at = hole;
    }
    return out;
}

Result<Archive> openForWriting(const QString &to)
{
    Archive out(archive_write_new());
    archive_write_set_format_pax_restricted(out.get());
    const QString pigz = QStandardPaths::findExecutable(QStringLiteral("pigz"));
    if (!pigz.isEmpty())
        archive_write_add_filter_program(out.get(), "pigz -1 -n");
    else
        archive_write_add_filter_gzip(out.get());
    if (pigz.isEmpty())
        archive_write_set_filter_option(out.get(), "gzip", "compression-level", "1");
    if (archive_write_open_filename(out.get(), QFile::encodeName(to).constData()) != ARCHIVE_OK)
        return writeError(out.get(), to);
    return out;
}

Result<> writeHeader(archive *out, const QString &name, const struct stat &facts, const std::vector<Extent> &extents, const QString &to)
{
    const Entry entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.toUtf8().constData());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_size(entry.get(), facts.st_size);
    archive_entry_set_mtime(entry.get(), facts.st_mtime, 0);
    const bool dense = extents.size() == 1 && extents.front().length == facts.st_size;
    for (const Extent &extent : extents) {
        if (!dense)
            archive_entry_sparse_add_entry(entry.get(), extent.offset, extent.length);
    }
    if (extents.empty())
        archive_entry_sparse_add_entry(entry.get(), facts.st_size, 0);
    if (archive_write_header(out, entry.get()) != ARCHIVE_OK)
        return writeError(out, to);
    return ok();
}

/// The archive takes the whole file's bytes in order and leaves out those of holes itself.
class BodyWriter
{
public:
    BodyWriter(archive *out, const QString &to, const std::stop_token &stop, const CopyProgress &progress)
        : m_out(out)
        , m_to(to)
        , m_stop(stop)
        , m_progress(progress)
        , m_buffer(chunk)
        , m_zeros(chunk)
    {
    }

    Result<> holeUntil(off_t end)
    {
        while (m_at < end) {
            if (Result<> put = write(m_zeros.data(), size_t(std::min<off_t>(off_t(chunk), end - m_at))); !put)
                return put;
        }
        return ok();
    }

    Result<> data(int fd, const Extent &extent, const QString &from)
    {
        while (m_at < extent.offset + extent.length) {
            const ssize_t got =
                ::pread(fd, m_buffer.data(), size_t(std::min<off_t>(off_t(chunk), extent.offset + extent.length - m_at)), m_at);
            if (got <= 0)
                return errnoError(got < 0 ? errno : EIO, ErrorCode::FileUnreadable, from);
            if (Result<> put = write(m_buffer.data(), size_t(got)); !put)
                return put;
        }
        return ok();
    }

private:
    Result<> write(const char *bytes, size_t length)
    {
        if (m_stop.stop_requested())
            return stopped(m_to);
        if (archive_write_data(m_out, bytes, length) != la_ssize_t(length))
            return writeError(m_out, m_to);
        m_at += off_t(length);
        if (m_progress)
            m_progress(Bytes{quint64(m_at)});
        return ok();
    }

    archive *m_out;
    const QString &m_to;
    const std::stop_token &m_stop;
    const CopyProgress &m_progress;
    std::vector<char> m_buffer;
    std::vector<char> m_zeros;
    off_t m_at = 0;
};

/// The header of the archive's next member when it is one we take.
Result<off_t> acceptMember(archive *in, archive_entry *entry, const QString &path, Bytes limit)
{
    const QString name = QString::fromUtf8(archive_entry_pathname(entry));
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr)
        return unsuitableImage(path, QStringLiteral("holds something that is not a regular file"));
    if (name.isEmpty() || name.contains(QLatin1Char('/')) || name == QLatin1String(".."))
        return unsuitableImage(path, QStringLiteral("holds a file with a path in its name"));
    const la_int64_t size = archive_entry_size(entry);
    if (!archive_entry_size_is_set(entry) || size <= 0 || quint64(size) > limit.count)
        return unsuitableImage(path, QStringLiteral("its disk has %1 bytes, allowed are 1 to %2").arg(size).arg(limit.count));
    if (archive_errno(in) == ENOMEM)
        return unsuitableImage(path, QStringLiteral("its header is too large"));
    return off_t(size);
}

bool allZero(const char *bytes, size_t length) { return length == 0 || (bytes[0] == 0 && std::memcmp(bytes, bytes + 1, length - 1) == 0); }

/// Writes what is not zero: the target is a fresh sparse file.
Result<> writeBlock(int fd, const char *bytes, size_t length, off_t offset, const QString &to)
{
    constexpr size_t piece = 64 << 10;
    for (size_t done = 0; done < length;) {
        const size_t part = std::min(piece, length - done);
        if (!allZero(bytes + done, part) && ::pwrite(fd, bytes + done, part, offset + off_t(done)) != ssize_t(part))
            return errnoError(errno, ErrorCode::FileUnwritable, to);
        done += part;
    }
    return ok();
}

Result<> unpackBody(archive *in, int fd, off_t size, const QString &archivePath, const QString &to, const std::stop_token &stop)
{
    const void *bytes = nullptr;
    size_t length = 0;
    la_int64_t offset = 0;
    for (;;) {
        if (stop.stop_requested())
            return stopped(to);
        const int state = archive_read_data_block(in, &bytes, &length, &offset);
        if (state == ARCHIVE_EOF)
            return ok();
        if (state != ARCHIVE_OK)
            return unsuitableImage(archivePath, QString::fromLocal8Bit(archive_error_string(in)));
        if (offset < 0 || offset > size || la_int64_t(length) > size - offset)
            return unsuitableImage(archivePath, QStringLiteral("holds data outside of its file"));
        if (Result<> put = writeBlock(fd, static_cast<const char *>(bytes), length, offset, to); !put)
            return put;
    }
}

}

Result<> packTarGz(const QString &raw, const QString &name, const QString &to, const std::stop_token &stop, const CopyProgress &progress)
{
    const Fd in(::open(QFile::encodeName(raw).constData(), O_RDONLY | O_CLOEXEC));
    struct stat facts
    {
    };
    if (!in || ::fstat(in.get(), &facts) != 0)
        return errnoError(errno, ErrorCode::FileUnreadable, raw);
    const Result<std::vector<Extent>> extents = dataExtents(in.get(), facts.st_size, raw);
    if (!extents)
        return extents.error();
    Result<Archive> out = openForWriting(to);
    if (!out)
        return out.error();
    if (Result<> header = writeHeader(out->get(), name, facts, *extents, to); !header)
        return header;
    BodyWriter body(out->get(), to, stop, progress);
    for (const Extent &extent : *extents) {
        if (Result<> put = body.holeUntil(extent.offset); !put)
            return put;
        if (Result<> put = body.data(in.get(), extent, raw); !put)
            return put;
    }
    if (Result<> put = body.holeUntil(facts.st_size); !put)
        return put;
    if (archive_write_close(out->get()) != ARCHIVE_OK)
        return writeError(out->get(), to);
    return ok();
}

Result<Bytes> unpackTarGz(const QString &archivePath, const QString &to, Bytes limit, const std::stop_token &stop)
{
    const Archive in(archive_read_new());
    archive_read_support_filter_gzip(in.get());
    archive_read_support_format_tar(in.get());
    if (archive_read_open_filename(in.get(), QFile::encodeName(archivePath).constData(), 1 << 20) != ARCHIVE_OK)
        return unsuitableImage(archivePath, QString::fromLocal8Bit(archive_error_string(in.get())));
    archive_entry *entry = nullptr;
    if (archive_read_next_header(in.get(), &entry) != ARCHIVE_OK)
        return unsuitableImage(archivePath, QStringLiteral("is no .tar.gz with a file in it"));
    const Result<off_t> size = acceptMember(in.get(), entry, archivePath, limit);
    if (!size)
        return size.error();
    const Fd out(::open(QFile::encodeName(to).constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!out || ::ftruncate(out.get(), *size) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, to);
    if (Result<> body = unpackBody(in.get(), out.get(), *size, archivePath, to, stop); !body)
        return body.error();
    if (const int next = archive_read_next_header(in.get(), &entry); next != ARCHIVE_EOF)
        return unsuitableImage(archivePath,
            next == ARCHIVE_OK ? QStringLiteral("holds more than one file") : QString::fromLocal8Bit(archive_error_string(in.get())));
    if (::fsync(out.get()) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, to);
    return Bytes{quint64(*size)};
}

}
