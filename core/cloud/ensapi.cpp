#include "core/cloud/ensapi.h"
#include "core/cloud/paging.h"
#include "core/cloud/replyfields.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace edgelift {

namespace {

struct NamedState
{
    const char *name;
    ens::ImageState state;
};

constexpr NamedState states[] = {{"Creating", ens::ImageState::Creating}, {"Packing", ens::ImageState::Packing},
    {"Uploading", ens::ImageState::Uploading}, {"Pack_failed", ens::ImageState::PackFailed},
    {"Upload_failed", ens::ImageState::UploadFailed}, {"Available", ens::ImageState::Available},
    {"Unavailable", ens::ImageState::Unavailable}, {"Copying", ens::ImageState::Copying}};

ens::Image readImage(const QJsonObject &object)
{
    ens::Image out;
    out.id = fields::text(object, "ImageId");
    out.name = fields::text(object, "ImageName");
    out.stateText = fields::text(object, "Status");
    for (const NamedState &entry : states)
        if (out.stateText.compare(QLatin1String(entry.name), Qt::CaseInsensitive) == 0)
            out.state = entry.state;
    out.platform = fields::text(object, "Platform");
    out.osVersion = fields::text(object, "OsVersion");
    out.architecture = fields::text(object, "Architecture");
    out.region = fields::text(object, "RegionId");
    out.sizeGiB = fields::number(object, "ImageSize");
    out.created = fields::time(object, "CreationTime");
    return out;
}

RpcCall made(const char *action, Parameters parameters)
{
    return {Product::Ens, QString::fromLatin1(action), QString(), std::move(parameters)};
}

QString mappingJson(const QList<ens::ImportDisk> &disks)
{
    QJsonArray list;
    for (const ens::ImportDisk &disk : disks)
        list.append(QJsonObject{{QStringLiteral("OSSRegion"), disk.ossRegion}, {QStringLiteral("OSSBucket"), disk.bucket},
            {QStringLiteral("OSSObject"), disk.key}});
    return QString::fromUtf8(QJsonDocument(list).toJson(QJsonDocument::Compact));
}

Parameters parametersOf(const ens::NewImage &image)
{
    Parameters out;
    out.text(QStringLiteral("ImageName"), image.name)
        .text(QStringLiteral("ComputeType"), QStringLiteral("ens_vm"))
        .text(QStringLiteral("Architecture"), QStringLiteral("x86_64"))
        .text(QStringLiteral("OSType"), QStringLiteral("linux"))
        .text(QStringLiteral("ImageFormat"), image.format)
        .text(QStringLiteral("Platform"), image.platform)
        .text(QStringLiteral("OSVersion"), image.osVersion)
        .text(QStringLiteral("LicenseType"), image.licenseType)
        .text(QStringLiteral("TargetOSSRegionId"), image.targetRegion)
        .text(QStringLiteral("DiskDeviceMapping"), mappingJson(image.disks));
    return out;
}

}

EnsApi::EnsApi(const RpcClient &client)
    : m_client(client)
{
}

Result<QList<ens::Region>> EnsApi::describeEnsRegions(const std::stop_token &stop) const
{
    const Result<QJsonObject> reply = m_client.call(made("DescribeEnsRegions", {}), stop);
    if (!reply)
        return reply.error();
    QList<ens::Region> out;
    for (const QJsonObject &region : fields::objects(*reply, "EnsRegions", "EnsRegions"))
        out.append({fields::text(region, "EnsRegionId"), fields::text(region, "Name"), fields::text(region, "EnName"),
            fields::text(region, "Area")});
    return out;
}

Result<QString> EnsApi::importImage(const ens::NewImage &image, const std::stop_token &stop) const
{
    RpcCall call = made("ImportImage", parametersOf(image));
    call.harmlessTwice = false; // it has no client token
    std::variant<QJsonObject, Failure> answer = m_client.tryCall(call, stop);
    if (const auto *reply = std::get_if<QJsonObject>(&answer))
        if (const QString id = fields::text(*reply, "ImageId"); !id.isEmpty())
            return id;
    const auto *failure = std::get_if<Failure>(&answer);
    if (!failure || failure->repeat == Repeat::IfHarmless) {
        const Result<QList<ens::Image>> made = describeSelfImages({}, image.name, stop);
        if (made && made->size() == 1)
            return made->first().id;
    }
    return failure
        ? failure->error
        : Error{ErrorCode::CloudReplyUnreadable, Retry::AfterWait, {QStringLiteral("ens:ImportImage")}, QStringLiteral("no ImageId")};
}

Result<QList<ens::Image>> EnsApi::describeSelfImages(const QString &id, const QString &name, const std::stop_token &stop) const
{
    const Parameters parameters = Parameters().text(QStringLiteral("ImageId"), id).text(QStringLiteral("ImageName"), name);
    const Paging paging{Paging::Kind::Number, 50};
    Result<QList<ens::Image>> found =
        collectAs<ens::Image>(m_client, made("DescribeSelfImages", parameters), paging, {"Images", "Image"}, readImage, stop);
    if (found && !name.isEmpty()) // the cloud compares fuzzily
        found->removeIf([&name](const ens::Image &image) { return image.name != name; });
    return found;
}

Result<> EnsApi::deleteImage(const QString &id, const std::stop_token &stop) const
{
    return m_client.remove(made("DeleteImage", Parameters().text(QStringLiteral("ImageId"), id)), stop);
}

}
