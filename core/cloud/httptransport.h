#pragma once
#include "core/base/result.h"

#include <QByteArray>
#include <QList>
#include <QPair>
#include <QUrl>
#include <chrono>
#include <stop_token>

namespace edgelift {

using HttpHeaders = QList<QPair<QByteArray, QByteArray>>;

struct HttpRequest
{
    QByteArray method = "GET"; ///< GET, HEAD, PUT, POST or DELETE
    QUrl url;
    HttpHeaders headers;
    QByteArray body;
    QString bodyFile; ///< when not empty, sent instead of `body`, streamed
    qint64 bodyOffset = 0; ///< where in the file to begin
    qint64 bodyLength = -1; ///< bytes to send of it; -1: to its end
    std::chrono::milliseconds timeout{30000}; ///< without a single byte moving in either direction
    QByteArray certificatePin; ///< SHA-256 of the server's SubjectPublicKeyInfo; empty: ordinary check by certificate authorities
};

struct HttpReply
{
    int status = 0;
    HttpHeaders headers;
    QByteArray body; ///< at most 64 MiB; more is an error

    /// Value of the first header called `name` (case does not matter); empty when there is none.
    [[nodiscard]] QByteArray header(QByteArrayView name) const;
};

/// Sends one request and waits for its answer. Blocks the caller; safe in any thread but the network's own. No redirect is
/// followed: it would carry credentials elsewhere. A POST with a body is sent once and never again, whatever breaks. Any HTTP status is an
/// answer, not an error. Errors: CloudUnreachable (no connection was made: nothing was sent), PeerNotTrusted (certificate; nothing was
/// sent), FileUnreadable (bodyFile), CloudTimedOut (connected, then no complete answer: what became of the request is unknown; also when
/// stop was asked). Args of the first two: host, and the cause where it is known (core/base/errorcauses.cpp).
class HttpTransport
{
public:
    virtual ~HttpTransport() = default;
    virtual Result<HttpReply> send(const HttpRequest &request, const std::stop_token &stop) = 0;
};

}
