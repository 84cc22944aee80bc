#pragma once
#include "app/wizard/wizard.h"
#include "tests/support/simulation.h"

#include <QProcess>
#include <QTemporaryDir>
#include <memory>

class QPushButton;

namespace edgelift::test {

/// A real service, a real agent with the sample server's disks, and the wizard in front of them.
class WalkWorld
{
public:
    WalkWorld();
    ~WalkWorld();

    /// What went wrong; empty: nothing.
    [[nodiscard]] QString begin(int fillerMiB = 0);
    /// Opens the wizard's window (again) and gives it the focus.
    [[nodiscard]] bool openWizard();
    void closeWizard(); ///< as a user does, by its button
    /// SIGKILL to the receiver in the transit instance; false: there is none.
    bool killReceiver() const;
    [[nodiscard]] QString socket() const { return simulation.path(QStringLiteral("wizard.sock")); } ///< the agent's
    void refuse(const QString &action); ///< the cloud refuses this action from now on; empty: nothing any more

    [[nodiscard]] wizard::MainWindow &window() { return m_wizard->window(); }
    [[nodiscard]] wizard::Wizard &program() { return *m_wizard; }
    [[nodiscard]] bool has(const char *name); ///< a visible widget
    /// The visible widget of that name on the window; fails the test's QVERIFY by being null.
    template <class T>
    [[nodiscard]] T *find(const char *name)
    {
        for (T *each : window().findChildren<T *>(QLatin1String(name))) {
            if (each->isVisible())
                return each;
        }
        return nullptr;
    }
    bool click(const char *name); ///< a visible, enabled button; false: there is none
    bool clickWhenPossible(const char *name); ///< waits for it up to a minute
    void type(const char *name, const QString &text); ///< in place of what the field has, and Tab
    bool next(); ///< waits until Next is possible, then clicks it
    [[nodiscard]] QString missing(); ///< what the window says is to be done, and its message

    Simulation simulation;
    QStringList disks;
    QString code; ///< the activation code
    QString expected; ///< what the server says when it boots

private:
    QTemporaryDir m_server;
    QProcess m_agent;
    std::unique_ptr<wizard::Wizard> m_wizard;
};

}
