#pragma once
#include "core/base/result.h"

#include <QByteArray>
#include <QJsonObject>
#include <QJsonValue>
#include <chrono>
#include <optional>
#include <variant>

/// JSON-RPC 2.0 as the agent speaks it: one JSON object a line (UTF-8, line feed), no batches, parameters by name. The client sends
/// requests, the server replies and, after `subscribe`, notifications. Pure functions of their input.
namespace edgelift::rpc {

/// Of the agent's interface; both ends must have the same one. Raised whenever a method or an event changes its meaning.
inline constexpr int interfaceVersion = 1;
/// Notification before the answer to `version`: a person is asked for permission, which takes as long as it takes.
inline constexpr char authorizing[] = "authorizing";
inline constexpr std::chrono::minutes authorizingTime{6}; ///< how long a client waits then; the agent gives up before
inline constexpr qsizetype messageLimit = 4 << 20; ///< bytes of one line, either direction

/// Numbers of JSON-RPC 2.0 itself; an Error of ours has `application`.
enum Code : int { parseError = -32700, invalidRequest = -32600, methodNotFound = -32601, invalidParams = -32602, application = -32000 };

/// Cuts a stream of bytes into lines. Holds at most one message over the limit's length.
class LineBuffer
{
public:
    explicit LineBuffer(qsizetype limit = messageLimit)
        : m_limit(limit)
    {
    }
    /// False when a line is longer than the limit: the connection cannot be used any more.
    [[nodiscard]] bool append(const QByteArray &bytes);
    [[nodiscard]] std::optional<QByteArray> next(); ///< the next whole line, without its line feed

private:
    qsizetype m_limit;
    QByteArray m_bytes;
    qsizetype m_searched = 0; ///< no line feed before this
};

struct Request
{
    QJsonValue id; ///< a number or a text
    QString method;
    QJsonObject params;
};

/// Why a line is no request: what to answer.
struct Malformed
{
    QJsonValue id; ///< null when it could not be told
    int code = invalidRequest;
    QString reason;
};
[[nodiscard]] std::variant<Request, Malformed> parseRequest(const QByteArray &line);

/// What a server says: the answer to a request, or something that happened.
struct Reply
{
    QJsonValue id;
    std::variant<QJsonObject, Error> outcome;
};
struct Notification
{
    QString method; ///< "event", "ended" or "authorizing"
    QJsonObject params;
};
/// Error: RequestMalformed.
[[nodiscard]] Result<std::variant<Reply, Notification>> parseServerLine(const QByteArray &line);

[[nodiscard]] QByteArray requestLine(qint64 id, const QString &method, const QJsonObject &params);
[[nodiscard]] QByteArray resultLine(const QJsonValue &id, const QJsonObject &result);
[[nodiscard]] QByteArray errorLine(const QJsonValue &id, const Error &error);
[[nodiscard]] QByteArray errorLine(const Malformed &malformed);
[[nodiscard]] QByteArray notificationLine(const QString &method, const QJsonObject &params);

/// An Error with all its texts: code (number), displayCode, name, args, retry, title, message, remedy, detail.
[[nodiscard]] QJsonObject toJson(const Error &error);
/// Only code, args, retry and detail are believed; a code that does not exist becomes Internal.
[[nodiscard]] Error errorFromJson(const QJsonObject &data);

}
