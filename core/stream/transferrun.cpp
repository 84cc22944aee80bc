#include "core/stream/transferrun.h"

#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/stream/pipeline.h"

#include <QRandomGenerator>
#include <condition_variable>

namespace edgelift {

namespace {
using namespace std::chrono_literals;
constexpr std::chrono::milliseconds tick = 100ms;
constexpr std::chrono::milliseconds syncEvery = 1s;
constexpr std::chrono::milliseconds firstPause = 250ms;
constexpr std::chrono::milliseconds longestPause = 15s;

constexpr const char *area = "stream";
}

TransferRun::TransferRun(CopyJob &job, const Transfer::Observer &observer, std::stop_token stop)
    : m_job(job)
    , m_observer(observer)
    , m_stop(std::move(stop))
    , m_targetSizes(size_t(job.disks.size()))
    , m_verified(size_t(job.disks.size()))
    , m_repaired(size_t(job.disks.size()))
    , m_lastProgress(Clock::now())
{
}

Outcome TransferRun::execute()
{
    if (const Result<> opened = openAll(); !opened)
        return {Outcome::End::Failed, opened.error()};
    report(true);
    for (;;) {
        const Result<> done = attempt();
        const Result<> synced = syncJournal();
        report(true);
        if (done && synced)
            return {Outcome::End::Finished, {}};
        if (m_stop.stop_requested())
            return {Outcome::End::Stopped, {}};
        const Error error = done ? synced.error() : done.error();
        log::warning(area, QStringLiteral("attempt failed: ") + logLine(error));
        // Somebody else at the receiver's old address is how a changed address may look.
        const bool stranger = error.code == ErrorCode::PeerNotTrusted;
        const Result<bool> moved = stranger || m_failures > 0 ? locate() : false;
        if (!moved)
            return {Outcome::End::Failed, moved.error()};
        if (!mayTryAgain(error) && !(stranger && *moved))
            return {Outcome::End::Failed, error};
        pause();
        if (m_stop.stop_requested())
            return {Outcome::End::Stopped, {}};
    }
}

Result<> TransferRun::openAll()
{
    Journal::Binding binding{m_job.settings.receiver.job, m_job.settings.epoch, {}};
    for (const TransferDisk &disk : m_job.disks) {
        m_job.plans.emplace_back(disk.size, disk.used);
        auto reader = BlockReader::open(disk.path, disk.size, m_job.settings.read);
        if (!reader)
            return reader.error();
        m_job.readers.push_back(reader.take());
        binding.disks.append({disk.index, disk.path, disk.identity, disk.size, m_job.plans.back().mapDigest()});
        m_progress.totalByDisk.append(m_job.plans.back().total());
        m_progress.total.count += m_progress.totalByDisk.last().count;
    }
    auto journal = Journal::open(m_job.settings.journalPath, binding);
    if (!journal)
        return journal.error();
    m_job.journal = journal.take();
    m_wireBefore = m_job.journal->wireBytes();
    for (size_t disk = 0; disk < m_job.plans.size(); ++disk) {
        const ExtentPlan &plan = m_job.plans[disk];
        for (const ByteRange &range : plan.wanted()) {
            for (quint64 extent = range.offset; extent < range.end(); ++extent) {
                if (m_job.journal->isStored(int(disk), extent))
                    m_job.done[disk] += plan.bytesOf(extent, 1).count;
            }
        }
    }
    return ok();
}

Result<> TransferRun::attempt()
{
    for (;;) {
        for (Result<> (TransferRun::*step)() : {&TransferRun::prepare, &TransferRun::stream}) {
            if (Result<> done = (this->*step)(); !done)
                return done;
        }
        if (m_stop.stop_requested())
            return Error{ErrorCode::LinkLost, Retry::AfterWait, {m_job.settings.receiver.host}, QStringLiteral("stopped")};
        if (!m_job.tuning.checksum)
            break;
        if (Result<> verified = verify(); !verified)
            return verified;
        bool repairing = false;
        for (size_t disk = 0; disk < m_job.plans.size(); ++disk)
            repairing = repairing || m_job.done[disk] < m_job.plans[disk].total().count;
        if (!repairing)
            break;
    }
    return finish();
}

Result<std::unique_ptr<ReceiverClient>> TransferRun::connect()
{
    return ReceiverClient::connect(m_job.settings.receiver, m_job.context, m_stop, m_job.wireBytes);
}

Result<> TransferRun::prepare()
{
    auto client = connect();
    if (!client)
        return client.error();
    wire::PrepareParams params{m_job.settings.epoch, false, {}};
    quint64 stored = 0;
    for (int i = 0; i < int(m_job.disks.size()); ++i) {
        const TransferDisk &disk = m_job.disks.at(i);
        params.disks.append({disk.index, disk.serial, disk.targetSize, disk.size, disk.fresh});
        stored += m_job.journal->storedExtents(i);
    }
    // The journal says that the receiver holds data, the receiver says it never heard of this copy: never guess which is right.
    if (stored > 0 && (*client)->welcome().epoch != m_job.settings.epoch)
        return Error{
            ErrorCode::EpochUnknown, Retry::Never, {}, QStringLiteral("the receiver has epoch %1").arg((*client)->welcome().epoch)};
    const Result<wire::PrepareResult> prepared = (*client)->prepare(params);
    if (!prepared)
        return prepared.error();
    for (const wire::PreparedDisk &disk : prepared->disks) {
        for (int i = 0; i < int(m_job.disks.size()); ++i) {
            if (m_job.disks.at(i).index == disk.index)
                m_targetSizes[size_t(i)] = disk.size;
        }
    }
    return ok();
}

Result<> TransferRun::stream()
{
    m_progress.phase = TransferProgress::Phase::Streaming;
    if (!WorkList(m_job).next())
        return ok();
    const Clock::time_point begin = Clock::now();
    Pipeline pipeline(m_job);
    if (Result<> started = pipeline.start(m_stop); !started)
        return started;
    Result<> synced = ok();
    while (!pipeline.waitFor(tick) && synced) {
        report();
        if (Clock::now() - m_lastSync >= syncEvery)
            synced = syncJournal();
    }
    logStages(begin);
    const Result<> streamed = pipeline.result();
    return synced ? streamed : synced;
}

Result<> TransferRun::finish()
{
    m_progress.phase = TransferProgress::Phase::Finishing;
    report(true);
    auto client = connect();
    if (!client)
        return client.error();
    for (int i = 0; i < int(m_job.disks.size()); ++i) {
        const TransferDisk &disk = m_job.disks.at(i);
        const bool larger = m_targetSizes[size_t(i)] > disk.size;
        if (Result<> finished = (*client)->finish({disk.index, larger}); !finished)
            return finished;
        madeProgress();
    }
    return ok();
}

/// Whoever made the error knows whether waiting helps: a lost link, a damaged frame, a receiver that just started again. A link that
/// never worked is a closed port or a wrong address, and somebody waits for that answer; one that did will come back.
bool TransferRun::mayTryAgain(const Error &error) const
{
    constexpr std::chrono::milliseconds beforeTheFirstByte = 5min;
    const bool worked = m_progress.done.count > 0;
    const auto patience = worked ? m_job.settings.patience : std::min(m_job.settings.patience, beforeTheFirstByte);
    return error.retry == Retry::AfterWait && Clock::now() - m_lastProgress < patience;
}

/// Whether the receiver is somewhere else now. Error: it is nowhere any more.
Result<bool> TransferRun::locate()
{
    if (!m_job.settings.locate)
        return false;
    const Result<QString> host = m_job.settings.locate();
    if (!host && host.error().retry == Retry::Never)
        return host.error();
    if (!host || *host == m_job.settings.receiver.host)
        return false;
    log::info(area, QStringLiteral("the receiver has moved"), {{QStringLiteral("host"), *host}});
    m_job.settings.receiver.host = *host;
    return true;
}

/// Twice as long after each attempt that brought nothing, with chance in it: many sources may have lost one network.
void TransferRun::pause()
{
    const auto longest = std::min(longestPause, firstPause * (1 << std::min(m_failures++, 8)));
    const auto time = std::chrono::milliseconds(longest / 2 + longest * QRandomGenerator::global()->bounded(1000) / 2000);
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    for (const auto end = Clock::now() + time; Clock::now() < end && !m_stop.stop_requested();) {
        never.wait_for(lock, m_stop, std::min<Clock::duration>(tick, end - Clock::now()), [] { return false; });
        report();
    }
}

void TransferRun::madeProgress()
{
    m_lastProgress = Clock::now();
    m_failures = 0;
}

void TransferRun::report(bool always)
{
    const Clock::time_point now = Clock::now();
    m_progress.done = {};
    m_progress.doneByDisk.clear();
    for (const std::atomic<quint64> &disk : m_job.done) {
        m_progress.doneByDisk.append(Bytes{disk.load()});
        m_progress.done.count += m_progress.doneByDisk.last().count;
    }
    if (m_progress.done > m_lastDone)
        madeProgress();
    m_lastDone = m_progress.done;
    if (!always && now - m_lastReport < tick)
        return;
    m_lastReport = now;
    m_meter.update(now, m_progress.done);
    m_progress.limits = m_job.limits.inForce();
    m_progress.wire.count = m_wireBefore + m_job.wireBytes->load();
    m_progress.bytesPerSecond = m_meter.bytesPerSecond();
    m_progress.remainingSeconds = m_meter.remainingSeconds(m_progress.total);
    if (m_observer)
        m_observer(m_progress);
}

Result<> TransferRun::syncJournal()
{
    m_lastSync = Clock::now();
    return m_job.journal->sync(m_wireBefore + m_job.wireBytes->load());
}

void TransferRun::logStages(Clock::time_point begin) const
{
    const auto milliseconds = [](qint64 nanoseconds) { return nanoseconds / 1000000; };
    const StageTimes &times = m_job.times;
    log::info(area, QStringLiteral("streaming ended"),
        {{QStringLiteral("ms"), qint64(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count())},
            {QStringLiteral("readMs"), milliseconds(times.reading)}, {QStringLiteral("hashMs"), milliseconds(times.hashing)},
            {QStringLiteral("compressMs"), milliseconds(times.compressing)}, {QStringLiteral("sendMs"), milliseconds(times.sending)},
            {QStringLiteral("limitMs"), milliseconds(m_job.limiter.waited().count())},
            {QStringLiteral("bytesRead"), qint64(times.bytesRead)}, {QStringLiteral("bytesIntoFrames"), qint64(times.bytesIntoFrames)},
            {QStringLiteral("bytesOfZeros"), qint64(times.bytesOfZeros)}});
}

}
