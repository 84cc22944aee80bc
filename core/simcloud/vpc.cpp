#include "core/simcloud/vpc.h"

#include "core/service/statestore.h"
#include "core/simcloud/ecscatalog.h"
#include "core/simcloud/handlers.h"
#include "core/simcloud/simaccount.h"
#include "core/simcloud/vpccidr.h"

#include <algorithm>

namespace edgelift {

namespace {

const QString vpcs = QStringLiteral("vpcs");
const QString vSwitches = QStringLiteral("vswitches");
constexpr int vpcQuota = 10; ///< per region (alibaba.md 1.14)
constexpr int vSwitchQuota = 24; ///< per VPC

QList<QJsonObject> having(World &world, const QString &collection, const char *key, const QString &value)
{
    QList<QJsonObject> out;
    for (const QJsonObject &one : records(world, collection)) {
        if (text(one, key) == value)
            out += one;
    }
    return out;
}

bool plainText(const QString &value, int most)
{
    return value.size() <= most && !value.startsWith(QLatin1String("http://")) && !value.startsWith(QLatin1String("https://"));
}

QJsonObject shownVpc(World &world, const QJsonObject &vpc)
{
    QJsonArray switches;
    for (const QJsonObject &one : having(world, vSwitches, "vpcId", text(vpc, "id")))
        switches += text(one, "id");
    return {{QStringLiteral("VpcId"), text(vpc, "id")}, {QStringLiteral("VpcName"), text(vpc, "name")},
        {QStringLiteral("Description"), text(vpc, "description")}, {QStringLiteral("RegionId"), text(vpc, "regionId")},
        {QStringLiteral("Status"), text(vpc, "status")}, {QStringLiteral("CidrBlock"), text(vpc, "cidr")},
        {QStringLiteral("IsDefault"), false}, {QStringLiteral("VRouterId"), text(vpc, "vRouterId")},
        {QStringLiteral("CreationTime"), cloudTime(vpc.value(QLatin1String("createdAt")).toInteger())},
        {QStringLiteral("OwnerId"), simulatedAccount.toLongLong()},
        {QStringLiteral("VSwitchIds"), QJsonObject{{QStringLiteral("VSwitchId"), switches}}},
        {QStringLiteral("RouterTableIds"), QJsonObject{{QStringLiteral("RouterTableIds"), QJsonArray{text(vpc, "routeTableId")}}}},
        {QStringLiteral("UserCidrs"), QJsonObject{{QStringLiteral("UserCidr"), QJsonArray()}}},
        {QStringLiteral("SecondaryCidrBlocks"), QJsonObject{{QStringLiteral("SecondaryCidrBlock"), QJsonArray()}}},
        {QStringLiteral("Tags"), tagSet(vpc.value(QLatin1String("tags")).toObject(), QStringLiteral("Key"), QStringLiteral("Value"))}};
}

QJsonObject shownVSwitch(World &world, const QJsonObject &vSwitch)
{
    // The first and the last three addresses of a vSwitch belong to the system.
    const quint64 size = parseCidr(text(vSwitch, "cidr")).value_or(Cidr{0, 24}).size();
    const auto used = quint64(having(world, QStringLiteral("instances"), "vSwitchId", text(vSwitch, "id")).size());
    return {{QStringLiteral("VSwitchId"), text(vSwitch, "id")}, {QStringLiteral("VSwitchName"), text(vSwitch, "name")},
        {QStringLiteral("Description"), text(vSwitch, "description")}, {QStringLiteral("VpcId"), text(vSwitch, "vpcId")},
        {QStringLiteral("ZoneId"), text(vSwitch, "zoneId")}, {QStringLiteral("CidrBlock"), text(vSwitch, "cidr")},
        {QStringLiteral("Status"), text(vSwitch, "status")}, {QStringLiteral("IsDefault"), false},
        {QStringLiteral("AvailableIpAddressCount"), qint64(size - 4 - used)},
        {QStringLiteral("CreationTime"), cloudTime(vSwitch.value(QLatin1String("createdAt")).toInteger())},
        {QStringLiteral("OwnerId"), simulatedAccount.toLongLong()},
        {QStringLiteral("Tags"), tagSet(vSwitch.value(QLatin1String("tags")).toObject(), QStringLiteral("Key"), QStringLiteral("Value"))}};
}

ActionReply describeVpcs(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QStringList ids = parameters.commaList(QStringLiteral("VpcId"));
    QJsonArray out;
    for (const QJsonObject &vpc : having(world, vpcs, "regionId", call.region)) {
        const bool wanted = (ids.isEmpty() || ids.contains(text(vpc, "id")))
            && matches(parameters.text(QStringLiteral("VpcName")), text(vpc, "name")) && !parameters.flag(QStringLiteral("IsDefault"))
            && hasTags(vpc, parameters.tags());
        if (wanted)
            out += shownVpc(world, vpc);
    }
    return reply(page(parameters, out, QStringLiteral("Vpcs"), QStringLiteral("Vpc")));
}

ActionReply describeVSwitches(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    if (call.region.isEmpty() && !parameters.has(QStringLiteral("VpcId")))
        return missingParameter(QStringLiteral("RegionId"));
    QJsonArray out;
    for (const QJsonObject &one : records(world, vSwitches)) {
        const auto asked = [&](const char *parameter, const char *key) {
            return parameters.text(QLatin1String(parameter), text(one, key)) == text(one, key);
        };
        if (asked("RegionId", "regionId") && asked("VpcId", "vpcId") && asked("VSwitchId", "id") && asked("ZoneId", "zoneId")
            && matches(parameters.text(QStringLiteral("VSwitchName")), text(one, "name")) && !parameters.flag(QStringLiteral("IsDefault"))
            && hasTags(one, parameters.tags()))
            out += shownVSwitch(world, one);
    }
    return reply(page(parameters, out, QStringLiteral("VSwitches"), QStringLiteral("VSwitch")));
}

ActionReply createVpc(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QString cidr = parameters.text(QStringLiteral("CidrBlock"), QStringLiteral("172.16.0.0/12"));
    const std::optional<Cidr> network = parseCidr(cidr);
    if (!network || !allowedForVpc(*network))
        return badRequest(QStringLiteral("InvalidCidrBlock.Malformed"), QStringLiteral("Specified CIDR block is not valid."));
    if (!plainText(parameters.text(QStringLiteral("VpcName")), 128))
        return badRequest(QStringLiteral("InvalidVpcName.Malformed"), QStringLiteral("Specified VPC name is not valid."));
    if (!plainText(parameters.text(QStringLiteral("Description")), 256))
        return badRequest(QStringLiteral("InvalidVpcDiscription.Malformed"), QStringLiteral("Specified VPC description is not valid."));
    if (const auto problem = tagProblem(parameters))
        return *problem;
    if (having(world, vpcs, "regionId", call.region).size() >= vpcQuota)
        return badRequest(QStringLiteral("QuotaExceeded.Vpc"), QStringLiteral("VPC quota exceeded."));
    if (parameters.flag(QStringLiteral("DryRun")))
        return dryRunPassed();
    const QJsonObject vpc{{QStringLiteral("id"), newId(QStringLiteral("vpc-"))}, {QStringLiteral("regionId"), call.region},
        {QStringLiteral("name"), parameters.text(QStringLiteral("VpcName"))},
        {QStringLiteral("description"), parameters.text(QStringLiteral("Description"))}, {QStringLiteral("cidr"), cidr},
        {QStringLiteral("vRouterId"), newId(QStringLiteral("vrt-"))}, {QStringLiteral("routeTableId"), newId(QStringLiteral("vtb-"))},
        {QStringLiteral("tags"), parameters.tags()}, {QStringLiteral("createdAt"), world.due(0)},
        {QStringLiteral("status"), QStringLiteral("Pending")}, {QStringLiteral("next"), upcoming(world, "Available", 0.5)}};
    store(world, vpcs, vpc);
    return reply({{QStringLiteral("VpcId"), text(vpc, "id")}, {QStringLiteral("VRouterId"), text(vpc, "vRouterId")},
        {QStringLiteral("RouteTableId"), text(vpc, "routeTableId")}, {QStringLiteral("ResourceGroupId"), QString()}});
}

std::optional<ActionReply> vSwitchProblem(World &world, const CallParameters &parameters, const QJsonObject &vpc)
{
    if (vpc.isEmpty())
        return notFound(QStringLiteral("InvalidVpcId.NotFound"), QStringLiteral("Specified VPC does not exist."));
    if (text(vpc, "status") != QLatin1String("Available"))
        return badRequest(QStringLiteral("IncorrectVpcStatus"), QStringLiteral("Current VPC status does not support this operation."));
    if (!zonesOf(text(vpc, "regionId")).contains(parameters.text(QStringLiteral("ZoneId"))))
        return notFound(QStringLiteral("InvalidZoneId.NotFound"), QStringLiteral("Specified value of \"ZoneId\" is not exist."));
    const std::optional<Cidr> network = parseCidr(parameters.text(QStringLiteral("CidrBlock")));
    if (!network || network->bits < 16 || network->bits > 29)
        return badRequest(QStringLiteral("InvalidCidrBlock.Malformed"), QStringLiteral("Specified CIDR block is not valid."));
    if (!parseCidr(text(vpc, "cidr")).value_or(Cidr{}).contains(*network))
        return badRequest(
            QStringLiteral("InvalidCidrBlock.Malformed"), QStringLiteral("Specified CIDR block is not in the CIDR block of the VPC."));
    const QList<QJsonObject> others = having(world, vSwitches, "vpcId", text(vpc, "id"));
    for (const QJsonObject &other : others) {
        if (parseCidr(text(other, "cidr")).value_or(Cidr{0, 32}).overlaps(*network))
            return badRequest(
                QStringLiteral("InvalidCidrBlock.Overlapped"), QStringLiteral("Specified CIDR block overlapped with other subnets."));
    }
    if (others.size() >= vSwitchQuota)
        return badRequest(QStringLiteral("QuotaExceeded.VSwitch"), QStringLiteral("VSwitch quota exceeded."));
    if (!plainText(parameters.text(QStringLiteral("VSwitchName")), 128))
        return badRequest(QStringLiteral("InvalidVSwitchName.Malformed"), QStringLiteral("Specified VSwitch name is not valid."));
    return tagProblem(parameters);
}

ActionReply createVSwitch(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QJsonObject vpc = record(world, vpcs, parameters.text(QStringLiteral("VpcId")));
    if (const auto problem = vSwitchProblem(world, parameters, vpc))
        return *problem;
    const QJsonObject vSwitch{{QStringLiteral("id"), newId(QStringLiteral("vsw-"))}, {QStringLiteral("regionId"), text(vpc, "regionId")},
        {QStringLiteral("vpcId"), text(vpc, "id")}, {QStringLiteral("zoneId"), parameters.text(QStringLiteral("ZoneId"))},
        {QStringLiteral("cidr"), parameters.text(QStringLiteral("CidrBlock"))},
        {QStringLiteral("name"), parameters.text(QStringLiteral("VSwitchName"))},
        {QStringLiteral("description"), parameters.text(QStringLiteral("Description"))}, {QStringLiteral("tags"), parameters.tags()},
        {QStringLiteral("createdAt"), world.due(0)}, {QStringLiteral("status"), QStringLiteral("Pending")},
        {QStringLiteral("next"), upcoming(world, "Available", 0.5)}};
    store(world, vSwitches, vSwitch);
    return reply({{QStringLiteral("VSwitchId"), text(vSwitch, "id")}});
}

ActionReply deleteVSwitch(World &world, const ActionCall &call)
{
    const QString id = CallParameters(call.parameters).text(QStringLiteral("VSwitchId"));
    const QJsonObject vSwitch = record(world, vSwitches, id);
    if (vSwitch.isEmpty())
        return notFound(QStringLiteral("InvalidVSwitchId.NotFound"), QStringLiteral("Specified virtual switch does not exist."));
    if (text(vSwitch, "status") != QLatin1String("Available"))
        return badRequest(
            QStringLiteral("IncorrectVSwitchStatus"), QStringLiteral("Current VSwitch status does not support this operation."));
    if (!having(world, QStringLiteral("instances"), "vSwitchId", id).isEmpty())
        return badRequest(QStringLiteral("DependencyViolation"), QStringLiteral("Specified object has dependent resources."));
    world.state().remove(vSwitches, id);
    return reply();
}

ActionReply deleteVpc(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QString id = parameters.text(QStringLiteral("VpcId"));
    const QJsonObject vpc = record(world, vpcs, id);
    if (vpc.isEmpty())
        return notFound(QStringLiteral("InvalidVpcId.NotFound"), QStringLiteral("Specified VPC does not exist."));
    if (text(vpc, "status") != QLatin1String("Available"))
        return badRequest(QStringLiteral("IncorrectVpcStatus"), QStringLiteral("Current VPC status does not support this operation."));
    if (!having(world, vSwitches, "vpcId", id).isEmpty())
        return badRequest(
            QStringLiteral("DependencyViolation.VSwitch"), QStringLiteral("Specified object has dependent resources: VSwitch."));
    if (!having(world, QStringLiteral("securitygroups"), "vpcId", id).isEmpty())
        return badRequest(QStringLiteral("DependencyViolation.SecurityGroup"),
            QStringLiteral("Specified object has dependent resources: SecurityGroup."));
    if (parameters.flag(QStringLiteral("DryRun")))
        return dryRunPassed();
    world.state().remove(vpcs, id);
    return reply();
}

}

void registerVpc(ActionRegistry &registry, World &world)
{
    addHandlers(registry, world, QStringLiteral("vpc"),
        {{"DescribeVpcs", describeVpcs}, {"DescribeVSwitches", describeVSwitches}, {"CreateVpc", createVpc},
            {"CreateVSwitch", createVSwitch}, {"DeleteVpc", deleteVpc}, {"DeleteVSwitch", deleteVSwitch}});
}

}
