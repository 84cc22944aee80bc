#include "app/wizard/state/jobwatch.h"

#include "core/layout/planfile.h"

#include <QJsonArray>
#include <algorithm>

/// What a JobWatch says about its job, and what it asks the agent to do with it.
namespace edgelift::wizard {

namespace {

constexpr qint64 second = 1000;
constexpr qint64 quietAfter = 10 * second; ///< without a byte: a speed of an earlier time is none
constexpr qint64 stalledAfter = 60 * second;
constexpr qint64 slowAfter = 300 * second;

QString key(const char *name) { return QString::fromLatin1(name); }

bool isPreparing(const QString &phase)
{
    return phase.isEmpty() || phase == QLatin1String("connect") || phase == QLatin1String("check") || phase == QLatin1String("transit");
}

bool isSame(const Error &a, const Error &b) { return a.code == b.code && a.args == b.args; }

}

JobWatch::State JobWatch::lastState() const
{
    if (m_jobId.isEmpty())
        return State::None;
    const QString &state = m_job.state;
    if (state == QLatin1String("Finished"))
        return State::Completed;
    if (state == QLatin1String("Cancelled"))
        return State::Cancelled;
    if (state == QLatin1String("InError"))
        return State::Error;
    if (state == QLatin1String("Stopped"))
        return State::Paused;
    if (m_job.cancelling)
        return State::Cancelling;
    if (isPreparing(phase()))
        return State::Preparing;
    return phase() == QLatin1String("copy") ? State::Synchronizing : State::Processing;
}

JobWatch::State JobWatch::state() const
{
    const State last = lastState();
    return last != State::None && m_offlineSince >= 0 ? State::Offline : last;
}

bool JobWatch::can(Action action) const
{
    if (m_busy)
        return false;
    switch (state()) {
    case State::Preparing:
    case State::Processing:
        return action == Action::Cancel;
    case State::Synchronizing:
        if (action == Action::CutOver) // it waits for that
            return m_progress.live
                && (m_progress.live->state == QLatin1String("in-sync") || m_progress.live->state == QLatin1String("waiting"));
        return action == Action::Pause || action == Action::Modify || action == Action::Cancel;
    case State::Paused:
        if (action == Action::Resume || action == Action::Modify)
            return !m_job.cancelling;
        return action == Action::Cancel;
    case State::Error:
        if (action == Action::Cancel)
            return true;
        if (m_job.cancelling) // half of it is removed: there is nothing to go on with
            return false;
        // without its transit instance there is nothing to go on with either (R128)
        return (action == Action::Retry || action == Action::Modify) && (!m_error || m_error->code != ErrorCode::TransitReleased);
    case State::None:
    case State::Completed:
    case State::Cancelling:
    case State::Cancelled:
    case State::Offline:
        return false;
    }
    Q_UNREACHABLE();
}

QString JobWatch::phase() const { return m_job.phase.isEmpty() ? m_progress.phase : m_job.phase; }

std::optional<double> JobWatch::share() const
{
    if (lastState() == State::Completed)
        return 1;
    const bool ofCopy = m_progress.phase.isEmpty() || m_progress.phase == QLatin1String("copy");
    const bool copies = phase() == QLatin1String("copy") || isPreparing(phase()); // a run that goes on prepares first
    if (ofCopy ? !copies : m_progress.phase != phase())
        return std::nullopt;
    return m_progress.share();
}

bool JobWatch::isMoving() const
{
    const qint64 now = m_offlineSince >= 0 ? m_offlineSince : m_clock();
    return lastState() == State::Synchronizing && m_meter.stillSince() >= 0 && now - m_meter.stillSince() < quietAfter;
}

double JobWatch::diskSpeed() const { return isMoving() ? m_meter.diskSpeed() : 0; }
double JobWatch::wireSpeed() const { return isMoving() ? m_meter.wireSpeed() : 0; }

int JobWatch::offlineSeconds() const { return m_offlineSince < 0 ? 0 : int((m_clock() - m_offlineSince) / second); }

std::optional<qint64> JobWatch::remainingSeconds() const
{
    return state() == State::Synchronizing && isMoving() ? m_progress.remainingSeconds : std::nullopt;
}

std::optional<qint64> JobWatch::elapsedSeconds() const
{
    if (!m_job.started.isValid())
        return std::nullopt;
    const QDateTime end = m_job.ended.isValid() ? m_job.ended : QDateTime::currentDateTimeUtc();
    return std::max<qint64>(m_job.started.secsTo(end), 0);
}

int JobWatch::stalledSeconds() const
{
    if (state() != State::Synchronizing || m_meter.stillSince() < 0)
        return 0;
    const qint64 still = m_clock() - m_meter.stillSince();
    return still >= stalledAfter ? int(still / second) : 0;
}

bool JobWatch::isSlow() const
{
    constexpr double bytesPerMegabit = 125000;
    const int limit = m_progress.limits.limitMbps;
    const bool asked = limit > 0 && limit * bytesPerMegabit < 2 * SpeedMeter::slowSpeed;
    return state() == State::Synchronizing && !asked && m_meter.slowSince() >= 0 && m_clock() - m_meter.slowSince() >= slowAfter;
}

bool JobWatch::isSameErrorAgain() const { return m_error && m_errorBefore && isSame(*m_error, *m_errorBefore); }

void JobWatch::setBusy(bool busy)
{
    m_busy = busy;
    if (busy != bool(m_stay))
        m_stay = busy ? std::make_unique<QEventLoopLocker>() : nullptr;
}

void JobWatch::act(const QString &method, const QJsonObject &params, std::function<void()> done)
{
    setBusy(true);
    QJsonObject all = params;
    all.insert(key("job"), m_jobId);
    const QString asked = m_jobId;
    m_link.call(method, all, this, [this, asked, done = std::move(done)](const Result<QJsonObject> &reply) {
        if (asked != m_jobId)
            return;
        const QEventLoopLocker meanwhile; // one thing may lead to the next
        setBusy(false);
        m_goingOn = false;
        if (reply) {
            done();
        } else {
            m_resumeWhenPaused = false; // it was not paused
            Q_EMIT actionFailed(reply.error());
        }
        Q_EMIT stateChanged();
    });
    Q_EMIT stateChanged();
}

void JobWatch::pause()
{
    act(key("pause"), {}, [this] { setBusy(m_job.state == QLatin1String("Running") || m_resumeWhenPaused); }); // until "ended"
}

void JobWatch::resume()
{
    if (m_job.state == QLatin1String("Running")) {
        m_resumeWhenPaused = m_busy; // else nobody pauses it
        return;
    }
    m_retriedAt = {};
    goOn(key("resume"));
}

void JobWatch::retry()
{
    m_errorBefore = m_error;
    m_retriedAt = QDateTime::currentDateTimeUtc();
    goOn(key("retry"));
}

void JobWatch::goOn(const QString &method)
{
    m_goingOn = true;
    act(method, {}, [this] {
        m_job.state = key("Running");
        m_job.ended = {};
        beginRun();
        refresh();
    });
}

void JobWatch::cancel()
{
    m_resumeWhenPaused = false;
    act(key("cancel"), {}, [this] {
        m_error.reset();
        m_job.state = key("Running");
        m_job.cancelling = true;
    });
}

void JobWatch::clean()
{
    act(key("clean"), {}, [this] {
        m_error.reset();
        m_job.state = key("Running");
        m_job.cancelling = true;
    });
}

void JobWatch::cutOver()
{
    act(key("cutover"), {}, [] {});
}

void JobWatch::modify(const Change &change)
{
    QJsonObject params;
    if (change.limitMbps)
        params.insert(key("limitMbps"), *change.limitMbps);
    if (change.compression)
        params.insert(key("compression"), *change.compression);
    if (change.checksum)
        params.insert(key("checksum"), *change.checksum);
    if (change.freezeSeconds)
        params.insert(key("freezeSeconds"), *change.freezeSeconds);
    act(key("modify"), params, [this] { Q_EMIT modified(m_job.state != QLatin1String("Running")); });
}

void JobWatch::askPlan(QObject *context, std::function<void(const Result<Plan> &)> done)
{
    m_link.call(key("plan.show"), {{key("job"), m_jobId}}, context, [done = std::move(done)](const Result<QJsonObject> &reply) {
        done(reply ? planFromJson(reply->value(QLatin1String("plan")).toObject()) : Result<Plan>(reply.error()));
    });
}

void JobWatch::askResources()
{
    const QString asked = m_jobId;
    m_link.call(QStringLiteral("resources"), {{QStringLiteral("job"), asked}}, this, [this, asked](const Result<QJsonObject> &reply) {
        if (!reply || asked != m_jobId || m_job.state == QLatin1String("Running"))
            return;
        QList<ResourceInfo> all;
        for (const QJsonValue &job : reply->value(QLatin1String("jobs")).toArray())
            all.append(listOf(job.toObject(), "resources", resourceInfo));
        if (all == m_resources)
            return;
        m_resources = all;
        Q_EMIT stateChanged();
    });
}

/// For a job that an earlier agent finished: its "finished" event is not told any more.
void JobWatch::askReport()
{
    if (!m_finished.imageId.isEmpty() && !m_finished.reportPath.isEmpty())
        return;
    m_finished.jobId = m_jobId;
    m_finished.sourceId = m_job.sourceId;
    m_finished.imageId = m_job.imageId;
    const QString asked = m_jobId;
    m_link.call(QStringLiteral("report"), {{QStringLiteral("job"), asked}}, this, [this, asked](const Result<QJsonObject> &reply) {
        if (!reply || asked != m_jobId)
            return;
        m_finished.reportPath = reply->value(QLatin1String("reportPath")).toString();
        Q_EMIT stateChanged();
    });
}

}
