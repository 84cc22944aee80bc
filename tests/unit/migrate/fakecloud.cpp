#include "fakecloud.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonDocument>
#include <QLocale>
#include <QUrlQuery>

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

const KindNames &namesOf(const QString &kind)
{
    for (const KindNames &names : kinds) {
        if (kind == QLatin1String(names.kind))
            return names;
    }
    qFatal("no such kind");
}

}

FakeCloud::FakeCloud(const Clock &clock)
    : m_clock(clock)
{
}

void FakeCloud::fail(const QString &action, const Fault &fault)
{
    const std::lock_guard lock(m_mutex);
    m_faults[action].append(fault);
}

void FakeCloud::revive()
{
    const std::lock_guard lock(m_mutex);
    m_dead = false;
    m_faults.clear();
}

QJsonObject FakeCloud::thing(const QString &kind, const QString &id)
{
    const std::lock_guard lock(m_mutex);
    return m_things.value(kind).value(id);
}

QStringList FakeCloud::ids(const QString &kind)
{
    const std::lock_guard lock(m_mutex);
    return m_things.value(kind).keys();
}

void FakeCloud::change(const QString &kind, const QString &id, const QString &field, const QJsonValue &value)
{
    const std::lock_guard lock(m_mutex);
    m_things[kind][id].insert(field, value);
}

void FakeCloud::put(const QString &kind, const QString &id, const QJsonObject &fields)
{
    const std::lock_guard lock(m_mutex);
    m_things[kind].insert(id, fields);
}

void FakeCloud::drop(const QString &kind, const QString &id)
{
    const std::lock_guard lock(m_mutex);
    m_things[kind].remove(id);
}

QStringList FakeCloud::everything()
{
    const std::lock_guard lock(m_mutex);
    QStringList out;
    for (auto kind = m_things.constBegin(); kind != m_things.constEnd(); ++kind) {
        for (const QString &id : kind->keys()) {
            if (kind.key() != QLatin1String("task")) // a record, not a resource
                out.append(kind.key() + QLatin1Char(' ') + id);
        }
    }
    return out;
}

int FakeCloud::calls(const QString &action)
{
    const std::lock_guard lock(m_mutex);
    return m_calls.value(action);
}

QMap<QString, QString> FakeCloud::lastParameters(const QString &action)
{
    const std::lock_guard lock(m_mutex);
    return m_last.value(action);
}

