#pragma once
#include "core/base/error.h"
#include "core/service/accesskeys.h"
#include "core/service/serverrequest.h"

#include <variant>

namespace edgelift {

/// An OSS request with its bucket and object found: "<bucket>.oss-<region>….com/<key>", or "/<bucket>/<key>" when the host is an
/// IP address or no OSS name.
struct OssTarget
{
    QString bucket; ///< empty: the service itself
    QString key; ///< empty: the bucket itself
    QString hostRegion; ///< of an OSS host name; empty: not told
};
[[nodiscard]] OssTarget ossTarget(const ServerRequest &request);

/// An error as OSS writes it (XML). `facts` are further elements: "BucketName", "StringToSign", …
[[nodiscard]] ServerReply ossError(int status, const QString &code, const QString &message, const ServerPairs &facts = {});
/// The object store's errors in OSS's words.
[[nodiscard]] ServerReply ossError(const Error &error, const OssTarget &target);

/// Who signed the request, with V1 or V4, in a header or in the address; or the refusal. Temporary credentials count until they
/// expire, header signatures for 15 minutes around their time, addresses until their own expiry.
[[nodiscard]] std::variant<AccessKey, ServerReply> authenticateOss(
    const ServerRequest &request, const OssTarget &target, const AccessKeyStore &keys, const QDateTime &now);
/// The region a V4 signature is for; empty for V1.
[[nodiscard]] QString signedRegion(const ServerRequest &request, const OssTarget &target);

}
