#include "app/service/stsissuer.h"

#include "core/cloud/stsapi.h"

namespace edgelift {

StsIssuer::StsIssuer(const CloudAccount &account, const Clock &clock)
    : m_keys(account.keys)
    // An agent waits for the answer and asks again by itself: few attempts.
    , m_client({m_transport, m_keys, clock, {3, std::chrono::milliseconds(500), std::chrono::milliseconds(2000)}},
          Endpoints(account.stsEndpoint))
    , m_roleArn(account.roleArn)
{
}

Result<Credentials> StsIssuer::issue(const QString &, const QString &sessionName)
{
    return StsApi(m_client).assumeRole({m_roleArn, sessionName, {}, std::chrono::hours(1)}, {});
}

}
