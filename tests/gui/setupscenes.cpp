#include "app/wizard/state/draft.h"
#include "core/agent/apijson.h"
#include "tests/gui/scenes.h"
#include "tests/gui/sceneservers.h"

#include <QJsonArray>

namespace edgelift::test {

using namespace wizard;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

void savedSetup(const Stage::Before &before)
{
    Draft draft;
    draft.page = pageName(PageId::Settings);
    draft.sourceId = key("s-bp1e2fsl57knvuug");
    draft.saved = QDateTime(QDate(2026, 11, 20), QTime(9, 30), Qt::UTC);
    Options options;
    options.stateDir = before.stateDir;
    (void)saveDraft(draftPath(options), draft);
}

/// The three questions, each to be answered.
QJsonArray questions()
{
    const QStringList yesNo{key("yes"), key("no")};
    const QStringList ofSelinux{key("leave"), key("permissive"), key("disable")};
    return apijson::array(QList<Prompt>{
        {key("snapshot-driver"), true, key("missing"), key("missing"), yesNo, key("yes"), key("edgeliftctl check --fix snapshot-driver")},
        {key("rsync"), true, key("missing"), key("missing"), yesNo, {}, key("apt-get install --assume-yes --no-install-recommends rsync")},
        {key("selinux"), true, key("enforcing"), key("in-use"), ofSelinux, key("leave"),
            key("setenforce 0; sed -i s/^SELINUX=.*/SELINUX=disabled/ /etc/selinux/config")}});
}

void askQuestions(Stage &stage)
{
    stage.agent().answer(
        key("check"), QJsonObject{{key("checks"), apijson::array(readinessChecks(sampleServer()))}, {key("prompts"), questions()}});
    stage.session().setCredential(sampleCode());
    stage.session().reachCloud();
    stage.settle();
    stage.go(PageId::Prepare);
    stage.waitForWidget("rsync-yes");
}

/// A machine that runs: what a question asks can be done from the checks as well.
void showFixes(Stage &stage)
{
    ServerFacts facts = sampleServer();
    facts.live.emplace();
    const auto root = std::find_if(facts.volumes.begin(), facts.volumes.end(), [](const VolumeFacts &each) { return each.system; });
    facts.live->uses = {{UseFacts::Kind::Mount, key("/"), key("ext4"), key("8:3"), root->id, {root->disk}, {}, false}};
    stage.serve(facts);
    stage.agent().answer(key("check"), QJsonObject{{key("checks"), apijson::array(readinessChecks(facts))}, {key("prompts"), questions()}});
    stage.session().inspect();
    stage.settle();
    stage.go(PageId::Checks);
    stage.waitForWidget("fix-rsync");
}

/// No address answers, each for a cause of its own, and the clock was compared with one that does.
void cutOff(Stage &stage)
{
    const auto warned = [](const char *host, ErrorCode code, const char *cause) {
        return Check{key("readiness.address"), Check::Severity::Warning, {key(host)}, {},
            Error{code, Retry::AfterWait, {key(host), key(cause)}, {}}};
    };
    const QList<Check> found{{key("readiness.clock"), Check::Severity::Blocker, {key("3600")}, {},
                                 Error{ErrorCode::ClockSkew, Retry::AfterUserAction, {key("3600")}, {}}},
        warned("ecs.cn-beijing.aliyuncs.com", ErrorCode::CloudUnreachable, "unknown-name"),
        warned("vpc.cn-beijing.aliyuncs.com", ErrorCode::CloudUnreachable, "no-answer"),
        warned("ens.aliyuncs.com", ErrorCode::CloudUnreachable, "refused"),
        warned("oss-cn-beijing.aliyuncs.com", ErrorCode::CloudUnreachable, "proxy-login"),
        warned("sts.aliyuncs.com", ErrorCode::PeerNotTrusted, "wrong-name"),
        {key("readiness.address"), Check::Severity::Ok, {key("ram.aliyuncs.com")}, {}, {}}};
    stage.agent().answer(key("check.cloud"), QJsonObject{{key("checks"), apijson::array(found)}});
    stage.session().inspect();
    stage.settle();
}

void refuseCode(Stage &stage, const Error &error)
{
    stage.agent().answer(key("cloud.options"), error);
    stage.session().setCredential(sampleCode());
    stage.go(PageId::Connect);
    stage.click("testConnection");
}

QList<Scene> welcomeScenes()
{
    return {
        {"resume-filled", [](Stage &stage) { stage.waitForWidget("resumeStartOver"); }, savedSetup},
        {"resume-discard",
            [](Stage &stage) {
                stage.waitForWidget("resumeStartOver");
                stage.click("resumeStartOver");
            },
            savedSetup},
        {"welcome-empty", [](Stage &) {}},
        {"welcome-open",
            [](Stage &stage) {
                for (const char *card : {"limits", "costs", "impacts", "words"})
                    stage.click(card);
            }},
        {"welcome-help", [](Stage &stage) { stage.click("help"); }},
        {"welcome-error", [](Stage &) {}, [](const Stage::Before &before) { before.agent.stop(); }},
    };
}

QList<Scene> checksScenes()
{
    return {
        {"checks-waiting",
            [](Stage &stage) {
                stage.never(key("check"));
                stage.session().inspect();
                stage.go(PageId::Checks);
            }},
        {"checks-filled", [](Stage &stage) { stage.go(PageId::Checks); }},
        {"checks-problems",
            [](Stage &stage) {
                stage.serve(unreadyServer());
                stage.go(PageId::Checks);
            }},
        {"checks-addresses-waiting",
            [](Stage &stage) {
                stage.never(key("check.cloud"));
                stage.session().inspect();
                stage.waitFor([&stage] { return stage.session().checking() == Session::Asked::Answered; });
                stage.go(PageId::Checks);
            }},
        {"checks-addresses",
            [](Stage &stage) {
                cutOff(stage);
                stage.go(PageId::Checks);
            }},
        {"checks-fix",
            [](Stage &stage) {
                showFixes(stage);
                stage.click("fix-rsync");
            }},
        {"checks-fix-running",
            [](Stage &stage) {
                showFixes(stage);
                stage.never(key("fix"));
                stage.click("fix-rsync");
                stage.click("fixConfirm");
            }},
        {"checks-fix-error",
            [](Stage &stage) {
                showFixes(stage);
                stage.agent().answer(
                    key("fix"), Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {key("apt-get")}, key("exit status 100")});
                stage.click("fix-rsync");
                stage.click("fixConfirm");
                stage.waitForWidget("messageBar");
            }},
        {"checks-hostile",
            [](Stage &stage) {
                stage.serve(hostileServer());
                stage.go(PageId::Checks);
            }},
        {"checks-error",
            [](Stage &stage) {
                const Error error{ErrorCode::LiveSourceUnsupported, Retry::Never, {}, {}};
                stage.agent().answer(key("inspect"), error);
                stage.agent().answer(key("check"), error);
                stage.session().inspect();
                stage.settle();
                stage.go(PageId::Checks);
            }},
    };
}

