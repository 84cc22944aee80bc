#include "core/guest/initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cstring>
#include <memory>
#include <unistd.h>
#include <vector>

namespace edgelift {

namespace {

constexpr quint64 mostBytes = 8ULL << 30; // unpacked; the largest real ones have less than 1 GiB
constexpr int mostEntries = 500000;
constexpr size_t bufferSize = 256 * 1024;

/// Bytes that come one after the other.
class ByteSource
{
public:
    ByteSource() = default;
    ByteSource(const ByteSource &) = delete;
    ByteSource &operator=(const ByteSource &) = delete;
    virtual ~ByteSource() = default;
    /// Up to `most` bytes; 0 at the end, below 0 when they cannot be had.
    virtual qint64 read(char *to, qint64 most) = 0;
};

class FileSource final : public ByteSource
{
public:
    FileSource(int fd, quint64 offset)
        : m_fd(fd)
        , m_offset(offset)
    {
    }
    qint64 read(char *to, qint64 most) override
    {
        const ssize_t got = ::pread(m_fd, to, size_t(most), off_t(m_offset));
        m_offset += got > 0 ? quint64(got) : 0;
        return got;
    }

private:
    int m_fd;
    quint64 m_offset;
};

/// What libarchive makes of a compressed file from `offset` on.
class UnpackedSource final : public ByteSource
{
public:
    UnpackedSource(int fd, quint64 offset)
        : m_file(fd, offset)
        , m_archive(archive_read_new(), archive_read_free)
    {
        archive *raw = m_archive.get();
        for (const auto support : {archive_read_support_filter_gzip, archive_read_support_filter_bzip2, archive_read_support_filter_lzma,
                 archive_read_support_filter_xz, archive_read_support_filter_zstd, archive_read_support_filter_lz4})
            support(raw);
        archive_read_support_format_raw(raw);
        archive_entry *entry = nullptr;
        m_open = archive_read_open(raw, this, nullptr, readMore, nullptr) == ARCHIVE_OK
            && archive_read_next_header(raw, &entry) == ARCHIVE_OK && archive_filter_count(raw) > 1; // "none" is always there
    }
    qint64 read(char *to, qint64 most) override { return m_open ? archive_read_data(m_archive.get(), to, size_t(most)) : -1; }

private:
    static la_ssize_t readMore(archive *, void *self, const void **bytes)
    {
        auto *source = static_cast<UnpackedSource *>(self);
        *bytes = source->m_buffer.data();
        return source->m_file.read(source->m_buffer.data(), qint64(source->m_buffer.size()));
    }
    FileSource m_file;
    std::unique_ptr<archive, int (*)(archive *)> m_archive;
    std::vector<char> m_buffer = std::vector<char>(bufferSize);
    bool m_open = false;
};

/// Reads "newc" archives from a source: names only, content is passed over.
class CpioReader
{
public:
    enum class End : quint8 { Finished, OtherContent, Damaged };
    CpioReader(ByteSource &source, QSet<QString> &modules, const std::stop_token &stop)
        : m_source(source)
        , m_modules(modules)
        , m_stop(stop)
    {
    }
    End run()
    {
        for (int entries = 0; entries < mostEntries && m_position < mostBytes && !m_stop.stop_requested(); ++entries) {
            // Between archives there are zeros up to any alignment; inside one, an entry follows the other.
            if (!peek(1))
                return m_failed ? End::Damaged : End::Finished;
            if (m_between && current() == '\0') {
                if (!skipZeros())
                    return m_failed ? End::Damaged : End::Finished;
            }
            if (!peek(6) || (std::memcmp(at(), "070701", 6) != 0 && std::memcmp(at(), "070702", 6) != 0))
                return m_between ? End::OtherContent : End::Damaged;
            if (!readEntry())
                return End::Damaged;
        }
        return End::Damaged;
    }
    quint64 position() const { return m_position; }

private:
    static constexpr qsizetype headerSize = 110;
    const char *at() const { return m_pending.constData() + m_start; }
    char current() const { return *at(); }
    qsizetype pending() const { return m_pending.size() - m_start; }
    bool peek(qsizetype count)
    {
        while (pending() < count) {
            m_pending.remove(0, m_start);
            m_start = 0;
            QByteArray more(qsizetype(bufferSize), Qt::Uninitialized);
            const qint64 got = m_source.read(more.data(), more.size());
            m_failed = got < 0;
            if (got <= 0)
                return false;
            m_pending.append(more.constData(), qsizetype(got));
        }
        return true;
    }
    bool skip(quint64 count)
    {
        while (count > 0) {
            if (!peek(1))
                return false;
            const quint64 step = std::min(count, quint64(pending()));
            m_start += qsizetype(step);
            m_position += step;
            count -= step;
        }
        return m_position < mostBytes;
    }
    bool skipZeros()
    {
        while (peek(1)) {
            if (current() != '\0')
                return true;
            ++m_start;
            ++m_position;
        }
        return false;
    }
    bool readEntry()
    {
        if (!peek(headerSize))
            return false;
        const QByteArray header(at(), headerSize);
        bool sizeRead = false;
        bool nameRead = false;
        const quint64 size = header.mid(54, 8).toUInt(&sizeRead, 16);
        const quint64 nameSize = header.mid(94, 8).toUInt(&nameRead, 16);
        if (m_between)
            m_archiveStart = m_position;
        if (!sizeRead || !nameRead || nameSize == 0 || nameSize > 4096 || !peek(headerSize + qsizetype(nameSize)))
            return false;
        const QByteArray name(at() + headerSize, qsizetype(nameSize) - 1);
        if (const QString module = moduleName(QString::fromUtf8(name)); !module.isEmpty())
            m_modules.insert(module);
        m_between = name == "TRAILER!!!";
        const auto padding = [this](quint64 position) { return (4 - (position - m_archiveStart) % 4) % 4; };
        if (!skip(quint64(headerSize) + nameSize))
            return false;
        if (m_between)
            return true; // whatever follows it is skipped as zeros
        return skip(padding(m_position)) && skip(size) && skip(padding(m_position));
    }

