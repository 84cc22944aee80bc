#include "core/simcloud/ecsdiskactions.h"

#include "core/service/statestore.h"
#include "core/simcloud/ecscatalog.h"
#include "core/simcloud/ecsdisks.h"
#include "core/simcloud/ecsinstances.h"
#include "core/simcloud/handlers.h"

namespace edgelift {

namespace {

const QString disks = QStringLiteral("disks");
constexpr int dataDiskLimit = 16;

ActionReply noDisk() { return notFound(QStringLiteral("InvalidDiskId.NotFound"), QStringLiteral("The specified disk does not exist.")); }

QString freeDevice(World &world, const QString &instanceId)
{
    QStringList taken;
    for (const QJsonObject &disk : disksOf(world, instanceId))
        taken += text(disk, "device");
    for (char letter = 'b'; letter <= 'q'; ++letter) {
        const QString device = QStringLiteral("/dev/xvd") + QLatin1Char(letter);
        if (!taken.contains(device))
            return device;
    }
    return {};
}

}

ActionReply createDisk(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QString zone = parameters.text(QStringLiteral("ZoneId"));
    if (parameters.has(QStringLiteral("InstanceId")))
        return forbidden(
            QStringLiteral("InvalidInstanceId.NotSupported"), QStringLiteral("Subscription disks are not offered by this cloud."));
    if (zone.isEmpty())
        return missingParameter(QStringLiteral("ZoneId"));
    if (!zonesOf(call.region).contains(zone))
        return notFound(QStringLiteral("InvalidZoneId.NotFound"), QStringLiteral("The specified zone does not exist."));
    DiskWish wish;
    if (const auto problem = readDiskWish(world, parameters, false, 0, wish))
        return *problem;
    if (const auto problem = tagProblem(parameters))
        return *problem;
    const Result<QJsonObject> disk = makeDisk(world, wish, call.region, zone, {}, {}, parameters.tags());
    if (!disk)
        return ActionReply::refuse(500, QStringLiteral("InternalError"), disk.error().detail);
    return reply({{QStringLiteral("DiskId"), text(*disk, "id")}});
}

ActionReply attachDisk(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QJsonObject instance = instanceRecord(world, parameters.text(QStringLiteral("InstanceId")));
    QJsonObject disk = record(world, disks, parameters.text(QStringLiteral("DiskId")));
    if (instance.isEmpty())
        return notFound(QStringLiteral("InvalidInstanceId.NotFound"), QStringLiteral("The specified InstanceId does not exist."));
    if (disk.isEmpty())
        return noDisk();
    if (parameters.flag(QStringLiteral("Bootable")))
        return forbidden(QStringLiteral("InvalidOperation.NotSupportAttachSystemDisk"),
            QStringLiteral("System disks cannot be attached in this cloud."));
    if (text(disk, "status") != QLatin1String("Available"))
        return forbidden(QStringLiteral("IncorrectDiskStatus"), QStringLiteral("The current disk status does not support this operation."));
    const QString status = text(instance, "status");
    if (status != QLatin1String("Running") && status != QLatin1String("Stopped"))
        return forbidden(QStringLiteral("IncorrectInstanceStatus"),
            QStringLiteral("The current status of the resource does not support this operation."));
    if (text(disk, "zoneId") != text(instance, "zoneId"))
        return badRequest(
            QStringLiteral("ResourcesNotInSameZone"), QStringLiteral("The specified instance and disk are not in the same zone."));
    const QString device = freeDevice(world, text(instance, "id"));
    if (device.isEmpty() || disksOf(world, text(instance, "id")).size() > dataDiskLimit)
        return forbidden(
            QStringLiteral("InstanceDiskLimitExceeded"), QStringLiteral("The amount of the disk on instance reach its limits."));
    disk.insert(QStringLiteral("instanceId"), text(instance, "id"));
    disk.insert(QStringLiteral("device"), device);
    disk.insert(QStringLiteral("deleteWithInstance"), parameters.flag(QStringLiteral("DeleteWithInstance"), false));
    disk.insert(QStringLiteral("everUsed"), status == QLatin1String("Running") || disk.value(QLatin1String("everUsed")).toBool());
    disk.insert(QStringLiteral("status"), QStringLiteral("Attaching"));
    disk.insert(QStringLiteral("next"), upcoming(world, "In_use", 0.5));
    if (status == QLatin1String("Running")) {
        if (const Result<> plugged = world.host().plug(text(instance, "id"), instanceDisk(world, disk)); !plugged)
            return ActionReply::refuse(500, QStringLiteral("InternalError"), plugged.error().detail);
    }
    store(world, disks, disk);
    return reply();
}

ActionReply detachDisk(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QString instanceId = parameters.text(QStringLiteral("InstanceId"));
    QJsonObject disk = record(world, disks, parameters.text(QStringLiteral("DiskId")));
    const QJsonObject instance = instanceRecord(world, instanceId);
    if (instance.isEmpty())
        return notFound(QStringLiteral("InvalidInstanceId.NotFound"), QStringLiteral("The specified InstanceId does not exist."));
    if (disk.isEmpty())
        return noDisk();
    if (text(disk, "instanceId") != instanceId)
        return badRequest(QStringLiteral("InvalidDisk.AlreadyDetached"), QStringLiteral("The specified disk has been detached."));
    if (text(disk, "type") == QLatin1String("system"))
        return forbidden(QStringLiteral("InvalidOperation.NotSupportDetachSystemDisk"),
            QStringLiteral("System disks cannot be detached in this cloud."));
    if (text(disk, "status") != QLatin1String("In_use") || isBeingCopied(world, text(disk, "id")))
        return forbidden(QStringLiteral("IncorrectDiskStatus"), QStringLiteral("The current disk status does not support this operation."));
    if (text(instance, "status") == QLatin1String("Running")) {
        if (const Result<> unplugged = world.host().unplug(instanceId, instanceDisk(world, disk)); !unplugged)
            return ActionReply::refuse(500, QStringLiteral("InternalError"), unplugged.error().detail);
    }
    disk.insert(QStringLiteral("instanceId"), QString());
    disk.insert(QStringLiteral("device"), QString());
    disk.insert(QStringLiteral("deleteWithInstance"), false);
    disk.insert(QStringLiteral("status"), QStringLiteral("Detaching"));
    disk.insert(QStringLiteral("next"), upcoming(world, "Available", 0.5));
    store(world, disks, disk);
    return reply();
}

ActionReply deleteDisk(World &world, const ActionCall &call)
{
    const QJsonObject disk = record(world, disks, CallParameters(call.parameters).text(QStringLiteral("DiskId")));
    if (disk.isEmpty())
        return reply(); // the cloud ignores unknown ids here
    if (!text(disk, "instanceId").isEmpty())
        return forbidden(QStringLiteral("DiskStillAttached"), QStringLiteral("The specified disk is still attached to an instance."));
    if (isBeingCopied(world, text(disk, "id")))
        return forbidden(QStringLiteral("DiskCreatingSnapshot"),
            QStringLiteral("The operation is denied because a snapshot of the disk is being created."));
    if (text(disk, "status") != QLatin1String("Available"))
        return forbidden(QStringLiteral("IncorrectDiskStatus"), QStringLiteral("The current disk status does not support this operation."));
    removeDisk(world, text(disk, "id"));
    return reply();
}

ActionReply describeDisks(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const std::optional<QStringList> ids = parameters.jsonList(QStringLiteral("DiskIds"));
    if (!ids)
        return badRequest(QStringLiteral("InvalidDiskIds.Malformed"), QStringLiteral("The specified DiskIds is not a JSON array."));
    QJsonArray out;
    for (const QJsonObject &disk : records(world, disks)) {
        const auto asked = [&](const char *parameter, const char *key) {
            const QString wanted = parameters.text(QLatin1String(parameter));
            return wanted.isEmpty() || wanted == QLatin1String("all") || wanted == QLatin1String("All") || wanted == text(disk, key);
        };
        const QString id = text(disk, "id");
        if (text(disk, "regionId") != call.region || (!ids->isEmpty() && !ids->contains(id)) || !asked("InstanceId", "instanceId")
            || !asked("ZoneId", "zoneId") || !asked("DiskType", "type") || !asked("Category", "category") || !asked("Status", "status")
            || !matches(parameters.text(QStringLiteral("DiskName")), text(disk, "name")) || !hasTags(disk, parameters.tags()))
            continue;
        out += QJsonObject{{QStringLiteral("DiskId"), id}, {QStringLiteral("DiskName"), text(disk, "name")},
            {QStringLiteral("Description"), text(disk, "description")}, {QStringLiteral("Status"), text(disk, "status")},
            {QStringLiteral("Type"), text(disk, "type")}, {QStringLiteral("Category"), text(disk, "category")},
            {QStringLiteral("PerformanceLevel"), text(disk, "performanceLevel")},
            {QStringLiteral("Size"), disk.value(QLatin1String("size"))}, {QStringLiteral("Device"), text(disk, "device")},
            {QStringLiteral("InstanceId"), text(disk, "instanceId")}, {QStringLiteral("RegionId"), call.region},
            {QStringLiteral("ZoneId"), text(disk, "zoneId")}, {QStringLiteral("SerialNumber"), instanceDisk(world, disk).serial},
            {QStringLiteral("SourceSnapshotId"), text(disk, "snapshotId")},
            {QStringLiteral("DeleteWithInstance"), disk.value(QLatin1String("deleteWithInstance"))},
            {QStringLiteral("Portable"), text(disk, "type") == QLatin1String("data")}, {QStringLiteral("Encrypted"), false},
            {QStringLiteral("DiskChargeType"), QStringLiteral("PostPaid")},
            {QStringLiteral("CreationTime"), cloudTime(disk.value(QLatin1String("createdAt")).toInteger())},
            {QStringLiteral("Tags"),
                tagSet(disk.value(QLatin1String("tags")).toObject(), QStringLiteral("TagKey"), QStringLiteral("TagValue"))}};
    }
    return reply(page(parameters, out, QStringLiteral("Disks"), QStringLiteral("Disk")));
}

}
