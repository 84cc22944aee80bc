#pragma once
#include "core/base/error.h"
#include "core/cloud/httptransport.h"

#include <QDateTime>
#include <QHash>
#include <optional>

namespace edgelift {

/// What was asked, for the texts of errors.
struct CallFacts
{
    QString product; ///< "ecs", "oss", …
    QString action; ///< "RunInstances", "PutObject"
    QString region;
    QString host; ///< who was asked
    QHash<QString, QString> parameters; ///< names and ids in errors come from here; for OSS: Bucket, Key
    QDateTime sentAt; ///< UTC by our clock: the skew is measured against it
};

/// May the same request be sent again at once (after a short wait)?
enum class Repeat : quint8 {
    No, ///< the same request will be refused again
    Yes, ///< the cloud did nothing: whatever the request, send it again
    IfHarmless, ///< the cloud may have done it: only requests that may happen twice
};

struct Failure
{
    Error error;
    Repeat repeat = Repeat::No;
    QString cloudCode; ///< "Throttling.User": for callers that know one code as success (a delete of what is gone)
};

/// The one place where answers of the cloud become our errors. Nothing for a success: HTTP 2xx, and for RPC replies no Code or Code 0
/// in the body (ENS refuses with HTTP 200). Reads JSON and the XML that OSS and gateways answer with.
[[nodiscard]] std::optional<Failure> classify(const HttpReply &reply, const CallFacts &facts);
/// The same for a request without an answer.
[[nodiscard]] Failure classify(const Error &transportError, const CallFacts &facts);
/// For an answer that came with success but cannot be read: CloudReplyUnreadable. `what` is English, for the log.
[[nodiscard]] Error unreadableReply(const CallFacts &facts, const QString &what);

}
