#include "core/simcloud/ecsdisks.h"

#include "core/base/log.h"
#include "core/service/statestore.h"
#include "core/simcloud/ecscatalog.h"
#include "core/simcloud/ecsinstances.h"
#include "core/simcloud/handlers.h"

#include <algorithm>

namespace edgelift {

namespace {

const QString disks = QStringLiteral("disks");

QString serialOf(const QString &diskId) { return diskId.mid(2); } // without "d-"

/// A disk made from a snapshot is Creating until its file is copied.
void fillFromSnapshot(World &world, const QString &diskId, const QString &snapshotId, Bytes size)
{
    world.run(QStringLiteral("fill/") + diskId, [&world, diskId, snapshotId, size](const std::stop_token &stop) {
        const Result<> filled = world.disks().createFrom(snapshotId, diskId, size, stop);
        if (!filled && world.stopping())
            return;
        const std::lock_guard lock(world.state().mutex());
        QJsonObject disk = world.state().get(disks, diskId);
        if (disk.isEmpty())
            return world.disks().removeDisk(diskId);
        if (filled)
            setStatus(disk, "Available");
        else
            log::error("simcloud", QStringLiteral("disk not filled from its snapshot"),
                {{QStringLiteral("disk"), diskId}, {QStringLiteral("reason"), filled.error().detail}});
        store(world, disks, disk);
    });
}

std::optional<ActionReply> sizeProblem(const DiskWish &wish, const DiskCategory &limits, int leastGiB)
{
    const int least = wish.system ? std::max(limits.systemLeast, leastGiB) : limits.dataLeast;
    const int most = wish.system ? limits.systemMost : limits.dataMost;
    if (wish.sizeGiB >= least && wish.sizeGiB <= most)
        return std::nullopt;
    const QString code = !wish.system ? QStringLiteral("InvalidDataDiskSize.ValueNotSupported")
        : wish.sizeGiB < leastGiB     ? QStringLiteral("InvalidSystemDiskSize.LessThanImageSize")
                                      : QStringLiteral("InvalidSystemDiskSize.ValueNotSupported");
    return forbidden(
        code, QStringLiteral("The specified disk size %1 GiB is not within %2 to %3 GiB.").arg(wish.sizeGiB).arg(least).arg(most));
}

}

std::optional<ActionReply> readDiskWish(World &world, const CallParameters &parameters, bool system, int leastGiB, DiskWish &wish)
{
    const QString which = system ? QStringLiteral("System") : QStringLiteral("Data");
    wish.system = system;
    wish.category =
        parameters.text(QStringLiteral("Category"), parameters.text(QStringLiteral("DiskCategory"), QStringLiteral("cloud_efficiency")));
    wish.performanceLevel = parameters.text(QStringLiteral("PerformanceLevel"));
    wish.name = parameters.text(QStringLiteral("DiskName"));
    wish.description = parameters.text(QStringLiteral("Description"));
    wish.snapshotId = parameters.text(QStringLiteral("SnapshotId"));
    wish.deleteWithInstance = parameters.flag(QStringLiteral("DeleteWithInstance"), true);
    const std::optional<DiskCategory> limits = diskCategory(wish.category, wish.performanceLevel);
    if (!limits || (system && limits->systemMost == 0))
        return badRequest(QStringLiteral("Invalid%1DiskCategory.ValueNotSupported").arg(which),
            QStringLiteral("The specified %1 disk category or performance level is not supported.").arg(which.toLower()));
    if (parameters.flag(QStringLiteral("Encrypted")))
        return forbidden(
            QStringLiteral("InvalidParameter.EncryptedNotSupported"), QStringLiteral("Encrypted disks are not offered by this cloud."));
    wish.sizeGiB = int(parameters.integer(QStringLiteral("Size"), system ? std::max(40, leastGiB) : 0));
    if (!wish.snapshotId.isEmpty()) {
        const QJsonObject snapshot = record(world, QStringLiteral("snapshots"), wish.snapshotId);
        if (snapshot.isEmpty())
            return notFound(QStringLiteral("InvalidSnapshotId.NotFound"), QStringLiteral("The specified snapshot does not exist."));
        if (text(snapshot, "status") != QLatin1String("accomplished"))
            return forbidden(QStringLiteral("InvalidSnapshotId.NotReady"), QStringLiteral("The specified snapshot is not ready."));
        wish.sizeGiB = std::max(wish.sizeGiB, snapshot.value(QLatin1String("size")).toInt());
    } else if (!system && !parameters.has(QStringLiteral("Size"))) {
        return missingParameter(QStringLiteral("Size"));
    }
    if (!wish.name.isEmpty() && !validName(wish.name))
        return badRequest(QStringLiteral("InvalidDiskName.Malformed"), QStringLiteral("The specified disk name is wrongly formed."));
    return sizeProblem(wish, *limits, leastGiB);
}

Result<QJsonObject> makeDisk(World &world, const DiskWish &wish, const QString &region, const QString &zone, const QString &instanceId,
    const QString &device, const QJsonObject &tags)
{
    const QString id = newId(QStringLiteral("d-"));
    const Bytes size{quint64(wish.sizeGiB) << 30};
    if (Result<> made = world.disks().create(id, size); !made)
        return made.error();
    const bool filling = !wish.snapshotId.isEmpty();
    QJsonObject disk{{QStringLiteral("id"), id}, {QStringLiteral("regionId"), region}, {QStringLiteral("zoneId"), zone},
        {QStringLiteral("size"), wish.sizeGiB}, {QStringLiteral("category"), wish.category},
        {QStringLiteral("performanceLevel"), wish.performanceLevel},
        {QStringLiteral("type"), wish.system ? QStringLiteral("system") : QStringLiteral("data")}, {QStringLiteral("name"), wish.name},
        {QStringLiteral("description"), wish.description}, {QStringLiteral("snapshotId"), wish.snapshotId},
        {QStringLiteral("instanceId"), instanceId}, {QStringLiteral("device"), device},
        {QStringLiteral("deleteWithInstance"), wish.deleteWithInstance && !instanceId.isEmpty()}, {QStringLiteral("everUsed"), false},
        {QStringLiteral("tags"), tags}, {QStringLiteral("createdAt"), world.due(0)},
        {QStringLiteral("status"), instanceId.isEmpty() ? QStringLiteral("Creating") : QStringLiteral("In_use")}};
    if (instanceId.isEmpty() && !filling)
        disk.insert(QStringLiteral("next"), upcoming(world, "Available", 0.5));
    store(world, disks, disk);
    if (instanceId.isEmpty() && filling)
        fillFromSnapshot(world, id, wish.snapshotId, size);
    return disk;
}

QList<QJsonObject> disksOf(World &world, const QString &instanceId)
{
    QList<QJsonObject> out;
    for (const QJsonObject &disk : records(world, disks)) {
        if (text(disk, "instanceId") == instanceId)
            out += disk;
    }
    std::sort(out.begin(), out.end(), [](const QJsonObject &a, const QJsonObject &b) { return text(a, "device") < text(b, "device"); });
    return out;
}

InstanceDisk instanceDisk(World &world, const QJsonObject &disk)
{
    const QString id = text(disk, "id");
    // The API says xvdb, a KVM guest sees vdb.
    return {text(disk, "device").mid(6), serialOf(id), world.disks().diskPath(id)};
}

void resumeDisks(World &world)
{
    for (const QJsonObject &disk : records(world, disks)) {
        if (text(disk, "status") == QLatin1String("Creating") && !text(disk, "snapshotId").isEmpty())
            fillFromSnapshot(
                world, text(disk, "id"), text(disk, "snapshotId"), Bytes{quint64(disk.value(QLatin1String("size")).toInteger()) << 30});
    }
}

void removeDisk(World &world, const QString &diskId)
{
    world.cancel(QStringLiteral("fill/") + diskId);
    world.state().remove(disks, diskId);
    world.disks().removeDisk(diskId);
}

bool isBeingCopied(World &world, const QString &diskId)
{
    const QList<QJsonObject> all = records(world, QStringLiteral("snapshots"));
    return std::any_of(all.begin(), all.end(),
        [&](const QJsonObject &one) { return text(one, "diskId") == diskId && text(one, "status") == QLatin1String("progressing"); });
}

}
