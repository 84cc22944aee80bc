#include "core/simcloud/ram.h"

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/service/registry.h"
#include "core/service/statestore.h"
#include "core/simcloud/simaccount.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <algorithm>

namespace edgelift {

namespace {

const QString product = QStringLiteral("ram");
const QString collection = QStringLiteral("roles");

QString timeText(const QDateTime &time) { return time.toUTC().toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss'Z'")); }

QJsonObject makeRole(
    const QString &name, const QString &trustPolicy, const QString &description, qint64 longestSession, const QDateTime &now)
{
    return {{QStringLiteral("name"), name}, {QStringLiteral("id"), randomId(QStringLiteral("3"), 17)},
        {QStringLiteral("trustPolicy"), trustPolicy}, {QStringLiteral("description"), description},
        {QStringLiteral("longestSession"), longestSession}, {QStringLiteral("created"), timeText(now)},
        {QStringLiteral("policies"), QJsonArray()}};
}

QString trustOf(const QString &principalKind, const QString &principal)
{
    const QJsonObject statement{{QStringLiteral("Action"), QStringLiteral("sts:AssumeRole")},
        {QStringLiteral("Effect"), QStringLiteral("Allow")},
        {QStringLiteral("Principal"), QJsonObject{{principalKind, QJsonArray{principal}}}}};
    return QString::fromUtf8(
        QJsonDocument(QJsonObject{{QStringLiteral("Statement"), QJsonArray{statement}}, {QStringLiteral("Version"), QStringLiteral("1")}})
            .toJson(QJsonDocument::Compact));
}

QString arnOf(const QString &name) { return QStringLiteral("acs:ram::%1:role/%2").arg(simulatedAccount, name); }

QJsonObject toReply(const QJsonObject &role)
{
    const QString name = role.value(QLatin1String("name")).toString();
    const QJsonObject shown{{QStringLiteral("RoleName"), name}, {QStringLiteral("RoleId"), role.value(QLatin1String("id"))},
        {QStringLiteral("Arn"), arnOf(name)}, {QStringLiteral("Description"), role.value(QLatin1String("description"))},
        {QStringLiteral("AssumeRolePolicyDocument"), role.value(QLatin1String("trustPolicy"))},
        {QStringLiteral("MaxSessionDuration"), role.value(QLatin1String("longestSession"))},
        {QStringLiteral("CreateDate"), role.value(QLatin1String("created"))}};
    return {{QStringLiteral("Role"), shown}};
}

bool validName(const QString &name)
{
    return !name.isEmpty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](QChar c) {
        return c.unicode() < 128 && (c.isLetterOrNumber() || c == QLatin1Char('.') || c == QLatin1Char('-'));
    });
}

ActionReply noSuchRole(const QString &name)
{
    return ActionReply::refuse(404, QStringLiteral("EntityNotExist.Role"), QStringLiteral("The role not exists: %1.").arg(name));
}

ActionReply invalid(const QString &name, const QString &why)
{
    return ActionReply::refuse(400, QLatin1String("InvalidParameter.") + name, why);
}

ActionReply getRole(const StateStore &state, const ActionCall &call)
{
    const QString name = call.parameters.value(QStringLiteral("RoleName"));
    const QJsonObject role = state.get(collection, name);
    return role.isEmpty() ? noSuchRole(name) : ActionReply{200, toReply(role)};
}

ActionReply createRole(StateStore &state, const ActionCall &call)
{
    const QString name = call.parameters.value(QStringLiteral("RoleName"));
    const QString policy = call.parameters.value(QStringLiteral("AssumeRolePolicyDocument"));
    const qint64 longest = call.parameters.value(QStringLiteral("MaxSessionDuration"), QStringLiteral("3600")).toLongLong();
    if (!validName(name))
        return invalid(QStringLiteral("RoleName"), QStringLiteral("The role name is not valid."));
    if (!QJsonDocument::fromJson(policy.toUtf8()).isObject())
        return invalid(QStringLiteral("AssumeRolePolicyDocument"), QStringLiteral("The trust policy is not valid."));
    if (longest < 3600 || longest > 43200)
        return invalid(QStringLiteral("MaxSessionDuration"), QStringLiteral("The duration is not between 3600 and 43200."));
    const std::lock_guard lock(state.mutex());
    if (state.contains(collection, name))
        return ActionReply::refuse(409, QStringLiteral("EntityAlreadyExists.Role"), QStringLiteral("The role already exists."));
    const QJsonObject role = makeRole(name, policy, call.parameters.value(QStringLiteral("Description")), longest, call.now);
    state.put(collection, name, role);
    return {200, toReply(role)};
}

ActionReply attachPolicy(StateStore &state, const ActionCall &call)
{
    const QString name = call.parameters.value(QStringLiteral("RoleName"));
    const QString type = call.parameters.value(QStringLiteral("PolicyType"));
    const QString policy = call.parameters.value(QStringLiteral("PolicyName"));
    if (type != QLatin1String("System") && type != QLatin1String("Custom"))
        return invalid(QStringLiteral("PolicyType"), QStringLiteral("The policy type is neither System nor Custom."));
    if (policy.isEmpty())
        return invalid(QStringLiteral("PolicyName"), QStringLiteral("The policy name is not valid."));
    const std::lock_guard lock(state.mutex());
    QJsonObject role = state.get(collection, name);
    if (role.isEmpty())
        return noSuchRole(name);
    const QString attached = type + QLatin1Char(':') + policy;
    QJsonArray policies = role.value(QLatin1String("policies")).toArray();
    if (policies.contains(attached))
        return ActionReply::refuse(
            409, QStringLiteral("EntityAlreadyExists.Role.Policy"), QStringLiteral("The policy is already attached."));
    policies.append(attached);
    role.insert(QStringLiteral("policies"), policies);
    state.put(collection, name, role);
    return {};
}

}

