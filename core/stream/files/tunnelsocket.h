#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"

#include <QStringList>
#include <chrono>
#include <stop_token>

namespace edgelift {

/// Our end of the socket that edgelift-tunnel (app/tunnel) inherits: rsync's remote shell, which hands us rsync's own descriptors.
class TunnelSocket
{
public:
    /// A pair. Error: ToolFailed.
    [[nodiscard]] static Result<TunnelSocket> make();

    /// What rsync wants run at the other end, and the two ends of its conversation.
    struct Call
    {
        QStringList words;
        Fd input; ///< what rsync says
        Fd output; ///< what it is to hear
    };
    /// Waits for the remote shell. Error: ToolFailed (it ended without a word, or stop was asked).
    [[nodiscard]] Result<Call> receive(const std::stop_token &stop);
    /// Lets the remote shell end with that code.
    void finish(int exitCode);

    [[nodiscard]] int theirEnd() const { return m_theirs.get(); } ///< for the child: not closed by exec
    void closeTheirEnd() { m_theirs.reset(); } ///< once the child has it

private:
    TunnelSocket() = default;
    Fd m_ours;
    Fd m_theirs;
};

}
