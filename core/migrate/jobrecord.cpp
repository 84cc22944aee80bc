#include "core/migrate/jobrecord.h"

#include "core/base/errortext.h"

#include <QJsonArray>
#include <algorithm>
#include <array>

namespace edgelift {

namespace {

constexpr int recordVersion = 1;
constexpr std::array retryNames{"never", "afterWait", "afterUserAction"};

QString timeText(const QDateTime &time) { return time.isValid() ? time.toUTC().toString(Qt::ISODateWithMs) : QString(); }
QDateTime timeOf(const QJsonValue &value) { return QDateTime::fromString(value.toString(), Qt::ISODateWithMs); }
QString bytesText(Bytes bytes) { return QString::number(bytes.count); } // text: JSON numbers are exact up to 2^53 only
Bytes bytesOf(const QJsonValue &value) { return {value.toString().toULongLong()}; }

Error errorFromJson(const QJsonObject &object)
{
    Error error;
    error.code = ErrorCode(object.value(QLatin1String("number")).toInt(int(ErrorCode::Internal)));
    const QString retry = object.value(QLatin1String("retry")).toString();
    for (std::size_t i = 0; i < retryNames.size(); ++i) {
        if (retry == QLatin1String(retryNames.at(i)))
            error.retry = Retry(i);
    }
    for (const QJsonValue &arg : object.value(QLatin1String("args")).toArray())
        error.args.append(arg.toString());
    error.detail = object.value(QLatin1String("detail")).toString();
    return error;
}

QJsonArray stepsToJson(const QList<StepRecord> &steps)
{
    QJsonArray out;
    for (const StepRecord &step : steps)
        out.append(QJsonObject{{QStringLiteral("name"), step.name}, {QStringLiteral("finished"), timeText(step.finished)}});
    return out;
}

QJsonArray phasesToJson(const QList<PhaseRecord> &phases)
{
    QJsonArray out;
    for (const PhaseRecord &phase : phases)
        out.append(QJsonObject{{QStringLiteral("phase"), phaseName(phase.phase)}, {QStringLiteral("started"), timeText(phase.started)},
            {QStringLiteral("ended"), timeText(phase.ended)}});
    return out;
}

void readLists(JobRecord &record, const QJsonObject &object)
{
    for (const QJsonValue &value : object.value(QLatin1String("steps")).toArray()) {
        const QJsonObject step = value.toObject();
        record.steps.append({step.value(QLatin1String("name")).toString(), timeOf(step.value(QLatin1String("finished")))});
    }
    for (const QJsonValue &value : object.value(QLatin1String("phases")).toArray()) {
        const QJsonObject phase = value.toObject();
        if (const std::optional<Phase> known = phaseFromName(phase.value(QLatin1String("phase")).toString()))
            record.phases.append({*known, timeOf(phase.value(QLatin1String("started"))), timeOf(phase.value(QLatin1String("ended")))});
    }
    for (const QJsonValue &warning : object.value(QLatin1String("warnings")).toArray())
        record.warnings.append(warning.toString());
    const QJsonObject identities = object.value(QLatin1String("diskIdentities")).toObject();
    for (auto it = identities.begin(); it != identities.end(); ++it)
        record.diskIdentities.insert(it.key(), it.value().toString());
}

}

bool JobRecord::isFinished(const QString &step) const
{
    return std::any_of(steps.begin(), steps.end(), [&step](const StepRecord &one) { return one.name == step; });
}

QJsonObject toJson(const JobRecord &record)
{
    QJsonObject identities;
    for (auto it = record.diskIdentities.begin(); it != record.diskIdentities.end(); ++it)
        identities.insert(it.key(), it.value());
    const QJsonObject copy{{QStringLiteral("bytesDone"), bytesText(record.copy.done)},
        {QStringLiteral("bytesTotal"), bytesText(record.copy.total)}, {QStringLiteral("wireBytes"), bytesText(record.copy.wire)},
        {QStringLiteral("verified"), record.copy.verified}};
    QJsonObject object{{QStringLiteral("version"), recordVersion}, {QStringLiteral("id"), record.id},
        {QStringLiteral("state"), jobStateName(record.state)}, {QStringLiteral("phase"), record.phase},
        {QStringLiteral("created"), timeText(record.created)}, {QStringLiteral("ended"), timeText(record.ended)},
        {QStringLiteral("sourceName"), record.sourceName}, {QStringLiteral("sourceId"), record.sourceId},
        {QStringLiteral("diskIdentities"), identities}, {QStringLiteral("endpoint"), record.endpoint},
        {QStringLiteral("observedAddress"), record.observedAddress}, {QStringLiteral("values"), record.values},
        {QStringLiteral("steps"), stepsToJson(record.steps)}, {QStringLiteral("phases"), phasesToJson(record.phases)},
        {QStringLiteral("copy"), copy}, {QStringLiteral("warnings"), QJsonArray::fromStringList(record.warnings)}};
    if (record.cancelling)
        object.insert(QStringLiteral("cancelling"), true);
    if (record.error)
        object.insert(QStringLiteral("error"), errorToJson(*record.error));
    return object;
}

Result<JobRecord> jobRecordFromJson(const QJsonObject &object, const QString &path)
{
    const std::optional<JobState> state = jobStateFromName(object.value(QLatin1String("state")).toString());
    JobRecord record;
    record.id = object.value(QLatin1String("id")).toString();
    if (object.value(QLatin1String("version")).toInt() != recordVersion || !state || record.id.isEmpty())
        return Error{ErrorCode::StateUnreadable, Retry::Never, {path}, QStringLiteral("no job record of version 1")};
    record.state = *state;
    record.phase = object.value(QLatin1String("phase")).toString();
    record.created = timeOf(object.value(QLatin1String("created")));
    record.ended = timeOf(object.value(QLatin1String("ended")));
    record.sourceName = object.value(QLatin1String("sourceName")).toString();
    record.sourceId = object.value(QLatin1String("sourceId")).toString();
    record.endpoint = object.value(QLatin1String("endpoint")).toString();
    record.observedAddress = object.value(QLatin1String("observedAddress")).toString();
    record.values = object.value(QLatin1String("values")).toObject();
    readLists(record, object);
    const QJsonObject copy = object.value(QLatin1String("copy")).toObject();
    record.copy = {bytesOf(copy.value(QLatin1String("bytesDone"))), bytesOf(copy.value(QLatin1String("bytesTotal"))),
        bytesOf(copy.value(QLatin1String("wireBytes"))), copy.value(QLatin1String("verified")).toBool()};
    record.cancelling = object.value(QLatin1String("cancelling")).toBool();
    if (object.contains(QLatin1String("error")))
        record.error = errorFromJson(object.value(QLatin1String("error")).toObject());
    return record;
}

QString retryName(Retry retry) { return QString::fromLatin1(retryNames.at(std::size_t(retry))); }

QJsonObject errorToJson(const Error &error)
{
    const ErrorText text = describe(error);
    return {{QStringLiteral("code"), displayCode(error.code)}, {QStringLiteral("number"), int(error.code)},
        {QStringLiteral("name"), codeName(error.code)}, {QStringLiteral("title"), text.title}, {QStringLiteral("message"), text.message},
        {QStringLiteral("remedy"), text.remedy}, {QStringLiteral("retry"), retryName(error.retry)},
        {QStringLiteral("args"), QJsonArray::fromStringList(error.args)}, {QStringLiteral("detail"), error.detail}};
}

}