std::optional<Role> findRole(const StateStore &state, const QString &name)
{
    const QJsonObject role = state.get(collection, name);
    if (role.isEmpty())
        return std::nullopt;
    return Role{name, arnOf(name), role.value(QLatin1String("id")).toString(),
        std::chrono::seconds(role.value(QLatin1String("longestSession")).toInteger(3600))};
}

void makeServiceRoles(StateStore &state, const Clock &clock)
{
    const std::lock_guard lock(state.mutex());
    const QString marker = QStringLiteral("serviceRoles");
    if (state.contains(QStringLiteral("made"), marker))
        return;
    const auto make = [&](const QString &name, const QString &trust, const QString &policy) {
        QJsonObject role = makeRole(name, trust, QString(), 43200, clock.now());
        role.insert(QStringLiteral("policies"), QJsonArray{QLatin1String("System:") + policy});
        state.put(collection, name, role);
    };
    make(exportRole, trustOf(QStringLiteral("Service"), QStringLiteral("ecs.aliyuncs.com")),
        QStringLiteral("AliyunECSImageExportRolePolicy"));
    make(
        ensImportRole, trustOf(QStringLiteral("Service"), QStringLiteral("ens.aliyuncs.com")), QStringLiteral("AliyunENSImportRolePolicy"));
    make(agentRole, trustOf(QStringLiteral("RAM"), QStringLiteral("acs:ram::%1:root").arg(simulatedAccount)),
        QStringLiteral("AliyunSMCFullAccess"));
    state.put(QStringLiteral("made"), marker, {{QStringLiteral("at"), timeText(clock.now())}});
}

void registerRam(ActionRegistry &registry, StateStore &state)
{
    registry.add(product, QStringLiteral("GetRole"), [&state](const ActionCall &call) { return getRole(state, call); });
    registry.add(product, QStringLiteral("CreateRole"), [&state](const ActionCall &call) { return createRole(state, call); });
    registry.add(product, QStringLiteral("AttachPolicyToRole"), [&state](const ActionCall &call) { return attachPolicy(state, call); });
}

}
