#include "core/agent/apijson.h"

#include "core/agent/jsonrpc.h"
#include "core/base/errortext.h"

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

}

QJsonObject toJson(const JobSummary &job)
{
    QJsonObject out{{key("id"), job.id}, {key("state"), jobStateName(job.state)}, {key("phase"), job.phase},
        {key("created"), text(job.created)}, {key("sourceName"), job.sourceName}, {key("sourceId"), job.sourceId},
        {key("imageId"), job.imageId}};
    if (job.error)
        out.insert(key("error"), rpc::toJson(*job.error));
    return out;
}

QJsonObject toJson(const LedgerEntry &entry)
{
    return {{key("kind"), kindName(entry.kind)}, {key("kindName"), describe(entry.kind)}, {key("id"), entry.id}, {key("name"), entry.name},
        {key("region"), entry.region}, {key("created"), text(entry.created)},
        {key("pricePerDay"), entry.pricePerDay ? QJsonValue(*entry.pricePerDay) : QJsonValue()}, {key("kept"), entry.kept}};
}

QJsonObject toJson(const Check &check)
{
    const CheckText words = describe(check);
    return {{key("id"), check.id}, {key("severity"), severityName(check.severity)}, {key("title"), words.title},
        {key("evidence"), words.evidence}, {key("remedy"), words.remedy}, {key("fixable"), check.fixable},
        {key("args"), QJsonArray::fromStringList(check.args)}};
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
