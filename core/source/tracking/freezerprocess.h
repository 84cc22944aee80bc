#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"
#include "core/source/tracking/freezerprotocol.h"

#include <QStringList>
#include <chrono>
#include <optional>
#include <sys/types.h>

namespace edgelift {

/// One run of edgelift-freezer: one freeze at most. Not thread-safe. Its destructor lets go, upon which the freezer thaws, and waits for
/// that a moment.
class FreezerProcess
{
public:
    /// Errors: ToolMissing, ToolFailed.
    [[nodiscard]] static Result<FreezerProcess> start(
        const QString &program, std::chrono::milliseconds deadline, const QStringList &mountPoints);
    FreezerProcess(const FreezerProcess &) = delete;
    FreezerProcess &operator=(const FreezerProcess &) = delete;
    FreezerProcess(FreezerProcess &&other) noexcept;
    FreezerProcess &operator=(FreezerProcess &&) = delete;
    ~FreezerProcess();

    void order(char word); ///< 'F' or 'T'
    /// The next message, or nothing: both processes are gone, or silent for that long.
    [[nodiscard]] std::optional<FreezerMessage> next(std::chrono::milliseconds limit);
    pid_t pid() const { return m_pid; }

private:
    FreezerProcess(Fd socket, pid_t pid)
        : m_socket(std::move(socket))
        , m_pid(pid)
    {
    }
    Fd m_socket;
    pid_t m_pid = -1;
};

}
