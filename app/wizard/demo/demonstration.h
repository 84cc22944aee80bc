#pragma once
#include "app/wizard/demo/demoworld.h"
#include "app/wizard/shell/mainwindow.h"

#include <optional>

namespace edgelift::wizard {

class BootPanel;
class DemoBar;
class Session;

/// A demonstration in the wizard: makes its world while the window is open already and says how far that is, then fills in the activation
/// code. Ends with all that belongs to it.
class Demonstration final : public QObject
{
    Q_OBJECT
public:
    /// The session outlives this; the window is only used between start() and its end. `binDir`: see DemoWorld::Options.
    Demonstration(MainWindow &window, Session &session, const QString &binDir, QObject *parent = nullptr);

    [[nodiscard]] BootPanel *makeBootPanel(); ///< for the page that shows the finished image; the caller's
    void start(); ///< once, after the window is shown
    [[nodiscard]] DemoWorld &world() { return m_world; }

private:
    void tell();
    void ready(const QString &socket, const QString &code, const QString &endpoint);

    MainWindow &m_window;
    Session &m_session;
    DemoWorld m_world;
    std::optional<Error> m_error; ///< why there is no demonstration (any more)
    DemoBar *m_bar; ///< the window's
};

}
