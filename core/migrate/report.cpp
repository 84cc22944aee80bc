#include "core/migrate/report.h"

#include "core/base/files.h"
#include "core/layout/planfile.h"
#include "core/migrate/bootreport.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace edgelift {

namespace {

QString timeText(const QDateTime &time) { return time.isValid() ? time.toUTC().toString(Qt::ISODate) : QString(); }
QJsonValue number(Bytes bytes) { return QJsonValue(qint64(bytes.count)); }

QJsonArray phases(const JobRecord &record)
{
    QJsonArray out;
    for (const PhaseRecord &phase : record.phases) {
        const QJsonValue seconds = phase.ended.isValid() ? QJsonValue(double(phase.started.msecsTo(phase.ended)) / 1000) : QJsonValue();
        out.append(QJsonObject{{QStringLiteral("phase"), phaseName(phase.phase)}, {QStringLiteral("started"), timeText(phase.started)},
            {QStringLiteral("ended"), timeText(phase.ended)}, {QStringLiteral("seconds"), seconds}});
    }
    return out;
}

QJsonArray steps(const JobRecord &record)
{
    QJsonArray out;
    for (const StepRecord &step : record.steps)
        out.append(QJsonObject{{QStringLiteral("step"), step.name}, {QStringLiteral("finished"), timeText(step.finished)}});
    return out;
}

QJsonObject source(const JobStore &store, const JobRecord &record)
{
    const Result<QJsonObject> facts = readJsonFile(store.path(QStringLiteral("facts.json")));
    QJsonObject identities;
    for (auto it = record.diskIdentities.begin(); it != record.diskIdentities.end(); ++it)
        identities.insert(it.key(), it.value());
    return {{QStringLiteral("name"), record.sourceName}, {QStringLiteral("sourceId"), record.sourceId},
        {QStringLiteral("facts"), facts ? QJsonValue(*facts) : QJsonValue()}, {QStringLiteral("diskIdentities"), identities}};
}

QJsonObject copy(const JobRecord &record)
{
    double seconds = 0;
    for (const PhaseRecord &phase : record.phases) {
        if (phase.phase == Phase::Copy && phase.ended.isValid())
            seconds = double(phase.started.msecsTo(phase.ended)) / 1000;
    }
    const QJsonValue point = record.values.value(QLatin1String("livePoint"));
    const QJsonValue tracking = record.values.value(QLatin1String("tracking"));
    return {{QStringLiteral("livePoint"), point.isUndefined() ? QJsonValue() : point},
        {QStringLiteral("tracking"), tracking.isUndefined() ? QJsonValue() : tracking},
        {QStringLiteral("bytesDone"), number(record.copy.done)}, {QStringLiteral("bytesTotal"), number(record.copy.total)},
        {QStringLiteral("wireBytes"), number(record.copy.wire)}, {QStringLiteral("seconds"), seconds},
        {QStringLiteral("everyBlockHashed"), true}, {QStringLiteral("readBackAndCompared"), record.copy.verified},
        {QStringLiteral("liveFiles"), record.values.value(QLatin1String("liveFiles")).toArray()},
        {QStringLiteral("notes"), record.values.value(QLatin1String("copyNotes")).toArray()}};
}

QJsonObject resources(const Ledger &ledger)
{
    QJsonArray all;
    QJsonArray remaining;
    for (const LedgerEntry &entry : ledger.all()) {
        QJsonObject object = toJson(entry);
        object.remove(QStringLiteral("clientToken"));
        all.append(object);
        if (!entry.removed.isValid() && !entry.kept)
            remaining.append(object);
    }
    return {{QStringLiteral("made"), all}, {QStringLiteral("remaining"), remaining}};
}

/// What to do next, as the ENS console and the vendor's command line want it (alibaba.md 2.4, RunInstances).
QJsonObject nextSteps(const JobStore &store, const QString &imageId)
{
    if (imageId.isEmpty())
        return {};
    const qint64 systemGiB = store.plan().disks.isEmpty() ? 20 : store.plan().disks.first().sizeGiB;
    const QString command =
        QStringLiteral("aliyun ens RunInstances --ScheduleAreaLevel Region --EnsRegionId <edge node> --Amount 1 --ImageId %1 "
                       "--InstanceType <type> --InstanceChargeType PostPaid --InternetChargeType 95BandwidthByMonth "
                       "--InternetMaxBandwidthOut 10 --SystemDisk '{\"Size\":%2}' --KeyPairName <key pair>")
            .arg(imageId)
            .arg(systemGiB);
    return {{QStringLiteral("console"), QStringLiteral("ENS console > Images > Custom Images > %1 > Create Instance").arg(imageId)},
        {QStringLiteral("command"), command}};
}

}

QJsonObject reportJson(const JobStore &store, const Ledger &ledger)
{
    const JobRecord record = store.record();
    const bool imported = record.isFinished(QStringLiteral("import.wait")); // also a migration cancelled after that has its image
    const QString imageId = imported ? record.values.value(QLatin1String("imageId")).toString() : QString();
    QJsonObject report{{QStringLiteral("version"), 1}, {QStringLiteral("program"), QStringLiteral("Edgelift " EDGELIFT_VERSION)},
        {QStringLiteral("jobId"), record.id}, {QStringLiteral("state"), jobStateName(record.state)},
        {QStringLiteral("phase"), record.phase}, {QStringLiteral("created"), timeText(record.created)},
        {QStringLiteral("ended"), timeText(record.ended)}, {QStringLiteral("source"), source(store, record)},
        {QStringLiteral("plan"), toJson(store.currentPlan())}, {QStringLiteral("phases"), phases(record)},
        {QStringLiteral("steps"), steps(record)}, {QStringLiteral("copy"), copy(record)},
        {QStringLiteral("conversion"), record.values.value(QLatin1String("conversion")).toObject()}, {QStringLiteral("resources"), resources(ledger)},
        {QStringLiteral("warnings"), QJsonArray::fromStringList(record.warnings)},
        {QStringLiteral("account"), record.values.value(QLatin1String("accountId"))},
        {QStringLiteral("image"),
            QJsonObject{{QStringLiteral("id"), imageId}, {QStringLiteral("name"), record.values.value(QLatin1String("imageName"))},
                {QStringLiteral("region"), store.plan().image.region}}},
        {QStringLiteral("next"), nextSteps(store, imageId)}};
    if (const QJsonObject boot = keptBootCheck(store); !boot.isEmpty())
        report.insert(QStringLiteral("bootCheck"), boot);
    if (record.error)
        report.insert(QStringLiteral("error"), errorToJson(*record.error));
    return report;
}

Result<> writeReports(const JobStore &store, const Ledger &ledger)
{
    const QJsonObject report = reportJson(store, ledger);
    if (const Result<> written = writeJsonFile(store.path(QStringLiteral("report.json")), report, privateFile); !written)
        return written;
    return writeFileDurably(store.path(QStringLiteral("report.html")), reportHtml(report), privateFile);
}

}
