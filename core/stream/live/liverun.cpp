#include "core/stream/live/liverun.h"

#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/stream/piecedreader.h"

namespace edgelift {

namespace {
using namespace std::chrono_literals;
constexpr std::chrono::milliseconds tick = 100ms;
constexpr int mostRestarts = 3; // of the tracking, for one point
constexpr int mostFreezes = 3; // for one point, disturbed ones
constexpr int mostTooLong = 6; // freezes for one point that were ended because the time was over
constexpr int mostPoints = 6; // that were read in peace, but did not count: each brings home what the one before missed
constexpr const char *area = "live";
}

LiveRun::LiveRun(const Outside &outside, wire::TlsContext context)
    : m_outside(outside)
    , m_job(outside.settings.transfer, outside.disks, outside.tuning, std::move(context))
    , m_targetSizes(size_t(outside.disks.size()))
    , m_marks(size_t(outside.disks.size()))
    , m_dirty(size_t(outside.disks.size()))
    , m_forecast(outside.settings.settle)
{
    m_job.extentSize = outside.changes.blockBytes();
}

Result<> LiveRun::open()
{
    if (!wire::isBlockSize(m_job.extentSize))
        return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("blocks of %1 bytes").arg(m_job.extentSize)};
    Journal::Binding binding{m_job.settings.receiver.job, m_job.settings.epoch, {}, m_job.extentSize};
    QStringList paths;
    for (int i = 0; i < int(m_outside.disks.size()); ++i) {
        const TransferDisk &disk = m_outside.disks.at(i);
        auto reader = openSource(disk, m_job.settings.read);
        if (!reader)
            return reader.error();
        m_job.readers.push_back(reader.take());
        const LiveAreas areas = size_t(i) < m_outside.settings.areas.size() ? m_outside.settings.areas[size_t(i)] : LiveAreas();
        m_stamps.emplace_back(disk.size, m_job.extentSize, areas);
        m_job.live.copied.emplace_back(m_stamps.back().blocks());
        binding.disks.append({disk.index, disk.path, disk.identity, disk.size, {}}); // maps change here: no map forgets marks
        paths += pathsOf(disk);
    }
    auto journal = Journal::open(m_job.settings.journalPath, binding);
    if (!journal)
        return journal.error();
    m_job.journal = journal.take();
    m_wireBefore = m_job.journal->wireBytes();
    m_job.limits.watch(std::make_unique<DeviceLoad>(paths));
    m_job.limits.start();
    return ok();
}

Result<LivePoint> LiveRun::makePoint(const std::stop_token &stop)
{
    m_stop = stop;
    m_attempts.emplace(m_job, stop, [this] { report(); });
    m_point = {};
    const quint64 sentBefore = m_sentBefore;
    const quint64 thereBefore = m_job.times.bytesThere;
    for (;;) {
        const Result<> made = tryPoint();
        const Result<> synced = syncJournal();
        if (made && synced)
            break;
        const Error error = made ? synced.error() : made.error();
        if (stop.stop_requested())
            return error;
        const Result<> whole = intact();
        if ((whole && error.code != ErrorCode::TrackingLost) || m_point.restarts >= mostRestarts)
            return whole ? error : whole.error();
        if (const Result<> anew = startAnew(whole ? error.detail : whole.error().detail); !anew)
            return anew.error();
    }
    m_point.found.count = m_job.times.bytesThere - thereBefore;
    m_point.sent.count = m_sentBefore - sentBefore - m_point.found.count;
    enter(Phase::Committed);
    report(true);
    return m_point;
}

/// I4: what was lost cannot be known, so every block counts as unknown; but what the receiver has is known by its hash (4e-14).
Result<> LiveRun::startAnew(const QString &why)
{
    log::warning(area, QStringLiteral("changes were lost, tracking begins anew"), {{QStringLiteral("why"), why}});
    ++m_point.restarts;
    m_point.losses.append(why);
    if (Result<> begun = m_outside.changes.restart(); !begun)
        return begun;
    for (std::vector<quint32> &disk : m_job.live.copied)
        std::fill(disk.begin(), disk.end(), 0);
    m_passBegun = m_passDone = false;
    m_passEra = m_era = m_readBackEra = 0;
    return ok();
}

Result<> LiveRun::tryPoint()
{
    for (Result<> (LiveRun::*step)() : {&LiveRun::build, &LiveRun::firstPass}) {
        if (Result<> done = (this->*step)(); !done)
            return done;
    }
    if (Result<> copied = besides(LiveMoment::FirstPassDone); !copied)
        return copied;
    if (Result<> rehearsed = rehearse(); !rehearsed)
        return rehearsed;
    for (int freezes = 0, points = 0, tooLong = 0;;) {
        if (Result<> converged = rounds(); !converged)
            return converged;
        m_again = false;
        Frozen point;
        Result<> made = ok();
        for (Result<> (LiveRun::*step)(Frozen &) : {&LiveRun::freeze, &LiveRun::readQuiet, &LiveRun::sendFrozen}) {
            if (made)
                made = (this->*step)(point);
        }
        point.memory.reset();
        if (!made && made.error().code == ErrorCode::FreezeTooLong) {
            ++tooLong;
            if (!point.overflowed) // more than there is room for says nothing about time
                m_forecast.tookTooLong();
        } else {
            ++(made ? points : freezes);
        }
        if (made)
            made = recheck();
        if (made)
            made = readBack();
        if (made || !m_again || freezes >= mostFreezes || tooLong >= mostTooLong || points >= mostPoints || m_stop.stop_requested())
            return made;
        log::warning(area, QStringLiteral("this point does not count: ") + logLine(made.error()));
    }
}

