#include "core/cloud/ecsimageapi.h"
#include "core/cloud/ecsreplies.h"
#include "core/cloud/paging.h"
#include "core/cloud/replyfields.h"

namespace edgelift {

namespace {

// Without an explicit list only Available images are shown, and an image that is being made could not be followed.
constexpr QLatin1String everyState("Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated");

}

EcsImageApi::EcsImageApi(const RpcClient &client, QString region)
    : m_client(client)
    , m_region(std::move(region))
{
}

RpcCall EcsImageApi::made(const char *action, Parameters parameters) const
{
    return {Product::Ecs, QString::fromLatin1(action), m_region, std::move(parameters)};
}

Result<QString> EcsImageApi::createSnapshot(
    const QString &diskId, const QString &name, const Tags &tags, const QString &clientToken, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("DiskId"), diskId)
        .text(QStringLiteral("SnapshotName"), name)
        .text(QStringLiteral("ClientToken"), clientToken)
        .tags(tags);
    return m_client.idOf(made("CreateSnapshot", parameters), fields::topText("SnapshotId"), stop);
}

Result<QList<ecs::Snapshot>> EcsImageApi::describeSnapshots(const QStringList &ids, const Tags &tags, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region).jsonList(QStringLiteral("SnapshotIds"), ids).tags(tags);
    const Paging paging{Paging::Kind::Token, 100};
    return collectAs<ecs::Snapshot>(
        m_client, made("DescribeSnapshots", parameters), paging, {"Snapshots", "Snapshot"}, ecs::readSnapshot, stop);
}

Result<> EcsImageApi::deleteSnapshot(const QString &id, const std::stop_token &stop) const
{
    return m_client.remove(made("DeleteSnapshot", Parameters().text(QStringLiteral("SnapshotId"), id)), stop);
}

Result<QList<ecs::Image>> EcsImageApi::describeImages(const ecs::ImageQuery &query, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region)
        .text(QStringLiteral("Status"), everyState)
        .text(QStringLiteral("ImageId"), query.ids.join(QLatin1Char(',')))
        .text(QStringLiteral("ImageName"), query.name)
        .text(QStringLiteral("ImageOwnerAlias"), query.owner)
        .text(QStringLiteral("Architecture"), query.architecture)
        .text(QStringLiteral("OSType"), query.osType)
        .text(QStringLiteral("InstanceType"), query.instanceType)
        .tags(query.tags);
    const Paging paging{Paging::Kind::Number, 100};
    return collectAs<ecs::Image>(m_client, made("DescribeImages", parameters), paging, {"Images", "Image"}, ecs::readImage, stop);
}

Result<QString> EcsImageApi::createImage(const ecs::NewImage &image, const QString &clientToken, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region)
        .text(QStringLiteral("ImageName"), image.name)
        .text(QStringLiteral("Description"), image.description)
        .text(QStringLiteral("Platform"), image.platform)
        .text(QStringLiteral("Architecture"), image.architecture)
        .text(QStringLiteral("BootMode"), image.bootMode)
        .text(QStringLiteral("ClientToken"), clientToken)
        .tags(image.tags);
    for (qsizetype i = 0; i < image.disks.size(); ++i) {
        const QString prefix = QStringLiteral("DiskDeviceMapping.%1.").arg(i + 1);
        const ecs::DiskMapping &disk = image.disks.at(i);
        parameters.text(prefix + QLatin1String("SnapshotId"), disk.snapshotId)
            .text(prefix + QLatin1String("DiskType"), disk.system ? QStringLiteral("system") : QStringLiteral("data"))
            .text(prefix + QLatin1String("Device"), disk.device);
        if (disk.sizeGiB > 0)
            parameters.number(prefix + QLatin1String("Size"), disk.sizeGiB);
    }
    return m_client.idOf(made("CreateImage", parameters), fields::topText("ImageId"), stop);
}

Result<> EcsImageApi::deleteImage(const QString &id, const std::stop_token &stop) const
{
    const Parameters parameters = Parameters().text(QStringLiteral("RegionId"), m_region).text(QStringLiteral("ImageId"), id);
    return m_client.remove(made("DeleteImage", parameters), stop);
}

Result<QString> EcsImageApi::exportImage(
    const QString &imageId, const QString &bucket, const QString &prefix, const QString &format, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region)
        .text(QStringLiteral("ImageId"), imageId)
        .text(QStringLiteral("OSSBucket"), bucket)
        .text(QStringLiteral("OSSPrefix"), prefix)
        .text(QStringLiteral("ImageFormat"), format);
    RpcCall call = made("ExportImage", parameters);
    call.harmlessTwice = false; // it has no client token
    std::variant<QJsonObject, Failure> answer = m_client.tryCall(call, stop);
    if (const auto *reply = std::get_if<QJsonObject>(&answer))
        if (const QString id = fields::text(*reply, "TaskId"); !id.isEmpty())
            return id;
    const auto *failure = std::get_if<Failure>(&answer);
    const bool mayRun = !failure || failure->repeat == Repeat::IfHarmless || failure->cloudCode == QLatin1String("ImageIsExporting");
    if (mayRun)
        if (const Result<QString> running = runningExport(imageId, stop); running && !running->isEmpty())
            return *running;
    return failure
        ? failure->error
        : Error{ErrorCode::CloudReplyUnreadable, Retry::AfterWait, {QStringLiteral("ecs:ExportImage")}, QStringLiteral("no TaskId")};
}

Result<QString> EcsImageApi::runningExport(const QString &imageId, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RegionId"), m_region)
        .text(QStringLiteral("TaskAction"), QStringLiteral("ExportImage"))
        .list(QStringLiteral("ResourceIds"), {imageId});
    const Paging paging{Paging::Kind::Number, 50};
    const Result<QList<QJsonObject>> tasks = collect(m_client, made("DescribeTasks", parameters), paging, {"TaskSet", "Task"}, stop);
    if (!tasks)
        return tasks.error();
    QJsonObject newest;
    for (const QJsonObject &task : *tasks) {
        const bool fits = fields::text(task, "TaskStatus") != QLatin1String("Failed") && fields::text(task, "ResourceId") == imageId;
        if (fits && (newest.isEmpty() || fields::text(task, "CreationTime") >= fields::text(newest, "CreationTime")))
            newest = task;
    }
    return fields::text(newest, "TaskId");
}

Result<ecs::Task> EcsImageApi::describeTask(const QString &taskId, const std::stop_token &stop) const
{
    const Parameters parameters = Parameters().text(QStringLiteral("RegionId"), m_region).text(QStringLiteral("TaskId"), taskId);
    const Result<QJsonObject> reply = m_client.call(made("DescribeTaskAttribute", parameters), stop);
    if (!reply)
        return reply.error();
    return ecs::readTask(*reply);
}

Result<> EcsImageApi::cancelTask(const QString &taskId, const std::stop_token &stop) const
{
    const Parameters parameters = Parameters().text(QStringLiteral("RegionId"), m_region).text(QStringLiteral("TaskId"), taskId);
    std::variant<QJsonObject, Failure> answer = m_client.tryCall(made("CancelTask", parameters), stop);
    const auto *failure = std::get_if<Failure>(&answer);
    if (failure && failure->cloudCode != QLatin1String("InvalidTaskId.IncorrectTaskStatus")
        && failure->error.code != ErrorCode::ResourceMissing)
        return failure->error;
    return ok();
}

}
