#pragma once
#include "core/cloud/credentialsource.h"
#include "core/cloud/qthttptransport.h"
#include "core/cloud/rpcclient.h"
#include "core/service/agentcalls.h"

namespace edgelift {

/// What the service needs to give agents access to the real cloud.
struct CloudAccount
{
    Credentials keys; ///< of a RAM user that may assume the role
    QString roleArn; ///< "acs:ram::<account>:role/<name>": what agents may do
    QString accountId; ///< out of roleArn
    QUrl stsEndpoint; ///< empty: Alibaba's own
};

/// Temporary credentials from STS AssumeRole, for one hour. Thread-safe.
class StsIssuer final : public CredentialIssuer
{
public:
    StsIssuer(const CloudAccount &account, const Clock &clock);
    [[nodiscard]] Result<Credentials> issue(const QString &sourceId, const QString &sessionName) override;

private:
    QtHttpTransport m_transport;
    StaticCredentials m_keys;
    RpcClient m_client;
    const QString m_roleArn;
};

}
