#include "core/migrate/eventsink.h"

#include "core/migrate/jobrecord.h"
#include "core/migrate/ledger.h"

#include <algorithm>
#include <cmath>

namespace edgelift {

namespace {

constexpr qint64 progressEveryMs = 100;

QJsonValue number(Bytes bytes) { return QJsonValue(qint64(bytes.count)); }

QString liveName(LiveProgress::Phase phase)
{
    using Phase = LiveProgress::Phase;
    constexpr std::pair<Phase, const char *> names[] = {{Phase::FirstPass, "first-pass"}, {Phase::Comparing, "comparing"},
        {Phase::Round, "round"}, {Phase::InSync, "in-sync"}, {Phase::Freezing, "freezing"}, {Phase::SendingPoint, "sending-point"},
        {Phase::Rechecking, "rechecking"}, {Phase::ReadingBack, "reading-back"}, {Phase::Committed, "committed"}, {Phase::Files, "files"},
        {Phase::ChangedFiles, "changed-files"}, {Phase::Waiting, "waiting"}};
    return QLatin1String(std::find_if(std::begin(names), std::end(names), [phase](const auto &one) { return one.first == phase; })->second);
}

QJsonObject toJson(const LiveProgress &live)
{
    constexpr std::pair<LiveProgress::Remedy, const char *> names[] = {{LiveProgress::Remedy::RaiseLimits, "raise-limits"},
        {LiveProgress::Remedy::QuietHours, "quiet-hours"}, {LiveProgress::Remedy::StopServices, "stop-services"},
        {LiveProgress::Remedy::LongerFreeze, "longer-freeze"}};
    QJsonArray remedies;
    for (const auto &[remedy, name] : names) {
        if (live.remedies.contains(remedy))
            remedies.append(QLatin1String(name));
    }
    return {{QStringLiteral("state"), liveName(live.phase)}, {QStringLiteral("round"), live.round},
        {QStringLiteral("dirtyBytes"), number(live.dirty)}, {QStringLiteral("writeRate"), std::round(live.writeRate)},
        {QStringLiteral("linkRate"), std::round(live.linkRate)}, {QStringLiteral("freezeMs"), qint64(live.predicted.count())},
        {QStringLiteral("budgetMs"), qint64(live.budget.count())}, {QStringLiteral("converging"), live.converging},
        {QStringLiteral("remedies"), remedies}};
}

QJsonObject toJson(const LimitsInForce &limits)
{
    return {{QStringLiteral("limitMbps"), limits.limitMbps}, {QStringLiteral("diskMBps"), limits.diskMBps},
        {QStringLiteral("niceness"), limits.niceness}, {QStringLiteral("window"), limits.window},
        {QStringLiteral("backOffMBps"), limits.backOff > 0 ? QJsonValue(double(limits.backOff) / 1e6) : QJsonValue()}};
}
}

EventSink::EventSink(QString jobId, MigrationObserver observer, const Clock &clock)
    : m_jobId(std::move(jobId))
    , m_observer(std::move(observer))
    , m_clock(clock)
{
}

void EventSink::send(MigrationEvent::Kind kind, const char *name, QJsonObject fields)
{
    fields.insert(QStringLiteral("event"), QLatin1String(name));
    fields.insert(QStringLiteral("job"), m_jobId);
    const std::lock_guard lock(m_mutex);
    if (m_observer)
        m_observer({kind, fields});
}

void EventSink::resume(Bytes done, Bytes total, Bytes wire)
{
    m_copy.done = done;
    m_copy.total = total;
    m_copy.wire = wire;
}

void EventSink::phase(Phase phase, const QString &message)
{
    m_lastPercent = -1;
    QJsonObject fields{{QStringLiteral("phase"), phaseName(phase)}};
    if (!message.isEmpty())
        fields.insert(QStringLiteral("message"), message);
    send(MigrationEvent::Kind::Phase, "phase", fields);
}

void EventSink::percent(Phase phase, int percent)
{
    if (std::exchange(m_lastPercent, percent) == percent)
        return;
    m_copy.bytesPerSecond = 0;
    m_copy.remainingSeconds.reset();
    m_copy.limits = {};
    QJsonObject fields = numbers();
    fields.insert(QStringLiteral("phase"), phaseName(phase));
    fields.insert(QStringLiteral("percent"), percent);
    send(MigrationEvent::Kind::Progress, "progress", fields);
}

void EventSink::progress(Phase phase, const TransferProgress &progress, bool always)
{
    m_copied = progress.total.count ? double(progress.done.count) / double(progress.total.count) : 0;
    const QDateTime now = m_clock.now();
    const bool newState = progress.live && (!m_copy.live || m_copy.live->phase != progress.live->phase);
    if (!always && !newState && m_lastProgress.isValid() && m_lastProgress.msecsTo(now) < progressEveryMs)
        return;
    m_lastProgress = now;
    const bool reread = progress.rereadExtents > m_copy.rereadExtents;
    const bool repaired = progress.repairedExtents > m_copy.repairedExtents;
    m_copy = progress;
    if (reread)
        warning(warnings::sourceReread(progress.rereadExtents));
    if (repaired)
        warning(warnings::targetRepaired(progress.repairedExtents));
    const bool stuck = progress.live && !progress.live->converging;
    if (stuck && !std::exchange(m_stuck, stuck))
        warning(warnings::doesNotConverge(progress.live->writeRate, progress.live->linkRate));
    m_stuck = stuck;
    QJsonObject fields = numbers();
    fields.insert(QStringLiteral("phase"), phaseName(phase));
    if (progress.live)
        fields.insert(QStringLiteral("live"), toJson(*progress.live));
    send(MigrationEvent::Kind::Progress, "progress", fields);
}

QJsonObject EventSink::numbers() const
{
    return {{QStringLiteral("bytesDone"), number(m_copy.done)}, {QStringLiteral("bytesTotal"), number(m_copy.total)},
        {QStringLiteral("wireBytes"), number(m_copy.wire)}, {QStringLiteral("speed"), std::round(m_copy.bytesPerSecond)},
        {QStringLiteral("remainingSeconds"), m_copy.remainingSeconds ? QJsonValue(*m_copy.remainingSeconds) : QJsonValue()},
        {QStringLiteral("limits"), toJson(m_copy.limits)}, {QStringLiteral("disks"), disks()}};
}

QJsonArray EventSink::disks() const
{
    QJsonArray out;
    const qsizetype known = std::min({m_disks.size(), m_copy.doneByDisk.size(), m_copy.totalByDisk.size()});
    for (qsizetype i = 0; i < known; ++i)
        out.append(QJsonObject{{QStringLiteral("disk"), m_disks.at(i).id}, {QStringLiteral("name"), m_disks.at(i).name},
            {QStringLiteral("bytesDone"), number(m_copy.doneByDisk.at(i))},
            {QStringLiteral("bytesTotal"), number(m_copy.totalByDisk.at(i))}});
    return out;
}

void EventSink::warning(const JobWarning &warning)
{
    send(MigrationEvent::Kind::Warning, "warning",
        {{QStringLiteral("id"), warning.id}, {QStringLiteral("args"), QJsonArray::fromStringList(warning.args)},
            {QStringLiteral("message"), describe(warning)}});
}

void EventSink::error(const QString &phase, const Error &error, bool refused, const QList<LedgerEntry> &kept)
{
    QJsonArray resources;
    for (const LedgerEntry &entry : kept)
        resources.append(toJson(entry));
    QJsonObject fields = errorToJson(error);
    fields.insert(QStringLiteral("phase"), phase);
    fields.insert(QStringLiteral("refused"), refused);
    fields.insert(QStringLiteral("kept"), resources);
    send(MigrationEvent::Kind::Error, "error", fields);
}

void EventSink::finished(const QString &sourceId, const QString &imageId, const QString &reportPath, const QString &imagePath)
{
    QJsonObject fields{{QStringLiteral("sourceId"), sourceId}, {QStringLiteral("jobId"), m_jobId}, {QStringLiteral("imageId"), imageId},
        {QStringLiteral("reportPath"), reportPath}};
    if (!imagePath.isEmpty())
        fields.insert(QStringLiteral("imagePath"), imagePath);
    send(MigrationEvent::Kind::Finished, "finished", fields);
}

}
