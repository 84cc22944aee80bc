#include "app/wizard/widgets/fieldnote.h"
#include "core/layout/planfile.h"
#include "tests/gui/jobstage.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/textchecks.h"

#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

using namespace edgelift;
using namespace edgelift::wizard;
using test::JobStage;

namespace {

constexpr int soon = 20000; ///< ms, on a busy machine

QString key(const char *name) { return QString::fromUtf8(name); }

/// The plan of the job, which is not the session's.
Plan jobPlan(int limitMbps, int compression, bool checksum)
{
    Plan plan;
    plan.transfer.limitMbps = limitMbps;
    plan.transfer.compression = compression;
    plan.transfer.checksum = checksum;
    return plan;
}

void tellPlan(JobStage &stage, const Plan &plan) { stage.agent.answer(key("plan.show"), QJsonObject{{key("plan"), toJson(plan)}}); }

QString noteText(JobStage &stage, const char *name)
{
    auto *note = stage.find<FieldNote>(name);
    return note ? note->text() : QString();
}

}

/// Limit, compression and checksum of a migration that is under way, or will be again.
class TestModifyPanel final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void modifyTakesTheJobsOwnPlan()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy"))); // attached to: the session never saw its plan
        QVERIFY(stage.progress(1000, 100000, 500, 100));
        tellPlan(stage, jobPlan(300, 3, true));
        QVERIFY(stage.click("modify"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.find<QSpinBox>("modifyLimit"), soon);
        QCOMPARE(stage.find<QSpinBox>("modifyLimit")->value(), 300);
        QCOMPARE(stage.find<QSpinBox>("modifyCompression")->value(), 3);
        QVERIFY(stage.find<QCheckBox>("modifyChecksum")->isChecked());
        QVERIFY(!stage.isOffered("modifyApply")); // nothing is changed
        QCOMPARE(stage.window.focusWidget(), stage.find<QSpinBox>("modifyLimit"));
        QTest::keyClicks(stage.find<QSpinBox>("modifyLimit"), key("50"));
        QVERIFY(stage.click("modifyApply"));
        QVERIFY(stage.called("modify"));
        QCOMPARE(stage.agent.calls(key("modify")).first(), (QJsonObject{{key("job"), key("j-1")}, {key("limitMbps"), 50}}));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("modifyResult"), key("Applied. The new limit takes effect within 10 s."), soon);
        QTRY_COMPARE(test::doubleMnemonics(stage.window), QStringList());
        QCOMPARE(test::namelessControls(stage.window), QStringList());
        QCOMPARE(test::cutTexts(stage.window), QStringList());
        QTest::keyClick(stage.window.focusWidget(), Qt::Key_Escape);
        QVERIFY(!stage.find<QWidget>("modifyPanel"));
        QCOMPARE(stage.window.focusWidget(), stage.find<QPushButton>("modify"));
        tellPlan(stage, jobPlan(80, 9, false)); // by edgeliftctl, meanwhile
        QVERIFY(stage.click("modify"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.find<QSpinBox>("modifyLimit"), soon);
        QCOMPARE(stage.find<QSpinBox>("modifyLimit")->value(), 80);
        QVERIFY(stage.text("modifyResult").isEmpty());
    }
    void aChangeWhilePausedIsKeptByTheAgent()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Stopped"), key("copy")));
        tellPlan(stage, jobPlan(0, 7, false));
        QVERIFY(stage.click("modify"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.find<QCheckBox>("modifyChecksum"), soon);
        QTest::keyClick(stage.find<QCheckBox>("modifyChecksum"), Qt::Key_Space);
        QVERIFY(stage.isOffered("modifyApply"));
        QTest::keyClick(stage.find<QSpinBox>("modifyCompression"), Qt::Key_Return); // Enter applies
        QVERIFY(stage.called("modify")); // at once: the window may be closed before it goes on
        QCOMPARE(stage.agent.calls(key("modify")).first(), (QJsonObject{{key("job"), key("j-1")}, {key("checksum"), true}}));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("modifyResult"), key("Applied. It takes effect when the migration goes on."), soon);
    }
    void aRunningServersFinalMomentCanBeMadeLonger()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy"), {{key("live"), true}}));
        Plan plan = jobPlan(300, 3, true);
        plan.transfer.freezeSeconds = 4;
        tellPlan(stage, plan);
        QVERIFY(stage.click("modify"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.find<QSpinBox>("modifyFreeze"), soon);
        QSpinBox *freeze = stage.find<QSpinBox>("modifyFreeze");
        QCOMPARE(freeze->value(), 4);
        freeze->selectAll();
        QTest::keyClicks(freeze, key("600"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("noteText").contains(key("Set to the maximum, 60")), soon);
        QTRY_COMPARE(test::doubleMnemonics(stage.window), QStringList());
        QCOMPARE(test::namelessControls(stage.window), QStringList());
        QCOMPARE(test::cutTexts(stage.window), QStringList());
        QVERIFY(stage.click("modifyApply"));
        QVERIFY(stage.called("modify"));
        QCOMPARE(stage.agent.calls(key("modify")).first(), (QJsonObject{{key("job"), key("j-1")}, {key("freezeSeconds"), 60}}));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("modifyResult"), key("Applied."), soon);
        QVERIFY(!stage.isOffered("modifyApply")); // it is as it was told
    }
    void disksOfImagesHaveNoFinalMoment()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        tellPlan(stage, jobPlan(300, 3, true));
        QVERIFY(stage.click("modify"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.find<QSpinBox>("modifyLimit"), soon);
        QVERIFY(!stage.find<QSpinBox>("modifyFreeze"));
    }
    void modifySaysWhatIsWrong()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QSignalSpy messages(stage.migration, &Page::message);
        QVERIFY(stage.click("modify")); // the agent tells no plan
        QTRY_COMPARE_WITH_TIMEOUT(messages.count(), 1, soon);
        QVERIFY(!stage.find<QWidget>("modifyPanel"));
        tellPlan(stage, jobPlan(0, 7, false));
        QVERIFY(stage.click("modify"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.find<QSpinBox>("modifyLimit"), soon);
        QTest::keyClicks(stage.find<QSpinBox>("modifyLimit"), key("99999999"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("noteText").contains(key("Set to the maximum")), soon);
        stage.agent.answer(key("modify"), Error{ErrorCode::JobStateWrong, Retry::Never, {key("j-1")}, {}});
        QVERIFY(stage.click("modifyApply"));
        QTRY_COMPARE_WITH_TIMEOUT(messages.count(), 2, soon);
        QVERIFY(stage.text("modifyResult").isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(stage.isOffered("modifyApply"), soon); // to be tried again
    }
    void theTimePlanIsNamedWhereTheLimitIsChanged()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QJsonObject event = test::fakeProgress(1000, 100000, 500, 100);
        event.insert(key("limits"), QJsonObject{{key("limitMbps"), 20}, {key("window"), key("mon 22:00–06:00")}});
        QVERIFY(stage.tellProgress(event));
        tellPlan(stage, jobPlan(300, 7, false));
        QVERIFY(stage.click("modify"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.find<QSpinBox>("modifyLimit"), soon);
        QCOMPARE(stage.find<QSpinBox>("modifyLimit")->value(), 300);
        QVERIFY2(noteText(stage, "modifyWindow").contains(key("20 Mbit/s")), qPrintable(noteText(stage, "modifyWindow")));
    }
};

QTEST_MAIN(TestModifyPanel)
#include "tst_modifypanel.moc"
