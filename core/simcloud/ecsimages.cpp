#include "core/simcloud/ecsimages.h"

#include "core/service/statestore.h"
#include "core/simcloud/ecscatalog.h"
#include "core/simcloud/ecsexport.h"
#include "core/simcloud/handlers.h"

#include <QRegularExpression>
#include <algorithm>

namespace edgelift {

namespace {

const QString images = QStringLiteral("images");
constexpr int imageQuota = 100;
constexpr int mappingLimit = 17; ///< one system disk, 16 data disks
const QString systemDevice = QStringLiteral("/dev/xvda");

using Problem = std::optional<ActionReply>;

QJsonObject shownSystemImage(const SystemImage &image)
{
    const QJsonObject mapping{{QStringLiteral("Device"), systemDevice}, {QStringLiteral("Type"), QStringLiteral("system")},
        {QStringLiteral("Size"), QString::number(image.sizeGiB)}, {QStringLiteral("Format"), QString()},
        {QStringLiteral("SnapshotId"), QString()}};
    return {{QStringLiteral("ImageId"), image.id}, {QStringLiteral("ImageName"), image.name},
        {QStringLiteral("ImageOwnerAlias"), QStringLiteral("system")}, {QStringLiteral("Status"), QStringLiteral("Available")},
        {QStringLiteral("Progress"), QStringLiteral("100%")}, {QStringLiteral("Size"), image.sizeGiB},
        {QStringLiteral("Platform"), image.platform}, {QStringLiteral("OSName"), image.osName}, {QStringLiteral("OSNameEn"), image.osName},
        {QStringLiteral("OSType"), QStringLiteral("linux")}, {QStringLiteral("Architecture"), QStringLiteral("x86_64")},
        {QStringLiteral("BootMode"), QStringLiteral("BIOS")}, {QStringLiteral("IsSupportCloudinit"), true},
        {QStringLiteral("IsSupportIoOptimized"), true}, {QStringLiteral("IsPublic"), true},
        {QStringLiteral("CreationTime"), QStringLiteral("2025-06-30T01:50:39Z")}, {QStringLiteral("Description"), QString()},
        {QStringLiteral("DiskDeviceMappings"), QJsonObject{{QStringLiteral("DiskDeviceMapping"), QJsonArray{mapping}}}},
        {QStringLiteral("Tags"), tagSet({}, {}, {})}};
}

QJsonObject shownImage(const QJsonObject &image)
{
    const bool done = text(image, "status") == QLatin1String("Available");
    QJsonArray mappings;
    int systemSize = 0;
    for (const QJsonValue &value : image.value(QLatin1String("mappings")).toArray()) {
        const QJsonObject one = value.toObject();
        if (text(one, "type") == QLatin1String("system"))
            systemSize = one.value(QLatin1String("size")).toInt();
        mappings += QJsonObject{{QStringLiteral("Device"), text(one, "device")}, {QStringLiteral("Type"), text(one, "type")},
            {QStringLiteral("Size"), QString::number(one.value(QLatin1String("size")).toInt())},
            {QStringLiteral("SnapshotId"), text(one, "snapshotId")}, {QStringLiteral("Format"), QString()},
            {QStringLiteral("Progress"), done ? QStringLiteral("100%") : QStringLiteral("50%")}, {QStringLiteral("RemainTime"), 0}};
    }
    return {{QStringLiteral("ImageId"), text(image, "id")}, {QStringLiteral("ImageName"), text(image, "name")},
        {QStringLiteral("ImageFamily"), text(image, "family")}, {QStringLiteral("ImageVersion"), text(image, "version")},
        {QStringLiteral("Description"), text(image, "description")}, {QStringLiteral("ImageOwnerAlias"), QStringLiteral("self")},
        {QStringLiteral("Status"), text(image, "status")},
        {QStringLiteral("Progress"), done ? QStringLiteral("100%") : QStringLiteral("50%")}, {QStringLiteral("Size"), systemSize},
        {QStringLiteral("Platform"), text(image, "platform")}, {QStringLiteral("OSName"), text(image, "platform")},
        {QStringLiteral("OSType"), QStringLiteral("linux")}, {QStringLiteral("Architecture"), text(image, "architecture")},
        {QStringLiteral("BootMode"), text(image, "bootMode")}, {QStringLiteral("IsPublic"), false},
        {QStringLiteral("CreationTime"), cloudTime(image.value(QLatin1String("createdAt")).toInteger())},
        {QStringLiteral("DiskDeviceMappings"), QJsonObject{{QStringLiteral("DiskDeviceMapping"), mappings}}},
        {QStringLiteral("Tags"),
            tagSet(image.value(QLatin1String("tags")).toObject(), QStringLiteral("TagKey"), QStringLiteral("TagValue"))}};
}

/// One DiskDeviceMapping as stored, or why it is refused. `letter` is the device for a data disk that names none.
Problem readMapping(World &world, const ActionCall &call, const CallParameters &parameters, char letter, QJsonObject &mapping)
{
    static const QRegularExpression deviceForm(QStringLiteral(R"(\A/dev/xvd[a-z]\z)"));
    const QString type = parameters.text(QStringLiteral("DiskType"),
        parameters.text(QStringLiteral("Device")) == systemDevice ? QStringLiteral("system") : QStringLiteral("data"));
    const bool system = type == QLatin1String("system");
    const QString device =
        parameters.text(QStringLiteral("Device"), system ? systemDevice : QStringLiteral("/dev/xvd") + QLatin1Char(letter));
    if ((!system && type != QLatin1String("data")) || !deviceForm.match(device).hasMatch() || (device == systemDevice) != system)
        return badRequest(QStringLiteral("InvalidDevice.Malformed"),
            QStringLiteral("The specified DiskType or Device of DiskDeviceMapping is not valid."));
    const QString snapshotId = parameters.text(QStringLiteral("SnapshotId"));
    qint64 size = parameters.integer(QStringLiteral("Size"), 0);
    if (snapshotId.isEmpty() && (system || size < 1))
        return badRequest(system ? QStringLiteral("InvalidSystemSnapshot.Missing") : QStringLiteral("MissingParameter"),
            QStringLiteral("DiskDeviceMapping needs a SnapshotId, or a Size for an empty data disk."));
    if (!snapshotId.isEmpty()) {
        const QJsonObject snapshot = record(world, QStringLiteral("snapshots"), snapshotId);
        if (snapshot.isEmpty() || text(snapshot, "regionId") != call.region)
            return notFound(QStringLiteral("InvalidSnapshotId.NotFound"), QStringLiteral("The specified SnapshotId does not exist."));
        if (text(snapshot, "status") != QLatin1String("accomplished"))
            return forbidden(
                QStringLiteral("InvalidSnapshotId.NotReady"), QStringLiteral("The specified snapshot creation is not completed yet."));
        const qint64 least = snapshot.value(QLatin1String("size")).toInteger();
        if (size != 0 && size < least)
            return badRequest(
                QStringLiteral("InvalidSize.ValueNotSupported"), QStringLiteral("The specified Size is smaller than the snapshot."));
        size = std::max(size, least);
    }
    mapping = {{QStringLiteral("device"), device}, {QStringLiteral("type"), type}, {QStringLiteral("snapshotId"), snapshotId},
        {QStringLiteral("size"), size}};
    return std::nullopt;
}

Problem readMappings(World &world, const ActionCall &call, QJsonArray &mappings)
{
    const CallParameters parameters(call.parameters);
    if (parameters.has(QStringLiteral("InstanceId")))
        return forbidden(
            QStringLiteral("OperationDenied"), QStringLiteral("This cloud makes images from snapshots only: use DiskDeviceMapping."));
    QList<CallParameters> asked = parameters.objects(QStringLiteral("DiskDeviceMapping"));
    if (asked.isEmpty() && parameters.has(QStringLiteral("SnapshotId")))
        asked = {CallParameters({{QStringLiteral("SnapshotId"), parameters.text(QStringLiteral("SnapshotId"))},
            {QStringLiteral("DiskType"), QStringLiteral("system")}})};
    if (asked.isEmpty())
        return missingParameter(QStringLiteral("SnapshotId"));
    if (asked.size() > mappingLimit)
        return badRequest(QStringLiteral("InvalidDiskDeviceMapping.LimitExceeded"), QStringLiteral("An image has at most 17 disks."));
    QStringList devices;
    char letter = 'b';
    for (const CallParameters &one : std::as_const(asked)) {
        QJsonObject mapping;
        if (auto problem = readMapping(world, call, one, letter, mapping))
            return problem;
        if (devices.contains(text(mapping, "device")))
            return badRequest(
                QStringLiteral("InvalidDevice.InUse"), QStringLiteral("The specified Device of DiskDeviceMapping is used twice."));
        devices += text(mapping, "device");
        letter = char(letter + (text(mapping, "type") == QLatin1String("data") ? 1 : 0));
        mappings += mapping;
    }
    if (!devices.contains(systemDevice))
        return badRequest(QStringLiteral("InvalidSystemSnapshot.Missing"), QStringLiteral("The system disk snapshot is missing."));
    return std::nullopt;
}

Problem checkImage(World &world, const ActionCall &call, const QString &name)
{
    const CallParameters parameters(call.parameters);
    if (!name.isEmpty() && !validName(name))
        return badRequest(QStringLiteral("InvalidImageName.Malformed"), QStringLiteral("The specified Image name is wrongly formed."));
    const QList<QJsonObject> all = records(world, images);
    if (std::any_of(all.begin(), all.end(),
            [&](const QJsonObject &one) { return text(one, "name") == name && text(one, "regionId") == call.region; }))
        return badRequest(QStringLiteral("InvalidImageName.Duplicated"), QStringLiteral("The specified Image name has already been used."));
    if (all.size() >= imageQuota)
        return badRequest(QStringLiteral("QuotaExceed.Image"), QStringLiteral("The image quota exceeds."));
    if (!QStringList{QStringLiteral("i386"), QStringLiteral("x86_64"), QStringLiteral("arm64")}.contains(
            parameters.text(QStringLiteral("Architecture"), QStringLiteral("x86_64"))))
        return badRequest(QStringLiteral("InvalidArchitecture.Malformed"), QStringLiteral("The specified Architecture is wrongly formed."));
    if (!QStringList{QStringLiteral("BIOS"), QStringLiteral("UEFI"), QStringLiteral("UEFI-Preferred")}.contains(
            parameters.text(QStringLiteral("BootMode"), QStringLiteral("BIOS"))))
        return badRequest(QStringLiteral("InvalidBootMode.Malformed"), QStringLiteral("The specified BootMode is not valid."));
    return tagProblem(parameters);
}

}

ActionReply describeImages(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QStringList ids = parameters.commaList(QStringLiteral("ImageId"));
    QStringList statuses = parameters.commaList(QStringLiteral("Status"));
    if (statuses.isEmpty())
        statuses = QStringList{QStringLiteral("Available")}; // a Creating image is invisible unless asked for
    const QString owner = parameters.text(QStringLiteral("ImageOwnerAlias"));
    QJsonArray out;
    for (const QJsonObject &image : records(world, images)) {
        const QJsonArray mappings = image.value(QLatin1String("mappings")).toArray();
        const QString snapshot = parameters.text(QStringLiteral("SnapshotId"));
        const bool ofSnapshot = snapshot.isEmpty() || std::any_of(mappings.begin(), mappings.end(), [&](const QJsonValue &one) {
            return text(one.toObject(), "snapshotId") == snapshot;
        });
        if (text(image, "regionId") == call.region && (owner.isEmpty() || owner == QLatin1String("self"))
            && statuses.contains(text(image, "status")) && (ids.isEmpty() || ids.contains(text(image, "id")))
            && matches(parameters.text(QStringLiteral("ImageName")), text(image, "name")) && ofSnapshot
            && hasTags(image, parameters.tags()))
            out += shownImage(image);
    }
    const bool system = (owner.isEmpty() || owner == QLatin1String("system")) && statuses.contains(QLatin1String("Available"))
        && !parameters.has(QStringLiteral("SnapshotId")) && parameters.tags().isEmpty()
        && parameters.text(QStringLiteral("Architecture"), QStringLiteral("x86_64")) == QLatin1String("x86_64")
        && parameters.text(QStringLiteral("OSType"), QStringLiteral("linux")) == QLatin1String("linux");
    for (const SystemImage &image : systemImages()) {
        if (system && (ids.isEmpty() || ids.contains(image.id)) && matches(parameters.text(QStringLiteral("ImageName")), image.name))
            out += shownSystemImage(image);
    }
    QJsonObject body = page(parameters, out, QStringLiteral("Images"), QStringLiteral("Image"));
    body.insert(QStringLiteral("RegionId"), call.region);
    return reply(body);
}

ActionReply createImage(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QString id = newId(QStringLiteral("m-"));
    const QString name = parameters.text(QStringLiteral("ImageName"), id);
    if (const Problem problem = checkImage(world, call, name))
        return *problem;
    QJsonArray mappings;
    if (const Problem problem = readMappings(world, call, mappings))
        return *problem;
    if (parameters.flag(QStringLiteral("DryRun")))
        return dryRunPassed();
    const QJsonObject image{{QStringLiteral("id"), id}, {QStringLiteral("regionId"), call.region}, {QStringLiteral("name"), name},
        {QStringLiteral("family"), parameters.text(QStringLiteral("ImageFamily"))},
        {QStringLiteral("version"), parameters.text(QStringLiteral("ImageVersion"))},
        {QStringLiteral("description"), parameters.text(QStringLiteral("Description"))},
        {QStringLiteral("platform"), parameters.text(QStringLiteral("Platform"), QStringLiteral("Others Linux"))},
        {QStringLiteral("architecture"), parameters.text(QStringLiteral("Architecture"), QStringLiteral("x86_64"))},
        {QStringLiteral("bootMode"), parameters.text(QStringLiteral("BootMode"), QStringLiteral("BIOS"))},
        {QStringLiteral("mappings"), mappings}, {QStringLiteral("tags"), parameters.tags()}, {QStringLiteral("createdAt"), world.due(0)},
        {QStringLiteral("status"), QStringLiteral("Creating")}, {QStringLiteral("next"), upcoming(world, "Available", 1)}};
    store(world, images, image);
    return reply({{QStringLiteral("ImageId"), id}});
}

ActionReply deleteImage(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QString id = parameters.text(QStringLiteral("ImageId"));
    const QJsonObject image = record(world, images, id);
    if (image.isEmpty() || text(image, "regionId") != call.region)
        return notFound(QStringLiteral("InvalidImageId.NotFound"), QStringLiteral("The specified ImageId does not exist."));
    if (isExporting(world, id))
        return forbidden(QStringLiteral("ImageIsExporting"), QStringLiteral("The specified image is exporting."));
    if (parameters.flag(QStringLiteral("DryRun")))
        return dryRunPassed();
    world.state().remove(images, id);
    return reply();
}

}
