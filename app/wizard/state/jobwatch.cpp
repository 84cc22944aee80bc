#include "app/wizard/state/jobwatch.h"

#include "app/wizard/shell/format.h"
#include "core/base/errortext.h"

#include <QElapsedTimer>
#include <algorithm>

namespace edgelift::wizard {

namespace {

constexpr qint64 second = 1000;
constexpr qsizetype logLimit = 2000;

QString text(const QJsonObject &object, const char *name) { return object.value(QLatin1String(name)).toString(); }

}

QString JobWatch::LogLine::text() const
{
    switch (kind) {
    case Kind::Phase: {
        const QString title = phaseTitle(wizard::text(fields, "phase"));
        const QString message = wizard::text(fields, "message");
        return message.isEmpty() ? title : tr("%1: %2").arg(title, format::shown(message));
    }
    case Kind::Warning:
        return tr("Warning: %1").arg(format::shown(warningInfo(fields).text()));
    case Kind::Error: {
        const edgelift::Error error = errorInfo(fields);
        return tr("%1: %2").arg(displayCode(error.code), format::shown(describe(error).message));
    }
    case Kind::Finished:
        return tr("The ENS image %1 is ready.").arg(format::ltr(finishedInfo(fields).imageId));
    case Kind::Offline:
        return tr("The migration engine does not answer. Reconnecting.");
    case Kind::Online:
        return tr("Connected to the migration engine again.");
    }
    Q_UNREACHABLE();
}

JobWatch::JobWatch(AgentLink &link, QObject *parent)
    : QObject(parent)
    , m_link(link)
{
    QElapsedTimer since;
    since.start();
    m_clock = [since] { return since.elapsed(); };
    m_second.setInterval(second);
    connect(&m_second, &QTimer::timeout, this, &JobWatch::tick);
    connect(&link, &AgentLink::openChanged, this, &JobWatch::linkChanged);
    connect(&link, &AgentLink::event, this, &JobWatch::heard);
    connect(&link, &AgentLink::ended, this, [this](const QString &job, const QString &end) {
        if (job == m_jobId)
            ended(end);
    });
}

void JobWatch::attach()
{
    m_attaching = true;
    if (!m_link.isOpen())
        return; // linkChanged() asks
    m_link.call(QStringLiteral("status"), {}, this, [this](const Result<QJsonObject> &reply) {
        if (!reply || !m_attaching)
            return; // when the agent went, linkChanged() asks again
        m_attaching = false;
        const QList<JobInfo> jobs = listOf(*reply, "jobs", jobInfo);
        if (!jobs.isEmpty()) {
            follow(jobs.first().id);
            setJob(jobs.first()); // whoever hears attached() asks what it does
        }
        Q_EMIT attached(!jobs.isEmpty());
    });
}

void JobWatch::follow(const QString &jobId)
{
    m_attaching = false;
    m_jobId = jobId;
    m_job = {};
    m_job.id = jobId;
    m_progress = {};
    m_progressTime = {};
    m_meter.restart();
    m_warnings.clear();
    m_log.clear();
    m_runStart = 0;
    m_replayAt = -1;
    m_error.reset();
    m_resources.clear();
    m_finished = {};
    m_busy = m_resumeWhenPaused = false;
    m_keptChange.reset();
    m_agentPid = m_link.about().value(QLatin1String("pid")).toInteger();
    m_second.start();
    m_link.follow(jobId);
    if (m_link.isOpen())
        refresh();
    else
        linkChanged(false);
}

void JobWatch::refresh()
{
    const QString asked = m_jobId;
    m_link.call(QStringLiteral("status"), {{QStringLiteral("job"), asked}}, this, [this, asked](const Result<QJsonObject> &reply) {
        if (asked != m_jobId)
            return;
        if (reply)
            takeStatus(*reply);
        else if (reply.error().code != ErrorCode::AgentUnreachable)
            Q_EMIT actionFailed(reply.error());
    });
}

void JobWatch::takeStatus(const QJsonObject &reply)
{
    for (const JobInfo &job : listOf(reply, "jobs", jobInfo)) {
        if (job.id == m_jobId)
            setJob(job);
    }
    const QJsonObject progress = reply.value(QLatin1String("progress")).toObject();
    if (text(progress, "job") == m_jobId)
        heardProgress(progress);
}

void JobWatch::setJob(const JobInfo &job)
{
    const bool ran = m_job.state == QLatin1String("Running");
    m_job = job;
    const bool runs = job.state == QLatin1String("Running");
    if (runs && !ran)
        beginRun();
    if (job.error && !m_error) {
        m_error = job.error;
        m_errorPhase = job.phase;
        m_errorTime = job.ended;
    }
    if (job.state != QLatin1String("InError"))
        m_error.reset();
    if (!runs && m_progress.bytesTotal.count == 0) {
        m_progress.bytesDone = job.bytesDone;
        m_progress.bytesTotal = job.bytesTotal;
        m_progress.wireBytes = job.wireBytes;
    }
    if (!runs)
        askResources();
    if (job.state == QLatin1String("Finished"))
        askReport();
    if (!runs && std::exchange(m_resumeWhenPaused, false) && job.isResumable())
        resume();
    Q_EMIT stateChanged();
}

void JobWatch::beginRun()
{
    m_runStart = m_replayAt >= 0 ? m_runStart : m_log.size();
    m_error.reset();
    m_resources.clear();
    m_meter.restart();
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
        m_finished.reportPath = text(*reply, "reportPath");
        Q_EMIT stateChanged();
    });
}

