#include "core/stream/journal.h"

#include "core/base/files.h"
#include "core/stream/journalrecord.h"
#include "core/wire/messages.h"

#include <QFile>
#include <QtEndian>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace edgelift {

namespace {

using Kind = JournalRecord::Kind;
constexpr quint32 version = 1;
constexpr size_t readAhead = 4096; // records read at once

wire::Digest digestOf(const QByteArray &bytes) { return wire::digestOf({bytes.constData(), size_t(bytes.size())}); }

JournalRecord head(const Journal::Binding &binding)
{
    QByteArray bound = binding.job.toUtf8() + '\n' + QByteArray::number(binding.epoch);
    if (binding.extentSize != wire::extentSize)
        bound += '\n' + QByteArray::number(binding.extentSize);
    return {Kind::Head, quint32(binding.disks.size()), version, digestOf(bound)};
}

JournalRecord identity(const Journal::Disk &disk)
{
    return {Kind::Identity, disk.index, 0, digestOf(disk.identity.toUtf8() + '\n' + QByteArray::number(disk.size.count))};
}

bool operator==(const JournalRecord &a, const JournalRecord &b)
{
    return a.kind == b.kind && a.disk == b.disk && a.extent == b.extent && a.content == b.content;
}

off_t placeOf(quint32 number) { return off_t(number) * off_t(journalRecordSize); }

std::optional<JournalRecord> readRecord(int fd, quint32 number)
{
    JournalBytes bytes{};
    if (::pread(fd, bytes.data(), bytes.size(), placeOf(number)) != ssize_t(bytes.size()))
        return std::nullopt;
    return decodeRecord(bytes, number);
}

/// The file may have been written anew between being opened and being locked.
bool isStillAt(const QString &path, const struct stat &file)
{
    struct stat now
    {
    };
    return ::stat(QFile::encodeName(path).constData(), &now) == 0 && now.st_dev == file.st_dev && now.st_ino == file.st_ino;
}

}

Journal::Journal(QString path, const Binding &binding)
    : m_path(std::move(path))
    , m_maps(size_t(binding.disks.size()))
    , m_places(size_t(binding.disks.size()))
    , m_counts(size_t(binding.disks.size()))
{
    for (qsizetype i = 0; i < binding.disks.size(); ++i) {
        m_indexes.append(binding.disks.at(i).index);
        m_places[size_t(i)].resize((binding.disks.at(i).size.count + binding.extentSize - 1) / binding.extentSize);
    }
}

Journal::~Journal() = default;

Error Journal::unreadable(const QString &why) const { return {ErrorCode::JournalUnreadable, Retry::Never, {m_path}, why}; }

Result<std::unique_ptr<Journal>> Journal::open(const QString &path, const Binding &binding)
{
    std::unique_ptr<Journal> journal(new Journal(path, binding));
    journal->m_fd.reset(::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, privateFile));
    const int fd = journal->m_fd.get();
    if (fd < 0)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
        return Error{ErrorCode::JobRunning, Retry::AfterWait, {binding.job}, QStringLiteral("the journal is in use")};
    struct stat status
    {
    };
    if (::fstat(fd, &status) != 0)
        return errnoError(errno, ErrorCode::FileUnreadable, path);
    if (!isStillAt(path, status))
        return Error{ErrorCode::JobRunning, Retry::AfterWait, {binding.job}, QStringLiteral("the journal was just written anew")};
    QFile::remove(temporaryPath(path)); // of a run that ended while it wrote the file anew
    // With no more than head and maps in it, a head that is not whole means that a crash came while the file was made: no mark is lost.
    const quint64 disks = quint64(binding.disks.size());
    const bool maybeMarks = quint64(status.st_size) > (1 + 2 * disks) * journalRecordSize;
    Result<> opened = ok();
    if (!maybeMarks && !journal->isHeadWhole(binding.disks.size()))
        opened = journal->create(binding);
    else if (opened = journal->checkHead(binding); opened)
        opened = journal->load(quint64(status.st_size));
    if (opened)
        opened = journal->bindMaps(binding);
    if (!opened)
        return opened.error();
    return journal;
}

Result<> Journal::create(const Binding &binding)
{
    if (::ftruncate(m_fd.get(), 0) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, m_path);
    m_records = 0;
    std::vector<JournalRecord> records{head(binding)};
    for (const Disk &disk : binding.disks)
        records.push_back(identity(disk));
    if (Result<> written = append(records); !written)
        return written;
    if (::fsync(m_fd.get()) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, m_path);
    syncFolder();
    return ok();
}

bool Journal::isHeadWhole(qsizetype disks) const
{
    for (qsizetype i = 0; i <= disks; ++i) {
        if (!readRecord(m_fd.get(), quint32(i)))
            return false;
    }
    return true;
}

Result<> Journal::checkHead(const Binding &binding) const
{
    const std::optional<JournalRecord> found = readRecord(m_fd.get(), 0);
    if (!found || !(*found == head(binding)))
        return unreadable(found ? QStringLiteral("of another job, epoch or version") : QStringLiteral("damaged at its head"));
    for (qsizetype i = 0; i < binding.disks.size(); ++i) {
        const std::optional<JournalRecord> disk = readRecord(m_fd.get(), quint32(1 + i));
        if (!disk)
            return unreadable(QStringLiteral("damaged at its head"));
        if (!(*disk == identity(binding.disks.at(i))))
            return Error{ErrorCode::SourceChanged, Retry::Never, {binding.disks.at(i).name}, QStringLiteral("not what the journal knows")};
    }
    return ok();
}

