#pragma once
#include "core/base/fd.h"

#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QPair>
#include <QString>
#include <functional>
#include <memory>
#include <optional>

namespace edgelift {

using ServerPairs = QList<QPair<QString, QString>>;

/// A request as handlers see it: no type of the HTTP library. Names and values are decoded; signatures are computed from these.
struct ServerRequest
{
    QByteArray method; ///< "GET"
    QString path; ///< percent-decoded, starts with "/"
    ServerPairs query; ///< in the order sent; a name without "=" has an empty value
    ServerPairs headers; ///< names lower-case
    QString remoteAddress;
    bool secure = false; ///< came over TLS
    std::optional<qint64> contentLength; ///< absent: none announced (chunked, or no body)
    bool chunked = false;
    /// Reads the body, in pieces; false when the peer broke off or `take` returned false. At most once. What a handler leaves
    /// unread is read and thrown away afterwards, so that the connection stays in step.
    std::function<bool(const std::function<bool(QByteArrayView)> &take)> readBody;

    [[nodiscard]] QString header(QLatin1String name) const; ///< the first of that lower-case name; empty: none
    [[nodiscard]] bool hasQuery(QLatin1String name) const;
    [[nodiscard]] QString queryValue(QLatin1String name) const;
    /// The whole body, or nothing when it is longer than `limit` or broken off.
    [[nodiscard]] std::optional<QByteArray> body(qint64 limit) const;
};

struct ServerReply
{
    int status = 200;
    QByteArray contentType = "application/json; charset=utf-8";
    QList<QPair<QByteArray, QByteArray>> headers;
    QByteArray body;
    QDateTime date; ///< the Date header, UTC; invalid: this machine's time
    std::shared_ptr<Fd> file; ///< set: `length` bytes of this open file from `offset` are sent instead of body
    qint64 offset = 0;
    qint64 length = 0; ///< of `file`
};

using ServerHandler = std::function<ServerReply(const ServerRequest &)>;

}
