#pragma once
#include "core/base/clock.h"
#include "core/simcloud/multipart.h"
#include "core/simcloud/ossmultipart.h"

namespace edgelift {

/// OSS over HTTP: finds bucket and object, verifies who asks, and answers with the right call. Thread-safe. Everything given by
/// reference outlives it.
class ObjectStorage
{
public:
    ObjectStorage(const QString &dataDir, ObjectStore &objects, const AccessKeyStore &keys, const Clock &clock);
    [[nodiscard]] ServerReply answer(const ServerRequest &request);

private:
    [[nodiscard]] ServerReply routed(const ServerRequest &request, const OssTarget &target);
    [[nodiscard]] ServerReply onBucket(const ServerRequest &request, const OssTarget &target, const Bucket &bucket);
    [[nodiscard]] ServerReply onObject(const ServerRequest &request, const OssTarget &target);
    [[nodiscard]] ServerReply withoutBucket(const ServerRequest &request, const OssTarget &target);

    ObjectStore &m_objects;
    const AccessKeyStore &m_keys;
    const Clock &m_clock;
    MultipartUploads m_uploads;
    OssMultipart m_multipart;
};

}
