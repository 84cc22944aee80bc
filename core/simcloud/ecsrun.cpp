// RunInstances: everything is checked before anything exists.
#include "core/base/files.h"
#include "core/service/statestore.h"
#include "core/simcloud/ecscatalog.h"
#include "core/simcloud/ecsdisks.h"
#include "core/simcloud/ecsinstances.h"
#include "core/simcloud/faults.h"
#include "core/simcloud/handlers.h"
#include "core/simcloud/vpccidr.h"

#include <algorithm>

namespace edgelift {

namespace {

constexpr qsizetype userDataLimit = 32 << 10; ///< raw bytes (alibaba.md 2.2)
constexpr int instanceQuota = 20; ///< running at once in this cloud
constexpr int dataDiskLimit = 16;

/// A checked request.
struct Wish
{
    CallParameters parameters;
    QString region;
    QJsonObject vSwitch;
    QStringList groups;
    QByteArray userData;
    QList<DiskWish> disks; ///< system disk first
    int amount = 1;
};

using Problem = std::optional<ActionReply>;

Problem checkImageAndType(World &world, Wish &wish)
{
    const QString image = wish.parameters.text(QStringLiteral("ImageId"));
    if (image.isEmpty())
        return missingParameter(QStringLiteral("ImageId"));
    const auto system = std::find_if(systemImages().begin(), systemImages().end(), [&](const SystemImage &one) { return one.id == image; });
    if (system == systemImages().end()) {
        if (world.state().contains(QStringLiteral("images"), image))
            return badRequest(
                QStringLiteral("ImageNotSupportInstanceType"), QStringLiteral("Simulated instances start from system images only."));
        return notFound(QStringLiteral("InvalidImageId.NotFound"), QStringLiteral("The specified ImageId does not exist."));
    }
    const QString type = wish.parameters.text(QStringLiteral("InstanceType"));
    if (type.isEmpty())
        return missingParameter(QStringLiteral("InstanceType"));
    if (!instanceType(type))
        return notFound(QStringLiteral("InvalidInstanceType.NotFound"), QStringLiteral("The specified InstanceType does not exist."));
    DiskWish disk;
    if (auto problem = readDiskWish(world, wish.parameters.object(QStringLiteral("SystemDisk")), true, system->sizeGiB, disk))
        return problem;
    wish.disks = {disk};
    const QList<CallParameters> data = wish.parameters.objects(QStringLiteral("DataDisk"));
    if (data.size() > dataDiskLimit)
        return forbidden(
            QStringLiteral("InstanceDiskNumLimitExceed"), QStringLiteral("The number of specified disk in an instance exceeds."));
    for (const CallParameters &one : data) {
        if (auto problem = readDiskWish(world, one, false, 0, disk))
            return problem;
        wish.disks += disk;
    }
    return std::nullopt;
}

Problem checkNetwork(World &world, Wish &wish)
{
    const QString id = wish.parameters.text(QStringLiteral("VSwitchId"));
    if (id.isEmpty())
        return missingParameter(QStringLiteral("VSwitchId"));
    wish.vSwitch = record(world, QStringLiteral("vswitches"), id);
    if (wish.vSwitch.isEmpty() || text(wish.vSwitch, "regionId") != wish.region)
        return notFound(QStringLiteral("InvalidVSwitchId.NotFound"), QStringLiteral("The specified VSwitchId does not exist."));
    if (text(wish.vSwitch, "status") != QLatin1String("Available"))
        return badRequest(
            QStringLiteral("IncorrectVSwitchStatus"), QStringLiteral("The current status of the VSwitch does not support this operation."));
    const QString zone = text(wish.vSwitch, "zoneId");
    if (wish.parameters.text(QStringLiteral("ZoneId"), zone) != zone)
        return badRequest(
            QStringLiteral("InvalidParameter.Conflict"), QStringLiteral("The specified VSwitchId is not in the specified zone."));
    wish.groups = wish.parameters.list(QStringLiteral("SecurityGroupIds"));
    if (const QString group = wish.parameters.text(QStringLiteral("SecurityGroupId")); !group.isEmpty())
        wish.groups = {group};
    if (wish.groups.isEmpty())
        return missingParameter(QStringLiteral("SecurityGroupId"));
    for (const QString &group : std::as_const(wish.groups)) {
        const QJsonObject one = record(world, QStringLiteral("securitygroups"), group);
        if (one.isEmpty())
            return notFound(
                QStringLiteral("InvalidSecurityGroupId.NotFound"), QStringLiteral("The specified SecurityGroupId does not exist."));
        if (text(one, "vpcId") != text(wish.vSwitch, "vpcId"))
            return forbidden(QStringLiteral("InvalidSecurityGroup.VpcMismatch"),
                QStringLiteral("The specified security group is not in the VPC of the VSwitch."));
    }
    if (isSoldOut(world.settings().dataDir, wish.parameters.text(QStringLiteral("InstanceType")), zone))
        return forbidden(QStringLiteral("OperationDenied.NoStock"),
            QStringLiteral(
                "The requested resource is sold out in the specified zone; try other types of resources or other regions and zones."));
    return std::nullopt;
}

Problem checkUserData(Wish &wish)
{
    const QByteArray::FromBase64Result decoded = QByteArray::fromBase64Encoding(
        wish.parameters.text(QStringLiteral("UserData")).toLatin1(), QByteArray::Base64Encoding | QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        return badRequest(
            QStringLiteral("InvalidUserData.Base64FormatInvalid"), QStringLiteral("The specified UserData must be encoded in base64."));
    if (decoded.decoded.size() > userDataLimit)
        return badRequest(
            QStringLiteral("InvalidUserData.SizeExceeded"), QStringLiteral("The specified UserData exceeds the maximum size 32 KB."));
    wish.userData = decoded.decoded;
    return std::nullopt;
}

Problem checkRest(World &world, Wish &wish)
{
    const QString name = wish.parameters.text(QStringLiteral("InstanceName"));
    if (!name.isEmpty() && !validName(name))
        return badRequest(
            QStringLiteral("InvalidInstanceName.Malformed"), QStringLiteral("The specified parameter \"InstanceName\" is not valid."));
    if (wish.parameters.text(QStringLiteral("InstanceChargeType"), QStringLiteral("PostPaid")) != QLatin1String("PostPaid"))
        return badRequest(QStringLiteral("InvalidInstanceChargeType.ValueNotSupported"),
            QStringLiteral("Only pay-as-you-go instances are offered by this cloud."));
    const qint64 bandwidth = wish.parameters.integer(QStringLiteral("InternetMaxBandwidthOut"), 0);
    if (bandwidth < 0 || bandwidth > 100)
        return badRequest(QStringLiteral("InvalidParameter.Bandwidth"), QStringLiteral("The specified parameter bandwidth is not valid."));
    if (const QString end = wish.parameters.text(QStringLiteral("AutoReleaseTime")); !end.isEmpty()) {
        const QDateTime time = QDateTime::fromString(end, Qt::ISODate);
        if (!time.isValid() || !end.endsWith(QLatin1Char('Z')) || world.now().secsTo(time) < 30 * 60 || time > world.now().addYears(3))
            return badRequest(QStringLiteral("InvalidAutoReleaseTime.Malformed"),
                QStringLiteral("The specified AutoReleaseTime is not 30 minutes to 3 years ahead, in UTC."));
    }
    wish.amount = int(wish.parameters.integer(QStringLiteral("Amount"), 1));
    if (wish.amount < 1 || wish.amount > 100)
        return badRequest(QStringLiteral("InvalidAmount.NotSupported"), QStringLiteral("The specified Amount is not within 1 to 100."));
    if (world.state().ids(QStringLiteral("instances")).size() + wish.amount > instanceQuota)
        return forbidden(QStringLiteral("QuotaExceed.ElasticQuota"),
            QStringLiteral("The number of the specified ECS instances has exceeded the quota."));
    return tagProblem(wish.parameters);
}

/// The first address of the vSwitch nobody has; it is only shown, never reached.
QString privateAddress(World &world, const QJsonObject &vSwitch)
{
    QStringList taken;
    for (const QJsonObject &one : records(world, QStringLiteral("instances")))
        taken += text(one, "privateIp");
    const Cidr network = parseCidr(text(vSwitch, "cidr")).value_or(Cidr{});
    quint32 address = network.address + 1;
    while (taken.contains(addressText(address)))
        ++address;
    return addressText(address);
}

Result<> makeDisks(World &world, const Wish &wish, const QString &instanceId)
{
    char letter = 'a';
    for (const DiskWish &disk : wish.disks) {
        const Result<QJsonObject> made = makeDisk(world, disk, wish.region, text(wish.vSwitch, "zoneId"), instanceId,
            QStringLiteral("/dev/xvd") + QLatin1Char(letter++), wish.parameters.tags());
        if (!made)
            return made.error();
    }
    return ok();
}

/// Without a public address the instance is reached at its private one, so that is then a loopback address where it really is.
Result<QString> makeInstance(World &world, const Wish &wish)
{
    const QString id = newId(QStringLiteral("i-"));
    const QString address = world.host().reserveAddress({});
    const QString shown = address.isEmpty() ? QString() : world.links().open(address, {});
    if (shown.isEmpty())
        return Error{ErrorCode::Internal, Retry::AfterWait, {}, QStringLiteral("no address of 127.88.0.0/16 is free")};
    const bool isPublic = wish.parameters.integer(QStringLiteral("InternetMaxBandwidthOut"), 0) > 0;
    if (Result<> made = makeFolder(instanceFolder(world, id)); !made)
        return made.error();
    if (!wish.userData.isEmpty()) {
        if (Result<> written = writeFileDurably(instanceFolder(world, id) + QStringLiteral("/user-data"), wish.userData); !written)
            return written.error();
    }
    if (Result<> made = makeDisks(world, wish, id); !made)
        return made.error();
    const QJsonObject instance{{QStringLiteral("id"), id}, {QStringLiteral("regionId"), wish.region},
        {QStringLiteral("zoneId"), text(wish.vSwitch, "zoneId")}, {QStringLiteral("vpcId"), text(wish.vSwitch, "vpcId")},
        {QStringLiteral("vSwitchId"), text(wish.vSwitch, "id")},
        {QStringLiteral("securityGroupIds"), QJsonArray::fromStringList(wish.groups)},
        {QStringLiteral("imageId"), wish.parameters.text(QStringLiteral("ImageId"))},
        {QStringLiteral("instanceType"), wish.parameters.text(QStringLiteral("InstanceType"))},
        {QStringLiteral("name"), wish.parameters.text(QStringLiteral("InstanceName"), id)},
        {QStringLiteral("description"), wish.parameters.text(QStringLiteral("Description"))}, {QStringLiteral("address"), address},
        {QStringLiteral("publicIp"), isPublic ? shown : QString()},
        {QStringLiteral("privateIp"), isPublic ? privateAddress(world, wish.vSwitch) : shown},
        {QStringLiteral("bandwidthOut"), wish.parameters.integer(QStringLiteral("InternetMaxBandwidthOut"), 0)},
        {QStringLiteral("autoReleaseTime"), wish.parameters.text(QStringLiteral("AutoReleaseTime"))},
        {QStringLiteral("deletionProtection"), wish.parameters.flag(QStringLiteral("DeletionProtection"))},
        {QStringLiteral("tags"), wish.parameters.tags()}, {QStringLiteral("createdAt"), world.due(0)},
        {QStringLiteral("visibleAt"), world.due(0.3)}, {QStringLiteral("bootedAt"), world.due(1)},
        {QStringLiteral("status"), QStringLiteral("Pending")}};
    store(world, QStringLiteral("instances"), instance);
    launchInstance(world, id);
    return id;
}

}

ActionReply runInstances(World &world, const ActionCall &call)
{
    Wish wish{CallParameters(call.parameters), call.region, {}, {}, {}, {}, 1};
    if (const Problem problem = checkImageAndType(world, wish))
        return *problem;
    if (const Problem problem = checkNetwork(world, wish))
        return *problem;
    if (const Problem problem = checkUserData(wish))
        return *problem;
    if (const Problem problem = checkRest(world, wish))
        return *problem;
    if (wish.parameters.flag(QStringLiteral("DryRun")))
        return dryRunPassed();
    QJsonArray ids;
    for (int n = 0; n < wish.amount; ++n) {
        const Result<QString> id = makeInstance(world, wish);
        if (!id)
            return ActionReply::refuse(500, QStringLiteral("InternalError"), id.error().detail);
        ids += *id;
    }
    return reply({{QStringLiteral("InstanceIdSets"), QJsonObject{{QStringLiteral("InstanceIdSet"), ids}}}});
}

}
