#pragma once
#include "app/ctl/arguments.h"
#include "app/ctl/privateagent.h"
#include "core/agent/agentclient.h"

namespace edgelift::ctl {

/// The agent a command talks to: the one that answers on the socket, or one of our own for as long as this object lives.
class Session
{
public:
    /// Errors: those of AgentClient::connect and PrivateAgent::start; UsageWrong when the agent that answers serves other disks
    /// or keeps its jobs elsewhere than the command line says.
    static Result<std::unique_ptr<Session>> open(const Arguments &arguments);
    /// The same, but only with an agent that is there already.
    static Result<std::unique_ptr<Session>> attach(const Arguments &arguments);

    [[nodiscard]] AgentClient &agent() { return *m_client; }

private:
    Session() = default;
    std::unique_ptr<PrivateAgent> m_private;
    std::unique_ptr<AgentClient> m_client; ///< closed before the agent is ended
};

}
