#include "core/simcloud/ecssnapshots.h"

#include "core/base/log.h"
#include "core/service/statestore.h"
#include "core/simcloud/ecsinstances.h"
#include "core/simcloud/handlers.h"

#include <algorithm>

namespace edgelift {

namespace {

const QString snapshots = QStringLiteral("snapshots");
constexpr int snapshotQuota = 256; ///< manual ones per disk

void copyDisk(World &world, const QJsonObject &snapshot)
{
    const QString id = text(snapshot, "id");
    const QString diskId = text(snapshot, "diskId");
    const double size = double(snapshot.value(QLatin1String("size")).toInteger() << 30);
    world.run(QStringLiteral("snapshot/") + id, [&world, id, diskId, size](const std::stop_token &stop) {
        const Result<> copied =
            world.disks().snapshot(diskId, id, stop, [&](Bytes done) { world.setProgress(id, int(99 * double(done.count) / size)); });
        if (!copied && world.stopping())
            return; // still progressing: the next start copies again
        const std::lock_guard lock(world.state().mutex());
        QJsonObject record = world.state().get(snapshots, id);
        if (record.isEmpty())
            return world.disks().removeSnapshot(id);
        if (copied) {
            record.insert(QStringLiteral("next"), upcoming(world, "accomplished", 0.3));
        } else {
            setStatus(record, "failed");
            record.insert(QStringLiteral("reason"), copied.error().detail);
            log::error("simcloud", QStringLiteral("snapshot failed"),
                {{QStringLiteral("snapshot"), id}, {QStringLiteral("reason"), copied.error().detail}});
        }
        store(world, snapshots, record);
    });
}

std::optional<ActionReply> diskProblem(World &world, const QJsonObject &disk)
{
    if (disk.isEmpty())
        return notFound(QStringLiteral("InvalidDiskId.NotFound"), QStringLiteral("The specified disk does not exist."));
    if (!disk.value(QLatin1String("everUsed")).toBool())
        return forbidden(QStringLiteral("IncorrectDiskStatus.NeverAttached"),
            QStringLiteral("The specified disk has never been attached to any instance."));
    const QString status = text(disk, "status");
    if (status != QLatin1String("In_use") && status != QLatin1String("Available"))
        return forbidden(QStringLiteral("IncorrectDiskStatus"), QStringLiteral("The current disk status does not support this operation."));
    if (const QJsonObject instance = instanceRecord(world, text(disk, "instanceId")); !instance.isEmpty()) {
        const QString state = text(instance, "status");
        if (state != QLatin1String("Running") && state != QLatin1String("Stopped"))
            return forbidden(QStringLiteral("IncorrectInstanceStatus"),
                QStringLiteral("The current status of the instance does not support this operation."));
    }
    int count = 0;
    for (const QJsonObject &one : records(world, snapshots)) {
        if (text(one, "diskId") != text(disk, "id"))
            continue;
        if (text(one, "status") == QLatin1String("progressing"))
            return forbidden(
                QStringLiteral("IncorrectDiskStatus.CreatingSnapshot"), QStringLiteral("A previous snapshot creation is in process."));
        ++count;
    }
    if (count >= snapshotQuota)
        return badRequest(QStringLiteral("QuotaExceed.Snapshot"), QStringLiteral("The snapshot quota exceeds."));
    return std::nullopt;
}

QJsonObject shown(World &world, const QJsonObject &snapshot)
{
    const bool done = text(snapshot, "status") == QLatin1String("accomplished");
    return {{QStringLiteral("SnapshotId"), text(snapshot, "id")}, {QStringLiteral("SnapshotName"), text(snapshot, "name")},
        {QStringLiteral("Description"), text(snapshot, "description")}, {QStringLiteral("Status"), text(snapshot, "status")},
        {QStringLiteral("Progress"), QStringLiteral("%1%").arg(done ? 100 : world.progress(text(snapshot, "id")))},
        {QStringLiteral("RemainTime"), 0}, {QStringLiteral("SourceDiskId"), text(snapshot, "diskId")},
        {QStringLiteral("SourceDiskSize"), QString::number(snapshot.value(QLatin1String("size")).toInteger())},
        {QStringLiteral("SourceDiskType"), text(snapshot, "diskType")}, {QStringLiteral("RegionId"), text(snapshot, "regionId")},
        {QStringLiteral("Encrypted"), false}, {QStringLiteral("Available"), done}, {QStringLiteral("Usage"), QStringLiteral("none")},
        {QStringLiteral("SnapshotType"), QStringLiteral("user")}, {QStringLiteral("Category"), QStringLiteral("standard")},
        {QStringLiteral("CreationTime"), cloudTime(snapshot.value(QLatin1String("createdAt")).toInteger())},
        {QStringLiteral("Tags"),
            tagSet(snapshot.value(QLatin1String("tags")).toObject(), QStringLiteral("TagKey"), QStringLiteral("TagValue"))}};
}

bool usedByImage(World &world, const QString &snapshotId)
{
    for (const QJsonObject &image : records(world, QStringLiteral("images"))) {
        for (const QJsonValue &mapping : image.value(QLatin1String("mappings")).toArray()) {
            if (text(mapping.toObject(), "snapshotId") == snapshotId)
                return true;
        }
    }
    return false;
}

}

ActionReply createSnapshot(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QJsonObject disk = record(world, QStringLiteral("disks"), parameters.text(QStringLiteral("DiskId")));
    if (const auto problem = diskProblem(world, disk))
        return *problem;
    const QString name = parameters.text(QStringLiteral("SnapshotName"));
    if (!name.isEmpty() && (!validName(name) || name.startsWith(QLatin1String("auto"))))
        return badRequest(
            QStringLiteral("InvalidSnapshotName.Malformed"), QStringLiteral("The specified parameter \"SnapshotName\" is not valid."));
    if (const auto problem = tagProblem(parameters))
        return *problem;
    const QJsonObject snapshot{{QStringLiteral("id"), newId(QStringLiteral("s-"))}, {QStringLiteral("regionId"), text(disk, "regionId")},
        {QStringLiteral("diskId"), text(disk, "id")}, {QStringLiteral("diskType"), text(disk, "type")},
        {QStringLiteral("size"), disk.value(QLatin1String("size"))}, {QStringLiteral("name"), name},
        {QStringLiteral("description"), parameters.text(QStringLiteral("Description"))}, {QStringLiteral("tags"), parameters.tags()},
        {QStringLiteral("createdAt"), world.due(0)}, {QStringLiteral("status"), QStringLiteral("progressing")}};
    store(world, snapshots, snapshot);
    copyDisk(world, snapshot);
    return reply({{QStringLiteral("SnapshotId"), text(snapshot, "id")}});
}

ActionReply describeSnapshots(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const std::optional<QStringList> ids = parameters.jsonList(QStringLiteral("SnapshotIds"));
    if (!ids)
        return badRequest(QStringLiteral("InvalidSnapshotIds.Malformed"), QStringLiteral("The specified SnapshotIds is not a JSON array."));
    const QString instanceId = parameters.text(QStringLiteral("InstanceId"));
    QJsonArray out;
    for (const QJsonObject &one : records(world, snapshots)) {
        const auto asked = [&](const char *parameter, const char *key) {
            const QString wanted = parameters.text(QLatin1String(parameter));
            return wanted.isEmpty() || wanted == QLatin1String("all") || wanted == text(one, key);
        };
        const QString diskInstance = text(record(world, QStringLiteral("disks"), text(one, "diskId")), "instanceId");
        if (text(one, "regionId") == call.region && (ids->isEmpty() || ids->contains(text(one, "id"))) && asked("DiskId", "diskId")
            && asked("Status", "status") && (instanceId.isEmpty() || instanceId == diskInstance)
            && matches(parameters.text(QStringLiteral("SnapshotName")), text(one, "name")) && hasTags(one, parameters.tags()))
            out += shown(world, one);
    }
    return reply(page(parameters, out, QStringLiteral("Snapshots"), QStringLiteral("Snapshot")));
}

ActionReply deleteSnapshot(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QString id = parameters.text(QStringLiteral("SnapshotId"));
    if (!world.state().contains(snapshots, id))
        return notFound(QStringLiteral("InvalidSnapshotId.NotFound"), QStringLiteral("The specified SnapshotId does not exist."));
    if (usedByImage(world, id))
        return forbidden(QStringLiteral("SnapshotCreatedImage"), QStringLiteral("The snapshot has been used to create images."));
    const QList<QJsonObject> disks = records(world, QStringLiteral("disks"));
    const bool usedByDisk = std::any_of(disks.begin(), disks.end(), [&](const QJsonObject &one) { return text(one, "snapshotId") == id; });
    if (usedByDisk && !parameters.flag(QStringLiteral("Force")))
        return forbidden(QStringLiteral("SnapshotCreatedDisk"), QStringLiteral("The snapshot has been used to create disks."));
    world.cancel(QStringLiteral("snapshot/") + id);
    world.state().remove(snapshots, id);
    world.disks().removeSnapshot(id);
    return reply();
}

void resumeSnapshots(World &world)
{
    for (const QJsonObject &snapshot : world.state().all(snapshots)) {
        if (text(snapshot, "status") == QLatin1String("progressing") && !snapshot.contains(QLatin1String("next")))
            copyDisk(world, snapshot);
    }
}

}
