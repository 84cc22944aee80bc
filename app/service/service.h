#pragma once
#include "app/service/datalock.h"
#include "app/service/stsissuer.h"
#include "core/service/apishapes.h"
#include "core/service/httpserver.h"

#include <memory>
#include <optional>

namespace edgelift {

class AccessKeyStore;
class AccessTokens;
class ActionRegistry;
class RpcFront;
class SimCloud;
class SourceServers;
class StateStore;

/// The whole service: state, activation codes, agents' calls and, when simulated, the cloud. Lives on the thread that made it.
class Service
{
public:
    struct Settings
    {
        QString dataDir; ///< absolute
        HttpServer::Settings http;
        bool simulatedCloud = false;
        double timeScale = 1.0;
        std::chrono::seconds clockAhead{0}; ///< the service's clock runs that far ahead of the machine's
        std::optional<CloudAccount> account; ///< needed unless simulated
    };

    /// Listens and answers when it returns. Errors: UsageWrong (address, certificate, data directory in use, no account),
    /// StateUnreadable, FileUnwritable.
    [[nodiscard]] static Result<std::unique_ptr<Service>> start(const Settings &settings);
    ~Service(); ///< stops taking requests, then ends the simulated instances

    [[nodiscard]] QUrl endpoint() const { return m_server->endpoint(); }

private:
    Service(DataLock lock, ApiShapes shapes, std::chrono::seconds clockAhead);
    [[nodiscard]] Result<> open(const Settings &settings);
    [[nodiscard]] Result<> openCloud(const Settings &settings, const Credentials &root);
    void serve();
    [[nodiscard]] ServerReply answer(const ServerRequest &request);

    SystemClock m_clock;
    DataLock m_lock;
    ApiShapes m_shapes;
    std::unique_ptr<StateStore> m_state;
    std::unique_ptr<AccessKeyStore> m_keys;
    std::unique_ptr<AccessTokens> m_tokens;
    std::unique_ptr<SourceServers> m_sources;
    std::unique_ptr<ActionRegistry> m_registry;
    std::unique_ptr<SimCloud> m_cloud; ///< null: the real one
    ServerHandler m_storage; ///< of m_cloud
    std::unique_ptr<StsIssuer> m_sts; ///< null: the simulated one
    std::unique_ptr<RpcFront> m_front;
    std::unique_ptr<AgentCalls> m_agents;
    std::unique_ptr<HttpServer> m_server;
};

/// The account out of ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and ALIBABA_CLOUD_ROLE_ARN, or, where one is not set,
/// out of DIR/cloud.json (accessKeyId, accessKeySecret, roleArn). ALIBABA_CLOUD_STS_ENDPOINT (a URL) is for gateways. Errors: UsageWrong
/// (args: what is missing), FileUnreadable, StateUnreadable.
[[nodiscard]] Result<CloudAccount> cloudAccount(const QString &dataDir);

}