    ByteSource &m_source;
    QSet<QString> &m_modules;
    const std::stop_token &m_stop;
    QByteArray m_pending; ///< read, not yet passed over
    qsizetype m_start = 0; ///< of what counts in m_pending
    quint64 m_position = 0; ///< of the byte at m_start, in the source
    quint64 m_archiveStart = 0;
    bool m_between = true;
    bool m_failed = false;
};

}

QString moduleName(const QString &path)
{
    QString name = path.mid(path.lastIndexOf(QLatin1Char('/')) + 1);
    const qsizetype suffix = name.indexOf(QLatin1String(".ko"));
    if (suffix <= 0 || (name.size() > suffix + 3 && name.at(suffix + 3) != QLatin1Char('.')))
        return {};
    return name.left(suffix).replace(QLatin1Char('-'), QLatin1Char('_'));
}

Result<QSet<QString>> initramfsModules(int fd, const QString &name, const std::stop_token &stop)
{
    const Error unreadable{ErrorCode::FileUnreadable, Retry::Never, {name}, QStringLiteral("not an initramfs that can be listed")};
    QSet<QString> modules;
    FileSource plain(fd, 0);
    CpioReader early(plain, modules, stop);
    const CpioReader::End first = early.run();
    if (first == CpioReader::End::Finished)
        return modules;
    if (first == CpioReader::End::Damaged)
        return unreadable;
    UnpackedSource unpacked(fd, early.position());
    CpioReader main(unpacked, modules, stop);
    // Some tools append nothing, some a checksum: what follows the last archive does not matter once one was read.
    const CpioReader::End second = main.run();
    if (second == CpioReader::End::Damaged || main.position() == 0)
        return unreadable;
    return modules;
}

}
