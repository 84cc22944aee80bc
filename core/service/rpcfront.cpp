#include "core/service/rpcfront.h"

#include "core/base/log.h"

#include <QJsonDocument>
#include <QUuid>

namespace edgelift {

namespace {

constexpr qint64 largestBody = 1 << 20;

ServerReply jsonAnswer(const ServerRequest &exchange, const ActionCall &call, ActionReply reply)
{
    const bool refused = reply.status >= 400;
    reply.body.insert(QStringLiteral("RequestId"), call.requestId);
    if (refused) {
        const QString code = reply.body.value(QLatin1String("Code")).toString();
        reply.body.insert(QStringLiteral("HostId"), exchange.header(QLatin1String("host")));
        reply.body.insert(
            QStringLiteral("Recommend"), QStringLiteral("https://api.aliyun.com/troubleshoot?q=%1&product=%2").arg(code, call.product));
    }
    ServerReply made;
    made.status = reply.status;
    made.headers.append({"x-acs-request-id", call.requestId.toUtf8()});
    made.body = QJsonDocument(reply.body).toJson(QJsonDocument::Compact);
    QJsonObject facts{{QStringLiteral("status"), reply.status}, {QStringLiteral("requestId"), call.requestId},
        {QStringLiteral("accessKeyId"), call.accessKeyId}};
    if (refused)
        facts.insert(QStringLiteral("code"), reply.body.value(QLatin1String("Code")));
    log::info("rpc", call.product + QLatin1Char('.') + call.action, facts);
    return made;
}

}

QString newRequestId() { return QUuid::createUuid().toString(QUuid::WithoutBraces).toUpper(); }

RpcFront::RpcFront(const ActionRegistry &registry, const ApiShapes &shapes, const AccessKeyStore &keys, const Clock &clock)
    : m_registry(registry)
    , m_shapes(shapes)
    , m_keys(keys)
    , m_clock(clock)
{
}

ServerReply RpcFront::answer(const ServerRequest &exchange)
{
    ActionCall call;
    call.now = m_clock.now();
    call.requestId = newRequestId();
    ActionReply replied;
    try {
        replied = reply(exchange, call);
    } catch (const std::exception &problem) {
        log::error("rpc", QStringLiteral("a handler failed"),
            {{QStringLiteral("action"), call.action}, {QStringLiteral("why"), QString::fromLocal8Bit(problem.what())}});
        replied = ActionReply::refuse(500, QStringLiteral("InternalError"),
            QStringLiteral("The request processing has failed due to some unknown error, exception or failure."));
    }
    return jsonAnswer(exchange, call, std::move(replied));
}

ActionReply RpcFront::reply(const ServerRequest &exchange, ActionCall &call)
{
    const std::optional<QByteArray> body = exchange.body(largestBody);
    if (!body)
        return ActionReply::refuse(413, QStringLiteral("RequestEntityTooLarge"), QStringLiteral("The body is incomplete or over 1 MiB."));
    RpcRequest request = readRpcRequest(exchange, *body);
    call.product = m_shapes.productOf(request.version);
    call.action = request.action.left(64);
    const auto who = authenticate(exchange, request, m_keys, m_nonces, call.now);
    if (const auto *refusal = std::get_if<ActionReply>(&who))
        return *refusal;
    const AccessKey &key = std::get<AccessKey>(who);
    call.accountId = key.accountId;
    call.accessKeyId = key.credentials.accessKeyId;
    if (call.product.isEmpty())
        return ActionReply::refuse(400, QStringLiteral("InvalidVersion"), QStringLiteral("Specified parameter Version is not valid."));
    const ActionHandler *handler = m_registry.find(call.product, request.action);
    if (!handler || !m_shapes.knows(call.product, request.action))
        return ActionReply::refuse(
            404, QStringLiteral("InvalidAction.NotFound"), QStringLiteral("Specified api is not found, please check your url and method."));
    if (!m_shapes.takesMethod(call.product, request.action, exchange.method))
        return ActionReply::refuse(405, QStringLiteral("UnsupportedHTTPMethod"), QStringLiteral("This HTTP method is not supported."));
    if (const auto problem = m_shapes.check(call.product, request.action, request.parameters))
        return ActionReply::refuse(400, problem->code, problem->message);
    call.region = request.parameters.value(QStringLiteral("RegionId"));
    call.parameters = std::move(request.parameters);
    return (*handler)(call);
}

}
