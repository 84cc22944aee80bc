#include "app/wizard/state/jobwatch.h"

#include <QSaveFile>
#include <algorithm>

/// What a JobWatch says about its job, and what it asks the agent to do with it.
namespace edgelift::wizard {

namespace {

constexpr qint64 second = 1000;
constexpr qint64 stalledAfter = 60 * second;
constexpr qint64 slowAfter = 300 * second;

QString key(const char *name) { return QString::fromLatin1(name); }

bool isPreparing(const QString &phase)
{
    return phase.isEmpty() || phase == QLatin1String("connect") || phase == QLatin1String("check") || phase == QLatin1String("transit");
}

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
        return action == Action::Pause || action == Action::Modify || action == Action::Cancel;
    case State::Paused:
        return action == Action::Resume || action == Action::Modify || action == Action::Cancel;
    case State::Error:
        if (action == Action::Retry) // without its transit instance there is nothing to go on with (R128)
            return !m_error || m_error->code != ErrorCode::TransitReleased;
        return action == Action::Modify || action == Action::Cancel;
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

double JobWatch::share() const
{
    if (lastState() == State::Completed)
        return 1;
    return m_progress.share().value_or(0);
}

int JobWatch::offlineSeconds() const { return m_offlineSince < 0 ? 0 : int((m_clock() - m_offlineSince) / second); }

std::optional<qint64> JobWatch::remainingSeconds() const
{
    return state() == State::Synchronizing ? m_progress.remainingSeconds : std::nullopt;
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

int JobWatch::linkInterruptions() const
{
    return int(std::count_if(m_log.begin() + std::min(m_runStart, m_log.size()), m_log.end(), [](const LogLine &line) {
        return line.kind == LogLine::Kind::Warning
            && line.fields.value(QLatin1String("id")).toString() == QLatin1String("link-interrupted");
    }));
}

void JobWatch::act(const QString &method, const QJsonObject &params, std::function<void()> done)
{
    m_busy = true;
    QJsonObject all = params;
    all.insert(key("job"), m_jobId);
    const QString asked = m_jobId;
    m_link.call(method, all, this, [this, asked, done = std::move(done)](const Result<QJsonObject> &reply) {
        if (asked != m_jobId)
            return;
        m_busy = false;
        if (reply)
            done();
        else
            Q_EMIT actionFailed(reply.error());
        Q_EMIT stateChanged();
    });
    Q_EMIT stateChanged();
}

void JobWatch::pause()
{
    act(key("pause"), {}, [this] { m_busy = m_job.state == QLatin1String("Running"); }); // until "ended"
}

void JobWatch::resume()
{
    if (m_job.state == QLatin1String("Running")) {
        m_resumeWhenPaused = true;
        return;
    }
    act(key("resume"), {}, [this] {
        m_job.state = key("Running");
        m_job.ended = {};
        beginRun();
        sendKeptChange();
        refresh();
    });
}

void JobWatch::retry()
{
    act(key("retry"), {}, [this] {
        m_job.state = key("Running");
        m_job.ended = {};
        beginRun();
        sendKeptChange();
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

void JobWatch::modify(const Change &change)
{
    if (m_job.state != QLatin1String("Running")) { // the agent changes only what runs
        m_keptChange = change;
        Q_EMIT modified(true);
        return;
    }
    QJsonObject params;
    if (change.limitMbps)
        params.insert(key("limitMbps"), *change.limitMbps);
    if (change.compression)
        params.insert(key("compression"), *change.compression);
    if (change.checksum)
        params.insert(key("checksum"), *change.checksum);
    act(key("modify"), params, [this] { Q_EMIT modified(false); });
}

void JobWatch::sendKeptChange()
{
    if (const auto change = std::exchange(m_keptChange, std::nullopt))
        modify(*change);
}

void JobWatch::listDiagnostics(QObject *context, std::function<void(const Result<QList<DiagnosticsEntry>> &)> done)
{
    m_link.call(key("diagnostics.list"), {}, context, [done = std::move(done)](const Result<QJsonObject> &reply) {
        if (!reply)
            return done(reply.error());
        QList<DiagnosticsEntry> entries;
        for (const QJsonValue &value : reply->value(QLatin1String("entries")).toArray()) {
            const QJsonObject entry = value.toObject();
            entries.append({entry.value(QLatin1String("name")).toString(),
                {quint64(std::max<qint64>(entry.value(QLatin1String("bytes")).toInteger(), 0))}});
        }
        done(entries);
    });
}

void JobWatch::saveDiagnostics(const QString &path, QObject *context, std::function<void(const Result<> &)> done)
{
    const auto file = std::make_shared<QSaveFile>(path);
    if (!file->open(QIODevice::WriteOnly))
        return done(edgelift::Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {path}, file->errorString()});
    const QPointer<QObject> asker(context);
    m_link.call(key("diagnostics"), {}, this, [this, file, asker, done = std::move(done)](const Result<QJsonObject> &reply) {
        if (!asker)
            return;
        if (!reply)
            return done(reply.error());
        readPart(reply->value(QLatin1String("path")).toString(), file, asker, done);
    });
}

void JobWatch::readPart(
    const QString &from, const std::shared_ptr<QSaveFile> &to, QObject *context, std::function<void(const Result<> &)> done)
{
    const QPointer<QObject> asker(context);
    const auto took = [this, from, to, asker, done = std::move(done)](const Result<QJsonObject> &reply) {
        if (!asker)
            return;
        if (!reply)
            return done(reply.error());
        const QByteArray part = QByteArray::fromBase64(reply->value(QLatin1String("data")).toString().toLatin1());
        const auto unwritable = [&to] {
            return edgelift::Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {to->fileName()}, to->errorString()};
        };
        if (to->write(part) != part.size())
            return done(unwritable());
        const qint64 total = reply->value(QLatin1String("size")).toInteger();
        if (!part.isEmpty() && to->pos() < total)
            return readPart(from, to, asker, done);
        if (to->pos() != total)
            return done(edgelift::Error{ErrorCode::FileUnreadable, Retry::AfterWait, {from}, key("it ended early")});
        if (!to->commit())
            return done(unwritable());
        done(ok());
    };
    m_link.call(key("diagnostics.read"), {{key("path"), from}, {key("offset"), to->pos()}}, this, took);
}

}
