#include "core/simcloud/ecsexport.h"

#include "core/service/statestore.h"
#include "core/simcloud/ecscatalog.h"
#include "core/simcloud/exportwork.h"
#include "core/simcloud/handlers.h"
#include "core/simcloud/objectstore.h"

#include <QRegularExpression>
#include <algorithm>

namespace edgelift {

namespace {

const QString exportRole = QStringLiteral("AliyunECSImageExportDefaultRole"); ///< no other name works (alibaba.md 0.5)
constexpr int exportQuota = 5; ///< at once
constexpr int dataDiskLimit = 4;
constexpr int dataDiskGiB = 500;

using Problem = std::optional<ActionReply>;

Problem checkFormat(const CallParameters &parameters, const QString &region)
{
    static const QRegularExpression prefixForm(QStringLiteral(R"(\A[A-Za-z0-9]{1,30}\z)"));
    const QString prefix = parameters.text(QStringLiteral("OSSPrefix"));
    if (!prefix.isEmpty() && !prefixForm.match(prefix).hasMatch())
        return badRequest(
            QStringLiteral("InvalidOSSPrefix.Malformed"), QStringLiteral("The specified OSSPrefix format is wrongly formed."));
    const QString format = parameters.text(QStringLiteral("ImageFormat"), QStringLiteral("raw")).toLower();
    if (!exportFormats().contains(format))
        return badRequest(QStringLiteral("InvalidImageFormat.Malformed"), QStringLiteral("The specified Image Format is wrongly formed."));
    if (format != QLatin1String("raw") && !exportsAnyFormat(region))
        return badRequest(QStringLiteral("InvalidImageFormat.RegionNotSupported"),
            QStringLiteral("The specified region does not support the image format."));
    return std::nullopt;
}

Problem checkBucket(World &world, const CallParameters &parameters, const QString &region)
{
    const std::optional<Bucket> bucket = world.objects().bucket(parameters.text(QStringLiteral("OSSBucket")));
    if (!bucket)
        return badRequest(QStringLiteral("InvalidOSSBucket.NotFound"), QStringLiteral("The specified OSS bucket does not exist."));
    if (bucket->region != region)
        return badRequest(
            QStringLiteral("InvalidOSSBucket.NotMatched"), QStringLiteral("The specified OSS bucket is not in the region of the image."));
    if (bucket->encrypted)
        return forbidden(QStringLiteral("InvalidOSSBucket.EncryptUnsupported"), QStringLiteral("Encrypted OSS buckets are not supported."));
    const QString role = parameters.text(QStringLiteral("RoleName"), exportRole);
    if (role != exportRole || !world.state().contains(QStringLiteral("roles"), exportRole))
        return forbidden(
            QStringLiteral("NoSetRoletoECSServiceAcount"), QStringLiteral("ECS service account Have no right to access your OSS."));
    return std::nullopt;
}

Problem checkDisks(const QJsonObject &image)
{
    int data = 0;
    for (const QJsonValue &value : image.value(QLatin1String("mappings")).toArray()) {
        const QJsonObject mapping = value.toObject();
        if (text(mapping, "type") == QLatin1String("system"))
            continue;
        ++data;
        if (mapping.value(QLatin1String("size")).toInt() > dataDiskGiB)
            data = dataDiskLimit + 1;
    }
    if (data > dataDiskLimit)
        return badRequest(QStringLiteral("InvalidImage.DiskAmountOrSize"),
            QStringLiteral("The number of data disks exceeds 4 or the size of one exceeds 500 GiB."));
    return std::nullopt;
}

Problem checkImage(World &world, const ActionCall &call, const QJsonObject &image, const QString &id)
{
    const QList<SystemImage> &system = systemImages();
    if (std::any_of(system.begin(), system.end(), [&](const SystemImage &one) { return one.id == id; }))
        return forbidden(QStringLiteral("ImageNotSupported"), QStringLiteral("The specified image cannot be exported."));
    if (image.isEmpty() || text(image, "regionId") != call.region)
        return notFound(QStringLiteral("InvalidImageId.NotFound"), QStringLiteral("The specified ImageId does not exist."));
    if (text(image, "status") != QLatin1String("Available"))
        return badRequest(
            QStringLiteral("IncorrectImageStatus"), QStringLiteral("The specified image status does not support this operation."));
    if (isExporting(world, id))
        return forbidden(QStringLiteral("ImageIsExporting"), QStringLiteral("The specified image is exporting."));
    return std::nullopt;
}

bool isOpen(const QJsonObject &task) { return text(task, "status") == QLatin1String("Processing"); }

QJsonObject shown(World &world, const QJsonObject &task)
{
    const bool done = text(task, "status") == QLatin1String("Finished");
    const bool failed = text(task, "status") == QLatin1String("Failed");
    QJsonObject out{{QStringLiteral("TaskId"), text(task, "id")}, {QStringLiteral("TaskAction"), QStringLiteral("ExportImage")},
        {QStringLiteral("TaskStatus"), text(task, "status")}, {QStringLiteral("RegionId"), text(task, "regionId")},
        {QStringLiteral("ResourceId"), text(task, "imageId")},
        {QStringLiteral("SupportCancel"), isOpen(task) ? QStringLiteral("true") : QStringLiteral("false")},
        {QStringLiteral("CreationTime"), cloudTime(task.value(QLatin1String("createdAt")).toInteger())},
        {QStringLiteral("TaskProcess"), QStringLiteral("%1%").arg(done ? 100 : world.progress(text(task, "id")))},
        {QStringLiteral("TotalCount"), 1}, {QStringLiteral("SuccessCount"), done ? 1 : 0}, {QStringLiteral("FailedCount"), failed ? 1 : 0}};
    if (!isOpen(task))
        out.insert(QStringLiteral("FinishedTime"), cloudTime(task.value(QLatin1String("finishedAt")).toInteger()));
    const QJsonObject image{{QStringLiteral("Name"), QStringLiteral("ImageId")}, {QStringLiteral("Value"), text(task, "imageId")}};
    const QJsonObject operation{{QStringLiteral("OperationStatus"),
                                    done         ? QStringLiteral("Success")
                                        : failed ? QStringLiteral("Failed")
                                                 : QStringLiteral("Processing")},
        {QStringLiteral("ErrorCode"), text(task, "errorCode")}, {QStringLiteral("ErrorMsg"), text(task, "errorMsg")},
        {QStringLiteral("RelatedItemSet"), QJsonObject{{QStringLiteral("RelatedItem"), QJsonArray{image}}}}};
    out.insert(QStringLiteral("OperationProgressSet"), QJsonObject{{QStringLiteral("OperationProgress"), QJsonArray{operation}}});
    return out;
}

}

bool isExporting(World &world, const QString &imageId)
{
    const QList<QJsonObject> all = records(world, QStringLiteral("tasks"));
    return std::any_of(all.begin(), all.end(), [&](const QJsonObject &task) { return text(task, "imageId") == imageId && isOpen(task); });
}

void resumeExports(World &world)
{
    for (const QJsonObject &task : world.state().all(QStringLiteral("tasks"))) {
        if (isOpen(task) && !task.contains(QLatin1String("next")))
            startExport(world, task);
    }
}

ActionReply exportImage(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QString id = parameters.text(QStringLiteral("ImageId"));
    const QJsonObject image = record(world, QStringLiteral("images"), id);
    for (const Problem &problem : {checkImage(world, call, image, id), checkFormat(parameters, call.region),
             checkBucket(world, parameters, call.region), checkDisks(image)}) {
        if (problem)
            return *problem;
    }
    const QList<QJsonObject> tasks = records(world, QStringLiteral("tasks"));
    if (std::count_if(tasks.begin(), tasks.end(), isOpen) >= exportQuota)
        return forbidden(QStringLiteral("ConcurrentQuotaExceed.ExportImage"),
            QStringLiteral("The number of concurrent export tasks exceeds the quota."));
    if (parameters.flag(QStringLiteral("DryRun")))
        return dryRunPassed();
    const QJsonObject task{{QStringLiteral("id"), newId(QStringLiteral("t-"))}, {QStringLiteral("regionId"), call.region},
        {QStringLiteral("imageId"), id}, {QStringLiteral("bucket"), parameters.text(QStringLiteral("OSSBucket"))},
        {QStringLiteral("prefix"), parameters.text(QStringLiteral("OSSPrefix"))},
        {QStringLiteral("format"), parameters.text(QStringLiteral("ImageFormat"), QStringLiteral("raw")).toLower()},
        {QStringLiteral("mappings"), image.value(QLatin1String("mappings"))}, {QStringLiteral("createdAt"), world.due(0)},
        {QStringLiteral("status"), QStringLiteral("Processing")}};
    store(world, QStringLiteral("tasks"), task);
    startExport(world, task);
    return reply({{QStringLiteral("TaskId"), text(task, "id")}, {QStringLiteral("RegionId"), call.region}});
}

ActionReply describeTasks(World &world, const ActionCall &call)
{
    const CallParameters parameters(call.parameters);
    const QStringList ids = parameters.commaList(QStringLiteral("TaskIds"));
    const QStringList resources = parameters.list(QStringLiteral("ResourceIds"));
    QJsonArray out;
    for (const QJsonObject &task : records(world, QStringLiteral("tasks"))) {
        if (text(task, "regionId") == call.region && (ids.isEmpty() || ids.contains(text(task, "id")))
            && (resources.isEmpty() || resources.contains(text(task, "imageId")))
            && parameters.text(QStringLiteral("TaskAction"), QStringLiteral("ExportImage")) == QLatin1String("ExportImage")
            && parameters.text(QStringLiteral("TaskStatus"), text(task, "status")) == text(task, "status"))
            out += shown(world, task);
    }
    QJsonObject body = page(parameters, out, QStringLiteral("TaskSet"), QStringLiteral("Task"));
    body.insert(QStringLiteral("RegionId"), call.region);
    return reply(body);
}

ActionReply describeTaskAttribute(World &world, const ActionCall &call)
{
    const QJsonObject task = record(world, QStringLiteral("tasks"), CallParameters(call.parameters).text(QStringLiteral("TaskId")));
    if (task.isEmpty() || text(task, "regionId") != call.region)
        return notFound(QStringLiteral("InvalidTaskId.NotFound"), QStringLiteral("The specified task id does not exist."));
    return reply(shown(world, task));
}

ActionReply cancelTask(World &world, const ActionCall &call)
{
    QJsonObject task = record(world, QStringLiteral("tasks"), CallParameters(call.parameters).text(QStringLiteral("TaskId")));
    if (task.isEmpty() || text(task, "regionId") != call.region)
        return notFound(QStringLiteral("InvalidTaskId.NotFound"), QStringLiteral("The specified task id does not exist."));
    if (!isOpen(task))
        return forbidden(
            QStringLiteral("InvalidTaskId.IncorrectTaskStatus"), QStringLiteral("The task status does not support this operation."));
    setStatus(task, "Failed");
    task.insert(QStringLiteral("errorCode"), QStringLiteral("TaskCanceled"));
    task.insert(QStringLiteral("errorMsg"), QStringLiteral("The task has been canceled."));
    task.insert(QStringLiteral("finishedAt"), world.due(0));
    store(world, QStringLiteral("tasks"), task);
    world.cancel(QStringLiteral("export/") + text(task, "id"));
    return reply();
}

}
