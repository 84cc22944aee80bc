#include "core/cloud/ecsreplies.h"
#include "core/cloud/replyfields.h"

namespace edgelift::ecs {

namespace {

template <class State>
struct Named
{
    const char *name;
    State state;
};

constexpr Named<InstanceState> instanceStates[] = {{"Pending", InstanceState::Pending}, {"Starting", InstanceState::Starting},
    {"Running", InstanceState::Running}, {"Stopping", InstanceState::Stopping}, {"Stopped", InstanceState::Stopped}};
constexpr Named<SnapshotState> snapshotStates[] = {
    {"progressing", SnapshotState::Progressing}, {"accomplished", SnapshotState::Accomplished}, {"failed", SnapshotState::Failed}};
constexpr Named<ImageState> imageStates[] = {{"Creating", ImageState::Creating}, {"Waiting", ImageState::Waiting},
    {"Available", ImageState::Available}, {"UnAvailable", ImageState::Unavailable}, {"CreateFailed", ImageState::CreateFailed},
    {"Deprecated", ImageState::Deprecated}};
constexpr Named<TaskState> taskStates[] = {{"Waiting", TaskState::Waiting}, {"Processing", TaskState::Processing},
    {"Finished", TaskState::Finished}, {"Failed", TaskState::Failed}};

template <class State, size_t count>
State stateOf(const Named<State> (&table)[count], const QString &name)
{
    for (const Named<State> &entry : table)
        if (name.compare(QLatin1String(entry.name), Qt::CaseInsensitive) == 0)
            return entry.state;
    return State::Unknown;
}

}

Instance readInstance(const QJsonObject &object)
{
    const QJsonObject vpc = object.value(QLatin1String("VpcAttributes")).toObject();
    Instance out;
    out.id = fields::text(object, "InstanceId");
    out.name = fields::text(object, "InstanceName");
    out.state = stateOf(instanceStates, fields::text(object, "Status"));
    out.zoneId = fields::text(object, "ZoneId");
    out.instanceType = fields::text(object, "InstanceType");
    out.publicAddress = fields::texts(object, "PublicIpAddress", "IpAddress").value(0);
    if (out.publicAddress.isEmpty())
        out.publicAddress = fields::text(object.value(QLatin1String("EipAddress")).toObject(), "IpAddress");
    out.privateAddress = fields::texts(vpc, "PrivateIpAddress", "IpAddress").value(0);
    out.vpcId = fields::text(vpc, "VpcId");
    out.vSwitchId = fields::text(vpc, "VSwitchId");
    out.securityGroupIds = fields::texts(object, "SecurityGroupIds", "SecurityGroupId");
    out.created = fields::time(object, "CreationTime");
    out.releaseAt = fields::time(object, "AutoReleaseTime");
    for (const QJsonObject &lock : fields::objects(object, "OperationLocks", "LockReason"))
        out.lockReasons.append(fields::text(lock, "LockReason"));
    out.tags = fields::tags(object);
    return out;
}

Disk readDisk(const QJsonObject &object)
{
    Disk out;
    out.id = fields::text(object, "DiskId");
    out.name = fields::text(object, "DiskName");
    out.state = fields::text(object, "Status");
    out.system = fields::text(object, "Type") == QLatin1String("system");
    out.category = fields::text(object, "Category");
    out.sizeGiB = fields::number(object, "Size");
    out.serial = fields::text(object, "SerialNumber");
    out.instanceId = fields::text(object, "InstanceId");
    out.zoneId = fields::text(object, "ZoneId");
    out.device = fields::text(object, "Device");
    out.deleteWithInstance = object.value(QLatin1String("DeleteWithInstance")).toBool();
    out.tags = fields::tags(object);
    return out;
}

SecurityGroup readSecurityGroup(const QJsonObject &object)
{
    return {fields::text(object, "SecurityGroupId"), fields::text(object, "SecurityGroupName"), fields::text(object, "VpcId"),
        fields::tags(object)};
}

QList<Available> readAvailable(const QJsonObject &reply)
{
    QList<Available> out;
    for (const QJsonObject &zone : fields::objects(reply, "AvailableZones", "AvailableZone"))
        for (const QJsonObject &resource : fields::objects(zone, "AvailableResources", "AvailableResource"))
            for (const QJsonObject &one : fields::objects(resource, "SupportedResources", "SupportedResource")) {
                // "ClosedWithStock": still sold, about to end; "WithoutStock" and "ClosedWithoutStock": not now
                const bool without = fields::text(one, "StatusCategory").endsWith(QLatin1String("WithoutStock"));
                const bool sold = fields::text(one, "Status") == QLatin1String("Available");
                out.append({fields::text(zone, "ZoneId"), fields::text(one, "Value"), sold && !without, fields::number(one, "Min"),
                    fields::number(one, "Max")});
            }
    return out;
}

Snapshot readSnapshot(const QJsonObject &object)
{
    Snapshot out;
    out.id = fields::text(object, "SnapshotId");
    out.name = fields::text(object, "SnapshotName");
    out.state = stateOf(snapshotStates, fields::text(object, "Status"));
    out.percent = fields::percent(object, "Progress");
    out.diskId = fields::text(object, "SourceDiskId");
    out.sizeGiB = fields::number(object, "SourceDiskSize");
    out.tags = fields::tags(object);
    return out;
}

Image readImage(const QJsonObject &object)
{
    Image out;
    out.id = fields::text(object, "ImageId");
    out.name = fields::text(object, "ImageName");
    out.state = stateOf(imageStates, fields::text(object, "Status"));
    out.percent = fields::percent(object, "Progress");
    out.platform = fields::text(object, "Platform");
    out.osName = fields::text(object, "OSName");
    out.architecture = fields::text(object, "Architecture");
    out.bootMode = fields::text(object, "BootMode");
    out.sizeGiB = fields::number(object, "Size");
    out.created = fields::time(object, "CreationTime");
    for (const QJsonObject &mapping : fields::objects(object, "DiskDeviceMappings", "DiskDeviceMapping"))
        if (const QString snapshot = fields::text(mapping, "SnapshotId"); !snapshot.isEmpty())
            out.snapshotIds.append(snapshot);
    out.tags = fields::tags(object);
    return out;
}

Task readTask(const QJsonObject &reply)
{
    Task out{fields::text(reply, "TaskId"), stateOf(taskStates, fields::text(reply, "TaskStatus")), fields::percent(reply, "TaskProcess"),
        {}, {}};
    for (const QJsonObject &operation : fields::objects(reply, "OperationProgressSet", "OperationProgress")) {
        if (!out.errorCode.isEmpty())
            break;
        out.errorCode = fields::text(operation, "ErrorCode");
        out.errorMessage = fields::text(operation, "ErrorMsg");
    }
    return out;
}

}
