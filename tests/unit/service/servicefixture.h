#pragma once
#include "core/base/clock.h"
#include "core/credential/requestsigning.h"
#include "core/service/accesskeys.h"
#include "core/service/accesstokens.h"
#include "core/service/agentcalls.h"
#include "core/service/apishapes.h"
#include "core/service/httpserver.h"
#include "core/service/rpcfront.h"
#include "core/service/sourceservers.h"

#include <QJsonObject>
#include <QTemporaryDir>
#include <atomic>

namespace edgelift::test {

/// Time stands still until the test moves it.
class StoppedClock final : public Clock
{
public:
    [[nodiscard]] QDateTime now() const override { return QDateTime::fromMSecsSinceEpoch(m_now, Qt::UTC); }
    bool sleep(std::chrono::milliseconds, const std::stop_token &) const override { return false; }
    void pass(qint64 seconds) { m_now += seconds * 1000; }

private:
    std::atomic<qint64> m_now = QDateTime(QDate(2026, 3, 1), QTime(12, 0), Qt::UTC).toMSecsSinceEpoch();
};

struct WireRequest
{
    QByteArray method = "GET";
    QByteArray target = "/"; ///< as it goes over the wire, encoded
    signing::Pairs headers;
    QByteArray body;
};

struct WireReply
{
    int status = 0; ///< 0: no reply
    QByteArray body;
    QMap<QString, QString> headers; ///< names lower-case
    [[nodiscard]] QJsonObject json() const;
    [[nodiscard]] QString code() const; ///< of a refusal: JSON Code or code, XML <Code>
};

/// One HTTP connection to a server of ours, kept open between requests. For https any certificate will do.
class WireClient
{
public:
    explicit WireClient(const QUrl &endpoint);
    ~WireClient();
    [[nodiscard]] WireReply send(const WireRequest &request);

private:
    class Library;
    std::unique_ptr<Library> m_library;
};
[[nodiscard]] WireReply send(const QUrl &endpoint, const WireRequest &request); ///< on a connection of its own

/// How an RPC call is made, so that a test can make it wrongly.
struct RpcCase
{
    QString version = QStringLiteral("2019-06-01");
    QString action = QStringLiteral("ListAccessTokens");
    signing::Pairs parameters;
    bool form = false; ///< parameters in the body
    QByteArray method = "POST";
    qint64 skew = 0; ///< seconds added to the clock for the signature's time
    QString nonce; ///< empty: a new one
};
[[nodiscard]] WireRequest acs3(const RpcCase &call, const Credentials &who, const QDateTime &now, const QUrl &endpoint);
[[nodiscard]] WireRequest rpcSha1(const RpcCase &call, const Credentials &who, const QDateTime &now);

/// Issues what a test wants, or fails as a test wants.
class ScriptedIssuer final : public CredentialIssuer
{
public:
    Result<Credentials> issue(const QString &sourceId, const QString &sessionName) override;
    std::optional<Error> failure;
    QString lastSource;
};

/// A service on a loopback port without any cloud behind it. A second one on the same folder is the same service after a restart.
class ServiceRig
{
public:
    /// `cloudEndpoint`: agents are told the rig's own address.
    explicit ServiceRig(const QString &folder, bool cloudEndpoint = false);
    ~ServiceRig();
    [[nodiscard]] WireReply call(const RpcCase &call);
    [[nodiscard]] WireReply agent(const QString &name, const QJsonObject &body, const QString &session = {});
    [[nodiscard]] QUrl endpoint() const { return m_server->endpoint(); }

    StoppedClock clock;
    std::unique_ptr<StateStore> state;
    Credentials root;
    std::unique_ptr<AccessKeyStore> keys;
    std::unique_ptr<AccessTokens> tokens;
    std::unique_ptr<SourceServers> sources;
    ScriptedIssuer issuer;
    ActionRegistry registry;

private:
    ApiShapes m_shapes;
    std::unique_ptr<RpcFront> m_front;
    std::unique_ptr<AgentCalls> m_agents;
    std::unique_ptr<HttpServer> m_server;
};

}
