#include "core/simcloud/ensimport.h"

#include "core/base/log.h"
#include "core/service/statestore.h"
#include "core/simcloud/ensimagefolder.h"
#include "core/simcloud/handlers.h"
#include "core/simcloud/objectstore.h"

#include <QJsonDocument>
#include <algorithm>

namespace edgelift {

namespace {

const QString images = QStringLiteral("ensimages");
const QString importRole = QStringLiteral("AliyunENSImportRole");
constexpr quint64 totalLimit = 1ULL << 40; ///< compressed bytes of all disks (alibaba.md 4.2)
constexpr int diskLimit = 5; ///< one system disk, 4 data disks

using Problem = std::optional<ActionReply>;

ActionReply invalid(const char *parameter, const QString &message)
{
    return badRequest(QStringLiteral("InvalidParameter.") + QLatin1String(parameter), message);
}

QStringList regions() { return {QStringLiteral("cn-beijing"), QStringLiteral("ap-southeast-1")}; }

/// Where the disks come from, system disk first: DiskDeviceMapping (an array, or one object), else the three single parameters.
Problem readSources(const CallParameters &parameters, QJsonArray &sources)
{
    if (!parameters.has(QStringLiteral("DiskDeviceMapping"))) {
        for (const char *name : {"OSSRegion", "OSSBucket", "OSSObject"}) {
            if (!parameters.has(QLatin1String(name)))
                return missingParameter(QLatin1String(name));
        }
        sources = {QJsonObject{{QStringLiteral("OSSRegion"), parameters.text(QStringLiteral("OSSRegion"))},
            {QStringLiteral("OSSBucket"), parameters.text(QStringLiteral("OSSBucket"))},
            {QStringLiteral("OSSObject"), parameters.text(QStringLiteral("OSSObject"))}}};
        return std::nullopt;
    }
    const QJsonDocument document = QJsonDocument::fromJson(parameters.text(QStringLiteral("DiskDeviceMapping")).toUtf8());
    sources = document.isObject() ? QJsonArray{document.object()} : document.array();
    if (sources.isEmpty() || sources.size() > diskLimit)
        return invalid("DiskDeviceMapping", QStringLiteral("DiskDeviceMapping must be a JSON array of 1 to %1 objects.").arg(diskLimit));
    for (const QJsonValue &value : std::as_const(sources)) {
        for (const char *name : {"OSSRegion", "OSSBucket", "OSSObject"}) {
            if (text(value.toObject(), name).isEmpty())
                return missingParameter(QStringLiteral("DiskDeviceMapping.") + QLatin1String(name));
        }
    }
    return std::nullopt;
}

Problem checkSources(World &world, const QJsonArray &sources)
{
    quint64 total = 0;
    for (const QJsonValue &value : sources) {
        const QJsonObject source = value.toObject();
        const std::optional<Bucket> bucket = world.objects().bucket(text(source, "OSSBucket"));
        if (!regions().contains(text(source, "OSSRegion")))
            return invalid("OSSRegion", QStringLiteral("Images are imported from buckets in cn-beijing and ap-southeast-1 only."));
        if (!bucket)
            return invalid("OSSBucket", QStringLiteral("The specified bucket does not exist."));
        if (bucket->region != text(source, "OSSRegion"))
            return invalid("OSSRegion", QStringLiteral("The specified bucket is in the region %1.").arg(bucket->region));
        const std::optional<ObjectInfo> object = world.objects().head(bucket->name, text(source, "OSSObject"));
        if (!object)
            return invalid("OSSObject", QStringLiteral("The specified object does not exist."));
        total += quint64(object->size);
    }
    if (total > totalLimit)
        return badRequest(QStringLiteral("QuotaExceed"), QStringLiteral("The files of an image may have 1 TiB in all."));
    return std::nullopt;
}

Problem checkImage(World &world, const CallParameters &parameters)
{
    const QString name = parameters.text(QStringLiteral("ImageName"));
    if (name.isEmpty())
        return missingParameter(QStringLiteral("ImageName"));
    if (!validName(name))
        return invalid("ImageName", QStringLiteral("The specified image name is not valid."));
    if (!QStringList{QStringLiteral("raw"), QStringLiteral("qcow2"), QStringLiteral("vhd")}.contains(
            parameters.text(QStringLiteral("ImageFormat"))))
        return invalid("ImageFormat", QStringLiteral("ImageFormat must be qcow2, raw or vhd."));
    const std::pair<const char *, const char *> fixed[] = {{"ComputeType", "ens_vm"}, {"Architecture", "x86_64"}, {"OSType", "linux"}};
    for (const auto &[parameter, only] : fixed) {
        if (parameters.text(QLatin1String(parameter)) != QLatin1String(only))
            return invalid(parameter, QStringLiteral("Only %1 is supported.").arg(QLatin1String(only)));
    }
    if (!regions().contains(parameters.text(QStringLiteral("TargetOSSRegionId"), regions().constFirst())))
        return invalid("TargetOSSRegionId", QStringLiteral("Images are stored in cn-beijing and ap-southeast-1 only."));
    if (!world.state().contains(QStringLiteral("roles"), importRole))
        return forbidden(QStringLiteral("NoPermission"), QStringLiteral("ENS is not authorized to read the bucket."));
    const QList<QJsonObject> all = records(world, images);
    if (std::any_of(all.begin(), all.end(), [&](const QJsonObject &one) { return text(one, "name") == name; }))
        return badRequest(QStringLiteral("InvalidImageName.Duplicated"), QStringLiteral("The specified image name has already been used."));
    return std::nullopt;
}

void startImport(World &world, const QJsonObject &image)
{
    const QString id = text(image, "id");
    world.run(QStringLiteral("import/") + id, [&world, id, image](const std::stop_token &stop) {
        const Result<QJsonArray> disks = makeEnsImageFolder(world, image, stop);
        if (!disks && world.stopping())
            return;
        const std::lock_guard lock(world.state().mutex());
        QJsonObject record = world.state().get(images, id);
        if (record.isEmpty())
            return removeEnsImageFolder(world, id); // deleted meanwhile
        if (disks) {
            record.insert(QStringLiteral("disks"), *disks);
            record.insert(QStringLiteral("next"), upcoming(world, "Available", 0.5));
        } else {
            setStatus(record, "Upload_failed");
            record.insert(QStringLiteral("reason"), disks.error().detail);
            log::error("simcloud", QStringLiteral("import failed"),
                {{QStringLiteral("image"), id}, {QStringLiteral("reason"), disks.error().detail}});
        }
        store(world, images, record);
    });
}

}

ActionReply importEnsImage(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    if (const Problem problem = checkImage(world, parameters))
        return *problem;
    QJsonArray sources;
    if (const Problem problem = readSources(parameters, sources))
        return *problem;
    if (const Problem problem = checkSources(world, sources))
        return *problem;
    const QJsonObject image{{QStringLiteral("id"), newId(QStringLiteral("m-"))},
        {QStringLiteral("name"), parameters.text(QStringLiteral("ImageName"))},
        {QStringLiteral("regionId"), parameters.text(QStringLiteral("TargetOSSRegionId"), regions().constFirst())},
        {QStringLiteral("sources"), sources}, {QStringLiteral("format"), parameters.text(QStringLiteral("ImageFormat"))},
        {QStringLiteral("platform"), parameters.text(QStringLiteral("Platform"))},
        {QStringLiteral("osVersion"), parameters.text(QStringLiteral("OSVersion"))},
        {QStringLiteral("architecture"), QStringLiteral("x86_64")},
        {QStringLiteral("licenseType"), parameters.text(QStringLiteral("LicenseType"))}, {QStringLiteral("createdAt"), world.due(0)},
        {QStringLiteral("status"), QStringLiteral("Creating")}};
    store(world, images, image);
    startImport(world, image);
    return reply({{QStringLiteral("ImageId"), text(image, "id")}});
}

void resumeImports(World &world)
{
    for (const QJsonObject &image : world.state().all(images)) {
        if (text(image, "status") == QLatin1String("Creating") && !image.contains(QLatin1String("next")))
            startImport(world, image);
    }
}

}
