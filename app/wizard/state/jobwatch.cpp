#include "app/wizard/state/jobwatch.h"

#include <QElapsedTimer>

namespace edgelift::wizard {

namespace {

constexpr qint64 second = 1000;
constexpr std::chrono::seconds patience{10}; ///< with an agent, after the window was closed

QString text(const QJsonObject &object, const char *name) { return object.value(QLatin1String(name)).toString(); }

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
    m_patience.setSingleShot(true);
    m_patience.setInterval(patience);
    connect(&m_patience, &QTimer::timeout, this, [this] { m_stay.reset(); });
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
    m_error.reset();
    m_errorBefore.reset();
    m_retriedAt = {};
    m_resources.clear();
    m_finished = {};
    m_bootCheck = {};
    setBusy(false);
    m_resumeWhenPaused = m_goingOn = false;
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
    if (runs && !m_busy) // the pause was lost with an agent
        m_resumeWhenPaused = false;
    if (!runs && std::exchange(m_resumeWhenPaused, false)) {
        const QEventLoopLocker meanwhile;
        setBusy(false);
        if (job.isResumable())
            resume();
    }
    Q_EMIT stateChanged();
}

void JobWatch::beginRun()
{
    m_log.beginRun();
    m_error.reset();
    m_resources.clear();
    m_meter.restart();
}

void JobWatch::heard(const QJsonObject &event)
{
    if (m_jobId.isEmpty() || text(event, "job") != m_jobId)
        return;
    const QString kind = text(event, "event");
    if (kind == QLatin1String("progress"))
        return heardProgress(event);
    if (m_log.isRepeated(event))
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
    } else if (kind == QLatin1String("bootCheck")) {
        m_bootCheck = bootCheckInfo(event);
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
    setBusy(m_resumeWhenPaused); // until the status says that it may be resumed
    m_log.endReplay();
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
        m_log.expectReplay(pid == m_agentPid && m_agentPid != 0);
        m_agentPid = pid;
        m_offlineSince = -1;
        m_meter.restart();
        if (!m_log.lines().isEmpty())
            write(LogLine::Kind::Online, {});
        refresh();
    } else {
        m_offlineSince = m_clock();
        setBusy(false);
        write(LogLine::Kind::Offline, {});
    }
    Q_EMIT stateChanged();
}

void JobWatch::write(LogLine::Kind kind, const QJsonObject &fields)
{
    m_log.append(kind, fields);
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
    if (m_offlineSince >= 0 || m_job.state == QLatin1String("Running"))
        m_told = false; // time passes: elapsed, stalled, reconnecting
    tellProgress();
}

}