QList<Scene> connectScenes()
{
    return {
        {"connect-empty", [](Stage &stage) { stage.go(PageId::Connect); }},
        {"connect-mistyped",
            [](Stage &stage) {
                stage.go(PageId::Connect);
                stage.type("activationCode", key("EL1-2NM78-X3G78-QJYC9-J6WQ3-0BHG5-RRKME-1G70R-08RBM-5MRG8-RSGCH-JG1X1-FBNGU"));
            }},
        {"connect-waiting",
            [](Stage &stage) {
                stage.never(key("cloud.options"));
                stage.session().setCredential(sampleCode());
                stage.go(PageId::Connect);
                stage.click("testConnection");
            }},
        {"connect-filled",
            [](Stage &stage) {
                stage.fill();
                stage.go(PageId::Connect);
            }},
        {"connect-error",
            [](Stage &stage) {
                refuseCode(stage, {ErrorCode::CodeExpired, Retry::AfterUserAction, {key("2026-11-01")}, {}});
            }},
        {"connect-unreachable",
            [](Stage &stage) {
                refuseCode(stage,
                    {ErrorCode::CloudUnreachable, Retry::AfterWait, {key("smc.cn-beijing.aliyuncs.com")},
                        key("POST https://smc.cn-beijing.aliyuncs.com/: Connection timed out")});
            }},
        {"connect-key",
            [](Stage &stage) {
                stage.go(PageId::Connect);
                stage.click("useAccessKey");
                stage.click("privateNetwork");
                stage.type("accessKeyId", key("LTAI5tExampleExample0001"));
                stage.type("endpoint", key("smc-vpc.cn-beijing.aliyuncs.com"));
            }},
    };
}

QList<Scene> prepareScenes()
{
    return {
        {"prepare-waiting",
            [](Stage &stage) {
                stage.never(key("check"));
                stage.go(PageId::Prepare);
            }},
        {"prepare-empty",
            [](Stage &stage) {
                stage.session().setCredential(sampleCode());
                stage.go(PageId::Prepare);
                stage.waitForWidget("card-rsync");
            }},
        {"prepare-questions", askQuestions},
        {"prepare-running",
            [](Stage &stage) {
                askQuestions(stage);
                stage.never(key("fix"));
                stage.click("rsync-yes");
                stage.click("next");
            }},
        {"prepare-error",
            [](Stage &stage) {
                askQuestions(stage);
                stage.agent().answer(
                    key("fix"), Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {key("apt-get")}, key("exit status 100")});
                stage.click("rsync-yes");
                stage.click("next");
                stage.waitForWidget("messageBar");
            }},
        {"prepare-filled",
            [](Stage &stage) {
                stage.fill();
                stage.go(PageId::Prepare);
                stage.waitForWidget("card-rsync");
            }},
        {"prepare-excludes",
            [](Stage &stage) {
                stage.fill();
                Plan plan = stage.session().plan();
                plan.excludes = {key("/tmp"), key("/var/cache"), QStringLiteral("/data/with\ttab\nand line"),
                    QLatin1Char('/') + QString(500, QLatin1Char('x'))};
                stage.session().setPlan(plan);
                stage.go(PageId::Prepare);
                stage.click("excludes");
                stage.type("excludePath", key("relative/path"));
                stage.press("excludePath", Qt::Key_Return);
            }},
    };
}

}

QList<Scene> setupScenes() { return welcomeScenes() + checksScenes() + connectScenes() + prepareScenes(); }

}
