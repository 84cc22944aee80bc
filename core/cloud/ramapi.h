#pragma once
#include "core/cloud/rpcclient.h"

namespace edgelift {

/// Roles of the account: whether the one that image export needs is there. Central. Rules as for EcsApi.
class RamApi
{
public:
    explicit RamApi(const RpcClient &client);
    /// The role's ARN; an empty text when there is no such role.
    [[nodiscard]] Result<QString> roleArn(const QString &name, const std::stop_token &stop) const;
    /// `trustPolicy` is JSON: who may take the role. Gives the ARN.
    [[nodiscard]] Result<QString> createRole(
        const QString &name, const QString &trustPolicy, const QString &description, const std::stop_token &stop) const;
    /// A policy of Alibaba's own; attaching it twice is success.
    [[nodiscard]] Result<> attachSystemPolicy(const QString &roleName, const QString &policyName, const std::stop_token &stop) const;

private:
    const RpcClient &m_client;
};

}
