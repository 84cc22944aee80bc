#include "core/base/log.h"
#include "core/stream/live/liverun.h"

#include <QFile>
#include <condition_variable>

namespace edgelift {

namespace {
using namespace std::chrono_literals;
constexpr std::chrono::milliseconds tick = 100ms;
constexpr quint64 sampleBytes = 16U << 20; // read to learn how fast the disks are

/// A quarter of what the kernel says could be had without swapping; 0 when it does not say.
quint64 roomInMemory()
{
    QFile file(QStringLiteral("/proc/meminfo"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("MemAvailable:"))
            return line.mid(13).simplified().split(' ').value(0).toULongLong() * 1024 / 4;
    }
    return 0;
}

}

/// Steps 5 and 6: until what is dirty can be read within the time that the freeze may take, and the cutover is wanted. The freeze is
/// decided on fresh numbers: after everything held back was written, and with the rate at which the disks read now.
Result<> LiveRun::rounds()
{
    if (rescans())
        return comparisons();
    m_forecast.beginRounds();
    bool audited = !m_outside.settings.keeps(LiveRule::Audit);
    bool approached = false;
    bool settled = false;
    for (;;) {
        for (Result<> (LiveRun::*step)() :
            {&LiveRun::stopped, &LiveRun::measureWrites, &LiveRun::advance, &LiveRun::look, &LiveRun::intact, &LiveRun::measureReads}) {
            if (Result<> done = (this->*step)(); !done)
                return done;
        }
        for (size_t disk = 0; disk < m_stamps.size(); ++disk)
            m_stamps[disk].countRound(m_dirty[disk]);
        const bool fits = predict();
        judge(fits);
        if (fits && m_outside.live.cutover) {
            if (std::exchange(settled, true))
                return ok();
            if (Result<> asSent = std::exchange(audited, true) ? ok() : audit(); !asSent)
                return asSent;
            if (Result<> near = std::exchange(approached, true) ? ok() : besides(LiveMoment::FreezeNear); !near)
                return near;
            m_outside.freezer.flush();
            continue;
        }
        settled = false;
        if (m_dirtyBytes > 0) {
            ++m_point.rounds;
            enter(Phase::Round);
            if (Result<> sent = send(withoutHot(), m_era, true); !sent)
                return sent;
        }
        if (fits)
            enter(Phase::InSync);
        if (fits || m_dirtyBytes == 0) // nothing to send, and yet too long: freezing alone takes its time
            wait(m_outside.settings.syncEvery, fits);
    }
}

Result<> LiveRun::advance()
{
    const Clock::time_point begin = Clock::now();
    const Result<quint32> era = m_outside.changes.advanceEra();
    if (!era)
        return era.error();
    m_forecast.eraTook(Clock::now() - begin);
    m_era = *era;
    m_eraBegan = m_sampled = Clock::now();
    return ok();
}

/// How much became dirty in the era so far, a second.
Result<> LiveRun::measureWrites()
{
    if (rescans())
        return ok(); // each comparison tells
    quint64 bytes = 0;
    for (int disk = 0; disk < int(m_stamps.size()); ++disk) {
        const Result<std::vector<quint32>> marks = m_outside.changes.marks(disk);
        if (!marks)
            return marks.error();
        bytes += m_stamps[size_t(disk)].bytesOf(m_stamps[size_t(disk)].markedSince(*marks, m_era)).total();
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - m_eraBegan).count();
    m_now.writeRate = double(bytes) / std::max(seconds, 1e-3);
    m_now.dirty.count = bytes;
    return ok();
}

/// Marks, drained, and what follows from them.
Result<> LiveRun::look()
{
    const Clock::time_point begin = Clock::now();
    for (int disk = 0; disk < int(m_stamps.size()); ++disk) {
        Result<std::vector<quint32>> marks = m_outside.changes.marks(disk);
        if (!marks)
            return marks.error();
        if (marks->size() != m_stamps[size_t(disk)].blocks())
            return Error{ErrorCode::SourceChanged, Retry::Never, {m_outside.disks.at(disk).path},
                QStringLiteral("%1 blocks are tracked, not %2").arg(marks->size()).arg(m_stamps[size_t(disk)].blocks())};
        m_marks[size_t(disk)] = marks.take();
        m_dirty[size_t(disk)] = m_stamps[size_t(disk)].dirty(m_marks[size_t(disk)], copied(disk));
    }
    m_forecast.lookTook(Clock::now() - begin);
    m_dirtyBytes = bytesOf(m_dirty);
    m_now.dirty.count = m_dirtyBytes;
    return ok();
}

quint64 LiveRun::bytesOf(const ByDisk &blocks) const
{
    quint64 bytes = 0;
    for (size_t disk = 0; disk < blocks.size(); ++disk)
        bytes += m_stamps[disk].bytesOf(blocks[disk]).total();
    return bytes;
}

/// How fast the freeze will read: by reading what it would read now, or as much else, in the same way. Anew each time while a freeze is
/// near: a busy moment must not count for ever.
Result<> LiveRun::measureReads()
{
    if (m_forecast.knowsReadRate() && !m_outside.live.cutover)
        return ok();
    ByDisk sample(m_stamps.size());
    quint64 left = sampleBytes / m_job.extentSize;
    for (size_t disk = 0; disk < m_stamps.size(); ++disk) {
        const RangeSet from = rescans() || m_dirty[disk].isEmpty() ? m_stamps[disk].blocksOf(m_stamps[disk].used()) : m_dirty[disk];
        for (const ByteRange &range : from) {
            const quint64 take = std::min(range.length, left);
            if (take > 0)
                sample[disk].add(ByteRange{range.offset, take});
            left -= take;
        }
    }
    std::vector<RangeSet> bytes;
    for (size_t disk = 0; disk < m_stamps.size(); ++disk)
        bytes.push_back(m_stamps[disk].bytesOf(sample[disk]));
    const auto memory = FrozenSet::make({sampleBytes + m_job.extentSize});
    if (!memory)
        return memory.error();
    const Clock::time_point begin = Clock::now();
    const auto hashed = [](int, quint64, std::span<const char> read) { return wire::digestOf(read) == wire::Digest(); };
    const auto limit = begin + m_outside.settings.deadline;
    if (rescans()) {
        if (const auto read = (*memory)->fillWhere(bytes, m_job.extentSize, m_job.readers, hashed, limit); !read)
            return read.error();
    } else if (Result<> read = (*memory)->fill(bytes, m_job.readers, limit); !read) {
        return read;
    }
    m_forecast.read(bytesOf(sample), Clock::now() - begin);
    return ok();
}

/// Whether a freeze now would be short enough and what it reads would have room.
bool LiveRun::predict()
{
    const quint64 free = roomInMemory();
    m_now.room = m_outside.settings.mostRoom;
    if (free > 0)
        m_now.room.count = std::min(m_now.room.count, free);
    const FreezeForecast::Time predicted = m_forecast.timeFor(frozenReads());
    m_now.predicted = std::chrono::ceil<std::chrono::milliseconds>(predicted);
    return predicted <= FreezeForecast::aim(budget()) && m_dirtyBytes <= m_now.room.count;
}

/// Three rounds that made the freeze no shorter are told, with both rates; it goes on trying: the server may become quiet, or
/// somebody may raise a limit.
void LiveRun::judge(bool fits)
{
    using Remedy = LiveProgress::Remedy;
    const bool improves = m_forecast.improves(m_forecast.timeFor(frozenReads()));
    const bool converging = fits || improves;
    if (!converging && m_now.converging)
        log::warning("live", QStringLiteral("rounds bring no improvement"),
            {{QStringLiteral("writeRate"), m_now.writeRate}, {QStringLiteral("linkRate"), m_now.linkRate},
                {QStringLiteral("dirty"), qint64(m_dirtyBytes)}, {QStringLiteral("predictedMs"), qint64(m_now.predicted.count())}});
    m_now.converging = converging;
    m_now.remedies.clear();
    if (converging)
        return;
    const LimitsInForce limits = m_job.limits.inForce();
    if (limits.limitMbps > 0 || limits.diskMBps > 0)
        m_now.remedies.append(Remedy::RaiseLimits);
    m_now.remedies += {Remedy::QuietHours, Remedy::StopServices, Remedy::LongerFreeze};
}

/// What is written in every round is left for the end, if the end can take it.
LiveRun::ByDisk LiveRun::withoutHot() const
{
    ByDisk hot;
    for (size_t disk = 0; disk < m_stamps.size(); ++disk)
        hot.push_back(m_stamps[disk].hot().intersected(m_dirty[disk]));
    const quint64 bytes = bytesOf(hot);
    const bool fit = bytes <= m_now.room.count && m_forecast.timeFor(bytes) <= FreezeForecast::aim(budget());
    ByDisk rest = m_dirty;
    for (size_t disk = 0; fit && disk < rest.size(); ++disk)
        rest[disk].subtract(hot[disk]);
    return rest;
}

void LiveRun::wait(std::chrono::milliseconds time, bool endsAtCutover)
{
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    for (const auto end = Clock::now() + time; Clock::now() < end && !m_stop.stop_requested();) {
        if (endsAtCutover && m_outside.live.cutover)
            return;
        never.wait_for(lock, m_stop, std::min<Clock::duration>(tick, end - Clock::now()), [] { return false; });
        report();
    }
}

}
