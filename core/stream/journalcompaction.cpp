#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/stream/journal.h"
#include "core/stream/journalrecord.h"

#include <QFile>
#include <QFileInfo>
#include <QtEndian>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <numeric>
#include <sys/file.h>

namespace edgelift {

namespace {

using Kind = JournalRecord::Kind;
constexpr quint64 growth = 4; ///< times what counts
constexpr quint64 slack = 4096; ///< records: a small journal is not worth the work
constexpr quint32 batchSize = 4096; ///< records read or written at once

/// The new file, from its first record on.
class Writer
{
public:
    explicit Writer(int fd)
        : m_fd(fd)
    {
        m_buffer.reserve(qsizetype(batchSize * journalRecordSize));
    }
    quint32 records() const { return m_records; }
    Result<> add(const JournalRecord &record)
    {
        const JournalBytes encoded = encode(record, m_records++);
        m_buffer.append(encoded.data(), encoded.size());
        return m_buffer.size() < qsizetype(batchSize * journalRecordSize) ? ok() : flush();
    }
    Result<> flush()
    {
        for (qsizetype done = 0; done < m_buffer.size();) {
            const ssize_t put = ::write(m_fd, m_buffer.constData() + done, size_t(m_buffer.size() - done));
            if (put < 0 && errno != EINTR)
                return errnoError(errno, ErrorCode::FileUnwritable, QStringLiteral("journal"));
            done += std::max<ssize_t>(put, 0);
        }
        m_buffer.resize(0);
        return ok();
    }

private:
    const int m_fd;
    quint32 m_records = 0;
    QByteArray m_buffer;
};

/// Calls `take` with each of the records numbered `first` to `end`, in order.
Result<> eachRecord(int fd, quint32 first, quint32 end, const std::function<Result<>(quint32, const JournalRecord &)> &take)
{
    std::vector<JournalBytes> batch(batchSize);
    for (quint32 at = first; at < end; at += batchSize) {
        const quint32 count = std::min(batchSize, end - at);
        const size_t bytes = count * journalRecordSize;
        if (::pread(fd, batch.data(), bytes, off_t(at) * off_t(journalRecordSize)) != ssize_t(bytes))
            return Error{ErrorCode::JournalUnreadable, Retry::Never, {}, QStringLiteral("shorter than it was")};
        for (quint32 i = 0; i < count; ++i) {
            const std::optional<JournalRecord> record = decodeRecord(batch[i], at + i);
            if (!record)
                return Error{ErrorCode::JournalUnreadable, Retry::Never, {}, QStringLiteral("record %1 is damaged").arg(at + i)};
            if (Result<> taken = take(at + i, *record); !taken)
                return taken;
        }
    }
    return ok();
}

}

Result<> Journal::sync(quint64 wireBytes)
{
    const std::lock_guard syncing(m_syncMutex);
    if (wireBytes != m_wireBytes) {
        JournalRecord record{Kind::Wire, 0, 0, {}};
        qToLittleEndian(wireBytes, record.content.bytes.data());
        if (Result<> written = append({&record, 1}); !written)
            return written;
    }
    {
        const std::lock_guard lock(m_mutex);
        compactWhenLarge();
        if (!std::exchange(m_dirty, false))
            return ok();
    }
    // Outside the lock: marks may go on while the medium is slow.
    if (::fdatasync(m_fd.get()) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, m_path);
    return ok();
}

void Journal::syncFolder() const
{
    const Fd folder(::open(QFile::encodeName(QFileInfo(m_path).absolutePath()).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder)
        ::fsync(folder.get());
}

/// Head and identities, maps, the bytes sent, and one record for each extent that is stored.
quint64 Journal::liveRecords() const
{
    return 1 + 2 * quint64(m_indexes.size()) + 1 + std::accumulate(m_counts.begin(), m_counts.end(), quint64(0));
}

quint64 Journal::mostRecords() const
{
    const std::lock_guard lock(m_mutex);
    return growth * liveRecords() + slack;
}

/// What fails here costs room only: the file is as good as before, and is tried again when it has doubled.
void Journal::compactWhenLarge()
{
    if (m_records <= std::max(growth * liveRecords() + slack, m_notBefore))
        return;
    const quint32 before = m_records;
    const Result<> done = compact();
    m_notBefore = done ? 0 : 2 * quint64(m_records);
    if (done)
        log::info("stream", QStringLiteral("the journal was written anew"),
            {{QStringLiteral("records"), qint64(before)}, {QStringLiteral("now"), qint64(m_records)}});
    else
        log::warning("stream", QStringLiteral("the journal cannot be written anew: ") + logLine(done.error()));
}

Result<> Journal::compact()
{
    const QByteArray path = QFile::encodeName(temporaryPath(m_path));
    ::unlink(path.constData()); // of an earlier try
    Fd fd(::open(path.constData(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, privateFile));
    if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) // locked before anybody can find it under its name
        return errnoError(errno, ErrorCode::FileUnwritable, m_path);
    std::vector<std::vector<quint32>> places = m_places;
    const Result<quint32> records = writeLive(fd.get(), places);
    Result<> written = records ? ok() : records.error();
    if (written && (::fsync(fd.get()) != 0 || ::rename(path.constData(), QFile::encodeName(m_path).constData()) != 0))
        written = errnoError(errno, ErrorCode::FileUnwritable, m_path);
    if (!written) {
        ::unlink(path.constData());
        return written;
    }
    syncFolder();
    m_fd = std::move(fd);
    m_places = std::move(places);
    m_records = *records;
    m_dirty = false;
    return ok();
}

/// What counts, to a new file. `places`: those of before, then those in it. Gives how many records it has.
Result<quint32> Journal::writeLive(int fd, std::vector<std::vector<quint32>> &places) const
{
    Writer writer(fd);
    const quint32 heads = 1 + quint32(m_indexes.size());
    Result<> written = eachRecord(m_fd.get(), 0, heads, [&writer](quint32, const JournalRecord &record) { return writer.add(record); });
    for (size_t i = 0; written && i < m_maps.size(); ++i) {
        if (!(m_maps[i] == wire::Digest{})) // none was ever recorded
            written = writer.add({Kind::Map, m_indexes.at(qsizetype(i)), 0, m_maps[i]});
    }
    JournalRecord sent{Kind::Wire, 0, 0, {}};
    qToLittleEndian(m_wireBytes.load(), sent.content.bytes.data());
    if (written)
        written = writer.add(sent);
    const auto keepStored = [&](quint32 number, const JournalRecord &record) -> Result<> {
        const qsizetype disk = record.kind == Kind::Stored ? m_indexes.indexOf(record.disk) : -1;
        if (disk < 0 || record.extent >= m_places[size_t(disk)].size() || m_places[size_t(disk)][record.extent] != number)
            return ok();
        places[size_t(disk)][record.extent] = writer.records();
        return writer.add(record);
    };
    if (written)
        written = eachRecord(m_fd.get(), heads, m_records, keepStored);
    if (written)
        written = writer.flush();
    return written ? Result<quint32>(writer.records()) : Result<quint32>(written.error());
}

}