HttpReply FakeCloud::reply(int status, const QByteArray &body)
{
    const QString date = QLocale::c().toString(m_clock.now().addSecs(-skewSeconds), QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
    return {status, {{"Date", date.toLatin1()}}, body};
}

Result<HttpReply> FakeCloud::send(const HttpRequest &request, const std::stop_token &)
{
    QByteArray action;
    for (const auto &[name, value] : request.headers) {
        if (name.toLower() == "x-acs-action")
            action = value;
    }
    if (!action.isEmpty()) {
        Parameters parameters;
        QUrlQuery query(request.url);
        if (!request.body.isEmpty())
            query = QUrlQuery(QString::fromUtf8(QByteArray(request.body).replace('+', "%20")));
        for (const auto &[name, value] : query.queryItems(QUrl::FullyDecoded))
            parameters.insert(name, value);
        const QString name = QString::fromLatin1(action);
        return act(
            name, [&] { return rpc(name, parameters); }, request);
    }
    const QString path = request.url.path();
    if (path.startsWith(QLatin1String("/agent/v1/")))
        return act(
            path.mid(10), [&] { return service(request); }, request);
    const bool isPlain = path.isEmpty() || path == QLatin1String("/");
    if (isPlain && !QUrlQuery(request.url).hasQueryItem(QStringLiteral("list-type"))
        && !request.url.query().contains(QLatin1String("bucketInfo")))
        return act(
            QStringLiteral("plain"), [&] { return reply(400, "{}"); }, request);
    return act(
        QString::fromLatin1(request.method) + QLatin1String("Object"), [&] { return object(request); }, request);
}

Result<HttpReply> FakeCloud::act(const QString &action, const std::function<HttpReply()> &perform, const HttpRequest &request)
{
    if (onCall)
        onCall(action);
    const std::unique_lock lock(m_mutex);
    const Error silence{ErrorCode::CloudTimedOut, Retry::AfterWait, {request.url.host()}, {}};
    if (m_dead)
        return silence;
    m_calls[action] += 1;
    QList<Fault> &faults = m_faults[action];
    if (faults.isEmpty())
        return perform();
    if (faults.first().skip-- > 0)
        return perform();
    const Fault fault = faults.first();
    if (--faults.first().times <= 0)
        faults.removeFirst();
    if (fault.kind == Fault::Kind::Refuse)
        return reply(400, QJsonDocument(refuse(fault.code).body).toJson());
    if (fault.kind == Fault::Kind::Silence)
        return silence;
    (void)perform();
    if (fault.kind == Fault::Kind::Death) {
        m_dead = true;
        if (onDeath)
            onDeath();
    }
    return silence;
}

HttpReply FakeCloud::rpc(const QString &action, const Parameters &parameters)
{
    m_last.insert(action, parameters);
    const QString token = parameters.value(QStringLiteral("ClientToken"));
    const QString tokenKey = action + QLatin1Char('/') + token;
    if (!token.isEmpty() && m_tokens.contains(tokenKey))
        return reply(200, QJsonDocument(m_tokens.value(tokenKey)).toJson());
    Answer answer = handle(action, parameters);
    answer.body.insert(QStringLiteral("RequestId"), QStringLiteral("r-1"));
    if (!token.isEmpty() && answer.status == 200)
        m_tokens.insert(tokenKey, answer.body);
    return reply(answer.status, QJsonDocument(answer.body).toJson());
}

FakeCloud::Answer FakeCloud::handle(const QString &action, const Parameters &parameters)
{
    const auto p = [&parameters](const char *name) { return parameters.value(QLatin1String(name)); };
    if (action == QLatin1String("GetCallerIdentity"))
        return {200,
            {{QStringLiteral("AccountId"), QStringLiteral("1234567890123456")}, {QStringLiteral("Arn"), QStringLiteral("acs:ram::1:root")},
                {QStringLiteral("IdentityType"), QStringLiteral("Account")}}};
    if (action == QLatin1String("GetRole"))
        return roleThere
            ? Answer{200, {{QStringLiteral("Role"), QJsonObject{{QStringLiteral("Arn"), QStringLiteral("acs:ram::1:role/x")}}}}}
            : refuse(QStringLiteral("EntityNotExist.Role"));
    if (action == QLatin1String("DescribeRegions"))
        return {200,
            {{QStringLiteral("Regions"),
                QJsonObject{{QStringLiteral("Region"),
                    QJsonArray{QJsonObject{{QStringLiteral("RegionId"), QStringLiteral("cn-beijing")}},
                        QJsonObject{{QStringLiteral("RegionId"), QStringLiteral("ap-southeast-1")}}}}}}}};
    if (action == QLatin1String("DescribeAvailableResource"))
        return available(parameters);
    if (action == QLatin1String("DescribePrice"))
        return {200,
            {{QStringLiteral("PriceInfo"),
                QJsonObject{{QStringLiteral("Price"),
                    QJsonObject{{QStringLiteral("TradePrice"), 0.5}, {QStringLiteral("OriginalPrice"), 0.5},
                        {QStringLiteral("Currency"), QStringLiteral("CNY")}}}}}}};
    if (action == QLatin1String("CreateVpc"))
        return create(QStringLiteral("vpc"), QStringLiteral("VpcId"),
            {{QStringLiteral("VpcName"), p("VpcName")}, {QStringLiteral("Status"), QStringLiteral("Pending")},
                {QStringLiteral("next"), QStringLiteral("Available")}},
            parameters);
    if (action == QLatin1String("CreateVSwitch"))
        return create(QStringLiteral("vSwitch"), QStringLiteral("VSwitchId"),
            {{QStringLiteral("VSwitchName"), p("VSwitchName")}, {QStringLiteral("VpcId"), p("VpcId")},
                {QStringLiteral("ZoneId"), p("ZoneId")}, {QStringLiteral("AvailableIpAddressCount"), 250},
                {QStringLiteral("Status"), QStringLiteral("Pending")}, {QStringLiteral("next"), QStringLiteral("Available")}},
            parameters);
    if (action == QLatin1String("CreateSecurityGroup"))
        return create(QStringLiteral("group"), QStringLiteral("SecurityGroupId"),
            {{QStringLiteral("SecurityGroupName"), p("SecurityGroupName")}, {QStringLiteral("VpcId"), p("VpcId")}}, parameters);
    if (action == QLatin1String("AuthorizeSecurityGroup"))
        return {200, {}};
    if (action == QLatin1String("RunInstances"))
        return runInstances(parameters);
    if (action == QLatin1String("StopInstance")) {
        change(QStringLiteral("instance"), p("InstanceId"), QStringLiteral("Status"), QStringLiteral("Stopping"));
        change(QStringLiteral("instance"), p("InstanceId"), QStringLiteral("next"), QStringLiteral("Stopped"));
        change(QStringLiteral("instance"), p("InstanceId"), QStringLiteral("polls"), statePolls);
        return {200, {}};
    }
    if (action == QLatin1String("CreateSnapshot")) {
        if (!m_things.value(QStringLiteral("disk")).contains(p("DiskId")))
            return refuse(QStringLiteral("InvalidDiskId.NotFound"));
        return create(QStringLiteral("snapshot"), QStringLiteral("SnapshotId"),
            {{QStringLiteral("SnapshotName"), p("SnapshotName")}, {QStringLiteral("SourceDiskId"), p("DiskId")},
                {QStringLiteral("Status"), QStringLiteral("progressing")}, {QStringLiteral("next"), QStringLiteral("accomplished")}},
            parameters);
    }
    if (action == QLatin1String("CreateImage"))
        return createImage(parameters);
    if (action == QLatin1String("ExportImage"))
        return exportImage(parameters);
    if (action == QLatin1String("ImportImage"))
        return importImage(parameters);
    if (action == QLatin1String("DescribeTaskAttribute"))
        return taskAttribute(parameters);
    if (action == QLatin1String("CancelTask"))
        return refuse(QStringLiteral("InvalidTaskId.IncorrectTaskStatus"));
    if (action == QLatin1String("DescribeInstances"))
        return describe(QStringLiteral("instance"), parameters, QStringLiteral("Instances"), QStringLiteral("Instance"));
    if (action == QLatin1String("DescribeDisks"))
        return describe(QStringLiteral("disk"), parameters, QStringLiteral("Disks"), QStringLiteral("Disk"));
    if (action == QLatin1String("DescribeSnapshots"))
        return describe(QStringLiteral("snapshot"), parameters, QStringLiteral("Snapshots"), QStringLiteral("Snapshot"));
    if (action == QLatin1String("DescribeSecurityGroups"))
        return describe(QStringLiteral("group"), parameters, QStringLiteral("SecurityGroups"), QStringLiteral("SecurityGroup"));
    if (action == QLatin1String("DescribeVpcs"))
        return describe(QStringLiteral("vpc"), parameters, QStringLiteral("Vpcs"), QStringLiteral("Vpc"));
    if (action == QLatin1String("DescribeVSwitches"))
        return describe(QStringLiteral("vSwitch"), parameters, QStringLiteral("VSwitches"), QStringLiteral("VSwitch"));
    if (action == QLatin1String("DescribeTasks"))
        return describe(QStringLiteral("task"), parameters, QStringLiteral("TaskSet"), QStringLiteral("Task"));
    if (action == QLatin1String("DescribeSelfImages"))
        return describe(QStringLiteral("ensImage"), parameters, QStringLiteral("Images"), QStringLiteral("Image"));
    if (action == QLatin1String("DescribeImages") && p("ImageOwnerAlias") == QLatin1String("system"))
        return {200,
            {{QStringLiteral("Images"),
                QJsonObject{{QStringLiteral("Image"),
                    QJsonArray{QJsonObject{{QStringLiteral("ImageId"), QStringLiteral("aliyun_3_x64_20G")},
                        {QStringLiteral("Status"), QStringLiteral("Available")}, {QStringLiteral("Size"), 20}}}}}}}};
    if (action == QLatin1String("DescribeImages"))
        return describe(QStringLiteral("image"), parameters, QStringLiteral("Images"), QStringLiteral("Image"));
    if (action == QLatin1String("DeleteInstance")) {
        for (const QString &disk : m_things.value(QStringLiteral("disk")).keys()) {
            if (m_things[QStringLiteral("disk")][disk].value(QLatin1String("InstanceId")).toString() == p("InstanceId"))
                m_things[QStringLiteral("disk")].remove(disk);
        }
        return remove(QStringLiteral("instance"), p("InstanceId"));
    }
    if (action == QLatin1String("DeleteDisk"))
        return remove(QStringLiteral("disk"), p("DiskId"));
    if (action == QLatin1String("DeleteSnapshot"))
        return remove(QStringLiteral("snapshot"), p("SnapshotId"));
    if (action == QLatin1String("DeleteSecurityGroup"))
        return remove(QStringLiteral("group"), p("SecurityGroupId"));
    if (action == QLatin1String("DeleteVSwitch"))
        return remove(QStringLiteral("vSwitch"), p("VSwitchId"));
    if (action == QLatin1String("DeleteVpc"))
        return remove(QStringLiteral("vpc"), p("VpcId"));
    if (action == QLatin1String("DeleteImage")) // ECS sends a region, ENS does not
        return remove(parameters.contains(QStringLiteral("RegionId")) ? QStringLiteral("image") : QStringLiteral("ensImage"), p("ImageId"));
    return refuse(QStringLiteral("InvalidAction.NotFound"));
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

HttpReply FakeCloud::object(const HttpRequest &request)
{
    QMap<QString, QJsonObject> &objects = m_things[QStringLiteral("object")];
    const QString key = request.url.path().section(QLatin1Char('/'), 1);
    const QUrlQuery query(request.url);
    // Alibaba's own addresses put the bucket into the host, an address of one's own into the path.
    const QString inBucket = request.url.host().contains(QLatin1String("aliyuncs")) ? key : key.section(QLatin1Char('/'), 1);
    if (request.url.query().contains(QLatin1String("bucketInfo"))) {
        if (request.url.toString().contains(QLatin1String("missing")))
            return reply(404, "<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>");
        const QByteArray sse =
            bucketEncrypted ? "<ServerSideEncryptionRule><SSEAlgorithm>KMS</SSEAlgorithm></ServerSideEncryptionRule>" : "";
        return reply(200,
            "<BucketInfo><Bucket><Name>edgelift-transit</Name><StorageClass>Standard</StorageClass><Location>oss-" + bucketRegion.toLatin1()
                + "</Location>" + sse + "</Bucket></BucketInfo>");
    }
    if (query.hasQueryItem(QStringLiteral("list-type"))) {
        QByteArray out = "<ListBucketResult>";
        for (const QString &one : objects.keys()) {
            if (one.startsWith(query.queryItemValue(QStringLiteral("prefix"), QUrl::FullyDecoded)))
                out += "<Contents><Key>" + one.toUtf8() + "</Key><Size>1</Size><ETag>\"0\"</ETag></Contents>";
        }
        return reply(200, out + "</ListBucketResult>");
    }
    if (request.method == "PUT") {
        QByteArray body = request.body;
        if (QFile file(request.bodyFile); !request.bodyFile.isEmpty() && file.open(QIODevice::ReadOnly))
            body = file.readAll();
        objects.insert(inBucket, {{QStringLiteral("size"), body.size()}});
        HttpReply out = reply(200, {});
        out.headers.append({"ETag", '"' + QCryptographicHash::hash(body, QCryptographicHash::Md5).toHex().toUpper() + '"'});
        return out;
    }
    if (request.method == "DELETE") {
        objects.remove(inBucket);
        return reply(204, {});
    }
    if (!objects.contains(inBucket))
        return reply(404, {});
    HttpReply out = reply(200, {});
    out.headers.append({"Content-Length", QByteArray::number(objects.value(inBucket).value(QLatin1String("size")).toInt())});
    return out;
}

HttpReply FakeCloud::service(const HttpRequest &request)
{
    const QString call = request.url.path().section(QLatin1Char('/'), -1);
    const QJsonObject body = QJsonDocument::fromJson(request.body).object();
    if (call == QLatin1String("redeem")) {
        if (!codeRefusal.isEmpty())
            return reply(
                403, QJsonDocument(QJsonObject{{QStringLiteral("code"), codeRefusal}, {QStringLiteral("message"), codeRefusal}}).toJson());
        return reply(200,
            QJsonDocument(QJsonObject{{QStringLiteral("sourceId"), QStringLiteral("s-fake1")},
                              {QStringLiteral("sessionToken"), QStringLiteral("session-token-secret")},
                              {QStringLiteral("heartbeatSeconds"), 30}, {QStringLiteral("observedAddress"), QStringLiteral("203.0.113.7")},
                              {QStringLiteral("endpoint"), QStringLiteral("http://127.0.0.1:9")}})
                .toJson());
    }
    if (call == QLatin1String("status"))
        m_things[QStringLiteral("task")].insert(QStringLiteral("status"), body);
    if (call == QLatin1String("credentials"))
        return reply(200,
            QJsonDocument(QJsonObject{{QStringLiteral("accessKeyId"), QStringLiteral("STS.fake")},
                              {QStringLiteral("accessKeySecret"), QStringLiteral("temporary-secret")},
                              {QStringLiteral("securityToken"), QStringLiteral("security-token-secret")},
                              {QStringLiteral("expires"), m_clock.now().addSecs(86400).toString(Qt::ISODate)},
                              {QStringLiteral("accountId"), QStringLiteral("1234567890123456")}})
                .toJson());
    return reply(200, "{}");
}

}
