#include "core/agent/jobslot.h"

#include "core/agent/jsonrpc.h"
#include "core/base/errortext.h"
#include "core/base/log.h"

namespace edgelift {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

QString endName(const Outcome &outcome, bool cancelled)
{
    switch (outcome.end) {
    case Outcome::End::Finished:
        return cancelled ? QStringLiteral("cancelled") : QStringLiteral("finished");
    case Outcome::End::Stopped:
        return QStringLiteral("stopped");
    case Outcome::End::Failed:
        return QStringLiteral("failed");
    }
    Q_UNREACHABLE();
}

}

JobManager::JobManager(JobEngine &engine, SourceHolder &source, bool bootsImages)
    : m_engine(engine)
    , m_source(source)
    , m_bootsImages(bootsImages)
{
}

JobManager::~JobManager() { shutDown(); }

void JobManager::shutDown()
{
    std::unique_ptr<Slot> last;
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        if (m_slot) {
            m_slot->stopRun.request_stop();
            m_slot->stopCancel.request_stop();
        }
        last = std::move(m_slot);
    }
    if (!last)
        return;
    last->thread.request_stop();
    last->thread.join();
}

bool JobManager::isActive() const { return m_reserved || (m_slot && m_slot->active); }

JobManager::Slot *JobManager::activeSlot(const QString &jobId) const
{
    const bool found = m_slot && m_slot->active && (jobId.isEmpty() || m_slot->id == jobId);
    return found ? m_slot.get() : nullptr;
}

Result<> JobManager::reserve()
{
    const std::lock_guard lock(m_mutex);
    if (m_closed || isActive())
        return Error{ErrorCode::JobRunning, Retry::AfterWait, {m_slot ? m_slot->id : QString()}, {}};
    m_reserved = true;
    return ok();
}

void JobManager::launch(std::shared_ptr<EngineJob> job, std::shared_ptr<const Source> source, Work work)
{
    auto slot = std::make_unique<Slot>();
    slot->id = job->id();
    slot->job = std::move(job);
    slot->source = std::move(source);
    std::unique_ptr<Slot> before; // its thread has done its work, or boots an image and stops when it goes
    const std::lock_guard lock(m_mutex);
    m_reserved = false;
    if (m_closed)
        return;
    std::shared_ptr<History> &history = m_history[slot->id];
    if (!history)
        history = std::make_shared<History>();
    history->told.clear();
    history->progress = {};
    before = std::exchange(m_slot, std::move(slot));
    m_slot->thread = std::jthread([this, &running = *m_slot, work](const std::stop_token &stop) {
        perform(running, work);
        bootImage(running, stop);
    });
}

void JobManager::perform(Slot &slot, Work work)
{
    log::info("agent", work == Work::Run ? QStringLiteral("job runs") : QStringLiteral("job is cancelled"), {{key("job"), slot.id}});
    bool cancelled = work == Work::Cancel;
    Outcome outcome = perform(slot, cancelled);
    const auto cancelAsked = [this, &slot] {
        const std::lock_guard lock(m_mutex);
        return slot.cancel;
    };
    if (!cancelled && outcome.end != Outcome::End::Finished && cancelAsked()) {
        cancelled = true;
        outcome = perform(slot, true);
    }
    const QString end = endName(outcome, cancelled);
    log::info("agent", QStringLiteral("job ended: ") + end, {{key("job"), slot.id}});
    {
        const std::lock_guard lock(m_mutex); // both at once: the next run of this job must not be told of this one's end
        slot.active = false;
        slot.source.reset();
        tellLocked(slot.id, key("ended"), {{key("job"), slot.id}, {key("end"), end}}, false);
    }
}

/// One run or clean-up. A failure nobody told about yet is told.
Outcome JobManager::perform(Slot &slot, bool cancelling)
{
    bool errorTold = false; // the observer is called one call at a time
    const MigrationObserver observer = [this, &slot, &errorTold](const MigrationEvent &event) {
        errorTold = errorTold || event.kind == MigrationEvent::Kind::Error;
        slot.hasImage = slot.hasImage || !event.fields.value(QLatin1String("imagePath")).toString().isEmpty();
        tell(slot.id, key("event"), event.fields, event.kind == MigrationEvent::Kind::Progress);
    };
    Outcome outcome;
    try {
        outcome = cancelling ? slot.job->cancel(slot.stopCancel.get_token(), observer) : slot.job->run(slot.stopRun.get_token(), observer);
    } catch (const std::exception &e) { // must not end the agent
        outcome = {Outcome::End::Failed, Error{ErrorCode::Internal, Retry::Never, {}, QString::fromUtf8(e.what())}};
    }
    if (outcome.end == Outcome::End::Failed && !errorTold) {
        const Error error = outcome.error.value_or(Error{});
        QJsonObject fields = rpc::toJson(error);
        fields.insert(key("code"), displayCode(error.code)); // as events have it
        fields.insert(key("event"), key("error"));
        fields.insert(key("job"), slot.id);
        tell(slot.id, key("event"), fields, false);
    }
    return outcome;
}

void JobManager::tell(const QString &jobId, const QString &method, const QJsonObject &params, bool progress)
{
    const std::lock_guard lock(m_mutex);
    tellLocked(jobId, method, params, progress);
}

void JobManager::tellLocked(const QString &jobId, const QString &method, const QJsonObject &params, bool progress)
{
    const std::shared_ptr<History> history = m_history.value(jobId);
    if (progress)
        history->progress = params;
    else
        history->told.append({method, params});
    for (auto it = history->outlets.begin(); it != history->outlets.end();) {
        if (const std::shared_ptr<EventOutlet> outlet = it->lock()) {
            outlet->notify(method, params); // only posts
            ++it;
        } else {
            it = history->outlets.erase(it);
        }
    }
}

Result<QString> JobManager::start(const Plan &plan, std::shared_ptr<const Source> source, const Authorization &authorization)
{
    if (const Result<> free = reserve(); !free)
        return free.error();
    Result<std::unique_ptr<EngineJob>> job = m_engine.create(plan, *source, authorization);
    if (!job) {
        const std::lock_guard lock(m_mutex);
        m_reserved = false;
        return job.error();
    }
    const QString id = (*job)->id();
    launch(job.take(), std::move(source), Work::Run);
    return id;
}

}
