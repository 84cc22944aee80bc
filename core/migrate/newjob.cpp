#include "core/migrate/newjob.h"

#include "core/base/ids.h"
#include "core/migrate/naming.h"
#include "core/migrate/targetdisks.h"
#include "core/wire/linkkeys.h"

#include <QJsonArray>
#include <cstring>

namespace edgelift {

namespace {

quint64 newEpoch()
{
    quint64 epoch = 0;
    while (epoch == 0) { // 0 means none on the wire
        const QByteArray bytes = randomBytes(sizeof epoch);
        std::memcpy(&epoch, bytes.constData(), sizeof epoch);
    }
    return epoch;
}

}

void setLayoutValues(QJsonObject &values, const Plan &plan, const ServerFacts &facts)
{
    QJsonArray dataSizes;
    qint64 systemGiB = 0;
    for (const TargetDisk &disk : targetDisks(plan, facts)) {
        if (disk.system)
            systemGiB = disk.sizeGiB;
        else
            dataSizes.append(disk.sizeGiB);
    }
    values.insert(QStringLiteral("systemDiskGiB"), systemGiB);
    values.insert(QStringLiteral("dataDisksGiB"), dataSizes);
    values.insert(QStringLiteral("epoch"), QString::number(newEpoch()));
}

JobRecord newRecord(const Plan &plan, const Source &source, const QDateTime &now)
{
    const ServerFacts &facts = source.facts();
    JobRecord record;
    record.id = randomId(QStringLiteral("j-"));
    record.created = now;
    record.sourceName = facts.sourceName;
    for (const DiskFacts &disk : facts.disks)
        record.diskIdentities.insert(disk.id, source.diskIdentity(disk.id));
    // What the steps need to know of the source when it may be gone.
    record.values = {{QStringLiteral("machineId"), naming::machineId(facts)}, {QStringLiteral("hostName"), facts.os.hostName},
        {QStringLiteral("platform"), naming::ecsPlatform(facts.os)}, {QStringLiteral("architecture"), facts.os.architecture}};
    setLayoutValues(record.values, plan, facts);
    record.values.insert(QStringLiteral("imageName"), naming::imageName(plan.image.namePrefix, now));
    if (facts.live)
        record.values.insert(QStringLiteral("hardwareId"), facts.live->hardwareId);
    return record;
}

Result<JobSecrets> newSecrets(const Authorization &authorization)
{
    const Result<wire::LinkKeys> owner = wire::makeLinkKeys(QStringLiteral("edgelift-agent"));
    if (!owner)
        return owner.error();
    const Result<wire::LinkKeys> receiver = wire::makeLinkKeys(QStringLiteral("edgelift-receiver"));
    if (!receiver)
        return receiver.error();
    return JobSecrets{
        authorization, {}, Secret(owner->certificate), owner->privateKey, Secret(receiver->certificate), receiver->privateKey};
}

}
