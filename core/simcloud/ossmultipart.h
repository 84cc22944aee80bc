#pragma once
#include "core/simcloud/multipart.h"
#include "core/simcloud/ossrequest.h"

namespace edgelift {

/// The OSS calls of uploads in several parts. The bucket exists and the caller may: ObjectStorage has checked.
class OssMultipart
{
public:
    /// Both outlive it.
    OssMultipart(ObjectStore &objects, MultipartUploads &uploads);

    [[nodiscard]] ServerReply initiate(const ServerRequest &request, const OssTarget &target);
    [[nodiscard]] ServerReply uploadPart(const ServerRequest &request, const OssTarget &target);
    [[nodiscard]] ServerReply complete(const ServerRequest &request, const OssTarget &target);
    [[nodiscard]] ServerReply abort(const ServerRequest &request, const OssTarget &target);
    [[nodiscard]] ServerReply listParts(const ServerRequest &request, const OssTarget &target) const;
    [[nodiscard]] ServerReply listUploads(const OssTarget &target) const;

private:
    [[nodiscard]] Result<MultipartUploads::Upload> uploadOf(const ServerRequest &request, const OssTarget &target) const;

    ObjectStore &m_objects;
    MultipartUploads &m_uploads;
};

}
