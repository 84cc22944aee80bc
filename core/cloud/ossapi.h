#pragma once
#include "core/base/bytes.h"
#include "core/cloud/ossclient.h"

#include <QDateTime>

namespace edgelift {

namespace oss {

struct Object
{
    QString key;
    Bytes size;
    QString etag; ///< without quotes
    QDateTime modified; ///< UTC
};

struct Bucket
{
    QString name;
    QString region; ///< "cn-beijing"
    QString storageClass; ///< "Standard", …
    bool encrypted = false; ///< known from bucketInfo only
};

/// What is sent: a file, or bytes when `file` is empty.
struct Content
{
    QString file;
    QByteArray bytes;
    QString type = QStringLiteral("application/octet-stream");
};

/// Parts of an upload in several; at most 10 000 of them, so they grow with the file.
struct PartSizes
{
    Bytes single{100ULL << 20}; ///< up to here an object is sent in one piece
    Bytes part{16ULL << 20};
};

}

/// Objects of buckets in one region, V4 signatures. Thread-safe; blocks the caller.
/// Errors: those of errorclassifier.h, in particular BucketMissing, BucketInOtherRegion, ResourceMissing (no such object).
class OssApi
{
public:
    OssApi(const CloudAccess &access, Endpoints endpoints, QString region, oss::PartSizes sizes = {});

    /// Stores the object, replacing one of that name. In several parts above oss::PartSizes::single; a failed upload is aborted so that
    /// its parts cost nothing. Each part carries its MD5, which the cloud checks. Errors also: FileUnreadable.
    [[nodiscard]] Result<> put(const QString &bucket, const QString &key, const oss::Content &content, const std::stop_token &stop) const;
    [[nodiscard]] Result<oss::Object> head(const QString &bucket, const QString &key, const std::stop_token &stop) const;
    /// That there is none is success.
    [[nodiscard]] Result<> remove(const QString &bucket, const QString &key, const std::stop_token &stop) const;
    /// Every object whose key begins with `prefix`, all pages.
    [[nodiscard]] Result<QList<oss::Object>> list(const QString &bucket, const QString &prefix, const std::stop_token &stop) const;
    [[nodiscard]] Result<oss::Bucket> bucketInfo(const QString &bucket, const std::stop_token &stop) const;
    /// The account's buckets in every region.
    [[nodiscard]] Result<QList<oss::Bucket>> listBuckets(const std::stop_token &stop) const;
    /// A URL that gives the object to whoever has it, for `valid` (at most 7 days, and not longer than temporary credentials live).
    [[nodiscard]] Result<QUrl> presignedGet(
        const QString &bucket, const QString &key, std::chrono::seconds valid, const std::stop_token &stop) const;

private:
    [[nodiscard]] Result<> putInParts(
        const QString &bucket, const QString &key, const oss::Content &content, Bytes size, const std::stop_token &stop) const;
    [[nodiscard]] Result<QByteArray> sendParts(const OssCall &upload, const QString &file, Bytes size, const std::stop_token &stop) const;
    [[nodiscard]] Result<> complete(const OssCall &upload, const QByteArray &partList, Bytes size, const std::stop_token &stop) const;
    void abort(const OssCall &upload) const;

    OssClient m_client;
    oss::PartSizes m_sizes;
};

}
