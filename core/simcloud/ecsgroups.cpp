#include "core/simcloud/ecsgroups.h"

#include "core/service/statestore.h"
#include "core/simcloud/handlers.h"
#include "core/simcloud/vpccidr.h"

#include <QRegularExpression>
#include <algorithm>

namespace edgelift {

namespace {

const QString groups = QStringLiteral("securitygroups");
constexpr int ruleQuota = 200;

ActionReply noGroup()
{
    return notFound(QStringLiteral("InvalidSecurityGroupId.NotFound"), QStringLiteral("The specified SecurityGroupId does not exist."));
}

bool validPorts(const QString &protocol, const QString &range)
{
    if (protocol != QLatin1String("TCP") && protocol != QLatin1String("UDP"))
        return range == QLatin1String("-1/-1");
    static const QRegularExpression form(QStringLiteral(R"(\A(\d{1,5})/(\d{1,5})\z)"));
    const QRegularExpressionMatch match = form.match(range);
    const int from = match.captured(1).toInt();
    const int to = match.captured(2).toInt();
    return match.hasMatch() && from >= 1 && to <= 65535 && from <= to;
}

bool validSource(const QString &source)
{
    return source == QLatin1String("0.0.0.0/0") || parseCidr(source.contains(QLatin1Char('/')) ? source : source + QStringLiteral("/32"));
}

/// One rule as stored and shown, or why it is refused.
std::optional<ActionReply> readRule(const CallParameters &parameters, QJsonObject &rule)
{
    const QString protocol = parameters.text(QStringLiteral("IpProtocol")).toUpper();
    if (!QStringList{QStringLiteral("TCP"), QStringLiteral("UDP"), QStringLiteral("ICMP"), QStringLiteral("GRE"), QStringLiteral("ALL")}
             .contains(protocol))
        return badRequest(QStringLiteral("InvalidIpProtocol.ValueNotSupported"),
            QStringLiteral("The specified IpProtocol does not exist or IpProtocol and PortRange do not match."));
    const QString ports = parameters.text(QStringLiteral("PortRange"));
    if (!validPorts(protocol, ports))
        return badRequest(
            QStringLiteral("InvalidPortRange.Malformed"), QStringLiteral("The specified parameter \"PortRange\" is not valid."));
    const QString source = parameters.text(QStringLiteral("SourceCidrIp"));
    if (source.isEmpty() && !parameters.has(QStringLiteral("SourceGroupId")))
        return badRequest(QStringLiteral("MissingParameter.Source"),
            QStringLiteral("One of the parameters SourceCidrIp, Ipv6SourceCidrIp, SourceGroupId or SourcePrefixListId in Permissions must "
                           "be specified."));
    if (!source.isEmpty() && !validSource(source))
        return badRequest(QStringLiteral("InvalidParam.SourceIp"), QStringLiteral("The specified param SourceIp is invalid."));
    const qint64 priority = parameters.integer(QStringLiteral("Priority"), 1);
    if (priority < 1 || priority > 100)
        return badRequest(QStringLiteral("InvalidPriority.ValueNotSupported"), QStringLiteral("The parameter Priority is invalid."));
    const QString policy = parameters.text(QStringLiteral("Policy"), QStringLiteral("accept")).toLower();
    if (policy != QLatin1String("accept") && policy != QLatin1String("drop"))
        return badRequest(QStringLiteral("InvalidPolicy.Malformed"), QStringLiteral("The specified parameter Policy is not valid."));
    rule = {{QStringLiteral("IpProtocol"), protocol}, {QStringLiteral("PortRange"), ports}, {QStringLiteral("SourceCidrIp"), source},
        {QStringLiteral("SourceGroupId"), parameters.text(QStringLiteral("SourceGroupId"))},
        {QStringLiteral("Policy"), policy == QLatin1String("accept") ? QStringLiteral("Accept") : QStringLiteral("Drop")},
        {QStringLiteral("Priority"), QString::number(priority)}, {QStringLiteral("NicType"), QStringLiteral("intranet")},
        {QStringLiteral("Direction"), QStringLiteral("ingress")},
        {QStringLiteral("Description"), parameters.text(QStringLiteral("Description"))}};
    return std::nullopt;
}

bool sameRule(QJsonObject a, QJsonObject b)
{
    for (const char *key : {"Description", "CreateTime"}) {
        a.remove(QLatin1String(key));
        b.remove(QLatin1String(key));
    }
    return a == b;
}

bool containsRule(const QJsonArray &rules, const QJsonObject &rule)
{
    return std::any_of(rules.begin(), rules.end(), [&](const QJsonValue &one) { return sameRule(one.toObject(), rule); });
}

}

ActionReply createSecurityGroup(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QString vpcId = parameters.text(QStringLiteral("VpcId"));
    if (vpcId.isEmpty())
        return missingParameter(QStringLiteral("VpcId"));
    const QJsonObject vpc = record(world, QStringLiteral("vpcs"), vpcId);
    if (vpc.isEmpty() || text(vpc, "regionId") != call.region)
        return notFound(QStringLiteral("InvalidVpcId.NotFound"), QStringLiteral("The specified VpcId does not exist."));
    if (text(vpc, "status") != QLatin1String("Available"))
        return forbidden(
            QStringLiteral("IncorrectVpcStatus"), QStringLiteral("The current status of the VPC does not support this operation."));
    const QString name = parameters.text(QStringLiteral("SecurityGroupName"));
    if (!name.isEmpty() && !validName(name))
        return badRequest(
            QStringLiteral("InvalidSecurityGroupName.Malformed"), QStringLiteral("The specified SecurityGroupName is not valid."));
    const QString type = parameters.text(QStringLiteral("SecurityGroupType"), QStringLiteral("normal"));
    if (type != QLatin1String("normal") && type != QLatin1String("enterprise"))
        return badRequest(
            QStringLiteral("InvalidSecurityGroupType.ValueNotSupported"), QStringLiteral("The specified SecurityGroupType is not valid."));
    if (const auto problem = tagProblem(parameters))
        return *problem;
    const QJsonObject group{{QStringLiteral("id"), newId(QStringLiteral("sg-"))}, {QStringLiteral("regionId"), call.region},
        {QStringLiteral("vpcId"), vpcId}, {QStringLiteral("name"), name},
        {QStringLiteral("description"), parameters.text(QStringLiteral("Description"))}, {QStringLiteral("type"), type},
        {QStringLiteral("rules"), QJsonArray()}, {QStringLiteral("tags"), parameters.tags()}, {QStringLiteral("createdAt"), world.due(0)}};
    store(world, groups, group);
    return reply({{QStringLiteral("SecurityGroupId"), text(group, "id")}});
}

ActionReply authorizeSecurityGroup(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    QJsonObject group = record(world, groups, parameters.text(QStringLiteral("SecurityGroupId")));
    if (group.isEmpty() || text(group, "regionId") != call.region)
        return noGroup();
    QList<CallParameters> asked = parameters.objects(QStringLiteral("Permissions"));
    if (asked.isEmpty())
        asked = {parameters}; // the older form: one rule, its fields at the top
    QJsonArray rules = group.value(QLatin1String("rules")).toArray();
    QJsonArray added;
    for (const CallParameters &one : asked) {
        QJsonObject rule;
        if (const auto problem = readRule(one, rule))
            return *problem;
        if (containsRule(added, rule))
            return badRequest(
                QStringLiteral("InvalidParam.DuplicatePermissions"), QStringLiteral("There are duplicate permissions in the request."));
        rule.insert(QStringLiteral("CreateTime"), cloudTime(world.now()));
        added += rule;
        if (!containsRule(rules, rule)) // a rule that is there already succeeds silently
            rules += rule;
    }
    if (rules.size() > ruleQuota)
        return forbidden(QStringLiteral("AuthorizationLimitExceed"),
            QStringLiteral("The limit of authorization records in the security group reaches."));
    group.insert(QStringLiteral("rules"), rules);
    store(world, groups, group);
    return reply();
}

ActionReply describeSecurityGroups(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const std::optional<QStringList> ids = parameters.jsonList(QStringLiteral("SecurityGroupIds"));
    if (!ids)
        return badRequest(
            QStringLiteral("InvalidSecurityGroupIds.Malformed"), QStringLiteral("The specified SecurityGroupIds is not a JSON array."));
    QJsonArray out;
    for (const QJsonObject &group : records(world, groups)) {
        const QString id = text(group, "id");
        if (text(group, "regionId") != call.region || (!ids->isEmpty() && !ids->contains(id))
            || parameters.text(QStringLiteral("SecurityGroupId"), id) != id
            || parameters.text(QStringLiteral("VpcId"), text(group, "vpcId")) != text(group, "vpcId")
            || !matches(parameters.text(QStringLiteral("SecurityGroupName")), text(group, "name")) || !hasTags(group, parameters.tags()))
            continue;
        out += QJsonObject{{QStringLiteral("SecurityGroupId"), id}, {QStringLiteral("SecurityGroupName"), text(group, "name")},
            {QStringLiteral("Description"), text(group, "description")}, {QStringLiteral("VpcId"), text(group, "vpcId")},
            {QStringLiteral("SecurityGroupType"), text(group, "type")},
            {QStringLiteral("CreationTime"), cloudTime(group.value(QLatin1String("createdAt")).toInteger())},
            {QStringLiteral("Tags"),
                tagSet(group.value(QLatin1String("tags")).toObject(), QStringLiteral("TagKey"), QStringLiteral("TagValue"))}};
    }
    return reply(page(parameters, out, QStringLiteral("SecurityGroups"), QStringLiteral("SecurityGroup")));
}

ActionReply describeSecurityGroupAttribute(World &world, const ActionCall &call)
{
    const QJsonObject group = record(world, groups, CallParameters(call.parameters).text(QStringLiteral("SecurityGroupId")));
    if (group.isEmpty() || text(group, "regionId") != call.region)
        return noGroup();
    return reply({{QStringLiteral("SecurityGroupId"), text(group, "id")}, {QStringLiteral("SecurityGroupName"), text(group, "name")},
        {QStringLiteral("Description"), text(group, "description")}, {QStringLiteral("VpcId"), text(group, "vpcId")},
        {QStringLiteral("RegionId"), call.region}, {QStringLiteral("InnerAccessPolicy"), QStringLiteral("Accept")},
        {QStringLiteral("Permissions"), QJsonObject{{QStringLiteral("Permission"), group.value(QLatin1String("rules"))}}}});
}

ActionReply deleteSecurityGroup(World &world, const ActionCall &call)
{
    const QString id = CallParameters(call.parameters).text(QStringLiteral("SecurityGroupId"));
    const QJsonObject group = record(world, groups, id);
    if (group.isEmpty() || text(group, "regionId") != call.region)
        return noGroup();
    const QList<QJsonObject> instances = records(world, QStringLiteral("instances"));
    const bool inUse = std::any_of(instances.begin(), instances.end(),
        [&](const QJsonObject &one) { return one.value(QLatin1String("securityGroupIds")).toArray().contains(id); });
    const QList<QJsonObject> others = records(world, groups);
    const bool referred = std::any_of(others.begin(), others.end(), [&](const QJsonObject &one) {
        const QJsonArray rules = one.value(QLatin1String("rules")).toArray();
        return text(one, "id") != id && std::any_of(rules.begin(), rules.end(), [&](const QJsonValue &rule) {
            return text(rule.toObject(), "SourceGroupId") == id;
        });
    });
    if (inUse || referred)
        return forbidden(QStringLiteral("DependencyViolation"),
            QStringLiteral("There is still instance(s) or security group(s) that depend on the specified security group."));
    world.state().remove(groups, id);
    return reply();
}

ActionReply tagResources(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QMap<QString, QString> collections{{QStringLiteral("instance"), QStringLiteral("instances")},
        {QStringLiteral("disk"), QStringLiteral("disks")}, {QStringLiteral("snapshot"), QStringLiteral("snapshots")},
        {QStringLiteral("image"), QStringLiteral("images")}, {QStringLiteral("securitygroup"), groups}};
    const QString collection = collections.value(parameters.text(QStringLiteral("ResourceType")).toLower());
    if (collection.isEmpty())
        return notFound(
            QStringLiteral("InvalidResourceType.NotFound"), QStringLiteral("The ResourceType provided does not exist in our records."));
    if (const auto problem = tagProblem(parameters))
        return *problem;
    const QStringList ids = parameters.list(QStringLiteral("ResourceId"));
    if (ids.isEmpty() || parameters.tags().isEmpty())
        return missingParameter(ids.isEmpty() ? QStringLiteral("ResourceId") : QStringLiteral("Tag"));
    for (const QString &id : ids) {
        if (text(record(world, collection, id), "regionId") != call.region)
            return notFound(
                QStringLiteral("InvalidResourceId.NotFound"), QStringLiteral("The specified ResourceIds are not found in our records."));
    }
    for (const QString &id : ids) {
        QJsonObject resource = record(world, collection, id);
        QJsonObject tags = resource.value(QLatin1String("tags")).toObject();
        const QJsonObject added = parameters.tags();
        for (auto it = added.begin(); it != added.end(); ++it)
            tags.insert(it.key(), it.value());
        resource.insert(QStringLiteral("tags"), tags);
        store(world, collection, resource);
    }
    return reply();
}

}
