#include "core/simcloud/sts.h"

#include "core/service/accesskeys.h"
#include "core/service/registry.h"
#include "core/simcloud/ram.h"
#include "core/simcloud/simaccount.h"

#include <QJsonDocument>
#include <QRegularExpression>

namespace edgelift {

namespace {

const QString product = QStringLiteral("sts");
constexpr std::chrono::hours agentSession{1};

ActionReply invalid(const QString &name, const QString &why)
{
    return ActionReply::refuse(400, QLatin1String("InvalidParameter.") + name, why);
}

QString sessionArn(const QString &role, const QString &session)
{
    return QStringLiteral("acs:ram::%1:assumed-role/%2/%3").arg(simulatedAccount, role, session);
}

ActionReply callerIdentity(const AccessKeyStore &keys, const StateStore &state, const ActionCall &call)
{
    const std::optional<AccessKey> key = keys.find(call.accessKeyId);
    if (!key || key->role.isEmpty()) {
        const QString user = QStringLiteral("edgelift");
        return {200,
            {{QStringLiteral("AccountId"), call.accountId}, {QStringLiteral("IdentityType"), QStringLiteral("RAMUser")},
                {QStringLiteral("Arn"), QStringLiteral("acs:ram::%1:user/%2").arg(call.accountId, user)},
                {QStringLiteral("PrincipalId"), user}, {QStringLiteral("UserId"), user}}};
    }
    const std::optional<Role> role = findRole(state, key->role);
    const QString roleId = role ? role->id : QString();
    return {200,
        {{QStringLiteral("AccountId"), call.accountId}, {QStringLiteral("IdentityType"), QStringLiteral("AssumedRoleUser")},
            {QStringLiteral("Arn"), sessionArn(key->role, key->session)},
            {QStringLiteral("PrincipalId"), roleId + QLatin1Char(':') + key->session}, {QStringLiteral("RoleId"), roleId}}};
}

ActionReply assumeRole(AccessKeyStore &keys, const StateStore &state, const ActionCall &call)
{
    static const QRegularExpression arn(QStringLiteral("\\Aacs:ram::(\\d+):role/([A-Za-z0-9.-]{1,64})\\z"));
    static const QRegularExpression sessionRule(QStringLiteral("\\A[A-Za-z0-9.@_-]{2,64}\\z"));
    const QRegularExpressionMatch match = arn.match(call.parameters.value(QStringLiteral("RoleArn")));
    const QString session = call.parameters.value(QStringLiteral("RoleSessionName"));
    const QString policy = call.parameters.value(QStringLiteral("Policy"));
    const qint64 seconds = call.parameters.value(QStringLiteral("DurationSeconds"), QStringLiteral("3600")).toLongLong();
    if (!match.hasMatch())
        return invalid(QStringLiteral("RoleArn"), QStringLiteral("The parameter RoleArn is wrongly formed."));
    if (!sessionRule.match(session).hasMatch())
        return invalid(QStringLiteral("RoleSessionName"), QStringLiteral("The parameter RoleSessionName is wrongly formed."));
    if (policy.size() > 2048)
        return invalid(QStringLiteral("PolicySize"), QStringLiteral("The policy is longer than 2048 characters."));
    if (!policy.isEmpty() && !QJsonDocument::fromJson(policy.toUtf8()).isObject())
        return invalid(QStringLiteral("PolicyGrammar"), QStringLiteral("The policy is no JSON object."));
    const std::optional<Role> role = match.captured(1) == call.accountId ? findRole(state, match.captured(2)) : std::nullopt;
    if (!role)
        return ActionReply::refuse(404, QStringLiteral("EntityNotExist.Role"), QStringLiteral("The specified Role not exists."));
    if (seconds < 900 || seconds > role->longestSession.count())
        return invalid(QStringLiteral("DurationSeconds"),
            QStringLiteral("The Min/Max value of DurationSeconds is 15min/%1s.").arg(role->longestSession.count()));
    const Credentials made = keys.issue(role->name, session, std::chrono::seconds(seconds));
    const QJsonObject user{
        {QStringLiteral("Arn"), sessionArn(role->name, session)}, {QStringLiteral("AssumedRoleId"), role->id + QLatin1Char(':') + session}};
    const QJsonObject credentials{{QStringLiteral("AccessKeyId"), made.accessKeyId},
        {QStringLiteral("AccessKeySecret"), QString::fromUtf8(made.accessKeySecret.reveal())},
        {QStringLiteral("SecurityToken"), made.securityToken}, {QStringLiteral("Expiration"), made.expires.toString(Qt::ISODate)}};
    return {200, {{QStringLiteral("AssumedRoleUser"), user}, {QStringLiteral("Credentials"), credentials}}};
}

}

void registerSts(ActionRegistry &registry, AccessKeyStore &keys, const StateStore &state)
{
    registry.add(product, QStringLiteral("GetCallerIdentity"),
        [&keys, &state](const ActionCall &call) { return callerIdentity(keys, state, call); });
    registry.add(product, QStringLiteral("AssumeRole"), [&keys, &state](const ActionCall &call) { return assumeRole(keys, state, call); });
}

Result<Credentials> SimulatedIssuer::issue(const QString &, const QString &sessionName)
{
    return m_keys.issue(agentRole, sessionName, agentSession);
}

}
