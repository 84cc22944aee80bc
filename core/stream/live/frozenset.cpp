#include "core/stream/live/frozenset.h"

#include <QLocale>
#include <algorithm>
#include <chrono>
#include <cstring>
#include <mutex>
#include <optional>
#include <sys/mman.h>
#include <thread>

namespace edgelift {

namespace {

constexpr quint64 longestRun = 1U << 20; // several reads under way keep a disk busy; short ones spread evenly
constexpr int readers = 4;

QString shown(quint64 bytes) { return QLocale::c().formattedDataSize(qint64(bytes), 1, QLocale::DataSizeIecFormat); }

quint64 aligned(quint64 bytes) { return (bytes + BufferPool::alignment - 1) / BufferPool::alignment * BufferPool::alignment; }

}

Result<std::unique_ptr<FrozenSet>> FrozenSet::make(Bytes room)
{
    std::unique_ptr<FrozenSet> set(new FrozenSet);
    const quint64 bytes = std::max<quint64>(aligned(room.count), BufferPool::alignment);
    const quint64 all = bytes + readers * longestRun;
    void *memory = ::mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED)
        return Error{ErrorCode::NoSpace, Retry::AfterUserAction, {QStringLiteral("memory")}, QStringLiteral("%1 bytes").arg(all)};
    set->m_memory = static_cast<char *>(memory);
    set->m_room = bytes;
    set->m_locked = ::mlock(memory, all) == 0; // an unprivileged process may not; it is touched in any case
    return set;
}

FrozenSet::~FrozenSet()
{
    if (m_memory)
        ::munmap(m_memory, m_room + readers * longestRun);
}

Result<> FrozenSet::fill(const std::vector<RangeSet> &bytes, const std::vector<std::unique_ptr<DiskReader>> &disks,
    std::chrono::steady_clock::time_point deadline)
{
    const size_t first = m_runs.size();
    quint64 place = m_used;
    for (size_t disk = 0; disk < bytes.size(); ++disk) {
        for (const ByteRange &range : bytes[disk]) {
            for (quint64 at = range.offset; at < range.end(); at += longestRun) {
                m_runs.push_back({int(disk), at, std::min(longestRun, range.end() - at), place});
                place += aligned(m_runs.back().length);
            }
        }
    }
    m_overflowed = place > m_room;
    if (m_overflowed) {
        m_runs.resize(first);
        return tooLong(place, "more than the memory holds");
    }
    std::mutex mutex;
    std::optional<Error> error;
    std::atomic<size_t> next = first;
    std::atomic<bool> late = false;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < readers; ++i) {
            threads.emplace_back([&] {
                for (size_t at = next++; at < m_runs.size() && !late; at = next++) {
                    const Run &run = m_runs[at];
                    late = late || std::chrono::steady_clock::now() > deadline;
                    const Result<> read =
                        disks[size_t(run.disk)]->read(run.offset, run.length, {m_memory + run.place, aligned(run.length)});
                    if (read)
                        continue;
                    const std::lock_guard lock(mutex);
                    error = read.error();
                    next = m_runs.size();
                }
            });
        }
    }
    if (error) {
        m_runs.resize(first);
        return *error;
    }
    if (late || std::chrono::steady_clock::now() > deadline) { // the last run may have been the slow one
        m_runs.resize(first);
        return tooLong(place, "the deadline came");
    }
    m_used = place;
    return ok();
}

Error FrozenSet::tooLong(quint64 wanted, const char *why) const
{
    return {ErrorCode::FreezeTooLong, Retry::AfterWait, {shown(wanted), shown(m_room)}, QString::fromLatin1(why)};
}

