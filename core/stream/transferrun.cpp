#include "core/stream/transferrun.h"

#include "core/base/log.h"
#include "core/stream/piecedreader.h"
#include "core/stream/pipeline.h"

namespace edgelift {

namespace {
using namespace std::chrono_literals;
constexpr std::chrono::milliseconds tick = 100ms;
constexpr std::chrono::milliseconds syncEvery = 1s;

constexpr const char *area = "stream";
}

TransferRun::TransferRun(CopyJob &job, const Transfer::Observer &observer, std::stop_token stop)
    : m_job(job)
    , m_observer(observer)
    , m_stop(std::move(stop))
    , m_targetSizes(size_t(job.disks.size()))
    , m_verified(size_t(job.disks.size()))
    , m_repaired(size_t(job.disks.size()))
    , m_attempts(m_job, m_stop, [this] { report(); })
{
}

Outcome TransferRun::execute()
{
    if (const Result<> opened = openAll(); !opened)
        return {Outcome::End::Failed, opened.error()};
    report(true);
    const Result<> done = m_attempts.run([this]() -> Result<> {
        const Result<> copied = attempt();
        const Result<> synced = syncJournal();
        report(true);
        return copied ? synced : copied;
    });
    if (done)
        return {Outcome::End::Finished, {}};
    if (m_stop.stop_requested())
        return {Outcome::End::Stopped, {}};
    return {Outcome::End::Failed, done.error()};
}

Result<> TransferRun::openAll()
{
    Journal::Binding binding{m_job.settings.receiver.job, m_job.settings.epoch, {}};
    for (const TransferDisk &disk : m_job.disks) {
        m_job.plans.emplace_back(disk.size, disk.used);
        auto reader = openSource(disk, m_job.settings.read);
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
    if (m_job.settings.image) {
        if (const Result<> built = (*client)->build(params.epoch, *m_job.settings.image); !built)
            return built;
    }
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
        m_attempts.madeProgress();
    }
    return ok();
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
        m_attempts.madeProgress();
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
