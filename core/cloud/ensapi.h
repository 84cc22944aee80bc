#pragma once
#include "core/cloud/rpcclient.h"

#include <QDateTime>

namespace edgelift {

namespace ens {

struct Region
{
    QString id;
    QString name;
    QString englishName;
    QString area;
};

struct ImportDisk
{
    QString ossRegion;
    QString bucket;
    QString key;
};

struct NewImage
{
    QString name; ///< 2–128 characters
    QString targetRegion; ///< "cn-beijing" or "ap-southeast-1"
    QString format; ///< "raw", "qcow2" or "vhd"
    QString platform; ///< "centos", "ubuntu", "debian", …
    QString osVersion; ///< "12"; empty: unknown
    QString licenseType; ///< "Aliyun" or "BYOL"
    QList<ImportDisk> disks; ///< system disk first
};

enum class ImageState : quint8 { Unknown, Creating, Packing, Uploading, PackFailed, UploadFailed, Available, Unavailable, Copying };

struct Image
{
    QString id;
    QString name;
    ImageState state = ImageState::Unknown;
    QString stateText; ///< the cloud's own word
    QString platform;
    QString osVersion;
    QString architecture;
    QString region;
    qint64 sizeGiB = 0;
    QDateTime created;
};

}

/// Edge nodes' images. Central: not bound to a region. Rules as for EcsApi.
class EnsApi
{
public:
    explicit EnsApi(const RpcClient &client);

    [[nodiscard]] Result<QList<ens::Region>> describeEnsRegions(const std::stop_token &stop) const;
    /// Starts the import; gives the image's id. The call has no client token: when no answer comes, an image of that name is looked
    /// for before anything is asked twice. Errors: ImageNameTaken, ImportFailed, QuotaExceeded, RegionUnsupported, …
    [[nodiscard]] Result<QString> importImage(const ens::NewImage &image, const std::stop_token &stop) const;
    /// Own images by id or by exact name; whatever is not empty restricts. Follows every page.
    [[nodiscard]] Result<QList<ens::Image>> describeSelfImages(const QString &id, const QString &name, const std::stop_token &stop) const;
    [[nodiscard]] Result<> deleteImage(const QString &id, const std::stop_token &stop) const;

private:
    const RpcClient &m_client;
};

}
