#include "core/base/log.h"
#include "core/stream/live/liverun.h"
#include "core/stream/pipeline.h"

namespace edgelift {

namespace {
using namespace std::chrono_literals;
constexpr std::chrono::milliseconds tick = 20ms; // rounds may be short
constexpr std::chrono::milliseconds syncEvery = 1s;
}

/// Whole blocks: what is free in them may have been taken since we looked, so nothing is zeroed.
Result<> LiveRun::send(const ByDisk &blocks, quint32 era, bool watchLoss)
{
    m_job.plans.clear();
    for (size_t disk = 0; disk < m_stamps.size(); ++disk) {
        RangeSet bytes = m_stamps[disk].bytesOf(blocks[disk]);
        if (!m_outside.settings.keeps(LiveRule::ZeroingOnce))
            bytes = bytes.intersected(m_stamps[disk].used());
        m_job.plans.emplace_back(m_outside.disks.at(int(disk)).size, bytes, m_job.extentSize);
    }
    return sendPlans(era, watchLoss);
}

/// Until every block of the job's plans is acknowledged. What is read is stamped `era`, which is published already.
Result<> LiveRun::sendPlans(quint32 era, bool watchLoss)
{
    m_job.live.era = era;
    m_progress.total = {};
    m_progress.totalByDisk.clear();
    for (size_t disk = 0; disk < m_job.plans.size(); ++disk) {
        const ExtentPlan &plan = m_job.plans[disk];
        m_job.done[disk] = 0;
        for (const ByteRange &range : plan.wanted()) {
            for (quint64 block = range.offset; block < range.end(); ++block)
                m_job.done[disk] += m_job.isDone(int(disk), block) ? plan.bytesOf(block, 1).count : 0;
        }
        m_progress.totalByDisk.append(plan.total());
        m_progress.total.count += plan.total().count;
    }
    quint64 before = 0;
    for (const std::atomic<quint64> &disk : m_job.done)
        before += disk;
    m_sentBefore -= before;
    const Result<> sent = m_attempts->run([this, watchLoss] {
        const Result<> tried = attempt(watchLoss);
        const Result<> whole = tried || !watchLoss ? ok() : intact();
        if (whole)
            return tried;
        Error lost = whole.error();
        lost.retry = Retry::Never; // no waiting brings it back: makePoint() begins anew
        return Result<>(lost);
    });
    report(true);
    for (std::atomic<quint64> &disk : m_job.done)
        m_sentBefore += disk.exchange(0);
    return sent;
}

Result<> LiveRun::attempt(bool watchLoss)
{
    if (Result<> going = stopped(); !going)
        return going;
    if (!WorkList(m_job).next())
        return ok();
    if (const auto prepared = prepare(); !prepared)
        return prepared.error();
    Pipeline pipeline(m_job);
    if (Result<> started = pipeline.start(m_stop); !started)
        return started;
    if (!m_outside.settings.keeps(LiveRule::StampAtAck)) {
        for (size_t disk = 0; disk < m_job.plans.size(); ++disk) {
            for (const ByteRange &range : m_job.plans[disk].wanted())
                std::fill_n(copied(int(disk)).begin() + ptrdiff_t(range.offset), range.length, m_job.live.era);
        }
    }
    while (!pipeline.waitFor(tick)) { // whoever leaves before ends the pipeline
        report();
        if (Result<> sampled = sampleWrites(watchLoss); !sampled)
            return sampled;
        if (Result<> synced = syncInTime(); !synced)
            return synced;
    }
    if (Result<> streamed = pipeline.result(); !streamed)
        return streamed;
    if (Result<> synced = syncInTime(); !synced) // a short round: in sync for weeks there is no other
        return synced;
    if (Result<> going = stopped(); !going)
        return going;
    return watchLoss ? intact() : ok();
}

/// I6: each attempt is a round of its own. When this returns, nothing of an earlier one is written any more.
Result<std::unique_ptr<ReceiverClient>> LiveRun::prepare()
{
    auto client = ReceiverClient::connect(m_job.settings.receiver, m_job.context, m_stop, m_job.wireBytes);
    if (!client)
        return client.error();
    const wire::Welcome &welcome = (*client)->welcome();
    if (welcome.version < wire::liveVersion)
        return Error{ErrorCode::ReceiverVersion, Retry::AfterUserAction, {QString::number(welcome.version)},
            QStringLiteral("the receiver does not take live copies")};
    wire::PrepareParams params{m_job.settings.epoch, false, {}, std::max<quint64>(welcome.round, m_job.live.round) + 1};
    quint64 stored = 0;
    for (int i = 0; i < int(m_outside.disks.size()); ++i) {
        const TransferDisk &disk = m_outside.disks.at(i);
        params.disks.append({disk.index, disk.serial, disk.targetSize, disk.size, disk.fresh});
        stored += m_job.journal->storedExtents(i);
    }
    // The journal says that the receiver holds data, the receiver says it never heard of this copy: never guess which is right.
    if (stored > 0 && welcome.epoch != m_job.settings.epoch)
        return Error{ErrorCode::EpochUnknown, Retry::Never, {}, QStringLiteral("the receiver has epoch %1").arg(welcome.epoch)};
    const Result<wire::PrepareResult> prepared = (*client)->prepare(params);
    if (!prepared)
        return prepared.error();
    m_job.live.round = quint32(params.round);
    if (std::exchange(m_instance, welcome.instance) != welcome.instance)
        m_readBackEra = 0; // what it read back before it ended may have been in a cache of its machine
    for (const wire::PreparedDisk &disk : prepared->disks) {
        for (int i = 0; i < int(m_outside.disks.size()); ++i) {
            if (m_outside.disks.at(i).index == disk.index)
                m_targetSizes[size_t(i)] = disk.size;
        }
    }
    return client;
}

/// What became dirty since the era began, and whether the epoch still holds.
Result<> LiveRun::sampleWrites(bool watchLoss)
{
    const Clock::time_point now = Clock::now();
    if (now - m_sampled < m_outside.settings.sampleEvery)
        return ok();
    if (Result<> measured = measureWrites(); !measured)
        return measured;
    m_sampled = now;
    return watchLoss ? intact() : ok();
}

Result<> LiveRun::syncInTime() { return Clock::now() - m_lastSync >= syncEvery ? syncJournal() : ok(); }

Result<> LiveRun::syncJournal()
{
    m_lastSync = Clock::now();
    return m_job.journal->sync(m_wireBefore + m_job.wireBytes->load());
}

}
