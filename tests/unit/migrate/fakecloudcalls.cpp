#include "fakecloud.h"

#include <QJsonDocument>

namespace edgelift::test {

namespace {

QJsonObject tagsOf(const QMap<QString, QString> &parameters)
{
    QJsonObject tags;
    for (int i = 1; parameters.contains(QStringLiteral("Tag.%1.Key").arg(i)); ++i)
        tags.insert(parameters.value(QStringLiteral("Tag.%1.Key").arg(i)), parameters.value(QStringLiteral("Tag.%1.Value").arg(i)));
    return tags;
}

QJsonObject tagList(const QJsonObject &tags)
{
    QJsonArray list;
    for (auto it = tags.begin(); it != tags.end(); ++it)
        list.append(QJsonObject{{QStringLiteral("TagKey"), it.key()}, {QStringLiteral("TagValue"), it.value()},
            {QStringLiteral("Key"), it.key()}, {QStringLiteral("Value"), it.value()}});
    return {{QStringLiteral("Tag"), list}};
}

QStringList idList(const QString &text)
{
    const QJsonDocument json = QJsonDocument::fromJson(text.toUtf8());
    if (!json.isArray())
        return text.isEmpty() ? QStringList() : text.split(QLatin1Char(','));
    QStringList out;
    for (const QJsonValue &one : json.array())
        out.append(one.toString());
    return out;
}

struct KindNames
{
    const char *kind;
    const char *idField;
    const char *nameField;
    const char *idsParameter;
    const char *nameParameter;
};
constexpr KindNames kinds[] = {{"instance", "InstanceId", "InstanceName", "InstanceIds", "InstanceName"},
    {"disk", "DiskId", "DiskName", "DiskIds", "DiskName"}, {"snapshot", "SnapshotId", "SnapshotName", "SnapshotIds", "SnapshotName"},
    {"image", "ImageId", "ImageName", "ImageId", "ImageName"}, {"ensImage", "ImageId", "ImageName", "ImageId", "ImageName"},
    {"group", "SecurityGroupId", "SecurityGroupName", "SecurityGroupId", "SecurityGroupName"},
    {"vpc", "VpcId", "VpcName", "VpcId", "VpcName"}, {"vSwitch", "VSwitchId", "VSwitchName", "VSwitchId", "VSwitchName"},
    {"task", "TaskId", "TaskId", "TaskIds", "TaskId"}};

struct ListCall
{
    const char *action;
    const char *kind;
    const char *outer;
    const char *inner;
};
constexpr ListCall listCalls[] = {{"DescribeInstances", "instance", "Instances", "Instance"}, {"DescribeDisks", "disk", "Disks", "Disk"},
    {"DescribeSnapshots", "snapshot", "Snapshots", "Snapshot"}, {"DescribeSecurityGroups", "group", "SecurityGroups", "SecurityGroup"},
    {"DescribeVpcs", "vpc", "Vpcs", "Vpc"}, {"DescribeVSwitches", "vSwitch", "VSwitches", "VSwitch"},
    {"DescribeTasks", "task", "TaskSet", "Task"}, {"DescribeSelfImages", "ensImage", "Images", "Image"},
    {"DescribeImages", "image", "Images", "Image"}};

struct DeleteCall
{
    const char *action;
    const char *kind;
    const char *parameter;
};
constexpr DeleteCall deleteCalls[] = {{"DeleteDisk", "disk", "DiskId"}, {"DeleteSnapshot", "snapshot", "SnapshotId"},
    {"DeleteSecurityGroup", "group", "SecurityGroupId"}, {"DeleteVSwitch", "vSwitch", "VSwitchId"}, {"DeleteVpc", "vpc", "VpcId"}};

const KindNames &namesOf(const QString &kind)
{
    for (const KindNames &names : kinds) {
        if (kind == QLatin1String(names.kind))
            return names;
    }
    qFatal("no such kind");
}

}

FakeCloud::Answer FakeCloud::handle(const QString &action, const Parameters &parameters)
{
    static const QHash<QString, Handler> handlers{{QStringLiteral("GetCallerIdentity"), &FakeCloud::identity},
        {QStringLiteral("GetRole"), &FakeCloud::role}, {QStringLiteral("DescribeRegions"), &FakeCloud::regions},
        {QStringLiteral("DescribeAvailableResource"), &FakeCloud::available}, {QStringLiteral("DescribePrice"), &FakeCloud::price},
        {QStringLiteral("CreateVpc"), &FakeCloud::createVpc}, {QStringLiteral("CreateVSwitch"), &FakeCloud::createVSwitch},
        {QStringLiteral("CreateSecurityGroup"), &FakeCloud::createGroup}, {QStringLiteral("AuthorizeSecurityGroup"), &FakeCloud::done},
        {QStringLiteral("RunInstances"), &FakeCloud::runInstances}, {QStringLiteral("StopInstance"), &FakeCloud::stopInstance},
        {QStringLiteral("CreateSnapshot"), &FakeCloud::createSnapshot}, {QStringLiteral("CreateImage"), &FakeCloud::createImage},
        {QStringLiteral("ExportImage"), &FakeCloud::exportImage}, {QStringLiteral("ImportImage"), &FakeCloud::importImage},
        {QStringLiteral("DescribeTaskAttribute"), &FakeCloud::taskAttribute}, {QStringLiteral("CancelTask"), &FakeCloud::cancelTask},
        {QStringLiteral("DeleteInstance"), &FakeCloud::deleteInstance}, {QStringLiteral("DeleteImage"), &FakeCloud::deleteImage}};
    if (action == QLatin1String("DescribeImages") && parameters.value(QStringLiteral("ImageOwnerAlias")) == QLatin1String("system"))
        return systemImages(parameters);
    if (const Handler handler = handlers.value(action))
        return (this->*handler)(parameters);
    for (const ListCall &call : listCalls) {
        if (action == QLatin1String(call.action))
            return describe(QLatin1String(call.kind), parameters, QLatin1String(call.outer), QLatin1String(call.inner));
    }
    for (const DeleteCall &call : deleteCalls) {
        if (action == QLatin1String(call.action))
            return remove(QLatin1String(call.kind), parameters.value(QLatin1String(call.parameter)));
    }
    return refuse(QStringLiteral("InvalidAction.NotFound"));
}

FakeCloud::Answer FakeCloud::done(const Parameters &) { return {200, {}}; }
FakeCloud::Answer FakeCloud::cancelTask(const Parameters &) { return refuse(QStringLiteral("InvalidTaskId.IncorrectTaskStatus")); }

FakeCloud::Answer FakeCloud::identity(const Parameters &)
{
    return {200,
        {{QStringLiteral("AccountId"), QStringLiteral("1234567890123456")}, {QStringLiteral("Arn"), QStringLiteral("acs:ram::1:root")},
            {QStringLiteral("IdentityType"), QStringLiteral("Account")}}};
}

FakeCloud::Answer FakeCloud::role(const Parameters &)
{
    if (!roleThere)
        return refuse(QStringLiteral("EntityNotExist.Role"));
    return {200, {{QStringLiteral("Role"), QJsonObject{{QStringLiteral("Arn"), QStringLiteral("acs:ram::1:role/x")}}}}};
}

FakeCloud::Answer FakeCloud::regions(const Parameters &)
{
    const QJsonArray regions{QJsonObject{{QStringLiteral("RegionId"), QStringLiteral("cn-beijing")}},
        QJsonObject{{QStringLiteral("RegionId"), QStringLiteral("ap-southeast-1")}}};
    return {200, {{QStringLiteral("Regions"), QJsonObject{{QStringLiteral("Region"), regions}}}}};
}

FakeCloud::Answer FakeCloud::price(const Parameters &)
{
    const QJsonObject price{
        {QStringLiteral("TradePrice"), 0.5}, {QStringLiteral("OriginalPrice"), 0.5}, {QStringLiteral("Currency"), QStringLiteral("CNY")}};
    return {200, {{QStringLiteral("PriceInfo"), QJsonObject{{QStringLiteral("Price"), price}}}}};
}

FakeCloud::Answer FakeCloud::systemImages(const Parameters &)
{
    const QJsonObject image{{QStringLiteral("ImageId"), QStringLiteral("aliyun_3_x64_20G")},
        {QStringLiteral("Status"), QStringLiteral("Available")}, {QStringLiteral("Size"), 20}};
    return {200, {{QStringLiteral("Images"), QJsonObject{{QStringLiteral("Image"), QJsonArray{image}}}}}};
}

FakeCloud::Answer FakeCloud::createVpc(const Parameters &parameters)
{
    return create(QStringLiteral("vpc"), QStringLiteral("VpcId"),
        {{QStringLiteral("VpcName"), parameters.value(QStringLiteral("VpcName"))}, {QStringLiteral("Status"), QStringLiteral("Pending")},
            {QStringLiteral("next"), QStringLiteral("Available")}},
        parameters);
}

FakeCloud::Answer FakeCloud::createVSwitch(const Parameters &parameters)
{
    return create(QStringLiteral("vSwitch"), QStringLiteral("VSwitchId"),
        {{QStringLiteral("VSwitchName"), parameters.value(QStringLiteral("VSwitchName"))},
            {QStringLiteral("VpcId"), parameters.value(QStringLiteral("VpcId"))},
            {QStringLiteral("ZoneId"), parameters.value(QStringLiteral("ZoneId"))}, {QStringLiteral("AvailableIpAddressCount"), 250},
            {QStringLiteral("Status"), QStringLiteral("Pending")}, {QStringLiteral("next"), QStringLiteral("Available")}},
        parameters);
}

FakeCloud::Answer FakeCloud::createGroup(const Parameters &parameters)
{
    return create(QStringLiteral("group"), QStringLiteral("SecurityGroupId"),
        {{QStringLiteral("SecurityGroupName"), parameters.value(QStringLiteral("SecurityGroupName"))},
            {QStringLiteral("VpcId"), parameters.value(QStringLiteral("VpcId"))}},
        parameters);
}

FakeCloud::Answer FakeCloud::stopInstance(const Parameters &parameters)
{
    QJsonObject &instance = m_things[QStringLiteral("instance")][parameters.value(QStringLiteral("InstanceId"))];
    instance.insert(QStringLiteral("Status"), QStringLiteral("Stopping"));
    instance.insert(QStringLiteral("next"), QStringLiteral("Stopped"));
    instance.insert(QStringLiteral("polls"), statePolls);
    return {200, {}};
}

FakeCloud::Answer FakeCloud::createSnapshot(const Parameters &parameters)
{
    const QString disk = parameters.value(QStringLiteral("DiskId"));
    if (!m_things.value(QStringLiteral("disk")).contains(disk))
        return refuse(QStringLiteral("InvalidDiskId.NotFound"));
    return create(QStringLiteral("snapshot"), QStringLiteral("SnapshotId"),
        {{QStringLiteral("SnapshotName"), parameters.value(QStringLiteral("SnapshotName"))}, {QStringLiteral("SourceDiskId"), disk},
            {QStringLiteral("Status"), QStringLiteral("progressing")}, {QStringLiteral("next"), QStringLiteral("accomplished")}},
        parameters);
}

FakeCloud::Answer FakeCloud::deleteInstance(const Parameters &parameters)
{
    const QString id = parameters.value(QStringLiteral("InstanceId"));
    QMap<QString, QJsonObject> &disks = m_things[QStringLiteral("disk")];
    for (const QString &disk : disks.keys()) {
        if (disks.value(disk).value(QLatin1String("InstanceId")).toString() == id)
            disks.remove(disk);
    }
    return remove(QStringLiteral("instance"), id);
}

FakeCloud::Answer FakeCloud::deleteImage(const Parameters &parameters)
{
    const bool isEcs = parameters.contains(QStringLiteral("RegionId")); // ENS images belong to no region
    return remove(isEcs ? QStringLiteral("image") : QStringLiteral("ensImage"), parameters.value(QStringLiteral("ImageId")));
}

FakeCloud::Answer FakeCloud::create(const QString &kind, const QString &idField, QJsonObject fields, const Parameters &parameters)
{
    const QString id = kind + QStringLiteral("-%1").arg(m_next++);
    fields.insert(idField, id);
    fields.insert(QStringLiteral("tags"), tagsOf(parameters));
    fields.insert(QStringLiteral("polls"), statePolls);
    m_things[kind].insert(id, fields);
    return {200, {{idField, id}}};
}

FakeCloud::Answer FakeCloud::runInstances(const Parameters &parameters)
{
    const auto p = [&parameters](const char *name) { return parameters.value(QLatin1String(name)); };
    const Answer made = create(QStringLiteral("instance"), QStringLiteral("InstanceId"),
        {{QStringLiteral("InstanceName"), p("InstanceName")}, {QStringLiteral("Status"), QStringLiteral("Pending")},
            {QStringLiteral("next"), QStringLiteral("Running")}, {QStringLiteral("SecurityGroupId"), p("SecurityGroupId")},
            {QStringLiteral("VSwitchId"), p("VSwitchId")},
            {QStringLiteral("PublicIpAddress"), QJsonObject{{QStringLiteral("IpAddress"), QJsonArray{QStringLiteral("127.88.0.9")}}}},
            {QStringLiteral("VpcAttributes"),
                QJsonObject{{QStringLiteral("PrivateIpAddress"),
                    QJsonObject{{QStringLiteral("IpAddress"), QJsonArray{QStringLiteral("192.168.0.9")}}}}}}},
        parameters);
    const QString id = made.body.value(QLatin1String("InstanceId")).toString();
    const auto addDisk = [&](const QString &name, const QString &size, const char *type) {
        const QString diskId = QStringLiteral("d-%1").arg(m_next++);
        m_things[QStringLiteral("disk")].insert(diskId,
            {{QStringLiteral("DiskId"), diskId}, {QStringLiteral("DiskName"), name}, {QStringLiteral("Size"), size.toInt()},
                {QStringLiteral("Type"), QLatin1String(type)}, {QStringLiteral("Status"), QStringLiteral("In_use")},
                {QStringLiteral("InstanceId"), id}, {QStringLiteral("SerialNumber"), diskId.mid(2)},
                {QStringLiteral("tags"), tagsOf(parameters)}});
    };
    addDisk(p("SystemDisk.DiskName"), p("SystemDisk.Size"), "system");
    for (int i = 1; parameters.contains(QStringLiteral("DataDisk.%1.Size").arg(i)); ++i)
        addDisk(parameters.value(QStringLiteral("DataDisk.%1.DiskName").arg(i)),
            parameters.value(QStringLiteral("DataDisk.%1.Size").arg(i)), "data");
    return {200, {{QStringLiteral("InstanceIdSets"), QJsonObject{{QStringLiteral("InstanceIdSet"), QJsonArray{id}}}}}};
}

FakeCloud::Answer FakeCloud::createImage(const Parameters &parameters)
{
    QJsonArray mappings;
    for (int i = 1; parameters.contains(QStringLiteral("DiskDeviceMapping.%1.SnapshotId").arg(i)); ++i) {
        const QString prefix = QStringLiteral("DiskDeviceMapping.%1.").arg(i);
        mappings.append(QJsonObject{{QStringLiteral("SnapshotId"), parameters.value(prefix + QLatin1String("SnapshotId"))},
            {QStringLiteral("Device"), parameters.value(prefix + QLatin1String("Device"))}});
    }
    return create(QStringLiteral("image"), QStringLiteral("ImageId"),
        {{QStringLiteral("ImageName"), parameters.value(QStringLiteral("ImageName"))},
            {QStringLiteral("Status"), QStringLiteral("Creating")}, {QStringLiteral("next"), QStringLiteral("Available")},
            {QStringLiteral("DiskDeviceMappings"), QJsonObject{{QStringLiteral("DiskDeviceMapping"), mappings}}}},
        parameters);
}

FakeCloud::Answer FakeCloud::exportImage(const Parameters &parameters)
{
    const QString image = parameters.value(QStringLiteral("ImageId"));
    const Answer made = create(QStringLiteral("task"), QStringLiteral("TaskId"),
        {{QStringLiteral("TaskStatus"), QStringLiteral("Processing")}, {QStringLiteral("ResourceId"), image},
            {QStringLiteral("TaskAction"), QStringLiteral("ExportImage")},
            {QStringLiteral("CreationTime"), m_clock.now().toString(Qt::ISODate)}},
        parameters);
    const QString prefix = parameters.value(QStringLiteral("OSSPrefix")) + QLatin1Char('_') + image;
    const QJsonArray mappings = thing(QStringLiteral("image"), image)
                                    .value(QLatin1String("DiskDeviceMappings"))
                                    .toObject()
                                    .value(QLatin1String("DiskDeviceMapping"))
                                    .toArray();
    for (const QJsonValue &mapping : mappings) {
        const QString device = mapping.toObject().value(QLatin1String("Device")).toString().mid(5);
        const QString part = device == QLatin1String("xvda") ? QStringLiteral("_system") : QLatin1String("_data_") + device;
        m_things[QStringLiteral("object")].insert(prefix + part + QLatin1String(".raw.tar.gz"), {{QStringLiteral("size"), 1}});
    }
    return made;
}

FakeCloud::Answer FakeCloud::importImage(const Parameters &parameters)
{
    return create(QStringLiteral("ensImage"), QStringLiteral("ImageId"),
        {{QStringLiteral("ImageName"), parameters.value(QStringLiteral("ImageName"))},
            {QStringLiteral("Status"), QStringLiteral("Creating")}, {QStringLiteral("next"), QStringLiteral("Available")}},
        parameters);
}

FakeCloud::Answer FakeCloud::taskAttribute(const Parameters &parameters)
{
    const QString id = parameters.value(QStringLiteral("TaskId"));
    if (!m_things.value(QStringLiteral("task")).contains(id))
        return refuse(QStringLiteral("InvalidTaskId.NotFound"));
    QJsonObject &task = m_things[QStringLiteral("task")][id];
    const int polls = task.value(QLatin1String("polls")).toInt();
    task.insert(QStringLiteral("polls"), polls - 1);
    if (polls <= 0 && task.value(QLatin1String("TaskStatus")) == QLatin1String("Processing"))
        task.insert(QStringLiteral("TaskStatus"), QStringLiteral("Finished"));
    return {200, task};
}

void FakeCloud::advance(QJsonObject &thing)
{
    const QString next = thing.value(QLatin1String("next")).toString();
    if (next.isEmpty())
        return;
    const int polls = thing.value(QLatin1String("polls")).toInt() - 1;
    thing.insert(QStringLiteral("polls"), polls);
    if (polls <= 0) {
        thing.insert(QStringLiteral("Status"), next);
        thing.remove(QStringLiteral("next"));
    }
}

FakeCloud::Answer FakeCloud::describe(const QString &kind, const Parameters &parameters, const QString &outer, const QString &inner)
{
    const KindNames &names = namesOf(kind);
    const QStringList wanted = idList(parameters.value(QLatin1String(names.idsParameter)));
    const QString name = parameters.value(QLatin1String(names.nameParameter));
    const QJsonObject tags = tagsOf(parameters);
    QJsonArray list;
    for (QJsonObject &one : m_things[kind]) {
        bool fits = wanted.isEmpty() || wanted.contains(one.value(QLatin1String(names.idField)).toString());
        fits = fits && (name.isEmpty() || one.value(QLatin1String(names.nameField)).toString() == name);
        for (const char *field : {"InstanceId", "VpcId"}) {
            const QString filter = parameters.value(QLatin1String(field));
            fits = fits && (filter.isEmpty() || one.value(QLatin1String(field)).toString() == filter);
        }
        for (auto tag = tags.begin(); tag != tags.end(); ++tag)
            fits = fits && one.value(QLatin1String("tags")).toObject().value(tag.key()) == tag.value();
        if (!fits)
            continue;
        advance(one);
        QJsonObject shown = one;
        shown.insert(QStringLiteral("Tags"), tagList(one.value(QLatin1String("tags")).toObject()));
        list.append(shown);
    }
    return {200,
        {{outer, QJsonObject{{inner, list}}}, {QStringLiteral("TotalCount"), list.size()}, {QStringLiteral("PageNumber"), 1},
            {QStringLiteral("PageSize"), 100}}};
}

FakeCloud::Answer FakeCloud::available(const Parameters &parameters)
{
    const QString kind = parameters.value(QStringLiteral("DestinationResource"));
    const QString type = parameters.value(QStringLiteral("InstanceType"));
    QJsonArray zones;
    QJsonArray supported;
    const auto add = [&supported](const QString &value, bool inStock) {
        supported.append(QJsonObject{{QStringLiteral("Value"), value},
            {QStringLiteral("Status"), inStock ? QStringLiteral("Available") : QStringLiteral("SoldOut")},
            {QStringLiteral("StatusCategory"), inStock ? QStringLiteral("WithStock") : QStringLiteral("WithoutStock")},
            {QStringLiteral("Min"), 20}, {QStringLiteral("Max"), 32768}});
    };
    if (kind == QLatin1String("InstanceType")) {
        if (type.isEmpty() || type == QLatin1String("ecs.sold.out"))
            add(QStringLiteral("ecs.sold.out"), false);
        if (type.isEmpty() || type == QLatin1String("ecs.small"))
            add(QStringLiteral("ecs.small"), true);
        if (type.isEmpty())
            add(QStringLiteral("ecs.other"), true);
    } else {
        add(QStringLiteral("cloud_essd"), true);
        add(QStringLiteral("cloud_efficiency"), false);
    }
    zones.append(
        QJsonObject{{QStringLiteral("ZoneId"), QStringLiteral("cn-beijing-a")}, {QStringLiteral("Status"), QStringLiteral("Available")},
            {QStringLiteral("AvailableResources"),
                QJsonObject{{QStringLiteral("AvailableResource"),
                    QJsonArray{QJsonObject{
                        {QStringLiteral("SupportedResources"), QJsonObject{{QStringLiteral("SupportedResource"), supported}}}}}}}}});
    return {200, {{QStringLiteral("AvailableZones"), QJsonObject{{QStringLiteral("AvailableZone"), zones}}}}};
}

QString FakeCloud::blockedBy(const QString &kind, const QString &id) const
{
    const auto uses = [&](const char *user, const char *field) {
        for (const QJsonObject &one : m_things.value(QLatin1String(user))) {
            if (one.value(QLatin1String(field)).toString() == id)
                return true;
        }
        return false;
    };
    if (kind == QLatin1String("snapshot")) {
        for (const QJsonObject &image : m_things.value(QStringLiteral("image"))) {
            if (QString::fromUtf8(QJsonDocument(image).toJson()).contains(QLatin1Char('"') + id + QLatin1Char('"')))
                return QStringLiteral("SnapshotCreatedImage");
        }
    }
    if (kind == QLatin1String("group") && uses("instance", "SecurityGroupId"))
        return QStringLiteral("DependencyViolation");
    if (kind == QLatin1String("vSwitch") && uses("instance", "VSwitchId"))
        return QStringLiteral("DependencyViolation");
    if (kind == QLatin1String("vpc") && (uses("vSwitch", "VpcId") || uses("group", "VpcId")))
        return QStringLiteral("DependencyViolation.VSwitch");
    return {};
}

FakeCloud::Answer FakeCloud::remove(const QString &kind, const QString &id)
{
    if (const QString code = blockedBy(kind, id); !code.isEmpty())
        return refuse(code);
    if (m_things[kind].remove(id) == 0)
        return refuse(QLatin1String("Invalid") + QLatin1String(namesOf(kind).idField) + QLatin1String(".NotFound"));
    return {200, {}};
}

}
