#pragma once
#include "core/cloud/rpcclient.h"

#include <QDateTime>

namespace edgelift::ecs {

enum class SnapshotState : quint8 { Unknown, Progressing, Accomplished, Failed };
enum class ImageState : quint8 { Unknown, Creating, Waiting, Available, Unavailable, CreateFailed, Deprecated };
enum class TaskState : quint8 { Unknown, Waiting, Processing, Finished, Failed };

struct Snapshot
{
    QString id;
    QString name;
    SnapshotState state = SnapshotState::Unknown;
    int percent = 0;
    QString diskId;
    qint64 sizeGiB = 0;
    Tags tags;
};

/// Which images; whatever is not empty restricts.
struct ImageQuery
{
    QStringList ids;
    QString name; ///< exact
    QString owner; ///< "system" or "self"; empty: both and others
    QString architecture; ///< "x86_64"
    QString osType; ///< "linux"
    QString instanceType; ///< that can run it
    Tags tags;
};

struct Image
{
    QString id;
    QString name;
    ImageState state = ImageState::Unknown;
    int percent = 0;
    QString platform;
    QString osName;
    QString architecture;
    QString bootMode;
    qint64 sizeGiB = 0; ///< of the system disk
    QDateTime created;
    QStringList snapshotIds;
    Tags tags;
};

struct DiskMapping
{
    QString snapshotId;
    bool system = false; ///< exactly one; any disk's snapshot may become the system disk
    QString device; ///< "/dev/xvda" for the system disk, "/dev/xvdb" and on for the others
    qint64 sizeGiB = 0; ///< 0: the snapshot's
};

struct NewImage
{
    QString name; ///< 2–128 characters, unique in the region
    QString description;
    QString platform; ///< "Debian", "Others Linux"
    QString architecture; ///< "x86_64"
    QString bootMode; ///< "BIOS" or "UEFI"
    QList<DiskMapping> disks;
    Tags tags;
};

struct Task
{
    QString id;
    TaskState state = TaskState::Unknown;
    int percent = 0;
    QString errorCode; ///< of the first failed operation
    QString errorMessage;
};

}

namespace edgelift {

/// ECS in one region: snapshots, images, export. Rules as for EcsApi.
class EcsImageApi
{
public:
    EcsImageApi(const RpcClient &client, QString region);

    [[nodiscard]] Result<QString> createSnapshot(
        const QString &diskId, const QString &name, const Tags &tags, const QString &clientToken, const std::stop_token &stop) const;
    /// By ids, or by tags when there are none.
    [[nodiscard]] Result<QList<ecs::Snapshot>> describeSnapshots(
        const QStringList &ids, const Tags &tags, const std::stop_token &stop) const;
    /// Refused (Retry::AfterWait) while an image made of it exists: delete that first.
    [[nodiscard]] Result<> deleteSnapshot(const QString &id, const std::stop_token &stop) const;

    /// In every state, also while an image is being made.
    [[nodiscard]] Result<QList<ecs::Image>> describeImages(const ecs::ImageQuery &query, const std::stop_token &stop) const;
    /// Errors: ImageNameTaken, QuotaExceeded, SnapshotFailed (a snapshot is not ready), …
    [[nodiscard]] Result<QString> createImage(const ecs::NewImage &image, const QString &clientToken, const std::stop_token &stop) const;
    [[nodiscard]] Result<> deleteImage(const QString &id, const std::stop_token &stop) const;

    /// Starts the export into a bucket of the same region; gives the task's id. `prefix`: 1–30 letters and digits. `format`: empty for
    /// regions that do not honour it (cn-beijing always writes raw). An export that runs already, because an earlier call got no
    /// answer, is found and its task given.
    /// Errors: BucketMissing, BucketInOtherRegion, BucketUnsuitable, RoleMissing, QuotaExceeded, RegionUnsupported, ExportFailed.
    [[nodiscard]] Result<QString> exportImage(
        const QString &imageId, const QString &bucket, const QString &prefix, const QString &format, const std::stop_token &stop) const;
    [[nodiscard]] Result<ecs::Task> describeTask(const QString &taskId, const std::stop_token &stop) const;
    /// A task that has ended is success.
    [[nodiscard]] Result<> cancelTask(const QString &taskId, const std::stop_token &stop) const;

    [[nodiscard]] const QString &region() const { return m_region; }

private:
    [[nodiscard]] RpcCall made(const char *action, Parameters parameters) const;
    [[nodiscard]] Result<QString> runningExport(const QString &imageId, const std::stop_token &stop) const; ///< its task; empty: none

    const RpcClient &m_client;
    const QString m_region;
};

}
