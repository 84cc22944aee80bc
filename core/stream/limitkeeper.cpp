#include "core/stream/limitkeeper.h"

#include "core/base/log.h"

#include <condition_variable>

namespace edgelift {

namespace {

using namespace std::chrono_literals;
constexpr auto period = 100ms;
constexpr auto samplePeriod = 500ms;
constexpr double bytesOfMbit = 1e6 / 8;
constexpr qint64 bytesOfMB = 1000000;
// What counts as somebody else's use of the disks. Our own writes there are the journal's, a few a second.
constexpr double othersWrites = 10; // a second
constexpr double othersShare = 0.05; // of our reads: the counters and ours are not read at the same moment …
constexpr quint64 othersBytes = 8U << 20; // … and our reads under way are in one of them only

qint64 lesser(qint64 a, qint64 b) { return a > 0 && b > 0 ? std::min(a, b) : std::max(a, b); }

DiskSample difference(const DiskCounters &before, const DiskCounters &now, quint64 own, double seconds)
{
    DiskSample sample;
    sample.seconds = seconds;
    sample.ownBytes = own;
    const quint64 reads = now.reads - before.reads;
    if (reads > 0)
        sample.latencyMs = double(now.readMs - before.readMs) / double(reads);
    else if (now.inFlight > 0 && before.inFlight > 0)
        sample.latencyMs = seconds * 1000; // nothing comes back
    const double theirs = double(now.readBytes - before.readBytes) - double(own) * (1 + othersShare) - double(othersBytes) * seconds;
    sample.othersActive = theirs > 0 || double(now.writes - before.writes) > othersWrites * seconds;
    return sample;
}

}

LimitKeeper::LimitKeeper(const TransferTuning &tuning, LocalTime localTime)
    : m_tuning(tuning)
    , m_localTime(std::move(localTime))
{
    update(Clock::now());
}

void LimitKeeper::watch(std::unique_ptr<DiskLoad> load) { m_load = std::move(load); }

void LimitKeeper::start()
{
    m_thread = std::jthread([this](const std::stop_token &stop) {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            update(Clock::now());
            never.wait_for(lock, stop, period, [] { return false; });
        }
    });
}

void LimitKeeper::update(Clock::time_point now)
{
    sampleDisks(now);
    LimitsInForce limits{m_tuning.limitMbps, m_tuning.diskMBps, m_tuning.niceness, {}, m_backOff.limit()};
    const QList<LimitWindow> schedule = m_tuning.schedule();
    const int window = schedule.isEmpty() ? -1 : windowAt(schedule, m_localTime());
    if (window >= 0) {
        limits.limitMbps = schedule.at(window).limitMbps;
        limits.diskMBps = schedule.at(window).diskMBps;
        limits.window = describe(schedule.at(window));
    }
    m_wireRate = qint64(double(limits.limitMbps) * bytesOfMbit);
    m_diskRate = lesser(limits.diskMBps * bytesOfMB, limits.backOff);
    m_threads.set(limits.niceness);
    const std::lock_guard lock(m_mutex);
    m_inForce = limits;
}

void LimitKeeper::sampleDisks(Clock::time_point now)
{
    if (!m_load || !m_tuning.backOff) {
        m_backOff.reset();
        m_counters.reset();
        return;
    }
    if (m_counters && now - m_sampled < samplePeriod)
        return;
    const std::optional<DiskCounters> counters = m_load->read();
    const quint64 bytes = m_bytesRead;
    const bool was = m_backOff.limit() > 0;
    if (counters && m_counters) {
        const std::chrono::duration<double> passed = now - m_sampled;
        m_backOff.update(difference(*m_counters, *counters, bytes - m_bytesAtSample, passed.count()));
    }
    if (was != (m_backOff.limit() > 0))
        log::info("stream", was ? QStringLiteral("back-off ended") : QStringLiteral("back-off: the source's disk is slower than usual"),
            {{QStringLiteral("bytesPerSecond"), m_backOff.limit()}, {QStringLiteral("usualMs"), m_backOff.baselineMs()}});
    m_counters = counters;
    m_bytesAtSample = bytes;
    m_sampled = now;
}

LimitsInForce LimitKeeper::inForce() const
{
    const std::lock_guard lock(m_mutex);
    return m_inForce;
}

}
