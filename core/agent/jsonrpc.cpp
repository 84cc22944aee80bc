#include "core/agent/jsonrpc.h"

#include "core/base/errortext.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace edgelift::rpc {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

QByteArray line(QJsonObject message)
{
    message.insert(key("jsonrpc"), QStringLiteral("2.0"));
    return QJsonDocument(message).toJson(QJsonDocument::Compact) + '\n'; // JSON escapes line feeds in texts
}

QString retryName(Retry retry)
{
    switch (retry) {
    case Retry::Never:
        return QStringLiteral("never");
    case Retry::AfterWait:
        return QStringLiteral("afterWait");
    case Retry::AfterUserAction:
        return QStringLiteral("afterUserAction");
    }
    Q_UNREACHABLE();
}

Retry retryFromName(const QString &name)
{
    if (name == QLatin1String("afterWait"))
        return Retry::AfterWait;
    return name == QLatin1String("afterUserAction") ? Retry::AfterUserAction : Retry::Never;
}

bool isId(const QJsonValue &id) { return id.isDouble() || (id.isString() && id.toString().size() <= 100); }

QByteArray errorLine(const QJsonValue &id, int code, const QString &message, const Error &error)
{
    const QJsonObject body{{key("code"), code}, {key("message"), message}, {key("data"), toJson(error)}};
    return line({{key("id"), id}, {key("error"), body}});
}

Error malformedError(const QString &reason) { return {ErrorCode::RequestMalformed, Retry::Never, {reason}, {}}; }

}

bool LineBuffer::append(const QByteArray &bytes)
{
    m_bytes += bytes;
    const qsizetype end = m_bytes.indexOf('\n', m_searched);
    if (end < 0)
        m_searched = m_bytes.size();
    return (end < 0 ? m_bytes.size() : end) <= m_limit;
}

std::optional<QByteArray> LineBuffer::next()
{
    const qsizetype end = m_bytes.indexOf('\n', m_searched);
    if (end < 0) {
        m_searched = m_bytes.size();
        return std::nullopt;
    }
    m_searched = 0;
    QByteArray found = m_bytes.left(end);
    m_bytes.remove(0, end + 1);
    if (found.size() > m_limit)
        return QByteArray(); // no request: refused as such
    return found;
}

std::variant<Request, Malformed> parseRequest(const QByteArray &text)
{
    QJsonParseError problem{};
    const QJsonDocument document = QJsonDocument::fromJson(text, &problem);
    if (problem.error != QJsonParseError::NoError)
        return Malformed{QJsonValue(), parseError, QStringLiteral("not JSON: ") + problem.errorString()};
    if (!document.isObject())
        return Malformed{QJsonValue(), invalidRequest, QStringLiteral("one object a line is expected; batches are not supported")};
    const QJsonObject object = document.object();
    const QJsonValue id = object.value(key("id"));
    if (!isId(id))
        return Malformed{QJsonValue(), invalidRequest, QStringLiteral("“id” must be a number or a text")};
    if (object.value(key("jsonrpc")) != QJsonValue(QStringLiteral("2.0")))
        return Malformed{id, invalidRequest, QStringLiteral("“jsonrpc” must be “2.0”")};
    const QJsonValue method = object.value(key("method"));
    if (!method.isString() || method.toString().isEmpty() || method.toString().size() > 100)
        return Malformed{id, invalidRequest, QStringLiteral("“method” must be a text")};
    const QJsonValue params = object.value(key("params"));
    if (!params.isUndefined() && !params.isObject())
        return Malformed{id, invalidParams, QStringLiteral("“params” must be an object")};
    return Request{id, method.toString(), params.toObject()};
}

Result<std::variant<Reply, Notification>> parseServerLine(const QByteArray &text)
{
    using Line = std::variant<Reply, Notification>;
    const QJsonDocument document = QJsonDocument::fromJson(text);
    const QJsonObject object = document.object();
    if (!document.isObject() || object.value(key("jsonrpc")) != QJsonValue(QStringLiteral("2.0")))
        return malformedError(QStringLiteral("the agent's answer is not JSON-RPC 2.0"));
    if (object.contains(key("method")))
        return Line{Notification{object.value(key("method")).toString(), object.value(key("params")).toObject()}};
    const QJsonValue id = object.value(key("id"));
    if (object.contains(key("error")))
        return Line{Reply{id, errorFromJson(object.value(key("error")).toObject().value(key("data")).toObject())}};
    if (!object.value(key("result")).isObject())
        return malformedError(QStringLiteral("the agent's answer has neither result nor error"));
    return Line{Reply{id, object.value(key("result")).toObject()}};
}

QByteArray requestLine(qint64 id, const QString &method, const QJsonObject &params)
{
    return line({{key("id"), id}, {key("method"), method}, {key("params"), params}});
}

QByteArray resultLine(const QJsonValue &id, const QJsonObject &result) { return line({{key("id"), id}, {key("result"), result}}); }

QByteArray errorLine(const QJsonValue &id, const Error &error) { return errorLine(id, application, describe(error).message, error); }

QByteArray errorLine(const Malformed &malformed)
{
    return errorLine(malformed.id, malformed.code, malformed.reason, malformedError(malformed.reason));
}

QByteArray notificationLine(const QString &method, const QJsonObject &params)
{
    return line({{key("method"), method}, {key("params"), params}});
}

QJsonObject toJson(const Error &error)
{
    const ErrorText text = describe(error);
    return {{key("code"), int(error.code)}, {key("displayCode"), displayCode(error.code)}, {key("name"), codeName(error.code)},
        {key("args"), QJsonArray::fromStringList(error.args)}, {key("retry"), retryName(error.retry)}, {key("title"), text.title},
        {key("message"), text.message}, {key("remedy"), text.remedy}, {key("detail"), error.detail}};
}

Error errorFromJson(const QJsonObject &data)
{
    const ErrorCode code = ErrorCode(quint16(data.value(key("code")).toInt()));
    Error error;
    error.code = codeName(code).isEmpty() ? ErrorCode::Internal : code;
    error.retry = retryFromName(data.value(key("retry")).toString());
    for (const QJsonValue &arg : data.value(key("args")).toArray())
        error.args.append(arg.toString());
    error.detail = data.value(key("detail")).toString();
    return error;
}

}
