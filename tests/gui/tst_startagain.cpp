#include "core/agent/jsonrpc.h"
#include "core/layout/planfile.h"
#include "tests/gui/stage.h"

#include <QPushButton>
#include <QTest>

using namespace edgelift;
using namespace edgelift::wizard;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

/// The wizard in front of a job whose transit instance was released.
void showGone(test::Stage &stage, Plan &plan)
{
    plan = stage.session().freshPlan();
    plan.image.namePrefix = key("kept");
    plan.transfer.limitMbps = 321;
    QJsonObject job = test::fakeJob(key("InError"), key("copy"));
    job.insert(key("error"), rpc::toJson({ErrorCode::TransitReleased, Retry::Never, {key("i-1")}, {}}));
    stage.agent().setJob(job);
    stage.agent().answer(key("plan.show"), QJsonObject{{key("plan"), toJson(plan)}});
    stage.agent().answer(key("cancel"), QJsonObject{{key("job"), job.value(key("id"))}});
    stage.program().job().follow(job.value(key("id")).toString());
    stage.settle();
    stage.go(PageId::Migration);
    stage.waitForWidget("startAgain");
}

}

/// “Start again with the same settings” (E-RUN-03, R128).
class TestStartAgain final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theSettingsAreThereAndTheRestIsRemoved()
    {
        test::Stage stage(key("en"));
        stage.fill();
        Plan plan;
        showGone(stage, plan);
        stage.click("startAgain");
        stage.settle();
        QCOMPARE(stage.window().current(), PageId::Review);
        QCOMPARE(stage.session().plan(), plan);
        QCOMPARE(stage.agent().calls(key("cancel")).size(), 1);
        stage.waitForWidget("messageBar"); // says so
        stage.go(PageId::Settings); // not locked as while it ran
        QCOMPARE(stage.window().current(), PageId::Settings);
    }
    void whoPaysIsAskedWhenNobodyIsKnown()
    {
        test::Stage stage(key("en"));
        Plan plan;
        showGone(stage, plan);
        stage.click("startAgain");
        stage.settle();
        QCOMPARE(stage.window().current(), PageId::Connect);
        QCOMPARE(stage.session().plan(), plan);
    }
    void nothingHappensWhenThePlanCannotBeRead()
    {
        test::Stage stage(key("en"));
        stage.fill();
        Plan plan;
        showGone(stage, plan);
        stage.agent().answer(key("plan.show"), Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {key("plan.json")}, {}});
        stage.click("startAgain");
        stage.waitForWidget("messageBar");
        QCOMPARE(stage.window().current(), PageId::Migration);
        QVERIFY(stage.agent().calls(key("cancel")).isEmpty());
    }
};

QTEST_MAIN(TestStartAgain)
#include "tst_startagain.moc"
