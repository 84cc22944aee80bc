#include "core/agent/clientvalues.h"

#include "core/agent/jsonrpc.h"
#include "core/base/errortext.h"
#include "core/migrate/jobwarning.h"
#include "core/source/prompts.h"

#include <QJsonArray>
#include <algorithm>
#include <cmath>

namespace edgelift {

namespace {

QString text(const QJsonObject &object, const char *name) { return object.value(QLatin1String(name)).toString(); }
bool flag(const QJsonObject &object, const char *name) { return object.value(QLatin1String(name)).toBool(); }

/// 0 and more, finite; what is no number is 0.
double amount(const QJsonObject &object, const char *name)
{
    const double value = object.value(QLatin1String(name)).toDouble();
    return std::isfinite(value) ? std::max(value, 0.0) : 0;
}

Bytes bytes(const QJsonObject &object, const char *name)
{
    const QJsonValue value = object.value(QLatin1String(name));
    if (const qint64 exact = value.toInteger(-1); exact >= 0)
        return {quint64(exact)};
    constexpr double most = 9e18;
    return {quint64(std::min(amount(object, name), most))};
}

int small(const QJsonObject &object, const char *name) { return int(std::min(amount(object, name), 1e9)); }

QStringList texts(const QJsonObject &object, const char *name)
{
    QStringList out;
    for (const QJsonValue &value : object.value(QLatin1String(name)).toArray())
        out.append(value.toString());
    return out;
}

QDateTime time(const QJsonObject &object, const char *name)
{
    const QDateTime parsed = QDateTime::fromString(text(object, name), Qt::ISODate);
    return parsed.isValid() ? parsed.toUTC() : QDateTime();
}

std::optional<Error> errorBelow(const QJsonObject &object)
{
    const QJsonValue value = object.value(QLatin1String("error"));
    return value.isObject() ? std::optional(errorInfo(value.toObject())) : std::nullopt;
}

Check::Severity severity(const QString &name)
{
    if (name == QLatin1String("blocker"))
        return Check::Severity::Blocker;
    if (name == QLatin1String("info"))
        return Check::Severity::Info;
    return name == QLatin1String("ok") ? Check::Severity::Ok : Check::Severity::Warning; // a new word is worth a look
}

JobInfo::PhaseTime phaseTime(const QJsonObject &phase) { return {text(phase, "phase"), time(phase, "started"), time(phase, "ended")}; }

ProgressInfo::Disk diskProgress(const QJsonObject &disk)
{
    const Bytes total = bytes(disk, "bytesTotal");
    return {text(disk, "disk"), text(disk, "name"), std::min(bytes(disk, "bytesDone"), total), total};
}

std::optional<ProgressInfo::Live> liveProgress(const QJsonObject &event)
{
    const QJsonValue value = event.value(QLatin1String("live"));
    if (!value.isObject())
        return std::nullopt;
    const QJsonObject live = value.toObject();
    return ProgressInfo::Live{text(live, "state"), small(live, "round"), bytes(live, "dirtyBytes"), amount(live, "writeRate"),
        amount(live, "linkRate"), small(live, "freezeMs")};
}

bool same(const std::optional<Error> &a, const std::optional<Error> &b)
{
    if (a.has_value() != b.has_value())
        return false;
    return !a || (a->code == b->code && a->retry == b->retry && a->args == b->args && a->detail == b->detail);
}

}

CheckText CheckInfo::text() const { return describe(Check{id, severity, args, fix, error}); }

bool CheckInfo::operator==(const CheckInfo &other) const
{
    return id == other.id && severity == other.severity && args == other.args && fix == other.fix && same(error, other.error);
}

QString PromptInfo::title() const { return promptTitle(id); }
QString PromptInfo::reasonText() const { return promptReason(id, reason); }
QString PromptInfo::choiceText(const QString &choice) const { return promptChoice(choice); }
QString PromptInfo::consequenceText(const QString &choice) const { return promptConsequence(id, choice); }

QString ResourceInfo::kindText() const
{
    const std::optional<ResourceKind> known = kindFromName(kind);
    return known ? describe(*known) : kind;
}

bool JobInfo::isResumable() const
{
    return state == QLatin1String("Ready") || state == QLatin1String("Stopped") || state == QLatin1String("InError");
}
bool JobInfo::isCancellable() const { return isResumable() || state == QLatin1String("Running"); }
QString JobInfo::stateText() const { return stateTitle(state); }

bool JobInfo::operator==(const JobInfo &other) const
{
    const auto facts = [](const JobInfo &job) {
        return std::tie(job.id, job.state, job.phase, job.created, job.started, job.ended, job.name, job.description, job.tags,
            job.sourceName, job.sourceId, job.region, job.transitRegion, job.bucket, job.instanceId, job.imageId, job.imageName,
            job.bytesDone, job.bytesTotal, job.wireBytes, job.phases, job.interrupted, job.cancelling, job.live);
    };
    return facts(*this) == facts(other) && same(error, other.error);
}

std::optional<double> ProgressInfo::share() const
{
    if (percent)
        return double(*percent) / 100;
    if (bytesTotal.count == 0)
        return std::nullopt;
    return std::min(1.0, double(bytesDone.count) / double(bytesTotal.count));
}

QString WarningInfo::text() const
{
    const QString ours = describe(JobWarning{id, args});
    return ours.isEmpty() ? message : ours;
}

CheckInfo checkInfo(const QJsonObject &check)
{
    CheckInfo out{text(check, "id"), severity(text(check, "severity")), texts(check, "args"), text(check, "fix"), errorBelow(check)};
    if (out.severity != Check::Severity::Blocker && out.severity != Check::Severity::Warning)
        out.error.reset();
    return out;
}

PromptInfo promptInfo(const QJsonObject &prompt)
{
    return {text(prompt, "id"), flag(prompt, "needed"), text(prompt, "state"), text(prompt, "reason"), texts(prompt, "choices"),
        text(prompt, "recommended"), text(prompt, "command")};
}

ResourceInfo resourceInfo(const QJsonObject &resource)
{
    const QJsonValue price = resource.value(QLatin1String("pricePerDay"));
    const bool isPrice = price.isDouble() && std::isfinite(price.toDouble()) && price.toDouble() >= 0;
    return {text(resource, "kind"), text(resource, "id"), text(resource, "name"), text(resource, "region"), time(resource, "created"),
        isPrice ? std::optional(price.toDouble()) : std::nullopt, text(resource, "currency"), flag(resource, "kept")};
}

JobInfo jobInfo(const QJsonObject &job)
{
    JobInfo out;
    for (const auto &[name, to] :
        {std::pair("id", &JobInfo::id), {"state", &JobInfo::state}, {"phase", &JobInfo::phase}, {"name", &JobInfo::name},
            {"description", &JobInfo::description}, {"sourceName", &JobInfo::sourceName}, {"sourceId", &JobInfo::sourceId},
            {"region", &JobInfo::region}, {"transitRegion", &JobInfo::transitRegion}, {"bucket", &JobInfo::bucket},
            {"instanceId", &JobInfo::instanceId}, {"imageId", &JobInfo::imageId}, {"imageName", &JobInfo::imageName}})
        out.*to = text(job, name);
    out.created = time(job, "created");
    out.started = time(job, "started");
    out.ended = time(job, "ended");
    const QJsonObject tags = job.value(QLatin1String("tags")).toObject();
    for (auto it = tags.begin(); it != tags.end(); ++it)
        out.tags.insert(it.key(), it.value().toString());
    out.bytesDone = bytes(job, "bytesDone");
    out.bytesTotal = bytes(job, "bytesTotal");
    out.wireBytes = bytes(job, "wireBytes");
    out.phases = listOf(job, "phases", phaseTime);
    out.error = errorBelow(job);
    out.interrupted = flag(job, "interrupted");
    out.cancelling = flag(job, "cancelling");
    out.live = flag(job, "live");
    return out;
}

ProgressInfo progressInfo(const QJsonObject &event)
{
    ProgressInfo out;
    out.phase = text(event, "phase");
    out.bytesTotal = bytes(event, "bytesTotal");
    out.bytesDone = std::min(bytes(event, "bytesDone"), out.bytesTotal);
    out.wireBytes = bytes(event, "wireBytes");
    out.speed = amount(event, "speed");
    if (event.value(QLatin1String("remainingSeconds")).isDouble())
        out.remainingSeconds = qint64(std::min(amount(event, "remainingSeconds"), 1e12));
    if (event.value(QLatin1String("percent")).isDouble())
        out.percent = int(std::min(amount(event, "percent"), 100.0));
    const QJsonObject limits = event.value(QLatin1String("limits")).toObject();
    out.limits = {small(limits, "limitMbps"), small(limits, "diskMBps"), small(limits, "niceness"), text(limits, "window"),
        amount(limits, "backOffMBps")};
    out.disks = listOf(event, "disks", diskProgress);
    out.live = liveProgress(event);
    return out;
}

WarningInfo warningInfo(const QJsonObject &event) { return {text(event, "id"), texts(event, "args"), text(event, "message")}; }

FinishedInfo finishedInfo(const QJsonObject &event)
{
    return {text(event, "sourceId"), text(event, "jobId"), text(event, "imageId"), text(event, "reportPath"), text(event, "imagePath")};
}

Error errorInfo(const QJsonObject &error)
{
    QJsonObject plain = error;
    if (error.value(QLatin1String("number")).isDouble())
        plain.insert(QStringLiteral("code"), error.value(QLatin1String("number")));
    return rpc::errorFromJson(plain);
}

}
