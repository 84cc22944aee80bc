#include "core/cloud/stsapi.h"
#include "core/base/log.h"
#include "core/cloud/replyfields.h"

namespace edgelift {

StsApi::StsApi(const RpcClient &client)
    : m_client(client)
{
}

Result<sts::Identity> StsApi::getCallerIdentity(const std::stop_token &stop) const
{
    const Result<QJsonObject> reply = m_client.call({Product::Sts, QStringLiteral("GetCallerIdentity"), {}, {}}, stop);
    if (!reply)
        return reply.error();
    return sts::Identity{fields::text(*reply, "AccountId"), fields::text(*reply, "Arn"), fields::text(*reply, "IdentityType"),
        fields::text(*reply, "PrincipalId")};
}

Result<Credentials> StsApi::assumeRole(const sts::Role &role, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RoleArn"), role.arn)
        .text(QStringLiteral("RoleSessionName"), role.sessionName)
        .text(QStringLiteral("Policy"), role.policy)
        .number(QStringLiteral("DurationSeconds"), role.duration.count());
    const Result<QJsonObject> reply = m_client.call({Product::Sts, QStringLiteral("AssumeRole"), {}, parameters}, stop);
    if (!reply)
        return reply.error();
    const QJsonObject given = reply->value(QLatin1String("Credentials")).toObject();
    Credentials out{fields::text(given, "AccessKeyId"), Secret(fields::text(given, "AccessKeySecret").toUtf8()),
        fields::text(given, "SecurityToken"), fields::time(given, "Expiration")};
    if (out.accessKeyId.isEmpty() || out.accessKeySecret.isEmpty())
        return Error{
            ErrorCode::CloudReplyUnreadable, Retry::AfterWait, {QStringLiteral("sts:AssumeRole")}, QStringLiteral("no credentials")};
    log::hide(out.accessKeySecret);
    log::hide(Secret(out.securityToken.toUtf8()));
    return out;
}

}
