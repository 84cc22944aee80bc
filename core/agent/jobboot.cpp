#include "core/agent/jobslot.h"

#include "core/agent/jsonrpc.h"
#include "core/base/errortext.h"
#include "core/base/log.h"

namespace edgelift {

// Test boots of finished images.

namespace {
const QString key(const char *name) { return QString::fromLatin1(name); }
}

/// Nobody waits for it, and it decides nothing: the migration has ended well. What came of it is in the report.
void JobManager::bootImage(const Slot &slot, const std::stop_token &stop)
{
    if (!m_bootsImages || !slot.hasImage)
        return;
    const std::lock_guard booting(m_bootMutex);
    if (stop.stop_requested())
        return;
    const auto tellBoot = [this, &slot](const QString &name, const QJsonValue &value) {
        tell(slot.id, key("event"), {{key("event"), key("bootCheck")}, {key("job"), slot.id}, {name, value}}, false);
    };
    tellBoot(key("running"), true);
    const Result<QJsonObject> booted = slot.job->checkBoot(stop);
    if (booted)
        return tellBoot(key("bootCheck"), *booted);
    if (stop.stop_requested())
        return tellBoot(key("running"), false);
    log::warning("agent", QStringLiteral("no test boot: ") + logLine(booted.error()), {{key("job"), slot.id}});
    tellBoot(key("error"), rpc::toJson(booted.error()));
}

/// Somebody asks for it: the one that nobody asked for makes room.
Result<QJsonObject> JobManager::checkBoot(const QString &jobId, const std::stop_token &stop)
{
    const Result<JobSummary> job = summary(jobId);
    if (!job)
        return job.error();
    if (job->state == JobState::Running)
        return Error{ErrorCode::JobRunning, Retry::AfterWait, {job->id}, {}};
    const Result<std::shared_ptr<EngineJob>> found = find(job->id);
    if (!found)
        return found.error();
    {
        const std::lock_guard lock(m_mutex);
        if (m_slot && !m_slot->active)
            m_slot->thread.request_stop();
    }
    const std::lock_guard booting(m_bootMutex);
    return (*found)->checkBoot(stop);
}

}