Result<std::vector<RangeSet>> FrozenSet::fillWhere(const std::vector<RangeSet> &bytes, quint32 blockBytes,
    const std::vector<std::unique_ptr<DiskReader>> &disks, const Keep &keep, std::chrono::steady_clock::time_point deadline)
{
    std::vector<Run> all;
    for (size_t disk = 0; disk < bytes.size(); ++disk) {
        for (const ByteRange &range : bytes[disk]) {
            for (quint64 at = range.offset; at < range.end(); at += blockBytes)
                all.push_back({int(disk), at, std::min<quint64>(blockBytes, range.end() - at), 0});
        }
    }
    std::mutex mutex; // of the next three
    std::optional<Error> error;
    std::vector<Run> kept;
    quint64 place = m_used;
    std::atomic<size_t> next = 0;
    std::atomic<bool> late = false;
    const auto look = [&](char *scratch) {
        for (size_t at = next++; at < all.size() && !late; at = next++) {
            Run run = all[at];
            late = late || std::chrono::steady_clock::now() > deadline;
            const Result<> read = disks[size_t(run.disk)]->read(run.offset, run.length, {scratch, aligned(run.length)});
            if (read && !keep(run.disk, run.offset / blockBytes, {scratch, run.length}))
                continue;
            const std::lock_guard lock(mutex);
            run.place = place;
            place += aligned(run.length);
            if (!read)
                error = read.error();
            if (!read || place > m_room) {
                next = all.size();
                return;
            }
            std::memcpy(m_memory + run.place, scratch, run.length);
            kept.push_back(run);
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < readers; ++i)
            threads.emplace_back(look, m_memory + m_room + quint64(i) * longestRun);
    }
    if (error)
        return *error;
    m_overflowed = place > m_room;
    if (m_overflowed)
        return tooLong(place, "more than the memory holds");
    if (late || std::chrono::steady_clock::now() > deadline)
        return tooLong(place, "the deadline came");
    m_used = place;
    m_runs.insert(m_runs.end(), kept.begin(), kept.end());
    std::sort(kept.begin(), kept.end(), [](const Run &left, const Run &right) { return left.offset < right.offset; });
    std::vector<RangeSet> blocks(bytes.size());
    for (const Run &run : kept)
        blocks[size_t(run.disk)].add(ByteRange{run.offset / blockBytes, 1});
    return blocks;
}

bool FrozenSet::holds(int disk, quint64 offset, std::span<const char> bytes) const
{
    for (auto run = m_runs.rbegin(); run != m_runs.rend(); ++run) {
        if (run->disk == disk && offset >= run->offset && offset + bytes.size() <= run->offset + run->length)
            return std::memcmp(m_memory + run->place + (offset - run->offset), bytes.data(), bytes.size()) == 0;
    }
    return false;
}

/// A disk as it was read.
class FrozenSet::Reader final : public DiskReader
{
public:
    Reader(const FrozenSet &set, int disk)
        : m_set(set)
        , m_disk(disk)
    {
    }
    Result<> read(quint64 offset, size_t length, const Buffer &into) override
    {
        for (size_t done = 0; done < length;) {
            const size_t part = m_set.copy(m_disk, into.data + done, length - done, offset + done);
            if (part == 0)
                return Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {QString()},
                    QStringLiteral("offset %1 was not read while everything stood still").arg(offset + done)};
            done += part;
        }
        return ok();
    }

private:
    const FrozenSet &m_set;
    const int m_disk;
};

std::unique_ptr<DiskReader> FrozenSet::reader(int disk) const { return std::make_unique<Reader>(*this, disk); }

/// As much as lies together: who wants more asks again. 0: it is not here.
size_t FrozenSet::copy(int disk, char *into, size_t length, quint64 offset) const
{
    for (auto run = m_runs.rbegin(); run != m_runs.rend(); ++run) {
        if (run->disk != disk || offset < run->offset || offset >= run->offset + run->length)
            continue;
        const size_t count = std::min<size_t>(length, run->offset + run->length - offset);
        std::memcpy(into, m_memory + run->place + (offset - run->offset), count);
        return count;
    }
    return 0;
}

}
