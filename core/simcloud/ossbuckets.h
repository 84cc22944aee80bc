#pragma once
#include "core/simcloud/objectstore.h"
#include "core/simcloud/ossrequest.h"

namespace edgelift {

/// The OSS calls on buckets. The caller may: ObjectStorage has checked; but for putBucket the bucket exists.
[[nodiscard]] ServerReply listBuckets(const ObjectStore &objects, const ServerRequest &request);
[[nodiscard]] ServerReply bucketInfo(const Bucket &bucket);
[[nodiscard]] ServerReply bucketLocation(const Bucket &bucket);
/// In `region`. Making one's own bucket again changes nothing, as at OSS.
[[nodiscard]] ServerReply putBucket(ObjectStore &objects, const OssTarget &target, const QString &region, const QDateTime &now);
/// PUT and DELETE ?encryption: whether the bucket encrypts by itself. How is not kept: nothing is encrypted here.
[[nodiscard]] ServerReply setEncryption(ObjectStore &objects, Bucket bucket, bool encrypted);
/// ListObjectsV2 (?list-type=2) and the older ListObjects.
[[nodiscard]] ServerReply listObjects(const ObjectStore &objects, const ServerRequest &request, const Bucket &bucket);

/// "oss-cn-beijing.aliyuncs.com"
[[nodiscard]] QString publicEndpoint(const QString &region);

}
