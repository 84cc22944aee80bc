#pragma once
#include "core/simcloud/objectstore.h"

#include <QJsonObject>

namespace edgelift {

/// What tells one version of a file from another without reading it.
struct FileIdentity
{
    qint64 size = -1; ///< -1: there is no such regular file
    qint64 modifiedNs = 0;
    quint64 inode = 0;
    bool operator==(const FileIdentity &) const = default;
};
[[nodiscard]] FileIdentity identityOf(const QString &path); ///< does not follow a symbolic link: that is no regular file

/// An object's metadata as it is kept beside the file it describes.
struct ObjectRecord
{
    ObjectInfo info;
    QString file; ///< relative to the bucket's folder
    FileIdentity identity;
};
[[nodiscard]] QJsonObject toJson(const ObjectRecord &record);
/// Nothing when it is not what toJson() made.
[[nodiscard]] std::optional<ObjectRecord> objectRecord(const QJsonObject &item);

[[nodiscard]] QJsonObject toJson(const Bucket &bucket);
[[nodiscard]] Bucket bucketOf(const QString &name, const QJsonObject &item);

/// "0f3a….json": where the record of `key` is kept in its bucket's metadata folder.
[[nodiscard]] QString recordFile(const QString &key);
/// Where below the bucket's folder a key lies: the key itself when that is a safe relative path, else a name made of its hash.
[[nodiscard]] QString plainPath(const QString &key); ///< empty: the key is no safe path
[[nodiscard]] QString hashedPath(const QString &key);

/// Reads `path` once. Errors: FileUnreadable.
[[nodiscard]] Result<ContentDigest> digestOf(const QString &path);

}
