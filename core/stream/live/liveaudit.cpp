#include "core/stream/live/liverun.h"

#include <QRandomGenerator>
#include <cstring>
#include <mutex>
#include <thread>

namespace edgelift {

namespace {
constexpr size_t readers = 4;
}

/// Step 7: clean blocks, at random, must read as they were sent. One that does not, and has no mark even now, is a write that the
/// tracker missed.
Result<> LiveRun::audit()
{
    QList<QPair<int, quint64>> clean;
    for (int disk = 0; disk < int(m_stamps.size()); ++disk) {
        for (quint64 block = 0; block < m_stamps[size_t(disk)].blocks(); ++block) {
            if (copied(disk)[block] > m_marks[size_t(disk)][block])
                clean.append({disk, block});
        }
    }
    QList<QPair<int, quint64>> chosen;
    for (quint64 left = m_outside.settings.audit.count / m_job.extentSize; left > 0 && !clean.isEmpty(); --left) {
        std::swap(clean[QRandomGenerator::global()->bounded(clean.size())], clean.last());
        chosen.append(clean.takeLast());
    }
    const Result<QList<QPair<int, quint64>>> changed = changedOf(chosen);
    return changed ? haveMarks(*changed) : changed.error();
}

/// Those of `blocks` that do not read as they were sent. Several at once, as disks like it.
Result<QList<QPair<int, quint64>>> LiveRun::changedOf(const QList<QPair<int, quint64>> &blocks)
{
    BufferPool pool(readers, m_job.extentSize);
    std::mutex mutex; // of the next three
    QList<QPair<int, quint64>> changed;
    std::optional<Error> error;
    quint64 audited = 0;
    std::atomic<qsizetype> next = 0;
    const auto readSome = [&] {
        const BufferRef buffer = pool.acquire({});
        for (qsizetype at = next++; at < blocks.size() && !m_stop.stop_requested(); at = next++) {
            const auto [disk, block] = blocks.at(at);
            const Result<bool> same = isAsSent(disk, block, buffer);
            const std::lock_guard lock(mutex);
            if (!same) {
                error = same.error();
                next = blocks.size();
                continue;
            }
            ++audited;
            if (!*same)
                changed.append({disk, block});
        }
    };
    {
        std::vector<std::jthread> threads;
        for (size_t i = 0; i < readers; ++i)
            threads.emplace_back(readSome);
    }
    m_point.audited += audited;
    return error ? Result<QList<QPair<int, quint64>>>(*error) : Result<QList<QPair<int, quint64>>>(changed);
}

/// What changed is marked when its write completes: one that is on its way now gets the time that a write may take.
Result<> LiveRun::haveMarks(QList<QPair<int, quint64>> changed)
{
    for (const auto end = Clock::now() + m_outside.settings.longestWrite;;) {
        if (Result<> looked = look(); !looked)
            return looked;
        changed.removeIf(
            [this](const QPair<int, quint64> &at) { return copied(at.first)[at.second] <= m_marks[size_t(at.first)][at.second]; });
        if (changed.isEmpty())
            return ok();
        if (Clock::now() >= end)
            return Error{ErrorCode::TrackingLost, Retry::AfterWait, {m_outside.disks.at(changed.first().first).path},
                QStringLiteral("block %1 changed without a mark").arg(changed.first().second)};
        wait(std::chrono::milliseconds(50), false);
        if (Result<> going = stopped(); !going)
            return going;
    }
}

Result<bool> LiveRun::isAsSent(int disk, quint64 block, const BufferRef &buffer)
{
    const ExtentPlan &plan = m_firstPlans[size_t(disk)];
    const quint64 offset = block * m_job.extentSize;
    const size_t length = plan.bytesOf(block, 1).count;
    if (Result<> read = m_job.readers[size_t(disk)]->read(offset, length, *buffer); !read)
        return read.error();
    if (copied(disk)[block] == m_passEra) {
        for (const ByteRange &range : plan.freeWithin(ByteRange{offset, length}))
            std::memset(buffer->data + (range.offset - offset), 0, range.length);
    }
    const Result<wire::Digest> sent = m_job.journal->digest(disk, block);
    if (!sent)
        return sent.error();
    return *sent == wire::digestOf({buffer->data, length});
}

}
