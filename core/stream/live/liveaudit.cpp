#include "core/stream/live/liverun.h"

#include <QRandomGenerator>
#include <cstring>

namespace edgelift {

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
    BufferPool pool(1, m_job.extentSize);
    const BufferRef buffer = pool.acquire({});
    QList<QPair<int, quint64>> changed;
    quint64 audited = 0;
    for (quint64 left = m_outside.settings.audit.count / m_job.extentSize; left > 0 && !clean.isEmpty() && !m_stop.stop_requested();
         --left) {
        std::swap(clean[QRandomGenerator::global()->bounded(clean.size())], clean.last());
        const auto [disk, block] = clean.takeLast();
        const Result<bool> same = isAsSent(disk, block, buffer);
        if (!same)
            return same.error();
        ++audited;
        if (!*same)
            changed.append({disk, block});
    }
    m_point.audited += audited;
    return haveMarks(std::move(changed));
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
