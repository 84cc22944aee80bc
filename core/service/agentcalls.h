#pragma once
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/credential/credentials.h"
#include "core/service/attemptlimit.h"
#include "core/service/serverrequest.h"

#include <QJsonObject>
#include <QUrl>

namespace edgelift {

class AccessTokens;
class SourceServers;
struct SourceProfile;

/// Where temporary credentials for agents come from: the real STS, or the simulated one. Called on the server's threads.
class CredentialIssuer
{
public:
    virtual ~CredentialIssuer() = default;
    /// `sessionName` is a valid RoleSessionName. Errors: CloudRefused, CloudUnreachable, CredentialsWrong and their like.
    [[nodiscard]] virtual Result<Credentials> issue(const QString &sourceId, const QString &sessionName) = 0;
};

/// The agents' own calls: POST /agent/v1/{redeem,heartbeat,status,credentials}, JSON both ways. redeem takes an activation code,
/// the others "Authorization: Bearer <session token>". Refusals: HTTP 4xx with {"code","message"} and facts ("expired", "limit").
/// Thread-safe. Everything given by reference outlives it.
class AgentCalls
{
public:
    struct Settings
    {
        /// Set when this service is the cloud too: agents are told this address for every product, with the host they have
        /// called us by. Empty: Alibaba's own addresses.
        QUrl cloudEndpoint;
        QString accountId;
    };
    AgentCalls(AccessTokens &tokens, SourceServers &sources, CredentialIssuer &issuer, const Clock &clock, Settings settings);

    [[nodiscard]] static bool takes(const ServerRequest &exchange);
    [[nodiscard]] ServerReply answer(const ServerRequest &exchange);

private:
    [[nodiscard]] ServerReply redeem(const ServerRequest &exchange, const QJsonObject &body);
    [[nodiscard]] ServerReply registered(const ServerRequest &exchange, const SourceProfile &profile);
    [[nodiscard]] ServerReply status(const QString &source, const QJsonObject &body);
    [[nodiscard]] ServerReply credentials(const QString &source);

    AccessTokens &m_tokens;
    SourceServers &m_sources;
    CredentialIssuer &m_issuer;
    const Clock &m_clock;
    const Settings m_settings;
    AttemptLimit m_attempts;
};

}
