#include "tests/gui/stage.h"

#include "core/agent/apijson.h"
#include "core/layout/factsjson.h"
#include "tests/gui/sceneservers.h"

#include <QAbstractButton>
#include <QAbstractEventDispatcher>
#include <QApplication>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QScrollArea>
#include <QScrollBar>
#include <QTest>
#include <QThread>

namespace edgelift::test {

using namespace wizard;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

QJsonObject cloudOptions()
{
    const QJsonArray regions{key("cn-beijing"), key("ap-southeast-1")};
    return {{key("account"), key("1234567890123456")}, {key("regions"), regions}, {key("transitRegions"), regions},
        {key("buckets"),
            QJsonArray{QJsonObject{{key("name"), key("edgelift-transit")}, {key("region"), key("cn-beijing")}},
                QJsonObject{{key("name"), key("edgelift-transit-sg")}, {key("region"), key("ap-southeast-1")}}}}};
}

QJsonObject addresses()
{
    const QString hosts = key("sts.aliyuncs.com, ram.aliyuncs.com, ecs.cn-beijing.aliyuncs.com, vpc.cn-beijing.aliyuncs.com, "
                              "ens.aliyuncs.com, oss-cn-beijing.aliyuncs.com");
    return {{key("checks"),
        apijson::array(QList<Check>{{key("readiness.clock"), Check::Severity::Ok, {key("0")}, {}, {}},
            {key("readiness.address"), Check::Severity::Ok, {hosts}, {}, {}}})}};
}

void answerFor(FakeAgent &agent, const ServerFacts &facts)
{
    agent.answer(key("inspect"), QJsonObject{{key("facts"), toJson(facts)}});
    agent.answer(key("check"),
        QJsonObject{{key("checks"), apijson::array(readinessChecks(facts))}, {key("prompts"), apijson::array(promptsOfImages(facts))}});
}

}

Credential sampleCode()
{
    Credential out;
    out.code = Secret("EL1-2NM78-X3G78-QJYC9-J6WQ3-0BHG5-RRKME-1G70R-08RBM-5MRG8-RSGCH-JG1X1-FBNG0");
    return out;
}

Stage::Stage(const QString &language, const Prepare &prepare)
    : m_font(QApplication::font())
    , m_ended(m_end.get_future())
{
    answerFor(m_agent, sampleServer());
    m_agent.answer(key("check.cloud"), addresses());
    m_agent.answer(key("plan.validate"), QJsonObject{});
    m_agent.answer(key("cloud.options"), cloudOptions());
    m_agent.answer(key("import"), QJsonObject{{key("sourceId"), key("s-bp1e2fsl57knvuug")}});
    Options options;
    options.socket = m_agent.path();
    options.stateDir = m_state.path();
    options.language = language;
    if (prepare)
        prepare({m_agent, options.stateDir});
    m_program = std::make_unique<Wizard>(options);
    m_program->start();
    window().activateWindow();
    (void)QTest::qWaitForWindowActive(&window()); // the focus is shown, and edits end when it goes
    waitFor([this] { return session().inspection() == Session::Asked::Answered || find<QWidget>("messageBar"); });
    settle();
}

Stage::~Stage()
{
    m_end.set_value();
    QApplication::setFont(m_font);
}

void Stage::settle()
{
    constexpr int longest = 5000;
    constexpr int quietFor = 30;
    const auto waiting = [this] {
        using Asked = Session::Asked;
        return session().import() == Asked::Waiting || session().cloud() == Asked::Waiting || session().checking() == Asked::Waiting
            || session().reaching() == Asked::Waiting;
    };
    QElapsedTimer whole;
    QElapsedTimer quiet;
    whole.start();
    quiet.start();
    int calls = -1;
    while (whole.elapsed() < longest && quiet.elapsed() < quietFor) {
        const bool busy = QAbstractEventDispatcher::instance()->processEvents(QEventLoop::AllEvents);
        const bool asked = std::exchange(calls, m_agent.callCount()) != calls || (waiting() && !m_agent.isHolding());
        if (busy || asked)
            quiet.restart();
        else
            QThread::msleep(1);
    }
}

void Stage::waitFor(const std::function<bool()> &come)
{
    constexpr int longest = 60000; // on a busy machine
    if (!QTest::qWaitFor(come, longest))
        qFatal("what a scene waits for does not come");
}

void Stage::never(const QString &method)
{
    m_agent.hold();
    m_agent.answer(method, [ended = m_ended](const QJsonObject &) -> Result<QJsonObject> {
        ended.wait();
        return QJsonObject();
    });
}

void Stage::serve(const ServerFacts &facts)
{
    answerFor(m_agent, facts);
    session().inspect();
    settle();
    session().setPlan(session().freshPlan());
    settle();
}

void Stage::fill()
{
    session().setCredential(sampleCode());
    session().reachCloud();
    session().importSource();
    settle();
}

void Stage::go(PageId page)
{
    window().go(page);
    settle();
}

void Stage::enlargeText()
{
    while (QApplication::font().pointSize() < 2 * m_font.pointSize())
        QTest::keyClick(&window(), Qt::Key_Plus, Qt::ControlModifier);
    settle();
}

void Stage::scrollDown()
{
    if (auto *area = find<QScrollArea>("pageScroll"))
        area->verticalScrollBar()->setValue(area->verticalScrollBar()->maximum());
    settle();
}

void Stage::click(const char *name)
{
    if (auto *button = find<QAbstractButton>(name))
        button->click();
    else
        qFatal("no button %s", name);
    settle();
}

void Stage::press(const char *name, int keyCode, Qt::KeyboardModifiers modifiers)
{
    auto *widget = find<QWidget>(name);
    if (!widget)
        qFatal("no widget %s", name);
    widget->setFocus();
    QTest::keyClick(widget, Qt::Key(keyCode), modifiers);
    settle();
}

void Stage::type(const char *name, const QString &text)
{
    press(name, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(find<QWidget>(name), text);
    press(name, Qt::Key_Tab);
}

}
