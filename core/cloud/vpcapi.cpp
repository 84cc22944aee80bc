#include "core/cloud/vpcapi.h"
#include "core/cloud/paging.h"
#include "core/cloud/replyfields.h"

namespace edgelift {

namespace {

constexpr Paging fifty{Paging::Kind::Number, 50};

vpc::Vpc readVpc(const QJsonObject &object)
{
    return {fields::text(object, "VpcId"), fields::text(object, "VpcName"), fields::text(object, "Status") == QLatin1String("Available"),
        fields::text(object, "CidrBlock"), fields::texts(object, "VSwitchIds", "VSwitchId"), fields::tags(object)};
}

vpc::VSwitch readVSwitch(const QJsonObject &object)
{
    return {fields::text(object, "VSwitchId"), fields::text(object, "VSwitchName"),
        fields::text(object, "Status") == QLatin1String("Available"), fields::text(object, "VpcId"), fields::text(object, "ZoneId"),
        fields::text(object, "CidrBlock"), fields::number(object, "AvailableIpAddressCount"), fields::tags(object)};
}

}

VpcApi::VpcApi(const RpcClient &client, QString region)
    : m_client(client)
    , m_region(std::move(region))
{
}

RpcCall VpcApi::made(const char *action, Parameters parameters) const
{
    parameters.text(QStringLiteral("RegionId"), m_region);
    return {Product::Vpc, QString::fromLatin1(action), m_region, std::move(parameters)};
}

Result<QString> VpcApi::createVpc(
    const QString &cidr, const QString &name, const Tags &tags, const QString &clientToken, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("CidrBlock"), cidr)
        .text(QStringLiteral("VpcName"), name)
        .text(QStringLiteral("ClientToken"), clientToken)
        .tags(tags);
    return m_client.idOf(made("CreateVpc", parameters), fields::topText("VpcId"), stop);
}

Result<QList<vpc::Vpc>> VpcApi::describeVpcs(const QString &id, const Tags &tags, const std::stop_token &stop) const
{
    const Parameters parameters = Parameters().text(QStringLiteral("VpcId"), id).tags(tags);
    return collectAs<vpc::Vpc>(m_client, made("DescribeVpcs", parameters), fifty, {"Vpcs", "Vpc"}, readVpc, stop);
}

Result<> VpcApi::deleteVpc(const QString &id, const std::stop_token &stop) const
{
    return m_client.remove(made("DeleteVpc", Parameters().text(QStringLiteral("VpcId"), id)), stop);
}

Result<QString> VpcApi::createVSwitch(const vpc::NewVSwitch &vSwitch, const QString &clientToken, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("VpcId"), vSwitch.vpcId)
        .text(QStringLiteral("ZoneId"), vSwitch.zoneId)
        .text(QStringLiteral("CidrBlock"), vSwitch.cidr)
        .text(QStringLiteral("VSwitchName"), vSwitch.name)
        .text(QStringLiteral("ClientToken"), clientToken)
        .tags(vSwitch.tags);
    return m_client.idOf(made("CreateVSwitch", parameters), fields::topText("VSwitchId"), stop);
}

Result<QList<vpc::VSwitch>> VpcApi::describeVSwitches(
    const QString &id, const QString &vpcId, const Tags &tags, const std::stop_token &stop) const
{
    const Parameters parameters = Parameters().text(QStringLiteral("VSwitchId"), id).text(QStringLiteral("VpcId"), vpcId).tags(tags);
    return collectAs<vpc::VSwitch>(m_client, made("DescribeVSwitches", parameters), fifty, {"VSwitches", "VSwitch"}, readVSwitch, stop);
}

Result<> VpcApi::deleteVSwitch(const QString &id, const std::stop_token &stop) const
{
    return m_client.remove(made("DeleteVSwitch", Parameters().text(QStringLiteral("VSwitchId"), id)), stop);
}

}
