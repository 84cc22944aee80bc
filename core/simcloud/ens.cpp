#include "core/simcloud/ens.h"

#include "core/service/statestore.h"
#include "core/simcloud/ensimagefolder.h"
#include "core/simcloud/ensimport.h"
#include "core/simcloud/handlers.h"

#include <algorithm>

namespace edgelift {

namespace {

const QString images = QStringLiteral("ensimages");
const QString publicImage = QStringLiteral("debian_12_11_x64_20G_ens_20250624");

/// Many ENS replies carry Code 0 on success.
ActionReply ensReply(QJsonObject body = {})
{
    body.insert(QStringLiteral("Code"), 0);
    return reply(body);
}

ActionReply noImage()
{
    return badRequest(QStringLiteral("InvalidParameter.ImageId"), QStringLiteral("The specified image does not exist."));
}

qint64 gibibytes(qint64 bytes) { return (bytes + (1LL << 30) - 1) >> 30; }

QJsonObject shown(const QJsonObject &image)
{
    QJsonArray mappings;
    qint64 total = 0;
    for (const QJsonValue &value : image.value(QLatin1String("disks")).toArray()) {
        const QJsonObject disk = value.toObject();
        const qint64 size = gibibytes(disk.value(QLatin1String("sizeBytes")).toInteger());
        total += size;
        mappings += QJsonObject{{QStringLiteral("Type"), text(disk, "role")}, {QStringLiteral("Format"), text(disk, "format")},
            {QStringLiteral("Size"), QString::number(size)}, {QStringLiteral("imageId"), text(image, "id")}};
    }
    return {{QStringLiteral("ImageId"), text(image, "id")}, {QStringLiteral("ImageName"), text(image, "name")},
        {QStringLiteral("Status"), text(image, "status")}, {QStringLiteral("Architecture"), text(image, "architecture")},
        {QStringLiteral("ComputeType"), QStringLiteral("ens_vm")},
        {QStringLiteral("CreationTime"), cloudTime(image.value(QLatin1String("createdAt")).toInteger())},
        {QStringLiteral("ImageSize"), QString::number(total)}, {QStringLiteral("ImageOwnerAlias"), QStringLiteral("self")},
        {QStringLiteral("InstanceId"), QString()}, {QStringLiteral("OsVersion"), text(image, "osVersion")},
        {QStringLiteral("Platform"), text(image, "platform")}, {QStringLiteral("RegionId"), text(image, "regionId")},
        {QStringLiteral("SnapshotId"), QString()},
        {QStringLiteral("DiskDeviceMappings"), QJsonObject{{QStringLiteral("DiskDeviceMapping"), mappings}}}};
}

QJsonArray ownImages(World &world, const CallParameters &parameters, const QString &status)
{
    QJsonArray out;
    for (const QJsonObject &image : records(world, images)) {
        const QString name = parameters.text(QStringLiteral("ImageName"));
        if (parameters.text(QStringLiteral("ImageId"), text(image, "id")) == text(image, "id")
            && (name.isEmpty() || text(image, "name").contains(name)) && !parameters.has(QStringLiteral("SnapshotId"))
            && (status.isEmpty() || text(image, "status") == status))
            out += shown(image);
    }
    return out;
}

ActionReply describeSelfImages(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    return ensReply(page(parameters, ownImages(world, parameters, {}), QStringLiteral("Images"), QStringLiteral("Image")));
}

ActionReply describeImages(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    QJsonArray out = ownImages(world, parameters, parameters.text(QStringLiteral("Status"), QStringLiteral("Available")));
    if (parameters.text(QStringLiteral("ImageId"), publicImage) == publicImage
        && publicImage.contains(parameters.text(QStringLiteral("ImageName"), publicImage))) {
        out += QJsonObject{{QStringLiteral("ImageId"), publicImage}, {QStringLiteral("ImageName"), publicImage},
            {QStringLiteral("Architecture"), QStringLiteral("x86_64")}, {QStringLiteral("ImageOwnerAlias"), QStringLiteral("system")},
            {QStringLiteral("ImageSize"), QStringLiteral("20")}, {QStringLiteral("Platform"), QStringLiteral("debian")},
            {QStringLiteral("SnapshotId"), QString()}, {QStringLiteral("CreationTime"), QStringLiteral("2025-06-30T01:50:39Z")}};
    }
    return ensReply(page(parameters, out, QStringLiteral("Images"), QStringLiteral("Image")));
}

ActionReply describeImageInfos(World &, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    QJsonArray out;
    if (parameters.text(QStringLiteral("OsType"), QStringLiteral("linux")) == QLatin1String("linux")) {
        out += QJsonObject{{QStringLiteral("ImageId"), publicImage}, {QStringLiteral("Description"), QStringLiteral("Debian 12.11")},
            {QStringLiteral("ImageSize"), QStringLiteral("20")}, {QStringLiteral("ImageVersion"), QStringLiteral("12.11")},
            {QStringLiteral("OSName"), QStringLiteral("Debian 12.11 64bit")}, {QStringLiteral("OSType"), QStringLiteral("linux")},
            {QStringLiteral("ComputeType"), QStringLiteral("ens_vm")}};
    }
    return ensReply({{QStringLiteral("Images"), QJsonObject{{QStringLiteral("Image"), out}}}});
}

ActionReply deleteImage(World &world, const ActionCall &call)
{
    const QString id = CallParameters(call.parameters).text(QStringLiteral("ImageId"));
    const QJsonObject image = record(world, images, id);
    if (image.isEmpty())
        return noImage();
    if (text(image, "status") == QLatin1String("Creating"))
        return badRequest(QStringLiteral("Error.DeleteImage"), QStringLiteral("The image is being imported."));
    world.state().remove(images, id);
    removeEnsImageFolder(world, id);
    return ensReply();
}

ActionReply modifyImageAttribute(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    QJsonObject image = record(world, images, parameters.text(QStringLiteral("ImageId")));
    const QString name = parameters.text(QStringLiteral("ImageName"));
    if (image.isEmpty())
        return noImage();
    const QList<QJsonObject> all = records(world, images);
    const bool taken = std::any_of(
        all.begin(), all.end(), [&](const QJsonObject &one) { return text(one, "name") == name && text(one, "id") != text(image, "id"); });
    if (!validName(name) || taken)
        return badRequest(QStringLiteral("InvalidParameter.ImageName"), QStringLiteral("The specified image name is not valid or taken."));
    image.insert(QStringLiteral("name"), name);
    store(world, images, image);
    return ensReply();
}

ActionReply describeEnsRegions(World &, const ActionCall &call)
{
    struct EnsRegion
    {
        const char *id;
        const char *name;
        const char *area;
    };
    static constexpr EnsRegion regions[] = {{"cn-beijing-telecom", "Beijing Telecom", "North China"},
        {"cn-hangzhou-44", "Hangzhou", "East China"}, {"cn-chengdu-telecom", "Chengdu Telecom", "Southwest China"},
        {"ap-southeast-1-telecom", "Singapore", "Asia Pacific"}};
    const QString wanted = CallParameters(call.parameters).text(QStringLiteral("EnsRegionId"));
    QJsonArray out;
    for (const EnsRegion &region : regions) {
        if (wanted.isEmpty() || wanted == QLatin1String(region.id)) {
            out += QJsonObject{{QStringLiteral("EnsRegionId"), QLatin1String(region.id)},
                {QStringLiteral("Name"), QLatin1String(region.name)}, {QStringLiteral("EnName"), QLatin1String(region.name)},
                {QStringLiteral("Area"), QLatin1String(region.area)}, {QStringLiteral("Province"), QLatin1String(region.name)}};
        }
    }
    return ensReply({{QStringLiteral("EnsRegions"), QJsonObject{{QStringLiteral("EnsRegions"), out}}}});
}

}

void registerEns(ActionRegistry &registry, World &world)
{
    addHandlers(registry, world, QStringLiteral("ens"),
        {{"ImportImage", importEnsImage}, {"DescribeSelfImages", describeSelfImages}, {"DescribeImages", describeImages},
            {"DescribeImageInfos", describeImageInfos}, {"DeleteImage", deleteImage}, {"ModifyImageAttribute", modifyImageAttribute},
            {"DescribeEnsRegions", describeEnsRegions}});
}

}
