#include "core/layout/planfile.h"

#include "core/base/strictjson.h"
#include "core/layout/planrules.h"

#include <QJsonDocument>
#include <algorithm>
#include <cmath>

namespace edgelift {

namespace {

constexpr qint64 largestPlan = 1 << 20; ///< bytes; a hundred volumes need 20 KiB
constexpr qint64 mostGiB = 1LL << 24; ///< so that no sum of sizes overflows; the rules ask for far less
constexpr qint64 mostMiB = mostGiB << 10;

const QString key(const char *name) { return QString::fromLatin1(name); }

// The names of the choices, in the order of their enumerators.
const QStringList networkTypes{QStringLiteral("public"), QStringLiteral("vpc")};
const QStringList roles{QStringLiteral("system"), QStringLiteral("data")};
const QStringList replications{QStringLiteral("block"), QStringLiteral("file")};
const QStringList cutovers{QStringLiteral("automatic"), QStringLiteral("manual")};
const QStringList licences{QStringLiteral("AlibabaCloud"), QStringLiteral("BYOL")};
const QStringList tlsModes{QStringLiteral("auto"), QStringLiteral("on"), QStringLiteral("off")};

template <class E>
E choice(StrictObject &object, const QString &name, E otherwise, const QStringList &names)
{
    const qsizetype index = names.indexOf(object.choice(name, names.at(qsizetype(otherwise)), names));
    return index < 0 ? otherwise : E(index);
}

Plan::Image readImage(StrictObject object)
{
    Plan::Image image;
    image.region = object.string(key("region"), image.region);
    image.namePrefix = object.string(key("namePrefix"));
    image.transitRegion = object.string(key("transitRegion"), image.region); // C5: the same unless said otherwise
    image.bucket = object.string(key("bucket"));
    object.finish();
    return image;
}

Plan::Network readNetwork(StrictObject object)
{
    Plan::Network network;
    network.type = choice(object, key("type"), network.type, networkTypes);
    network.vpcId = object.string(key("vpcId"));
    network.vSwitchId = object.string(key("vSwitchId"));
    object.finish();
    return network;
}

QMap<QString, QString> readTags(const QJsonObject &object, const QString &path, QList<Error> &problems)
{
    QMap<QString, QString> tags;
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (it->isString()) {
            tags.insert(it.key(), it->toString());
            continue;
        }
        const QString place = path + QLatin1Char('.') + it.key();
        problems.append({ErrorCode::PlanValueWrong, Retry::AfterUserAction,
            {place, it->toVariant().toString(), QStringLiteral("a text in quotes")}, {}});
    }
    return tags;
}

Plan::Job readJob(StrictObject object, QList<Error> &problems)
{
    Plan::Job job;
    job.name = object.string(key("name"));
    job.description = object.string(key("description"));
    job.tags = readTags(object.object(key("tags")), object.path(key("tags")), problems);
    job.instanceType = object.string(key("instanceType"));
    job.licenseType = object.choice(key("licenseType"), job.licenseType, licences);
    job.reportDiagnostics = object.boolean(key("reportDiagnostics"), job.reportDiagnostics);
    object.finish();
    return job;
}

Plan::Transfer readTransfer(StrictObject object, QList<Error> &problems)
{
    Plan::Transfer transfer;
    transfer.limitMbps = int(object.integer(key("limitMbps"), transfer.limitMbps, 0, limits::limitMbpsMost));
    transfer.compression = int(object.integer(key("compression"), transfer.compression, 0, limits::compressionMost));
    transfer.checksum = object.boolean(key("checksum"), transfer.checksum);
    transfer.tls = object.choice(key("tls"), transfer.tls, tlsModes);
    transfer.diskMBps = int(object.integer(key("diskMBps"), transfer.diskMBps, 0, limits::diskMBpsMost));
    transfer.niceness = int(object.integer(key("niceness"), transfer.niceness, 0, limits::nicenessMost));
    transfer.backOff = object.boolean(key("backOff"), transfer.backOff);
    transfer.freezeSeconds = int(object.integer(key("freezeSeconds"), transfer.freezeSeconds, 1, limits::freezeSecondsMost));
    transfer.schedule = readSchedule(object.objects(key("schedule")), object.path(key("schedule")), problems);
    object.finish();
    return transfer;
}

Plan::Volume readVolume(StrictObject object)
{
    Plan::Volume volume;
    object.require(key("source"));
    volume.mount = object.string(key("mount"));
    volume.source = object.string(key("source"));
    volume.migrate = object.boolean(key("migrate"), volume.migrate);
    volume.replication = choice(object, key("replication"), volume.replication, replications);
    object.require(key("sizeMiB"));
    volume.sizeMiB = object.integer(key("sizeMiB"), 0, 0, mostMiB);
    volume.fixed = object.boolean(key("fixed"), volume.fixed);
    object.finish();
    return volume;
}

Plan::Disk readDisk(StrictObject object, QList<Error> &problems)
{
    Plan::Disk disk;
    object.require(key("source"));
    object.require(key("role"));
    object.require(key("sizeGiB"));
    disk.source = object.string(key("source"));
    disk.role = choice(object, key("role"), disk.role, roles);
    disk.sizeGiB = object.integer(key("sizeGiB"), 0, 0, mostGiB);
    disk.lvm = object.boolean(key("lvm"), disk.lvm);
    const QList<QJsonObject> volumes = object.objects(key("volumes"));
    for (qsizetype i = 0; i < volumes.size(); ++i)
        disk.volumes.append(readVolume({volumes.at(i), QStringLiteral("%1[%2]").arg(object.path(key("volumes"))).arg(i), problems}));
    object.finish();
    return disk;
}

Plan readAll(StrictObject object, QList<Error> &problems)
{
    const auto part = [&object, &problems](
                          const char *name) { return StrictObject(object.object(key(name)), object.path(key(name)), problems); };
    Plan plan;
    object.require(key("version"));
    object.integer(key("version"), Plan::currentVersion, 1, Plan::currentVersion);
    plan.image = readImage(part("image"));
    plan.network = readNetwork(part("network"));
    plan.job = readJob(part("job"), problems);
    plan.transfer = readTransfer(part("transfer"), problems);
    plan.modifyDisks = object.boolean(key("modifyDisks"), plan.modifyDisks);
    object.require(key("disks"));
    const QList<QJsonObject> disks = object.objects(key("disks"));
    for (qsizetype i = 0; i < disks.size(); ++i)
        plan.disks.append(readDisk({disks.at(i), QStringLiteral("disks[%1]").arg(i), problems}, problems));
    plan.excludes = object.strings(key("excludes"));
    plan.cutover = choice(object, key("cutover"), plan.cutover, cutovers);
    object.finish();
    return plan;
}

/// "line 3, column 14": where a person finds the offending byte.
QString place(const QByteArray &text, qsizetype offset)
{
    const QByteArray before = text.left(offset);
    const qsizetype line = before.count('\n') + 1;
    const qsizetype column = before.size() - before.lastIndexOf('\n');
    return QStringLiteral("line %1, column %2").arg(line).arg(column);
}

Error unreadable(const QString &why) { return {ErrorCode::PlanUnreadable, Retry::AfterUserAction, {QStringLiteral("The text"), why}, {}}; }

Result<Plan> refused(const Error &error, QList<Error> *problems)
{
    if (problems)
        problems->append(error);
    return error;
}

QJsonObject toJson(const Plan::Volume &volume)
{
    return {{key("mount"), volume.mount}, {key("source"), volume.source}, {key("migrate"), volume.migrate},
        {key("replication"), replications.at(qsizetype(volume.replication))}, {key("sizeMiB"), volume.sizeMiB},
        {key("fixed"), volume.fixed}};
}

QJsonObject toJson(const Plan::Disk &disk)
{
    QJsonArray volumes;
    for (const Plan::Volume &volume : disk.volumes)
        volumes.append(toJson(volume));
    return {{key("source"), disk.source}, {key("role"), roles.at(qsizetype(disk.role))}, {key("sizeGiB"), disk.sizeGiB},
        {key("lvm"), disk.lvm}, {key("volumes"), volumes}};
}

QJsonObject toJson(const Plan::Job &job)
{
    QJsonObject tags;
    for (auto it = job.tags.begin(); it != job.tags.end(); ++it)
        tags.insert(it.key(), it.value());
    return {{key("name"), job.name}, {key("description"), job.description}, {key("tags"), tags}, {key("instanceType"), job.instanceType},
        {key("licenseType"), job.licenseType}, {key("reportDiagnostics"), job.reportDiagnostics}};
}

}

