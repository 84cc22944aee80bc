#pragma once
#include "core/service/agentcalls.h"

namespace edgelift {

class AccessKeyStore;
class ActionRegistry;
class StateStore;

/// STS (2015-04-01): GetCallerIdentity and AssumeRole. The pair in credentials.json is taken for a RAM user's with all rights, since
/// the cloud lets the account itself assume no role. Policies are checked for their form, not enforced. Both outlive the registry.
void registerSts(ActionRegistry &registry, AccessKeyStore &keys, const StateStore &state);

/// Temporary credentials of agentRole for agents, for one hour.
class SimulatedIssuer final : public CredentialIssuer
{
public:
    explicit SimulatedIssuer(AccessKeyStore &keys)
        : m_keys(keys)
    {
    }
    [[nodiscard]] Result<Credentials> issue(const QString &sourceId, const QString &sessionName) override;

private:
    AccessKeyStore &m_keys;
};

}
