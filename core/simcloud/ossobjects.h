#pragma once
#include "core/simcloud/objectstore.h"
#include "core/simcloud/ossrequest.h"

namespace edgelift {

/// The OSS calls on one object. The bucket exists and the caller may: ObjectStorage has checked.
[[nodiscard]] ServerReply putObject(ObjectStore &objects, const ServerRequest &request, const OssTarget &target);
/// With Range; HEAD too. A range that cannot be satisfied gives the whole object, as OSS does, unless x-oss-range-behavior is "standard".
[[nodiscard]] ServerReply getObject(const ObjectStore &objects, const ServerRequest &request, const OssTarget &target);
[[nodiscard]] ServerReply deleteObject(ObjectStore &objects, const OssTarget &target);
/// POST ?delete: up to 1000 keys.
[[nodiscard]] ServerReply deleteObjects(ObjectStore &objects, const ServerRequest &request, const OssTarget &target);

}
