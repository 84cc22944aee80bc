#include "core/agent/apijson.h"

#include "core/agent/jsonrpc.h"
#include "core/base/errortext.h"

#include <algorithm>

namespace edgelift::apijson {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

QString severityName(Check::Severity severity)
{
    switch (severity) {
    case Check::Severity::Ok:
        return QStringLiteral("ok");
    case Check::Severity::Info:
        return QStringLiteral("info");
    case Check::Severity::Warning:
        return QStringLiteral("warning");
    case Check::Severity::Blocker:
        return QStringLiteral("blocker");
    }
    Q_UNREACHABLE();
}

QString severityName(Problem::Severity severity)
{
    switch (severity) {
    case Problem::Severity::Info:
        return QStringLiteral("info");
    case Problem::Severity::Warning:
        return QStringLiteral("warning");
    case Problem::Severity::Blocker:
        return QStringLiteral("blocker");
    }
    Q_UNREACHABLE();
}

QString text(const QDateTime &time) { return time.isValid() ? time.toUTC().toString(Qt::ISODate) : QString(); }

void insertTimes(QJsonObject &out, const JobSummary &job)
{
    QJsonArray phases;
    for (const PhaseTime &phase : job.phases)
        phases.append(
            QJsonObject{{key("phase"), phaseName(phase.phase)}, {key("started"), text(phase.started)}, {key("ended"), text(phase.ended)}});
    out.insert(key("phases"), phases);
    out.insert(key("started"), job.phases.isEmpty() ? QString() : text(job.phases.first().started));
    out.insert(key("ended"), text(job.ended));
}

void insertPlan(QJsonObject &out, const JobSummary &job)
{
    QJsonObject tags;
    for (auto it = job.job.tags.begin(); it != job.job.tags.end(); ++it)
        tags.insert(it.key(), it.value());
    out.insert(key("name"), job.job.name);
    out.insert(key("description"), job.job.description);
    out.insert(key("tags"), tags);
    out.insert(key("region"), job.place.region);
    out.insert(key("transitRegion"), job.place.transitRegion);
    out.insert(key("bucket"), job.place.bucket);
}

}

QJsonObject toJson(const JobSummary &job)
{
    QJsonObject out{{key("id"), job.id}, {key("state"), jobStateName(job.state)}, {key("phase"), job.phase},
        {key("created"), text(job.created)}, {key("sourceName"), job.sourceName}, {key("sourceId"), job.sourceId},
        {key("imageId"), job.imageId}, {key("imageName"), job.imageName}, {key("instanceId"), job.instanceId},
        {key("bytesDone"), qint64(job.bytesDone.count)}, {key("bytesTotal"), qint64(job.bytesTotal.count)},
        {key("wireBytes"), qint64(job.wireBytes.count)}, {key("interrupted"), job.interrupted}, {key("cancelling"), job.cancelling},
        {key("live"), job.live}};
    insertTimes(out, job);
    insertPlan(out, job);
    if (job.error)
        out.insert(key("error"), rpc::toJson(*job.error));
    return out;
}

QJsonObject toJson(const LedgerEntry &entry)
{
    return {{key("kind"), kindName(entry.kind)}, {key("kindName"), describe(entry.kind)}, {key("id"), entry.id}, {key("name"), entry.name},
        {key("region"), entry.region}, {key("created"), text(entry.created)},
        {key("pricePerDay"), entry.pricePerDay ? QJsonValue(*entry.pricePerDay) : QJsonValue()}, {key("currency"), entry.currency},
        {key("kept"), entry.kept}};
}

QJsonObject toJson(const Check &check)
{
    const CheckText words = describe(check);
    QJsonObject out{{key("id"), check.id}, {key("severity"), severityName(check.severity)}, {key("title"), words.title},
        {key("evidence"), words.evidence}, {key("remedy"), words.remedy}, {key("fix"), check.fix},
        {key("args"), QJsonArray::fromStringList(check.args)}};
    if (check.error)
        out.insert(key("error"), rpc::toJson(*check.error));
    return out;
}

QJsonObject checksReply(const QList<Check> &checks)
{
    const bool blocked =
        std::any_of(checks.begin(), checks.end(), [](const Check &each) { return each.severity == Check::Severity::Blocker; });
    return {{key("checks"), array(checks)}, {key("blocked"), blocked}};
}

QJsonObject toJson(const CloudOptions &options)
{
    QStringList transit = transitRegions();
    if (!options.regions.isEmpty()) // unknown is not none
        transit.removeIf([&options](const QString &region) { return !options.regions.contains(region); });
    QJsonArray buckets;
    for (const oss::Bucket &bucket : options.buckets)
        buckets.append(QJsonObject{{key("name"), bucket.name}, {key("region"), bucket.region}});
    QJsonArray vpcs;
    for (const vpc::Vpc &vpc : options.vpcs)
        vpcs.append(QJsonObject{{key("id"), vpc.id}, {key("name"), vpc.name}, {key("region"), options.transitRegion}});
    QJsonArray vSwitches;
    for (const vpc::VSwitch &vSwitch : options.vSwitches)
        vSwitches.append(QJsonObject{
            {key("id"), vSwitch.id}, {key("vpcId"), vSwitch.vpcId}, {key("zone"), vSwitch.zoneId}, {key("name"), vSwitch.name}});
    return {{key("account"), options.account}, {key("endpoint"), options.endpoint.toString()},
        {key("regions"), QJsonArray::fromStringList(imageRegions())}, {key("transitRegions"), QJsonArray::fromStringList(transit)},
        {key("buckets"), buckets}, {key("vpcs"), vpcs}, {key("vSwitches"), vSwitches},
        {key("instanceTypes"), QJsonArray::fromStringList(options.instanceTypes)}};
}

QJsonObject toJson(const Prompt &prompt)
{
    return {{key("id"), prompt.id}, {key("needed"), prompt.needed}, {key("state"), prompt.state}, {key("reason"), prompt.reason},
        {key("choices"), QJsonArray::fromStringList(prompt.choices)}, {key("recommended"), prompt.recommended},
        {key("command"), prompt.command}};
}

QJsonObject toJson(const Problem &problem)
{
    return {{key("id"), ruleId(problem.rule)}, {key("severity"), severityName(problem.severity)}, {key("disk"), problem.disk},
        {key("volume"), problem.volume}, {key("needBytes"), qint64(problem.need.count)}, {key("haveBytes"), qint64(problem.have.count)},
        {key("message"), describe(problem)}};
}

QJsonObject fileProblem(const Error &error)
{
    const ErrorText words = describe(error);
    return {{key("id"), displayCode(error.code)}, {key("severity"), key("blocker")}, {key("name"), codeName(error.code)},
        {key("message"), words.message + QLatin1Char(' ') + words.remedy}};
}

}