/// Before the first point; not before each later one.
Result<> LiveRun::rehearse()
{
    if (!m_forecast.wantsRehearsal(budget()))
        return ok();
    m_outside.freezer.flush(); // as before the freeze itself
    const Result<PointFreezer::Rehearsal> rehearsed = m_outside.freezer.rehearse();
    if (!rehearsed)
        return rehearsed.error();
    m_forecast.rehearsed(*rehearsed);
    return ok();
}

/// Before anything is written to them, and once: the receiver remembers what it built, also when it ends and begins again.
Result<> LiveRun::build()
{
    if (!m_job.settings.image || m_built)
        return ok();
    return m_attempts->run([this]() -> Result<> {
        auto client = prepare();
        if (!client)
            return client.error();
        const Result<> built = (*client)->build(m_job.settings.epoch, *m_job.settings.image);
        m_built = bool(built);
        return built;
    });
}

Result<> LiveRun::besides(LiveMoment moment)
{
    const Result<> copied = m_outside.settings.besides ? m_outside.settings.besides(moment, m_stop) : ok();
    return copied ? stopped() : copied;
}

/// Steps 3 and 4. One that was stopped goes on: what it knew is true for as long as the epoch is.
Result<> LiveRun::firstPass()
{
    if (m_passDone)
        return ok();
    if (Result<> begun = m_passBegun ? ok() : beginPass(); !begun)
        return begun;
    m_job.live.compare = false;
    for (int disk = 0; disk < int(m_stamps.size()); ++disk)
        m_job.live.compare = m_job.live.compare || m_job.journal->storedExtents(disk) > 0;
    enter(m_job.live.compare ? Phase::Comparing : Phase::FirstPass);
    m_job.plans = m_firstPlans;
    const Result<> sent = sendPlans(m_passEra, true);
    m_job.live.compare = false;
    if (!sent)
        return sent;
    m_passDone = true;
    return ok();
}

/// The era comes first: what is allocated and written after we looked is marked with it or a later one, and so sent again.
Result<> LiveRun::beginPass()
{
    const bool eraFirst = m_outside.settings.keeps(LiveRule::MapsAfterEra);
    if (Result<> advanced = eraFirst ? advance() : ok(); !advanced)
        return advanced;
    const Result<std::vector<RangeSet>> used = inUse(m_outside.settings.usedNow);
    if (!used)
        return used.error();
    if (Result<> advanced = eraFirst ? ok() : advance(); !advanced)
        return advanced;
    m_passEra = m_era;
    m_firstPlans.clear();
    for (size_t disk = 0; disk < m_stamps.size(); ++disk) {
        BlockStamps &stamps = m_stamps[disk];
        const Bytes size = m_outside.disks.at(int(disk)).size;
        stamps.setUsed(used->at(disk));
        const RangeSet sent = stamps.bytesOf(stamps.blocksOf(stamps.used())); // without what is ignored
        m_firstPlans.emplace_back(size, stamps.used().intersected(sent), m_job.extentSize);
    }
    m_passBegun = true;
    return ok();
}

Result<std::vector<RangeSet>> LiveRun::inUse(const std::function<Result<std::vector<RangeSet>>()> &maps) const
{
    if (maps)
        return maps();
    std::vector<RangeSet> everything;
    for (const TransferDisk &disk : m_outside.disks)
        everything.emplace_back(ByteRange{0, disk.size.count});
    return everything;
}

Result<> LiveRun::intact() { return m_outside.settings.keeps(LiveRule::LossCheck) ? m_outside.changes.intact() : ok(); }

Result<> LiveRun::stopped()
{
    if (!m_stop.stop_requested())
        return ok();
    return Error{ErrorCode::LinkLost, Retry::AfterWait, {m_job.settings.receiver.host}, QStringLiteral("stopped")};
}

void LiveRun::enter(Phase phase)
{
    m_now.phase = phase;
    m_now.round = m_point.rounds;
    m_progress.phase = phase == Phase::ReadingBack ? TransferProgress::Phase::Verifying
        : phase == Phase::Committed                ? TransferProgress::Phase::Finishing
                                                   : TransferProgress::Phase::Streaming;
    report(true);
}

void LiveRun::report(bool always)
{
    const Clock::time_point now = Clock::now();
    quint64 done = 0;
    m_progress.doneByDisk.clear();
    for (const std::atomic<quint64> &disk : m_job.done) {
        m_progress.doneByDisk.append(Bytes{disk.load()});
        done += disk;
    }
    if (m_attempts && done != m_progress.done.count)
        m_attempts->madeProgress();
    m_progress.done.count = done;
    if (!always && now - m_lastReport < tick)
        return;
    m_lastReport = now;
    m_meter.update(now, {m_sentBefore + done});
    m_progress.limits = m_job.limits.inForce();
    m_progress.wire.count = m_wireBefore + m_job.wireBytes->load();
    m_progress.bytesPerSecond = m_meter.bytesPerSecond();
    m_progress.remainingSeconds = m_meter.remainingSeconds({m_sentBefore + m_progress.total.count});
    m_now.budget = std::chrono::milliseconds(m_outside.live.budgetMs.load());
    if (m_progress.bytesPerSecond > 0)
        m_now.linkRate = m_progress.bytesPerSecond;
    if (m_now.phase == Phase::Committed)
        m_progress.done = m_progress.total = {m_sentBefore};
    m_progress.live = m_now;
    if (m_outside.observer)
        m_outside.observer(m_progress);
}

}