Result<Plan> planFromJson(const QJsonObject &object, QList<Error> *problems)
{
    const QJsonValue version = object.value(key("version"));
    if (version.isDouble() && version.toDouble() > Plan::currentVersion) { // its keys mean something we do not know
        const Error newer{ErrorCode::PlanVersion, Retry::AfterUserAction,
            {QString::number(version.toDouble(), 'g', 17), QString::number(Plan::currentVersion)}, {}};
        return refused(newer, problems);
    }
    QList<Error> found;
    Plan plan = readAll({object, {}, found}, found);
    if (problems)
        problems->append(found);
    if (!found.isEmpty())
        return found.first();
    return plan;
}

Result<Plan> readPlan(const QByteArray &text, QList<Error> *problems)
{
    if (text.size() > largestPlan)
        return refused(unreadable(QStringLiteral("it is longer than 1 MiB")), problems);
    QJsonParseError problem{};
    const QJsonDocument document = QJsonDocument::fromJson(text, &problem);
    if (problem.error != QJsonParseError::NoError)
        return refused(unreadable(place(text, problem.offset) + QLatin1String(": ") + problem.errorString()), problems);
    if (!document.isObject())
        return refused(unreadable(QStringLiteral("it does not begin with “{”")), problems);
    return planFromJson(document.object(), problems);
}

QJsonObject toJson(const Plan &plan)
{
    QJsonArray disks;
    for (const Plan::Disk &disk : plan.disks)
        disks.append(toJson(disk));
    return {{key("version"), Plan::currentVersion},
        {key("image"),
            QJsonObject{{key("region"), plan.image.region}, {key("namePrefix"), plan.image.namePrefix},
                {key("transitRegion"), plan.image.transitRegion}, {key("bucket"), plan.image.bucket}}},
        {key("network"),
            QJsonObject{{key("type"), networkTypes.at(qsizetype(plan.network.type))}, {key("vpcId"), plan.network.vpcId},
                {key("vSwitchId"), plan.network.vSwitchId}}},
        {key("job"), toJson(plan.job)},
        {key("transfer"),
            QJsonObject{{key("limitMbps"), plan.transfer.limitMbps}, {key("compression"), plan.transfer.compression},
                {key("checksum"), plan.transfer.checksum}, {key("tls"), plan.transfer.tls}, {key("diskMBps"), plan.transfer.diskMBps},
                {key("niceness"), plan.transfer.niceness}, {key("backOff"), plan.transfer.backOff},
                {key("freezeSeconds"), plan.transfer.freezeSeconds}, {key("schedule"), toJson(plan.transfer.schedule)}}},
        {key("modifyDisks"), plan.modifyDisks}, {key("disks"), disks}, {key("excludes"), QJsonArray::fromStringList(plan.excludes)},
        {key("cutover"), cutovers.at(qsizetype(plan.cutover))}};
}

}
