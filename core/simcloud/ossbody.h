#pragma once
#include "core/simcloud/objectstore.h"
#include "core/simcloud/ossrequest.h"

namespace edgelift {

/// A request's body on disk.
struct ReceivedFile
{
    QString path; ///< made by ObjectStore::temporaryFile
    ContentDigest digest;
};
/// Streams the body into a temporary file; nothing stays behind after a refusal: 411 MissingContentLength, 400 InvalidDigest (a wrong
/// Content-MD5), 400 IncompleteBody, 400 NotImplemented (a Content-Encoding, which the HTTP library would undo).
[[nodiscard]] std::variant<ReceivedFile, ServerReply> receive(const ServerRequest &request, const ObjectStore &objects);

/// Content-Type, x-oss-meta-*, Cache-Control and the like, as an object keeps them.
[[nodiscard]] ObjectAttributes attributesOf(const ServerRequest &request);

}
