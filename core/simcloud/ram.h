#pragma once
#include <QString>
#include <chrono>
#include <optional>

namespace edgelift {

class ActionRegistry;
class Clock;
class StateStore;

/// A RAM role as far as the simulated cloud looks at it (state collection "roles").
struct Role
{
    QString name;
    QString arn; ///< "acs:ram::<account>:role/<name>"
    QString id;
    std::chrono::seconds longestSession{3600};
};
[[nodiscard]] std::optional<Role> findRole(const StateStore &state, const QString &name);

inline const QString exportRole = QStringLiteral("AliyunECSImageExportDefaultRole"); ///< the only name ECS takes for ExportImage
inline const QString ensImportRole = QStringLiteral("AliyunENSImportRole");
inline const QString agentRole = QStringLiteral("EdgeliftAgentRole"); ///< whose credentials agents get

/// Makes the three roles above, once in a state's life: who deletes one from the state by hand keeps it deleted.
void makeServiceRoles(StateStore &state, const Clock &clock);

/// RAM (2015-05-01): GetRole, CreateRole, AttachPolicyToRole. Policies are kept and given back, not enforced. `state` outlives the
/// registry.
void registerRam(ActionRegistry &registry, StateStore &state);

}
