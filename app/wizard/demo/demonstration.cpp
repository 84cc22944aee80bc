#include "app/wizard/demo/demonstration.h"

#include "app/wizard/demo/bootpanel.h"
#include "app/wizard/demo/demobar.h"
#include "app/wizard/state/session.h"

#include <QTimer>

namespace edgelift::wizard {

namespace {

DemoWorld::Options optionsFor(const QString &binDir)
{
    DemoWorld::Options options;
    options.binDir = binDir;
    return options;
}

}

Demonstration::Demonstration(MainWindow &window, Session &session, const QString &binDir, QObject *parent)
    : QObject(parent)
    , m_window(window)
    , m_session(session)
    , m_world(optionsFor(binDir))
    , m_bar(new DemoBar(m_world))
{
    window.addBar(m_bar);
    session.setOwnEngine(true);
    connect(&m_world, &DemoWorld::stepChanged, this, &Demonstration::tell);
    connect(&m_world, &DemoWorld::ready, this, &Demonstration::ready);
    connect(&m_world, &DemoWorld::failed, this, [this](const Error &error) {
        m_error = error;
        m_session.setOwnEngine(false);
        tell();
    });
    connect(&window, &MainWindow::entered, this, [this] {
        if (m_error || m_world.step() != DemoWorld::Step::Ready)
            tell(); // another page took the message away
    });
}

BootPanel *Demonstration::makeBootPanel() { return new BootPanel(m_world.machine()); }

void Demonstration::start()
{
    tell();
    m_world.start();
}

void Demonstration::tell()
{
    if (m_error)
        m_window.say(errorMessage(*m_error));
    else
        m_window.say({Message::Severity::Information, [this] { return DemoWorld::describe(m_world.step()); }, {}, {}});
}

void Demonstration::ready(const QString &socket, const QString &code, const QString &endpoint)
{
    Credential credential = m_session.credential();
    credential.method = Credential::Method::Code;
    credential.code = Secret(code.toUtf8());
    credential.endpoint = endpoint;
    m_session.setCredential(credential);
    if (Page *connectPage = m_window.page(PageId::Connect))
        connectPage->enter(); // it may be shown already, with an empty field
    m_session.link().open(socket);
    m_bar->setReady(true);
}

}
