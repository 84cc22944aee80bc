#pragma once
#include "core/cloud/rpcclient.h"

namespace edgelift {

namespace sts {

struct Identity
{
    QString accountId;
    QString arn;
    QString type; ///< Account, RAMUser, AssumedRoleUser
    QString principalId;
};

struct Role
{
    QString arn; ///< "acs:ram::<account>:role/<name>"
    QString sessionName; ///< 2–64 letters, digits, . @ - _
    QString policy; ///< JSON that narrows the role's rights; at most 2048 characters; empty: all of them
    std::chrono::seconds duration{3600}; ///< 900 to the role's maximum
};

}

/// Who we are, and temporary credentials. Central. Rules as for EcsApi.
class StsApi
{
public:
    explicit StsApi(const RpcClient &client);
    /// The cheapest proof that credentials, signature and clock are right.
    [[nodiscard]] Result<sts::Identity> getCallerIdentity(const std::stop_token &stop) const;
    /// Not possible with the keys of the account itself. Errors: RoleMissing, PermissionMissing.
    [[nodiscard]] Result<Credentials> assumeRole(const sts::Role &role, const std::stop_token &stop) const;

private:
    const RpcClient &m_client;
};

}
