#include "core/agent/jobslot.h"

#include <algorithm>

namespace edgelift {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

/// How a job that does not run any more ended, as "ended" says it.
QString endName(JobState state)
{
    switch (state) {
    case JobState::Finished:
        return QStringLiteral("finished");
    case JobState::Cancelled:
        return QStringLiteral("cancelled");
    case JobState::InError:
        return QStringLiteral("failed");
    case JobState::Ready:
    case JobState::Running:
    case JobState::Stopped:
        return QStringLiteral("stopped");
    }
    Q_UNREACHABLE();
}

}

QList<JobSummary> JobManager::list() const
{
    QList<JobSummary> jobs = m_engine.list();
    const std::lock_guard lock(m_mutex);
    for (JobSummary &job : jobs) {
        if (activeSlot(job.id))
            job.state = JobState::Running; // its thread may not have written it down yet
    }
    return jobs;
}

Result<JobSummary> JobManager::pick(const QString &jobId, bool unfinishedOnly) const
{
    const QList<JobSummary> jobs = list();
    const auto found = std::find_if(jobs.begin(), jobs.end(),
        [&](const JobSummary &job) { return jobId.isEmpty() ? !unfinishedOnly || !isAtItsEnd(job.state) : job.id == jobId; });
    if (found != jobs.end())
        return *found;
    const QString missing = unfinishedOnly ? QStringLiteral("that could go on") : QStringLiteral("yet");
    return Error{ErrorCode::JobUnknown, Retry::Never, {jobId.isEmpty() ? missing : jobId}, {}};
}

Result<JobSummary> JobManager::notRunning(const QString &jobId) const
{
    Result<JobSummary> chosen = pick(jobId, true);
    if (chosen && chosen->state == JobState::Running)
        return Error{ErrorCode::JobRunning, Retry::AfterWait, {chosen->id}, {}};
    return chosen;
}

Result<JobSummary> JobManager::summary(const QString &jobId) const { return pick(jobId, false); }

Result<std::shared_ptr<EngineJob>> JobManager::find(const QString &jobId) const
{
    const Result<JobSummary> chosen = pick(jobId, false);
    if (!chosen)
        return chosen.error();
    {
        const std::lock_guard lock(m_mutex);
        if (const Slot *slot = activeSlot(chosen->id))
            return slot->job;
    }
    Result<std::unique_ptr<EngineJob>> opened = m_engine.openForCleanUp(chosen->id);
    if (!opened)
        return opened.error();
    return std::shared_ptr<EngineJob>(opened.take());
}

Result<QList<LedgerEntry>> JobManager::resources(const QString &jobId) const
{
    const Result<std::shared_ptr<EngineJob>> job = find(jobId);
    if (!job)
        return job.error();
    return (*job)->resources();
}

Result<QString> JobManager::reportPath(const QString &jobId) const
{
    const Result<std::shared_ptr<EngineJob>> job = find(jobId);
    if (!job)
        return job.error();
    return (*job)->reportPath();
}

Result<Plan> JobManager::plan(const QString &jobId) const
{
    const Result<std::shared_ptr<EngineJob>> job = find(jobId);
    if (!job)
        return job.error();
    return (*job)->plan();
}

QJsonObject JobManager::progress() const
{
    const std::lock_guard lock(m_mutex);
    const Slot *slot = activeSlot({});
    return slot ? m_history.value(slot->id)->progress : QJsonObject();
}

Result<QString> JobManager::subscribe(const QString &jobId, const std::shared_ptr<EventOutlet> &outlet)
{
    const Result<JobSummary> job = pick(jobId, false);
    if (!job)
        return job.error();
    const std::lock_guard lock(m_mutex);
    std::shared_ptr<History> &history = m_history[job->id];
    if (!history)
        history = std::make_shared<History>();
    for (const auto &[method, params] : history->told)
        outlet->notify(method, params);
    if (!history->progress.isEmpty() && activeSlot(job->id))
        outlet->notify(key("event"), history->progress);
    if (history->told.isEmpty() && !activeSlot(job->id)) // run by an earlier agent: nobody should wait for it
        outlet->notify(key("ended"), {{key("job"), job->id}, {key("end"), endName(job->state)}});
    history->outlets.append(outlet);
    return job->id;
}

}
