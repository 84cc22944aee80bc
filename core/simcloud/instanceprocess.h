#pragma once
#include "core/base/fd.h"
#include "core/simcloud/instancehost.h"

#include <atomic>
#include <future>
#include <sys/types.h>
#include <thread>

namespace edgelift {

/// The processes of one simulated instance. A thread of this object starts them, because the kernel's "die with your parent" means
/// the parent *thread*, waits for their end, and gives back the loop devices they took.
class InstanceProcess
{
public:
    explicit InstanceProcess(InstanceSpec spec);
    ~InstanceProcess(); ///< pulls the plug and waits
    InstanceProcess(const InstanceProcess &) = delete;
    InstanceProcess &operator=(const InstanceProcess &) = delete;

    /// Once. Returns when the first process exists. Errors: PermissionDenied, ToolFailed, FileUnwritable (console.log).
    Result<> start();
    /// SIGTERM to its init, which ends everything within five seconds, or SIGKILL. Returns at once.
    void end(bool force);
    [[nodiscard]] bool isRunning() const { return m_running; }
    [[nodiscard]] pid_t pid() const { return m_pid; } ///< of its init, as the host sees it; valid while isRunning()

private:
    void run(std::promise<Result<>> &started);
    Result<> spawn();

    const InstanceSpec m_spec;
    std::atomic<bool> m_running = false;
    std::atomic<pid_t> m_pid = 0;
    Fd m_pidFd;
    Fd m_alive; ///< the end of a pipe the child looks at to see whether we live
    std::thread m_thread;
};

}
