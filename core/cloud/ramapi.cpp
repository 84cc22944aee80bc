#include "core/cloud/ramapi.h"
#include "core/cloud/replyfields.h"

namespace edgelift {

namespace {

RpcCall made(const char *action, Parameters parameters)
{
    return {Product::Ram, QString::fromLatin1(action), QString(), std::move(parameters)};
}

QString arnOf(const QJsonObject &reply) { return fields::text(reply.value(QLatin1String("Role")).toObject(), "Arn"); }

}

RamApi::RamApi(const RpcClient &client)
    : m_client(client)
{
}

Result<QString> RamApi::roleArn(const QString &name, const std::stop_token &stop) const
{
    const Result<QString> arn = m_client.idOf(made("GetRole", Parameters().text(QStringLiteral("RoleName"), name)), arnOf, stop);
    if (!arn && arn.error().code == ErrorCode::ResourceMissing)
        return QString();
    return arn;
}

Result<QString> RamApi::createRole(
    const QString &name, const QString &trustPolicy, const QString &description, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("RoleName"), name)
        .text(QStringLiteral("AssumeRolePolicyDocument"), trustPolicy)
        .text(QStringLiteral("Description"), description);
    std::variant<QJsonObject, Failure> answer = m_client.tryCall(made("CreateRole", parameters), stop);
    if (const auto *reply = std::get_if<QJsonObject>(&answer))
        return arnOf(*reply);
    const Failure &failure = std::get<Failure>(answer);
    if (failure.cloudCode == QLatin1String("EntityAlreadyExists.Role")) // by an attempt that got no answer, or by somebody else
        return roleArn(name, stop);
    return failure.error;
}

Result<> RamApi::attachSystemPolicy(const QString &roleName, const QString &policyName, const std::stop_token &stop) const
{
    Parameters parameters;
    parameters.text(QStringLiteral("PolicyType"), QStringLiteral("System"))
        .text(QStringLiteral("PolicyName"), policyName)
        .text(QStringLiteral("RoleName"), roleName);
    std::variant<QJsonObject, Failure> answer = m_client.tryCall(made("AttachPolicyToRole", parameters), stop);
    const auto *failure = std::get_if<Failure>(&answer);
    if (failure && !failure->cloudCode.startsWith(QLatin1String("EntityAlreadyExists.")))
        return failure->error;
    return ok();
}

}
