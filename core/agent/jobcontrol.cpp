#include "core/agent/jobslot.h"

namespace edgelift {

// What may be asked of jobs that exist: going on, stopping, changing, giving up.

namespace {

Error wrongState(const JobSummary &job) { return {ErrorCode::JobStateWrong, Retry::Never, {job.id, jobStateName(job.state)}, {}}; }

Plan::Transfer changed(Plan::Transfer transfer, const TuningChange &change)
{
    transfer.limitMbps = change.limitMbps.value_or(transfer.limitMbps);
    transfer.compression = change.compression.value_or(transfer.compression);
    transfer.checksum = change.checksum.value_or(transfer.checksum);
    transfer.diskMBps = change.diskMBps.value_or(transfer.diskMBps);
    transfer.niceness = change.niceness.value_or(transfer.niceness);
    transfer.backOff = change.backOff.value_or(transfer.backOff);
    transfer.schedule = change.schedule.value_or(transfer.schedule);
    transfer.freezeSeconds = change.freezeSeconds.value_or(transfer.freezeSeconds);
    return transfer;
}

}

Result<QString> JobManager::resume(const QString &jobId, const std::optional<Plan> &plan)
{
    return goOn(jobId, [&plan](EngineJob &job) { return plan ? job.changeLayout(*plan) : ok(); });
}

/// `prepare`: what is done to the job before it runs; when that fails, it does not run.
Result<QString> JobManager::goOn(const QString &jobId, const std::function<Result<>(EngineJob &)> &prepare)
{
    const Result<JobSummary> chosen = notRunning(jobId);
    if (!chosen)
        return chosen.error();
    if (isAtItsEnd(chosen->state))
        return wrongState(*chosen);
    if (const Result<> free = reserve(); !free)
        return free.error();
    Result<std::shared_ptr<const Source>> source = m_source.get();
    Result<std::unique_ptr<EngineJob>> job = source ? m_engine.open(chosen->id, **source) : source.error();
    const Result<> prepared = job ? prepare(**job) : Result<>(job.error());
    if (!prepared) {
        const std::lock_guard lock(m_mutex);
        m_reserved = false;
        return prepared.error();
    }
    launch(job.take(), *source, Work::Run);
    return chosen->id;
}

/// The image of a server that was migrated while it ran has the job that made it, running. It is not the image's to go on with.
Result<> JobManager::isOfThisMachine(const JobSummary &job) const
{
    if (job.hardwareId.isEmpty())
        return ok();
    const Result<std::shared_ptr<const Source>> source = m_source.get();
    if (!source)
        return source.error();
    const std::optional<LiveFacts> &live = (*source)->facts().live;
    if (!live || live->hardwareId.isEmpty() || live->hardwareId == job.hardwareId)
        return ok();
    return Error{ErrorCode::SourceChanged, Retry::AfterUserAction, {job.sourceName},
        QStringLiteral("the migration was begun on another machine; this one is a copy of it")};
}

Result<QString> JobManager::resumeInterrupted(const QList<JobWarning> &found)
{
    for (const JobSummary &job : list()) {
        if (!job.interrupted)
            continue;
        if (const Result<> ours = isOfThisMachine(job); !ours)
            return ours.error();
        if (job.cancelling)
            return cancel(job.id);
        return goOn(job.id, [&found](EngineJob &opened) {
            for (const JobWarning &warning : found)
                opened.warn(warning);
            return ok();
        });
    }
    return QString();
}

Result<QString> JobManager::pause(const QString &jobId)
{
    {
        const std::lock_guard lock(m_mutex);
        if (Slot *slot = activeSlot(jobId)) {
            slot->stopRun.request_stop();
            slot->stopCancel.request_stop();
            return slot->id;
        }
    }
    const Result<JobSummary> job = pick(jobId, true);
    return job ? wrongState(*job) : job.error();
}

Result<QString> JobManager::cutOver(const QString &jobId)
{
    std::shared_ptr<EngineJob> job;
    {
        const std::lock_guard lock(m_mutex);
        if (const Slot *slot = activeSlot(jobId))
            job = slot->job;
    }
    if (job) {
        const Result<> done = job->cutOver();
        return done ? Result<QString>(job->id()) : done.error();
    }
    const Result<JobSummary> known = pick(jobId, true);
    return known ? wrongState(*known) : known.error();
}

Result<QString> JobManager::cancel(const QString &jobId)
{
    {
        const std::lock_guard lock(m_mutex);
        if (Slot *slot = activeSlot(jobId)) {
            slot->cancel = true;
            slot->stopRun.request_stop();
            return slot->id;
        }
    }
    const Result<JobSummary> chosen = notRunning(jobId);
    if (!chosen)
        return chosen.error();
    if (chosen->state == JobState::Finished)
        return wrongState(*chosen);
    if (const Result<> free = reserve(); !free)
        return free.error();
    Result<std::unique_ptr<EngineJob>> job = m_engine.openForCleanUp(chosen->id);
    if (!job) {
        const std::lock_guard lock(m_mutex);
        m_reserved = false;
        return job.error();
    }
    launch(job.take(), nullptr, Work::Cancel);
    return chosen->id;
}

Result<QString> JobManager::modify(const QString &jobId, const TuningChange &change)
{
    const std::lock_guard modifying(m_modifyMutex); // each change builds on the one before
    const auto running = [this](const QString &id) {
        const std::lock_guard lock(m_mutex);
        const Slot *slot = activeSlot(id);
        return slot ? slot->job : nullptr;
    };
    std::shared_ptr<EngineJob> job = running(jobId);
    if (!job) {
        const Result<JobSummary> chosen = pick(jobId, true);
        if (!chosen)
            return chosen.error();
        if (isAtItsEnd(chosen->state) || (chosen->state == JobState::Running && !running(chosen->id)))
            return wrongState(*chosen);
        const Result<std::shared_ptr<EngineJob>> found = find(chosen->id);
        if (!found)
            return found.error();
        job = *found;
    }
    const Plan::Transfer transfer = changed(job->plan().transfer, change);
    if (const Result<> kept = job->setTransfer(transfer); !kept)
        return kept.error();
    if (const std::shared_ptr<EngineJob> started = running(job->id()); started && started != job) { // resumed in between
        if (const Result<> kept = started->setTransfer(transfer); !kept)
            return kept.error();
    }
    return job->id();
}

}
