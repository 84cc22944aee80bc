#include "core/cloud/ecsapi.h"
#include "core/cloud/ecsreplies.h"
#include "core/cloud/paging.h"
#include "core/cloud/replyfields.h"

namespace edgelift {

namespace {

constexpr Paging hundred{Paging::Kind::Token, 100};

QString kindName(ecs::AvailableQuery::Kind kind)
{
    switch (kind) {
    case ecs::AvailableQuery::Kind::InstanceType:
        return QStringLiteral("InstanceType");
    case ecs::AvailableQuery::Kind::SystemDisk:
        return QStringLiteral("SystemDisk");
    case ecs::AvailableQuery::Kind::DataDisk:
        break;
    }
    return QStringLiteral("DataDisk");
}

void addDisks(Parameters &parameters, const ecs::NewInstance &instance, bool withNames)
{
    parameters.text(QStringLiteral("SystemDisk.Category"), instance.systemDisk.category);
    if (instance.systemDisk.sizeGiB > 0)
        parameters.number(QStringLiteral("SystemDisk.Size"), instance.systemDisk.sizeGiB);
    if (withNames)
        parameters.text(QStringLiteral("SystemDisk.DiskName"), instance.systemDisk.name);
    for (qsizetype i = 0; i < instance.dataDisks.size(); ++i) {
        const QString prefix = QStringLiteral("DataDisk.%1.").arg(i + 1);
        const ecs::NewDisk &disk = instance.dataDisks.at(i);
        parameters.number(prefix + QLatin1String("Size"), disk.sizeGiB).text(prefix + QLatin1String("Category"), disk.category);
        if (withNames)
            parameters.text(prefix + QLatin1String("DiskName"), disk.name).flag(prefix + QLatin1String("DeleteWithInstance"), true);
    }
}

Parameters parametersOf(const ecs::NewInstance &instance, const QString &clientToken)
{
    Parameters out;
    out.text(QStringLiteral("ZoneId"), instance.zoneId)
        .text(QStringLiteral("ImageId"), instance.imageId)
        .text(QStringLiteral("InstanceType"), instance.instanceType)
        .text(QStringLiteral("SecurityGroupId"), instance.securityGroupId)
        .text(QStringLiteral("VSwitchId"), instance.vSwitchId)
        .text(QStringLiteral("InstanceName"), instance.name)
        .text(QStringLiteral("Description"), instance.description)
        .text(QStringLiteral("InstanceChargeType"), QStringLiteral("PostPaid"))
        .text(QStringLiteral("UserData"), QString::fromLatin1(instance.userData.toBase64()))
        .number(QStringLiteral("Amount"), 1)
        .text(QStringLiteral("ClientToken"), clientToken)
        .tags(instance.tags);
    if (instance.internetMbps > 0) {
        // By traffic: inbound, which is what a migration uses, is free of charge and as fast as outbound is.
        out.text(QStringLiteral("InternetChargeType"), QStringLiteral("PayByTraffic"));
        out.number(QStringLiteral("InternetMaxBandwidthOut"), instance.internetMbps);
    }
    if (instance.releaseAt.isValid())
        out.text(QStringLiteral("AutoReleaseTime"), instance.releaseAt.toUTC().toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss'Z'")));
    addDisks(out, instance, true);
    return out;
}

}

EcsApi::EcsApi(const RpcClient &client, QString region)
    : m_client(client)
    , m_region(std::move(region))
{
}

RpcCall EcsApi::made(const char *action, Parameters parameters) const
{
    return {Product::Ecs, QString::fromLatin1(action), m_region, std::move(parameters)};
}

Result<QList<ecs::Region>> EcsApi::describeRegions(const std::stop_token &stop) const
{
    const Result<QJsonObject> reply = m_client.call(made("DescribeRegions", {}), stop);
    if (!reply)
        return reply.error();
    QList<ecs::Region> out;
    for (const QJsonObject &region : fields::objects(*reply, "Regions", "Region"))
        out.append({fields::text(region, "RegionId"), fields::text(region, "LocalName")});
    return out;
}

Result<QStringList> EcsApi::describeZones(const std::stop_token &stop) const
{
    const Result<QJsonObject> reply = m_client.call(made("DescribeZones", Parameters().text(QStringLiteral("RegionId"), m_region)), stop);
    if (!reply)
        return reply.error();
    QStringList out;
    for (const QJsonObject &zone : fields::objects(*reply, "Zones", "Zone"))
        out.append(fields::text(zone, "ZoneId"));
    return out;
}

Result<QList<ecs::Available>> EcsApi::describeAvailableResource(const ecs::AvailableQuery &query, const std::stop_token &stop) const
{
    const bool disks = query.kind != ecs::AvailableQuery::Kind::InstanceType;
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region)
        .text(QStringLiteral("DestinationResource"), kindName(query.kind))
        .text(QStringLiteral("ZoneId"), query.zoneId)
        .text(QStringLiteral("InstanceChargeType"), QStringLiteral("PostPaid"))
        .text(QStringLiteral("IoOptimized"), QStringLiteral("optimized"))
        .text(QStringLiteral("InstanceType"), query.instanceType)
        .text(QStringLiteral("SystemDiskCategory"), query.systemDiskCategory)
        .text(QStringLiteral("ResourceType"), disks ? QStringLiteral("instance") : QString());
    if (!disks && query.cores > 0)
        parameters.number(QStringLiteral("Cores"), query.cores);
    if (!disks && query.memoryGiB > 0)
        parameters.text(QStringLiteral("Memory"), QString::number(query.memoryGiB));
    const Result<QJsonObject> reply = m_client.call(made("DescribeAvailableResource", parameters), stop);
    if (!reply)
        return reply.error();
    return ecs::readAvailable(*reply);
}

Result<ecs::Price> EcsApi::describePrice(const ecs::NewInstance &instance, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region)
        .text(QStringLiteral("ResourceType"), QStringLiteral("instance"))
        .text(QStringLiteral("InstanceType"), instance.instanceType)
        .text(QStringLiteral("ImageId"), instance.imageId)
        .text(QStringLiteral("ZoneId"), instance.zoneId)
        .text(QStringLiteral("PriceUnit"), QStringLiteral("Hour"))
        .number(QStringLiteral("Period"), 1);
    addDisks(parameters, instance, false);
    const Result<QJsonObject> reply = m_client.call(made("DescribePrice", parameters), stop);
    if (!reply)
        return reply.error();
    const QJsonObject price = reply->value(QLatin1String("PriceInfo")).toObject().value(QLatin1String("Price")).toObject();
    return ecs::Price{price.value(QLatin1String("TradePrice")).toDouble(), fields::text(price, "Currency")};
}

