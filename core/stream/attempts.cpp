#include "core/stream/attempts.h"

#include "core/base/errortext.h"
#include "core/base/log.h"

#include <QRandomGenerator>
#include <algorithm>
#include <condition_variable>

namespace edgelift {

namespace {
using namespace std::chrono_literals;
constexpr std::chrono::milliseconds tick = 100ms;
constexpr std::chrono::milliseconds firstPause = 250ms;
constexpr std::chrono::milliseconds longestPause = 15s;

constexpr const char *area = "stream";
}

Attempts::Attempts(CopyJob &job, std::stop_token stop, std::function<void()> onTick)
    : m_job(job)
    , m_stop(std::move(stop))
    , m_tick(std::move(onTick))
{
}

void Attempts::madeProgress()
{
    m_lastProgress = Clock::now();
    m_failures = 0;
}

Result<> Attempts::run(const std::function<Result<>()> &attempt)
{
    for (;;) {
        const Result<> done = attempt();
        if (done || m_stop.stop_requested())
            return done;
        const Error &error = done.error();
        log::warning(area, QStringLiteral("attempt failed: ") + logLine(error));
        // Somebody else at the receiver's old address is how a changed address may look.
        const bool stranger = error.code == ErrorCode::PeerNotTrusted;
        const Result<bool> moved = stranger || m_failures > 0 ? locate() : false;
        if (!moved)
            return moved.error();
        if (!mayTryAgain(error) && !(stranger && *moved))
            return done;
        pause();
        if (m_stop.stop_requested())
            return done;
    }
}

/// Whoever made the error knows whether waiting helps: a lost link, a damaged frame, a receiver that just started again. A link that
/// never worked is a closed port or a wrong address, and somebody waits for that answer; one that did will come back.
bool Attempts::mayTryAgain(const Error &error) const
{
    constexpr std::chrono::milliseconds beforeTheFirstByte = 5min;
    const bool worked = std::ranges::any_of(m_job.done, [](const std::atomic<quint64> &disk) { return disk > 0; });
    const auto patience = worked ? m_job.settings.patience : std::min(m_job.settings.patience, beforeTheFirstByte);
    return error.retry == Retry::AfterWait && Clock::now() - m_lastProgress < patience;
}

/// Whether the receiver is somewhere else now. Error: it is nowhere any more.
Result<bool> Attempts::locate()
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
void Attempts::pause()
{
    const auto longest = std::min(longestPause, firstPause * (1 << std::min(m_failures++, 8)));
    const auto time = std::chrono::milliseconds(longest / 2 + longest * QRandomGenerator::global()->bounded(1000) / 2000);
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    for (const auto end = Clock::now() + time; Clock::now() < end && !m_stop.stop_requested();) {
        never.wait_for(lock, m_stop, std::min<Clock::duration>(tick, end - Clock::now()), [] { return false; });
        m_tick();
    }
}

}
