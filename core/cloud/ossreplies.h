#pragma once
#include "core/cloud/ossapi.h"

/// XML of OSS replies into values. Foreign input: nothing for what is not well formed or of another kind.
namespace edgelift::oss {

struct ObjectPage
{
    QList<Object> objects;
    QString next; ///< continuation token; empty: the last page
};

struct BucketPage
{
    QList<Bucket> buckets;
    QString next; ///< marker; empty: the last page
};

[[nodiscard]] std::optional<ObjectPage> readObjects(const QByteArray &xml); ///< ListBucketResult
[[nodiscard]] std::optional<BucketPage> readBuckets(const QByteArray &xml); ///< ListAllMyBucketsResult
[[nodiscard]] std::optional<Bucket> readBucketInfo(const QByteArray &xml); ///< BucketInfo
[[nodiscard]] QString readUploadId(const QByteArray &xml); ///< InitiateMultipartUploadResult; empty: none
/// The body of CompleteMultipartUpload for parts 1, 2, … with these ETags.
[[nodiscard]] QByteArray partList(const QList<QByteArray> &etags);

}