Result<> Journal::load(quint64 fileSize)
{
    m_records = quint32(1 + m_indexes.size());
    const quint64 whole = std::min<quint64>(fileSize / journalRecordSize, 0xffffffffU);
    std::vector<JournalBytes> batch(readAhead);
    bool good = true;
    while (good && m_records < whole) {
        const size_t ask = std::min<quint64>(readAhead, whole - m_records);
        const ssize_t got = ::pread(m_fd.get(), batch.data(), ask * journalRecordSize, placeOf(m_records));
        if (got < 0)
            return errnoError(errno, ErrorCode::FileUnreadable, m_path);
        const size_t count = size_t(got) / journalRecordSize;
        good = count > 0;
        for (size_t i = 0; good && i < count; ++i) {
            const std::optional<JournalRecord> record = decodeRecord(batch[i], m_records);
            good = record.has_value();
            if (good)
                apply(*record, m_records++, m_maps);
        }
    }
    // The torn tail goes: new records must follow the last good one.
    if (fileSize > quint64(placeOf(m_records)) && ::ftruncate(m_fd.get(), placeOf(m_records)) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, m_path);
    return ok();
}

void Journal::apply(const JournalRecord &record, quint32 number, std::vector<wire::Digest> &maps)
{
    if (record.kind == Kind::Wire) {
        m_wireBytes = qFromLittleEndian<quint64>(record.content.bytes.data());
        return;
    }
    const qsizetype disk = m_indexes.indexOf(record.disk);
    if (disk < 0)
        return;
    std::vector<quint32> &places = m_places[size_t(disk)];
    quint64 &count = m_counts[size_t(disk)];
    if (record.kind == Kind::Map) {
        maps[size_t(disk)] = record.content;
        std::fill(places.begin(), places.end(), 0);
        count = 0;
    } else if ((record.kind == Kind::Stored || record.kind == Kind::Forgotten) && record.extent < places.size()) {
        quint32 &place = places[record.extent];
        count -= place != 0 ? 1 : 0;
        place = record.kind == Kind::Stored ? number : 0;
        count += place != 0 ? 1 : 0;
    }
}

Result<> Journal::bindMaps(const Binding &binding)
{
    std::vector<JournalRecord> changed;
    for (const Disk &disk : binding.disks) {
        const size_t i = size_t(m_indexes.indexOf(disk.index));
        if (!(m_maps[i] == disk.map))
            changed.push_back({Kind::Map, disk.index, 0, disk.map});
    }
    return append(changed);
}

bool Journal::isStored(int disk, quint64 extent) const
{
    const std::lock_guard lock(m_mutex);
    const std::vector<quint32> &places = m_places[size_t(disk)];
    return extent < places.size() && places[extent] != 0;
}

quint64 Journal::storedExtents(int disk) const
{
    const std::lock_guard lock(m_mutex);
    return m_counts[size_t(disk)];
}

Result<wire::Digest> Journal::digest(int disk, quint64 extent) const
{
    const std::lock_guard lock(m_mutex); // of the place, and of the file that it is in
    const std::vector<quint32> &places = m_places[size_t(disk)];
    const quint32 place = extent < places.size() ? places[extent] : 0;
    const std::optional<JournalRecord> record = place != 0 ? readRecord(m_fd.get(), place) : std::nullopt;
    if (!record || record->kind != Kind::Stored || record->extent != extent)
        return unreadable(QStringLiteral("no hash of extent %1 of disk %2").arg(extent).arg(disk));
    return record->content;
}

Result<> Journal::markStored(int disk, quint64 first, std::span<const wire::Digest> digests)
{
    std::vector<JournalRecord> records;
    records.reserve(digests.size());
    for (const wire::Digest &digest : digests)
        records.push_back({Kind::Stored, m_indexes.at(disk), quint32(first++), digest});
    return append(records);
}

Result<> Journal::forget(int disk, const QList<quint64> &extents)
{
    std::vector<JournalRecord> records;
    records.reserve(size_t(extents.size()));
    for (const quint64 extent : extents)
        records.push_back({Kind::Forgotten, m_indexes.at(disk), quint32(extent), {}});
    return append(records);
}

Result<> Journal::append(std::span<JournalRecord> records)
{
    if (records.empty())
        return ok();
    const std::lock_guard lock(m_mutex);
    QByteArray bytes;
    bytes.reserve(qsizetype(records.size() * journalRecordSize));
    for (size_t i = 0; i < records.size(); ++i) {
        const JournalBytes encoded = encode(records[i], m_records + quint32(i));
        bytes.append(encoded.data(), encoded.size());
    }
    // At a fixed place: after a failed write the next one overwrites what got through of it.
    for (qsizetype done = 0; done < bytes.size();) {
        const ssize_t put = ::pwrite(m_fd.get(), bytes.constData() + done, size_t(bytes.size() - done), placeOf(m_records) + done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errnoError(errno, ErrorCode::FileUnwritable, m_path);
        done += put;
    }
    for (const JournalRecord &record : records)
        apply(record, m_records++, m_maps);
    m_dirty = true;
    return ok();
}

}
