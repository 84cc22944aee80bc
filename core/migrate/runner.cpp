#include "core/migrate/runner.h"

#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/migrate/cleaner.h"

#include <algorithm>

namespace edgelift {

namespace {

QString businessStatus(Phase phase)
{
    if (phase < Phase::Copy)
        return QStringLiteral("Preparing");
    if (phase == Phase::Copy)
        return QStringLiteral("Syncing");
    return phase < Phase::Cleanup ? QStringLiteral("Processing") : QStringLiteral("Cleaning");
}

}

Result<> Runner::run()
{
    const Phase pending = pendingPhase(m_context.store().record());
    for (const Step &step : migrationSteps()) {
        const bool finished = m_context.store().record().isFinished(QLatin1String(step.name));
        m_stepsDone += 1;
        if (step.always ? pending > step.until : finished)
            continue;
        if (const Result<> entered = enter(step.phase); !entered)
            return entered;
        if (const Result<> ran = runStep(step); !ran)
            return ran;
        if (m_context.cloud().beats() && !m_heartbeat)
            startHeartbeat();
    }
    return m_entered ? leave(*m_entered) : ok(); // none: a crash came between the last step and the end
}

Result<> Runner::runStep(const Step &step)
{
    if (m_context.stop().stop_requested())
        return Error{ErrorCode::CloudTimedOut, Retry::AfterWait, {QLatin1String(step.name)}, QStringLiteral("stopped")};
    log::info("migrate", QStringLiteral("step"),
        {{QStringLiteral("job"), m_context.jobId()}, {QStringLiteral("step"), QLatin1String(step.name)}});
    const Result<> ran = step.run(m_context);
    if (!ran) {
        log::warning("migrate", logLine(ran.error()),
            {{QStringLiteral("job"), m_context.jobId()}, {QStringLiteral("step"), QLatin1String(step.name)}});
        return ran;
    }
    return m_context.store().update([&](JobRecord &record) {
        if (!record.isFinished(QLatin1String(step.name)))
            record.steps.append({QLatin1String(step.name), m_context.clock().now()});
    });
}

Result<> Runner::enter(Phase phase)
{
    if (m_entered == phase)
        return ok();
    if (m_entered) {
        if (const Result<> left = leave(*m_entered); !left)
            return left;
    }
    m_entered = phase;
    m_phase = phase;
    if (m_heartbeat)
        m_heartbeat->nudge();
    m_context.events().phase(phase);
    return m_context.store().update([&](JobRecord &record) {
        record.phase = phaseName(phase);
        const bool known =
            std::any_of(record.phases.begin(), record.phases.end(), [&](const PhaseRecord &one) { return one.phase == phase; });
        if (!known)
            record.phases.append({phase, m_context.clock().now(), {}});
    });
}

Result<> Runner::leave(Phase phase)
{
    return m_context.store().update([&](JobRecord &record) {
        for (PhaseRecord &one : record.phases) {
            if (one.phase == phase && !one.ended.isValid())
                one.ended = m_context.clock().now();
        }
    });
}

Result<> Runner::cleanUpOnly()
{
    if (const Result<> opened = openSession(m_context); !opened)
        return opened;
    if (m_context.cloud().beats())
        startHeartbeat();
    if (const Result<> entered = enter(Phase::Cleanup); !entered)
        return entered;
    if (const Result<> cleaned = Cleaner(m_context).run(); !cleaned)
        return cleaned;
    return leave(Phase::Cleanup);
}

void Runner::startHeartbeat()
{
    m_heartbeat = std::make_unique<Heartbeat>(
        *m_context.cloud().beats(), m_context.cloud().facts().sessionToken, m_context.cloud().heartbeat(), [this] { return status(); });
}

JobStatus Runner::status() const
{
    const Phase phase = m_phase;
    const double within = phase == Phase::Copy ? m_context.events().copied() : 0;
    const double progress = std::clamp((m_stepsDone - 1 + within) * 100 / double(migrationSteps().size()), 0.0, 100.0);
    return {m_context.jobId(), jobStateName(JobState::Running), businessStatus(phase), progress, {}};
}

void Runner::tell(JobState state, const std::optional<Error> &error)
{
    if (!m_heartbeat)
        return;
    JobStatus last = status();
    last.status = state == JobState::Cancelled ? jobStateName(JobState::Stopped) : jobStateName(state); // SMC has no word for it
    last.progress = state == JobState::Finished ? 100 : last.progress;
    last.error = error ? displayCode(error->code) : QString();
    m_heartbeat->finish(last);
    m_heartbeat.reset();
}

}
