#pragma once
#include "app/ctl/console.h"
#include "core/agent/agentclient.h"

namespace edgelift::ctl {

/// Ctrl-C and SIGTERM set a flag instead of ending the program, from construction on.
class StopRequests
{
public:
    StopRequests();
    ~StopRequests(); ///< back to how it was
    StopRequests(const StopRequests &) = delete;
    StopRequests &operator=(const StopRequests &) = delete;
    [[nodiscard]] static bool asked();
};

/// Shows what a job does until it ends; a stop request stops the job, which stays resumable. The exit code.
int follow(AgentClient &agent, const QString &job, Console &console, const StopRequests &stop);

/// Shows one event of a job.
void show(const QJsonObject &event, Console &console);

}