Result<QString> EcsApi::runInstance(const ecs::NewInstance &instance, const QString &clientToken, const std::stop_token &stop) const
{
    Parameters parameters = parametersOf(instance, clientToken);
    parameters.text(QStringLiteral("RegionId"), m_region);
    RpcCall call = made("RunInstances", parameters);
    call.formBody = true; // user data may have 43 KB
    call.harmlessTwice = !clientToken.isEmpty();
    return m_client.idOf(call, fields::firstText("InstanceIdSets", "InstanceIdSet"), stop);
}

Result<QList<ecs::Instance>> EcsApi::describeInstances(const QStringList &ids, const Tags &tags, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region).jsonList(QStringLiteral("InstanceIds"), ids).tags(tags);
    return collectAs<ecs::Instance>(
        m_client, made("DescribeInstances", parameters), hundred, {"Instances", "Instance"}, ecs::readInstance, stop);
}

Result<> EcsApi::stopInstance(const QString &id, bool force, const std::stop_token &stop) const
{
    const Parameters parameters = Parameters()
                                      .text(QStringLiteral("InstanceId"), id)
                                      .flag(QStringLiteral("ForceStop"), force)
                                      .text(QStringLiteral("StoppedMode"), QStringLiteral("KeepCharging"));
    return m_client.perform(made("StopInstance", parameters), stop);
}

Result<> EcsApi::deleteInstance(const QString &id, const std::stop_token &stop) const
{
    const Parameters parameters = Parameters().text(QStringLiteral("InstanceId"), id).flag(QStringLiteral("Force"), true);
    return m_client.remove(made("DeleteInstance", parameters), stop);
}

Result<QList<ecs::Disk>> EcsApi::describeDisks(
    const QString &instanceId, const QStringList &ids, const Tags &tags, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region)
        .text(QStringLiteral("InstanceId"), instanceId)
        .jsonList(QStringLiteral("DiskIds"), ids)
        .tags(tags);
    return collectAs<ecs::Disk>(m_client, made("DescribeDisks", parameters), hundred, {"Disks", "Disk"}, ecs::readDisk, stop);
}

Result<> EcsApi::deleteDisk(const QString &id, const std::stop_token &stop) const
{
    return m_client.remove(made("DeleteDisk", Parameters().text(QStringLiteral("DiskId"), id)), stop);
}

Result<QString> EcsApi::createSecurityGroup(
    const QString &vpcId, const QString &name, const Tags &tags, const QString &clientToken, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region)
        .text(QStringLiteral("VpcId"), vpcId)
        .text(QStringLiteral("SecurityGroupName"), name)
        .text(QStringLiteral("ClientToken"), clientToken)
        .tags(tags);
    return m_client.idOf(made("CreateSecurityGroup", parameters), fields::topText("SecurityGroupId"), stop);
}

Result<> EcsApi::authorizeSecurityGroup(
    const QString &groupId, const QList<ecs::Permission> &permissions, const QString &clientToken, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region)
        .text(QStringLiteral("SecurityGroupId"), groupId)
        .text(QStringLiteral("ClientToken"), clientToken);
    for (qsizetype i = 0; i < permissions.size(); ++i) {
        const QString prefix = QStringLiteral("Permissions.%1.").arg(i + 1);
        const ecs::Permission &one = permissions.at(i);
        parameters.text(prefix + QLatin1String("IpProtocol"), one.protocol)
            .text(prefix + QLatin1String("PortRange"), QStringLiteral("%1/%2").arg(one.firstPort).arg(one.lastPort))
            .text(prefix + QLatin1String("SourceCidrIp"), one.sourceCidr)
            .text(prefix + QLatin1String("Policy"), QStringLiteral("accept"))
            .text(prefix + QLatin1String("Description"), one.description);
    }
    return m_client.perform(made("AuthorizeSecurityGroup", parameters), stop);
}

Result<QList<ecs::SecurityGroup>> EcsApi::describeSecurityGroups(
    const QString &groupId, const QString &vpcId, const Tags &tags, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region)
        .text(QStringLiteral("SecurityGroupId"), groupId)
        .text(QStringLiteral("VpcId"), vpcId)
        .tags(tags);
    return collectAs<ecs::SecurityGroup>(
        m_client, made("DescribeSecurityGroups", parameters), hundred, {"SecurityGroups", "SecurityGroup"}, ecs::readSecurityGroup, stop);
}

Result<> EcsApi::deleteSecurityGroup(const QString &groupId, const std::stop_token &stop) const
{
    const Parameters parameters = Parameters().text(QStringLiteral("RegionId"), m_region).text(QStringLiteral("SecurityGroupId"), groupId);
    return m_client.remove(made("DeleteSecurityGroup", parameters), stop);
}

}
