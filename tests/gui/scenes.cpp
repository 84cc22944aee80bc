#include "tests/gui/scenes.h"

#include "core/agent/apijson.h"
#include "core/layout/factsjson.h"
#include "core/source/prompts.h"
#include "core/source/readiness.h"
#include "tests/unit/layout/samplefacts.h"

#include <QAbstractButton>
#include <QJsonArray>
#include <QLineEdit>
#include <QSpinBox>
#include <QTest>

namespace edgelift::test {

using namespace wizard;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

ServerFacts server()
{
    ServerFacts facts = twoDisks();
    facts.sourceName = key("web01.example.com");
    facts.os.prettyName = key("Debian GNU/Linux 12 (bookworm)");
    facts.os.architecture = key("x86_64");
    facts.os.boot = key("grub2");
    facts.os.kernels = {{key("6.1.0-40-amd64"), key("/boot/initrd.img-6.1.0-40-amd64"), true, true}};
    return facts;
}

QJsonArray bucketList()
{
    return {QJsonObject{{key("name"), key("edgelift-transit")}, {key("region"), key("cn-beijing")}},
        QJsonObject{{key("name"), key("edgelift-transit-sg")}, {key("region"), key("ap-southeast-1")}}};
}

Credential code()
{
    Credential out;
    out.code = Secret("EDGELIFT-TEST");
    return out;
}

void failedJob(Stage &stage)
{
    QJsonObject job = fakeJob(key("InError"), key("copy"));
    const Error error{
        ErrorCode::ReceiverUnreachable, Retry::AfterWait, {key("47.94.1.2"), key("8703")}, key("connect: Connection timed out")};
    job.insert(key("error"), rpc::toJson(error));
    stage.agent().setJob(job);
    stage.agent().answer(key("resources"),
        QJsonObject{{key("jobs"),
            QJsonArray{QJsonObject{{key("job"), job.value(key("id"))},
                {key("resources"),
                    QJsonArray{QJsonObject{{key("kind"), key("instance")}, {key("id"), key("i-2ze7x")},
                        {key("name"), key("No_Delete_SMC_Transition_Instance")}, {key("region"), key("cn-beijing")},
                        {key("pricePerDay"), 9.6}, {key("currency"), key("CNY")}}}}}}}});
    stage.program().job().follow(job.value(key("id")).toString());
    stage.settle();
    stage.window().go(PageId::Migration);
}

void runningJob(Stage &stage, const QString &state = QStringLiteral("Running"))
{
    stage.agent().setJob(fakeJob(state, key("copy")));
    stage.program().job().follow(key("j-1"));
    stage.settle();
    stage.window().go(PageId::Migration);
    for (int i = 1; i <= 4; ++i) {
        stage.agent().tell(fakeProgress(qint64(i) * (900LL << 20), 17LL << 30, qint64(i) * (310LL << 20), 27.4e6));
        QTest::qWait(300);
    }
    stage.settle();
}

void disks(Stage &stage, bool broken)
{
    stage.fill();
    stage.window().go(PageId::Disks);
    stage.click("adjust");
    if (broken)
        stage.type("diskSize0", key("1"));
}

}

Stage::Stage(const QString &language)
{
    QJsonArray checks;
    for (const Check &check : readinessChecks(server()))
        checks.append(apijson::toJson(check));
    m_agent.answer(key("inspect"), QJsonObject{{key("facts"), toJson(server())}});
    m_agent.answer(key("check"), QJsonObject{{key("checks"), checks}, {key("prompts"), QJsonArray()}});
    m_agent.answer(key("plan.validate"), QJsonObject{});
    m_agent.answer(key("cloud.options"),
        QJsonObject{{key("account"), key("1234567890")}, {key("regions"), QJsonArray{key("cn-beijing"), key("ap-southeast-1")}},
            {key("transitRegions"), QJsonArray{key("cn-beijing"), key("ap-southeast-1")}}, {key("buckets"), bucketList()}});
    m_agent.answer(key("import"), QJsonObject{{key("sourceId"), key("s-bp1e2fsl57knvuug")}});
    Options options;
    options.socket = m_agent.path();
    options.stateDir = m_state.path();
    options.language = language;
    m_program = std::make_unique<Wizard>(options);
    m_program->start();
    (void)QTest::qWaitForWindowExposed(&m_program->window());
    settle();
}

