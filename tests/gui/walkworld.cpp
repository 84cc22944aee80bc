#include "tests/gui/walkworld.h"

#include "app/wizard/demo/receiverprocess.h"

#include <QFile>
#include <QJsonDocument>
#include <QLabel>
#include <QPushButton>
#include <QTest>

namespace edgelift::test {

using namespace wizard;

WalkWorld::WalkWorld() = default;

WalkWorld::~WalkWorld()
{
    m_wizard.reset();
    m_agent.terminate();
    if (!m_agent.waitForFinished(60000))
        m_agent.kill();
    m_agent.waitForFinished(5000);
}

QString WalkWorld::begin(int fillerMiB)
{
    qputenv("FILLER_MIB", QByteArray::number(fillerMiB));
    if (!runTool(supportScript(QStringLiteral("mini-server.sh")), {m_server.path()}))
        return QStringLiteral("no sample server");
    QFile line(m_server.filePath(QStringLiteral("expected")));
    if (line.open(QIODevice::ReadOnly))
        expected = QString::fromUtf8(line.readAll()).trimmed();
    disks = {m_server.filePath(QStringLiteral("system.img")), m_server.filePath(QStringLiteral("data.img"))};
    if (!simulation.startService())
        return simulation.serviceOutput();
    QFile codeFile(simulation.makeCode());
    if (!codeFile.open(QIODevice::ReadOnly))
        return QStringLiteral("no activation code");
    code = QString::fromUtf8(codeFile.readAll()).trimmed();
    simulation.prepare(m_agent, "edgelift-agent",
        QStringList{QStringLiteral("--socket"), socket(), QStringLiteral("--state-dir"), simulation.stateDir()} + sourceDisks(disks));
    m_agent.start();
    return m_agent.waitForStarted() ? QString() : m_agent.errorString();
}

bool WalkWorld::openWizard()
{
    m_wizard.reset();
    Options options;
    options.socket = socket();
    options.service = simulation.endpoint();
    options.stateDir = simulation.path(QStringLiteral("wizard"));
    options.language = QStringLiteral("en");
    m_wizard = std::make_unique<Wizard>(options);
    m_wizard->start();
    if (!QTest::qWaitForWindowExposed(&window()))
        return false;
    window().activateWindow(); // no window manager gives the focus
    return QTest::qWaitForWindowActive(&window());
}

void WalkWorld::closeWizard()
{
    click("close");
    m_wizard.reset();
}

bool WalkWorld::killReceiver() const { return killReceivers(simulation.servicePid()); }

void WalkWorld::refuse(const QString &action)
{
    QFile file(simulation.dataDir() + QStringLiteral("/faults.json"));
    if (!file.open(QIODevice::WriteOnly))
        return;
    QJsonObject refusals;
    if (!action.isEmpty())
        refusals.insert(action,
            QJsonObject{{QStringLiteral("status"), 403}, {QStringLiteral("code"), QStringLiteral("QuotaExceed.Image")},
                {QStringLiteral("message"), QStringLiteral("Too many images.")}});
    file.write(QJsonDocument(QJsonObject{{QStringLiteral("refuse"), refusals}}).toJson());
}

bool WalkWorld::has(const char *name) { return find<QWidget>(name) != nullptr; }

bool WalkWorld::click(const char *name)
{
    auto *button = find<QAbstractButton>(name);
    if (!button || !button->isEnabled())
        return false;
    QTest::mouseClick(button, Qt::LeftButton);
    return true;
}

bool WalkWorld::clickWhenPossible(const char *name)
{
    const auto possible = [this, name] {
        const auto *button = find<QAbstractButton>(name);
        return button && button->isEnabled();
    };
    return QTest::qWaitFor(possible, 60000) && click(name);
}

void WalkWorld::type(const char *name, const QString &text)
{
    auto *field = find<QWidget>(name);
    QVERIFY2(field, name);
    field->setFocus();
    QTest::keyClick(field, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Tab);
}

bool WalkWorld::next() { return clickWhenPossible("next"); }

QString WalkWorld::missing()
{
    QStringList out;
    for (const QLabel *label : window().findChildren<QLabel *>(QRegularExpression(QStringLiteral("^toDo\\d|^message")))) {
        if (label->isVisible())
            out.append(label->text());
    }
    return QStringLiteral("page %1: %2").arg(pageName(window().current()), out.join(QStringLiteral(" | ")));
}

}
