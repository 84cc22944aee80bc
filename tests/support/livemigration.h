#pragma once
#include "tests/support/simulation.h"

#include <QElapsedTimer>
#include <functional>
#include <optional>

namespace edgelift::test {

/// One migration over a NetworkPair with an agent that lives on its own, as an installed one does: what is killed here is a real program,
/// and what passes between them is counted on the wire. Use from one thread.
class LiveMigration
{
public:
    /// What the agent says of its newest job.
    struct Now
    {
        QString state; ///< "Running", "Finished", …
        QString phase; ///< "copy", …
        QString error; ///< name of the code; empty: none
        double done = 0; ///< bytes copied in this run and before
        double total = 0;
        [[nodiscard]] double percent() const { return total > 0 ? done * 100 / total : 0; }
    };

    LiveMigration(NetworkPair &network, QStringList disks);
    ~LiveMigration();

    /// Service, agent and the command that starts the migration with this limit. What is wrong; empty: nothing.
    [[nodiscard]] QString begin(int limitMbps, const QStringList &serviceArguments = {});
    [[nodiscard]] bool startAgent();
    void killAgent(); ///< SIGKILL
    /// SIGKILL to the receiver that runs in the instance; false: there was none.
    bool killReceiver();
    [[nodiscard]] pid_t agent() const { return pid_t(m_agent.processId()); }
    [[nodiscard]] pid_t receiver() const; ///< 0: none

    [[nodiscard]] QString instanceAddress() const; ///< as the cloud's state has it; empty: there is no instance
    /// Nothing while the agent does not answer.
    [[nodiscard]] std::optional<Now> look();
    /// Looks until `isSo`, at most so long. Keeps the books of the copy meanwhile.
    bool until(const std::function<bool(const Now &)> &isSo, int seconds);
    bool untilPercent(double percent, int seconds = 120);
    bool untilOver(int seconds = 300); ///< the job, whatever its end

    /// From the first look that saw the copy to the first that saw it over.
    [[nodiscard]] double copySeconds() const { return m_copySeconds; }
    [[nodiscard]] quint64 copyWireBytes() const { return m_copyWire; }
    [[nodiscard]] const Now &last() const { return m_last; }
    /// Every disk of the image equals its source (compare-disk.sh). What is wrong; empty: nothing.
    [[nodiscard]] QString difference() const;
    [[nodiscard]] QString agentLog() const; ///< its end
    Simulation simulation;
    NetworkPair &network;

private:
    void keepBooks(const Now &now);

    const QStringList m_disks;
    QProcess m_agent;
    QProcess m_ctl;
    Now m_last;
    QElapsedTimer m_copyTime;
    quint64 m_wireAtBegin = 0;
    quint64 m_copyWire = 0;
    double m_copySeconds = 0;
    bool m_copying = false;
};

}