void Stage::settle() { QTest::qWait(250); }

void Stage::fill()
{
    Session &session = m_program->session();
    session.setCredential(code());
    session.reachCloud();
    session.importSource();
    (void)QTest::qWaitFor(
        [&session] {
            return session.inspection() == Session::Asked::Answered && session.cloud() == Session::Asked::Answered
                && !session.sourceId().isEmpty();
        },
        20000);
}

void Stage::click(const char *name)
{
    if (auto *button = find<QAbstractButton>(name))
        button->click();
    settle();
}

void Stage::type(const char *name, const QString &text)
{
    auto *field = find<QWidget>(name);
    if (!field)
        return;
    field->setFocus();
    QTest::keyClick(field, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Tab);
    settle();
}

const QList<Scene> &scenes()
{
    static const QList<Scene> all{
        {"welcome-empty", [](Stage &) {}},
        {"welcome-open",
            [](Stage &stage) {
                for (const char *card : {"limits", "costs", "impacts"})
                    stage.click(card);
            }},
        {"checks-filled", [](Stage &stage) { stage.window().go(PageId::Checks); }},
        {"checks-error",
            [](Stage &stage) {
                stage.agent().answer(key("inspect"), Error{ErrorCode::LiveSourceUnsupported, Retry::Never, {}, {}});
                stage.agent().answer(key("check"), Error{ErrorCode::LiveSourceUnsupported, Retry::Never, {}, {}});
                stage.program().session().inspect();
                stage.window().go(PageId::Checks);
            }},
        {"connect-empty", [](Stage &stage) { stage.window().go(PageId::Connect); }},
        {"connect-filled",
            [](Stage &stage) {
                stage.fill();
                stage.window().go(PageId::Connect);
            }},
        {"connect-error",
            [](Stage &stage) {
                stage.agent().answer(key("cloud.options"), Error{ErrorCode::CodeExpired, Retry::AfterUserAction, {key("2026-11-01")}, {}});
                stage.program().session().setCredential(code());
                stage.window().go(PageId::Connect);
                stage.program().session().reachCloud();
            }},
        {"prepare-empty", [](Stage &stage) { stage.window().go(PageId::Prepare); }},
        {"prepare-filled",
            [](Stage &stage) {
                stage.fill();
                stage.window().go(PageId::Prepare);
            }},
        {"settings-filled",
            [](Stage &stage) {
                stage.fill();
                stage.window().go(PageId::Settings);
            }},
        {"settings-error",
            [](Stage &stage) {
                stage.fill();
                Plan plan = stage.program().session().plan();
                plan.image.namePrefix = key("1 web");
                plan.image.bucket.clear();
                stage.program().session().setPlan(plan);
                stage.window().go(PageId::Settings);
            }},
        {"settings-more",
            [](Stage &stage) {
                stage.fill();
                stage.window().go(PageId::Settings);
                stage.click("more");
            }},
        {"disks-automatic",
            [](Stage &stage) {
                stage.fill();
                stage.window().go(PageId::Disks);
            }},
        {"disks-filled", [](Stage &stage) { disks(stage, false); }},
        {"disks-error", [](Stage &stage) { disks(stage, true); }},
        {"review-filled",
            [](Stage &stage) {
                stage.fill();
                stage.window().go(PageId::Review);
            }},
        {"migration-running", [](Stage &stage) { runningJob(stage); }},
        {"migration-paused", [](Stage &stage) { runningJob(stage, key("Stopped")); }},
        {"migration-failed", [](Stage &stage) { failedJob(stage); }},
        {"finish-finished",
            [](Stage &stage) {
                QJsonObject job = fakeJob(key("Finished"), key("done"));
                job.insert(key("imageId"), key("m-5sbx1"));
                stage.agent().setJob(job);
                stage.program().job().follow(key("j-1"));
                stage.settle();
                stage.window().go(PageId::Finish);
            }},
        {"finish-cancelled",
            [](Stage &stage) {
                stage.agent().setJob(fakeJob(key("Cancelled"), key("cleanup")));
                stage.program().job().follow(key("j-1"));
                stage.settle();
                stage.window().go(PageId::Finish);
            }},
    };
    return all;
}

}
