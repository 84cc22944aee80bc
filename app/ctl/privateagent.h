#pragma once
#include "core/base/result.h"

#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <memory>
#include <optional>

namespace edgelift::ctl {

/// An agent for one command: started from beside this program, ended with this object. A job it runs is stopped then and stays
/// resumable. It has a process group of its own (Ctrl-C reaches only us) and ends when we die, however we die.
class PrivateAgent
{
public:
    struct Options
    {
        QString socket; ///< empty: one in a folder of our own
        QString stateDir; ///< empty: the agent's default
        QStringList sourceDisks;
    };
    /// Comes back when it can be reached. Errors: ToolMissing, AgentUnreachable.
    static Result<std::unique_ptr<PrivateAgent>> start(const Options &options);
    ~PrivateAgent();
    PrivateAgent(const PrivateAgent &) = delete;
    PrivateAgent &operator=(const PrivateAgent &) = delete;

    [[nodiscard]] const QString &socket() const { return m_socket; }

private:
    PrivateAgent() = default;
    Result<> waitUntilReady();

    std::optional<QTemporaryDir> m_folder; ///< of a socket of our own
    QString m_socket;
    QProcess m_process;
};

}