void JobWatch::heard(const QJsonObject &event)
{
    if (m_jobId.isEmpty() || text(event, "job") != m_jobId)
        return;
    const QString kind = text(event, "event");
    if (kind == QLatin1String("progress"))
        return heardProgress(event);
    if (isRepeated(event))
        return;
    if (kind == QLatin1String("phase"))
        return heardPhase(event);
    if (kind == QLatin1String("error"))
        return heardError(event);
    if (kind == QLatin1String("warning")) {
        m_warnings.append(warningInfo(event));
        write(LogLine::Kind::Warning, event);
    } else if (kind == QLatin1String("finished")) {
        m_finished = finishedInfo(event);
        write(LogLine::Kind::Finished, event);
    } else {
        return; // of a later agent
    }
    Q_EMIT stateChanged();
}

void JobWatch::heardPhase(const QJsonObject &event)
{
    m_job.phase = text(event, "phase");
    const QDateTime now = QDateTime::currentDateTimeUtc();
    if (!m_job.phases.isEmpty() && !m_job.phases.last().ended.isValid() && m_job.phases.last().phase != m_job.phase)
        m_job.phases.last().ended = now;
    if (m_job.phases.isEmpty() || m_job.phases.last().phase != m_job.phase)
        m_job.phases.append({m_job.phase, now, {}});
    if (!m_job.started.isValid())
        m_job.started = now;
    write(LogLine::Kind::Phase, event);
    Q_EMIT stateChanged();
}

void JobWatch::heardError(const QJsonObject &event)
{
    m_error = errorInfo(event);
    m_errorPhase = text(event, "phase");
    m_errorTime = QDateTime::currentDateTimeUtc();
    m_resources = listOf(event, "kept", resourceInfo);
    write(LogLine::Kind::Error, event);
    Q_EMIT stateChanged(); // the state itself follows with "ended"
}

void JobWatch::heardProgress(const QJsonObject &event)
{
    const QString before = phase();
    m_progress = progressInfo(event);
    m_progressTime = QDateTime::currentDateTimeUtc();
    if (m_progress.phase == QLatin1String("copy"))
        m_meter.add(m_clock(), m_progress.bytesDone, m_progress.wireBytes, m_progress.speed);
    m_told = false;
    tellProgress();
    if (before != phase())
        Q_EMIT stateChanged();
}

void JobWatch::ended(const QString &end)
{
    m_busy = false;
    m_replayAt = -1;
    // Shown at once; the rest comes with the status.
    const auto state = [&end] {
        if (end == QLatin1String("finished"))
            return QStringLiteral("Finished");
        if (end == QLatin1String("cancelled"))
            return QStringLiteral("Cancelled");
        return end == QLatin1String("failed") ? QStringLiteral("InError") : QStringLiteral("Stopped");
    }();
    if (m_job.state == QLatin1String("Running") || m_job.state.isEmpty()) {
        m_job.state = state;
        Q_EMIT stateChanged();
    }
    refresh();
}

void JobWatch::linkChanged(bool open)
{
    if (open && m_attaching)
        return attach();
    if (m_jobId.isEmpty())
        return;
    if (open) {
        const qint64 pid = m_link.about().value(QLatin1String("pid")).toInteger();
        m_replayAt = pid == m_agentPid && m_agentPid != 0 ? m_runStart : -1;
        m_agentPid = pid;
        m_offlineSince = -1;
        if (!m_log.isEmpty())
            write(LogLine::Kind::Online, {});
        refresh();
    } else {
        m_offlineSince = m_clock();
        m_busy = false;
        m_meter.restart();
        write(LogLine::Kind::Offline, {});
    }
    Q_EMIT stateChanged();
}

/// An agent tells a new listener all of the run again.
bool JobWatch::isRepeated(const QJsonObject &fields)
{
    if (m_replayAt < 0)
        return false;
    for (qsizetype i = m_replayAt; i < m_log.size(); ++i) {
        if (m_log.at(i).fields == fields) {
            m_replayAt = i + 1;
            return true;
        }
    }
    m_replayAt = -1; // the first that is new: all after it are
    return false;
}

void JobWatch::write(LogLine::Kind kind, const QJsonObject &fields)
{
    m_log.append({QDateTime::currentDateTimeUtc(), kind, fields});
    if (m_log.size() > logLimit) {
        m_log.removeFirst();
        m_runStart = std::max<qsizetype>(m_runStart - 1, 0);
        m_replayAt = std::max<qsizetype>(m_replayAt - 1, -1);
    }
    Q_EMIT logged();
}

void JobWatch::tellProgress()
{
    const qint64 now = m_clock();
    if (m_told || (m_lastTold >= 0 && now - m_lastTold < second))
        return; // tick() tells it
    m_told = true;
    m_lastTold = now;
    Q_EMIT progressed();
}

void JobWatch::tick()
{
    if (m_offlineSince >= 0 || lastState() == State::Synchronizing)
        m_told = false; // time passes: elapsed, stalled, reconnecting
    tellProgress();
}

}
