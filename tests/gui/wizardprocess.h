#pragma once
#include <QProcess>
#include <QTemporaryDir>

namespace edgelift::test {

/// The wizard as a user starts it: a process of its own, with a state folder of its own. Ends with this object.
class WizardProcess
{
public:
    ~WizardProcess();

    /// `display` in place of this process's own; empty: the same. `far`: as if it was reached through ssh.
    [[nodiscard]] bool start(const QString &socket, const QString &display = {}, bool far = false);
    /// Until something is painted on the (black) screen; milliseconds since the start, -1: nothing in 30 s.
    [[nodiscard]] qint64 waitForWindow();
    [[nodiscard]] double processorSeconds() const; ///< user and system, so far
    [[nodiscard]] bool isRunning() const { return m_process.state() == QProcess::Running; }

private:
    QTemporaryDir m_state;
    QProcess m_process;
    qint64 m_started = 0;
};

}
