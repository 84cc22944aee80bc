#include "core/cloud/smcapi.h"
#include "core/base/log.h"
#include "core/cloud/paging.h"
#include "core/cloud/replyfields.h"

namespace edgelift {

namespace {

RpcCall made(const char *action, Parameters parameters)
{
    return {Product::Smc, QString::fromLatin1(action), QString(), std::move(parameters)};
}

smc::AccessToken readToken(const QJsonObject &object)
{
    smc::AccessToken out;
    out.id = fields::text(object, "AccessTokenId");
    out.name = fields::text(object, "Name");
    out.description = fields::text(object, "Description");
    out.status = fields::text(object, "Status");
    out.quota = int(fields::number(object, "Count"));
    out.used = int(fields::number(object, "RegisteredCount"));
    out.days = int(fields::number(object, "TimeToLiveInDays"));
    out.created = fields::time(object, "CreationTime");
    return out;
}

smc::SourceServer readServer(const QJsonObject &object)
{
    smc::SourceServer out;
    out.id = fields::text(object, "SourceId");
    out.name = fields::text(object, "Name");
    out.description = fields::text(object, "Description");
    out.state = fields::text(object, "State");
    out.platform = fields::text(object, "Platform");
    out.architecture = fields::text(object, "Architecture");
    out.agentVersion = fields::text(object, "AgentVersion");
    out.errorCode = fields::text(object, "ErrorCode");
    out.jobId = fields::text(object, "JobId");
    out.created = fields::time(object, "CreationTime");
    return out;
}

}

SmcApi::SmcApi(const RpcClient &client)
    : m_client(client)
{
}

Result<smc::AccessTokenSecret> SmcApi::createAccessToken(const smc::NewAccessToken &token, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("Name"), token.name)
        .text(QStringLiteral("Description"), token.description)
        .number(QStringLiteral("Count"), token.quota)
        .number(QStringLiteral("TimeToLiveInDays"), token.days);
    RpcCall call = made("CreateAccessToken", parameters);
    call.harmlessTwice = false;
    const Result<QJsonObject> reply = m_client.call(call, stop);
    if (!reply)
        return reply.error();
    smc::AccessTokenSecret out{fields::text(*reply, "AccessTokenId"), Secret(fields::text(*reply, "AccessTokenCode").toUtf8())};
    if (out.id.isEmpty() || out.code.isEmpty())
        return Error{
            ErrorCode::CloudReplyUnreadable, Retry::AfterWait, {QStringLiteral("smc:CreateAccessToken")}, QStringLiteral("no token")};
    log::hide(out.code);
    return out;
}

Result<QList<smc::AccessToken>> SmcApi::listAccessTokens(const QStringList &ids, const std::stop_token &stop) const
{
    // The call takes no page: it gives everything.
    const Result<QJsonObject> reply =
        m_client.call(made("ListAccessTokens", Parameters().list(QStringLiteral("AccessTokenId"), ids)), stop);
    if (!reply)
        return reply.error();
    QList<smc::AccessToken> out;
    for (const QJsonObject &token : fields::objects(*reply, "AccessTokens", "AccessToken"))
        out.append(readToken(token));
    return out;
}

Result<> SmcApi::disableAccessToken(const QString &id, const std::stop_token &stop) const
{
    return m_client.perform(made("DisableAccessToken", Parameters().text(QStringLiteral("AccessTokenId"), id)), stop);
}

Result<> SmcApi::deleteAccessToken(const QString &id, const std::stop_token &stop) const
{
    return m_client.remove(made("DeleteAccessToken", Parameters().text(QStringLiteral("AccessTokenId"), id)), stop);
}

Result<QList<smc::SourceServer>> SmcApi::describeSourceServers(const QStringList &ids, const std::stop_token &stop) const
{
    const RpcCall call = made("DescribeSourceServers", Parameters().list(QStringLiteral("SourceId"), ids));
    const Paging paging{Paging::Kind::Number, 50};
    return collectAs<smc::SourceServer>(m_client, call, paging, {"SourceServers", "SourceServer"}, readServer, stop);
}

}
