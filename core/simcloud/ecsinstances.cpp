#include "core/simcloud/ecsinstances.h"

#include "core/base/log.h"
#include "core/service/statestore.h"
#include "core/simcloud/ecscatalog.h"
#include "core/simcloud/ecsdisks.h"
#include "core/simcloud/handlers.h"

#include <QDir>
#include <algorithm>

namespace edgelift {

namespace {

const QString instances = QStringLiteral("instances");

ActionReply noInstance()
{
    return notFound(QStringLiteral("InvalidInstanceId.NotFound"), QStringLiteral("The specified InstanceId does not exist."));
}

/// The record with what the host knows: a process that ended by itself is an instance that shut itself down.
QJsonObject observed(World &world, QJsonObject instance)
{
    const QString status = text(instance, "status");
    if (world.stopping())
        return instance; // the service is ending its instances; the state must still say that they ran
    const bool alive = world.host().isRunning(text(instance, "id"));
    if (status == QLatin1String("Running") && !alive) {
        setStatus(instance, "Stopped");
        store(world, instances, instance);
    } else if (status == QLatin1String("Stopped") && alive) {
        instance.insert(QStringLiteral("status"), QStringLiteral("Stopping")); // it has been told to, and takes its time
    }
    return instance;
}

QJsonObject addressList(const QString &address)
{
    return {{QStringLiteral("IpAddress"), address.isEmpty() ? QJsonArray() : QJsonArray{address}}};
}

QJsonObject shown(const QJsonObject &instance)
{
    const InstanceType type = instanceType(text(instance, "instanceType")).value_or(InstanceType{});
    const QJsonObject network{{QStringLiteral("VpcId"), text(instance, "vpcId")},
        {QStringLiteral("VSwitchId"), text(instance, "vSwitchId")},
        {QStringLiteral("PrivateIpAddress"), addressList(text(instance, "privateIp"))}, {QStringLiteral("NatIpAddress"), QString()}};
    return {{QStringLiteral("InstanceId"), text(instance, "id")}, {QStringLiteral("InstanceName"), text(instance, "name")},
        {QStringLiteral("HostName"), text(instance, "id")}, {QStringLiteral("Description"), text(instance, "description")},
        {QStringLiteral("Status"), text(instance, "status")}, {QStringLiteral("RegionId"), text(instance, "regionId")},
        {QStringLiteral("ZoneId"), text(instance, "zoneId")}, {QStringLiteral("InstanceType"), type.id},
        {QStringLiteral("InstanceTypeFamily"), type.family}, {QStringLiteral("Cpu"), type.cpu},
        {QStringLiteral("Memory"), int(type.memoryGiB * 1024)}, {QStringLiteral("ImageId"), text(instance, "imageId")},
        {QStringLiteral("OSType"), QStringLiteral("linux")},
        {QStringLiteral("CreationTime"), cloudTime(instance.value(QLatin1String("createdAt")).toInteger())},
        {QStringLiteral("StartTime"), cloudTime(instance.value(QLatin1String("createdAt")).toInteger())},
        {QStringLiteral("AutoReleaseTime"), text(instance, "autoReleaseTime")},
        {QStringLiteral("DeletionProtection"), instance.value(QLatin1String("deletionProtection"))},
        {QStringLiteral("InstanceChargeType"), QStringLiteral("PostPaid")}, {QStringLiteral("InstanceNetworkType"), QStringLiteral("vpc")},
        {QStringLiteral("InternetMaxBandwidthOut"), instance.value(QLatin1String("bandwidthOut"))},
        {QStringLiteral("PublicIpAddress"), addressList(text(instance, "publicIp"))},
        {QStringLiteral("EipAddress"), QJsonObject{{QStringLiteral("IpAddress"), QString()}, {QStringLiteral("AllocationId"), QString()}}},
        {QStringLiteral("InnerIpAddress"), addressList({})}, {QStringLiteral("VpcAttributes"), network},
        {QStringLiteral("SecurityGroupIds"),
            QJsonObject{{QStringLiteral("SecurityGroupId"), instance.value(QLatin1String("securityGroupIds"))}}},
        {QStringLiteral("OperationLocks"), QJsonObject{{QStringLiteral("LockReason"), QJsonArray()}}},
        {QStringLiteral("Tags"),
            tagSet(instance.value(QLatin1String("tags")).toObject(), QStringLiteral("TagKey"), QStringLiteral("TagValue"))}};
}

bool wanted(const CallParameters &parameters, const QStringList &ids, const QJsonObject &instance)
{
    const auto asked = [&](const char *parameter, const char *key) {
        return parameters.text(QLatin1String(parameter), text(instance, key)) == text(instance, key);
    };
    const QString group = parameters.text(QStringLiteral("SecurityGroupId"));
    return (ids.isEmpty() || ids.contains(text(instance, "id"))) && asked("VpcId", "vpcId") && asked("VSwitchId", "vSwitchId")
        && asked("ZoneId", "zoneId") && asked("Status", "status") && asked("InstanceType", "instanceType") && asked("ImageId", "imageId")
        && (group.isEmpty() || instance.value(QLatin1String("securityGroupIds")).toArray().contains(group))
        && matches(parameters.text(QStringLiteral("InstanceName")), text(instance, "name")) && hasTags(instance, parameters.tags());
}

/// Ends the process and forgets the instance; its disks go with it or become free, as they say.
void release(World &world, const QJsonObject &instance)
{
    const QString id = text(instance, "id");
    world.cancel(QStringLiteral("launch/") + id);
    world.host().end(id, true);
    for (QJsonObject disk : disksOf(world, id)) {
        if (disk.value(QLatin1String("deleteWithInstance")).toBool()) {
            removeDisk(world, text(disk, "id"));
            continue;
        }
        disk.insert(QStringLiteral("instanceId"), QString());
        disk.insert(QStringLiteral("device"), QString());
        setStatus(disk, "Available");
        store(world, QStringLiteral("disks"), disk);
    }
    world.state().remove(instances, id);
    world.links().close(text(instance, "address"));
    world.host().releaseAddress(text(instance, "address"));
    QDir(instanceFolder(world, id)).removeRecursively();
}

InstanceSpec specOf(World &world, const QJsonObject &instance)
{
    const QString id = text(instance, "id");
    InstanceSpec spec{id, instanceFolder(world, id), text(instance, "address"), {}};
    for (const QJsonObject &disk : disksOf(world, id))
        spec.disks += instanceDisk(world, disk);
    return spec;
}

/// Data disks made from snapshots get their content before the instance sees them for the first time.
Result<> fillDisks(World &world, const QList<QJsonObject> &disks, const std::stop_token &stop)
{
    for (const QJsonObject &disk : disks) {
        if (text(disk, "snapshotId").isEmpty() || disk.value(QLatin1String("everUsed")).toBool())
            continue;
        const Bytes size{quint64(disk.value(QLatin1String("size")).toInteger()) << 30};
        if (Result<> filled = world.disks().createFrom(text(disk, "snapshotId"), text(disk, "id"), size, stop); !filled)
            return filled;
    }
    return ok();
}

void launched(World &world, const QString &id, const Result<> &outcome)
{
    QJsonObject instance = world.state().get(instances, id);
    if (!outcome) {
        log::error("simcloud", QStringLiteral("instance not started"),
            {{QStringLiteral("instance"), id}, {QStringLiteral("reason"), outcome.error().detail}});
        setStatus(instance, "Stopped");
        store(world, instances, instance);
        return;
    }
    for (QJsonObject disk : disksOf(world, id)) {
        disk.insert(QStringLiteral("everUsed"), true);
        store(world, QStringLiteral("disks"), disk);
    }
    if (text(instance, "status") == QLatin1String("Pending") || text(instance, "status") == QLatin1String("Starting"))
        instance.insert(QStringLiteral("next"),
            QJsonObject{
                {QStringLiteral("status"), QStringLiteral("Running")}, {QStringLiteral("at"), instance.value(QLatin1String("bootedAt"))}});
    store(world, instances, instance);
}

}

QJsonObject instanceRecord(World &world, const QString &id)
{
    const QJsonObject instance = record(world, instances, id);
    return instance.isEmpty() ? instance : observed(world, instance);
}

QString instanceFolder(World &world, const QString &id) { return world.path(QStringLiteral("ecs/instances/") + id); }

void launchInstance(World &world, const QString &id)
{
    world.run(QStringLiteral("launch/") + id, [&world, id](const std::stop_token &stop) {
        QList<QJsonObject> disks;
        InstanceSpec spec;
        {
            const std::lock_guard lock(world.state().mutex());
            disks = disksOf(world, id);
            spec = specOf(world, world.state().get(instances, id));
        }
        const Result<> filled = fillDisks(world, disks, stop);
        const std::lock_guard lock(world.state().mutex());
        if (stop.stop_requested() || !world.state().contains(instances, id))
            return; // released meanwhile, or the service ends
        launched(world, id, filled ? world.host().launch(spec) : filled);
    });
}

void resumeInstances(World &world)
{
    for (QJsonObject instance : world.state().all(instances)) {
        const QString status = text(instance, "status");
        const bool stopping = status == QLatin1String("Stopping")
            || text(instance.value(QLatin1String("next")).toObject(), "status") == QLatin1String("Stopped");
        if (stopping) {
            setStatus(instance, "Stopped");
        } else if (status != QLatin1String("Stopped")) {
            // Like a pay-as-you-go instance that was stopped and started: the same public address when it is still free.
            const QString address = world.host().reserveAddress(text(instance, "address"));
            const char *shownAs = text(instance, "publicIp").isEmpty() ? "privateIp" : "publicIp";
            instance.insert(QStringLiteral("address"), address);
            instance.insert(QLatin1String(shownAs), world.links().open(address, text(instance, shownAs)));
            instance.insert(QStringLiteral("bootedAt"), world.due(1));
            setStatus(instance, "Starting");
            launchInstance(world, text(instance, "id"));
        }
        store(world, instances, instance);
    }
}

void releaseExpired(World &world)
{
    const std::lock_guard lock(world.state().mutex());
    for (const QJsonObject &instance : world.state().all(instances)) {
        const QDateTime end = QDateTime::fromString(text(instance, "autoReleaseTime"), Qt::ISODate);
        if (!end.isValid() || end > world.now())
            continue;
        log::info(
            "simcloud", QStringLiteral("instance released at its AutoReleaseTime"), {{QStringLiteral("instance"), text(instance, "id")}});
        release(world, instance);
    }
}

ActionReply describeInstances(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const std::optional<QStringList> ids = parameters.jsonList(QStringLiteral("InstanceIds"));
    if (!ids || ids->size() > 100)
        return badRequest(QStringLiteral("InvalidInstanceIds.Malformed"),
            QStringLiteral("The specified InstanceIds is not a JSON array of at most 100 ids."));
    QJsonArray out;
    for (const QJsonObject &one : records(world, instances)) {
        if (text(one, "regionId") != call.region || one.value(QLatin1String("visibleAt")).toInteger() > world.now().toMSecsSinceEpoch())
            continue; // a created instance may be missing for a moment, as in the real cloud
        const QJsonObject instance = observed(world, one);
        if (wanted(parameters, *ids, instance))
            out += shown(instance);
    }
    return reply(page(parameters, out, QStringLiteral("Instances"), QStringLiteral("Instance")));
}

ActionReply stopInstance(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    QJsonObject instance = instanceRecord(world, parameters.text(QStringLiteral("InstanceId")));
    if (instance.isEmpty())
        return noInstance();
    const QString status = text(instance, "status");
    if (status == QLatin1String("Stopped"))
        return reply(); // stopping a stopped instance is no error
    if (status != QLatin1String("Running"))
        return forbidden(status == QLatin1String("Pending") ? QStringLiteral("IncorrectInstanceStatus.Initializing")
                                                            : QStringLiteral("IncorrectInstanceStatus"),
            QStringLiteral("The current status of the resource does not support this operation."));
    if (parameters.flag(QStringLiteral("DryRun")))
        return dryRunPassed();
    world.host().end(text(instance, "id"), parameters.flag(QStringLiteral("ForceStop")));
    setStatus(instance, "Stopping");
    instance.insert(QStringLiteral("next"), upcoming(world, "Stopped", 0.7));
    store(world, instances, instance);
    return reply();
}

ActionReply deleteInstance(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QJsonObject instance = instanceRecord(world, parameters.text(QStringLiteral("InstanceId")));
    if (instance.isEmpty())
        return noInstance();
    if (instance.value(QLatin1String("deletionProtection")).toBool())
        return forbidden(QStringLiteral("InvalidOperation.DeletionProtection"),
            QStringLiteral("The operation is not allowed due to deletion protection."));
    const QString status = text(instance, "status");
    if (status == QLatin1String("Pending"))
        return forbidden(QStringLiteral("IncorrectInstanceStatus.Initializing"),
            QStringLiteral("The specified instance status does not support this operation."));
    if (status != QLatin1String("Stopped") && !parameters.flag(QStringLiteral("Force")))
        return forbidden(QStringLiteral("IncorrectInstanceStatus"),
            QStringLiteral("The current status of the resource does not support this operation."));
    for (const QJsonObject &disk : disksOf(world, text(instance, "id"))) {
        if (isBeingCopied(world, text(disk, "id")))
            return forbidden(QStringLiteral("DiskCreatingSnapshot"),
                QStringLiteral("The operation is denied because a snapshot of the disk is being created."));
    }
    if (parameters.flag(QStringLiteral("DryRun")))
        return dryRunPassed();
    release(world, instance);
    return reply();
}

}
