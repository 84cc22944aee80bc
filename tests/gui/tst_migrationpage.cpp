#include "core/layout/planfile.h"
#include "tests/gui/jobstage.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/textchecks.h"

#include <QLabel>
#include <QPushButton>
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

}

/// What may be done with a migration in each of its states, by mouse and keyboard.
class TestMigrationPage final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyStateOffersItsActions_data()
    {
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("phase");
        QTest::addColumn<QJsonObject>("more");
        QTest::addColumn<QStringList>("offered");
        QTest::addColumn<QString>("words");
        const auto row = [](const char *name, const char *state, const char *phase, const QStringList &offered, const char *words,
                             const QJsonObject &more = {}) {
            QTest::newRow(name) << key(state) << key(phase) << more << offered << key(words);
        };
        const QJsonObject lost{{key("error"), rpc::toJson({ErrorCode::LinkLost, Retry::AfterWait, {key("192.0.2.1")}, {}})}};
        const QJsonObject gone{{key("error"), rpc::toJson({ErrorCode::TransitReleased, Retry::Never, {key("i-1")}, {}})}};
        const QString cancel = key("cancelJob");
        row("waiting", "Ready", "", {cancel}, "Preparing");
        row("preparing", "Running", "connect", {cancel}, "Preparing");
        row("transit", "Running", "transit", {cancel}, "Creating the transit instance…");
        row("synchronizing", "Running", "copy", {key("pause"), key("modify"), cancel}, "Synchronizing");
        row("paused", "Stopped", "copy", {key("resume"), key("modify"), cancel}, "Paused");
        row("processing", "Running", "export", {cancel}, "Exporting the image to the bucket");
        row("error", "InError", "copy", {key("modify"), key("errorRetry"), key("errorCleanUp")}, "Error", lost);
        row("transit instance gone", "InError", "copy", {key("startAgain"), key("errorCleanUp")}, "Error", gone);
        row("cancelling", "Running", "cleanup", {}, "Cleaning up…", {{key("cancelling"), true}});
        row("clean-up stopped", "Stopped", "cleanup", {cancel}, "Paused", {{key("cancelling"), true}});
    }
    void everyStateOffersItsActions()
    {
        QFETCH(QString, state);
        QFETCH(QString, phase);
        QFETCH(QJsonObject, more);
        QFETCH(QStringList, offered);
        QFETCH(QString, words);
        JobStage stage;
        QVERIFY(stage.show(state, phase, more));
        const QStringList all{
            key("pause"), key("resume"), key("modify"), key("errorRetry"), key("startAgain"), key("cancelJob"), key("errorCleanUp")};
        for (const QString &name : all)
            QVERIFY2(stage.isOffered(qPrintable(name)) == offered.contains(name), qPrintable(name));
        QCOMPARE(stage.text("jobState"), words);
        QCOMPARE(test::namelessControls(stage.window), QStringList());
        QTRY_COMPARE(test::doubleMnemonics(stage.window), QStringList());
        QCOMPARE(test::cutTexts(stage.window), QStringList());
        stage.agent.stop();
        QTRY_VERIFY_WITH_TIMEOUT(stage.watch.isStale(), soon);
        for (const QString &name : all)
            QVERIFY2(!stage.isOffered(qPrintable(name)), qPrintable(name));
        QVERIFY2(stage.text("jobState").startsWith(key("Reconnecting")), qPrintable(stage.text("jobState")));
    }

    void aServerThatRunsIsFollowedUntilSomebodySaysSo()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QVERIFY(stage.progress(10, 100, 5, 1e6));
        QVERIFY(!stage.find<QLabel>("liveText")); // of disk images there is nothing to follow
        QJsonObject event = test::fakeProgress(20, 100, 9, 1e6);
        QStringList said;
        for (const char *state : {"first-pass", "comparing", "round", "in-sync", "freezing", "sending-point", "reading-back", "committed",
                 "files", "changed-files", "waiting"}) {
            const QJsonObject live{{key("state"), key(state)}, {key("round"), 3}, {key("dirtyBytes"), 12 << 20}, {key("writeRate"), 3e6},
                {key("linkRate"), 4e7}, {key("freezeMs"), 260}};
            event.insert(key("live"), live);
            stage.now += 1000;
            QVERIFY(stage.tellProgress(event));
            stage.watch.tick();
            QVERIFY2(!stage.text("liveText").isEmpty() && !said.contains(stage.text("liveText")), state);
            said.append(stage.text("liveText"));
            QCOMPARE(stage.isOffered("cutOver"), QByteArray(state) == "in-sync" || QByteArray(state) == "waiting");
            QCOMPARE(test::cutTexts(stage.window), QStringList());
            QCOMPARE(test::doubleMnemonics(stage.window), QStringList());
        }
        QVERIFY2(said.at(2).contains(key("MiB/s")) && said.at(3).contains(key("12.0 MiB")) && said.at(3).contains(key("260 ms")),
            qPrintable(said.join(QLatin1Char('\n'))));
        event.insert(key("live"), QJsonObject{{key("state"), key("in-sync")}});
        stage.now += 1000;
        QVERIFY(stage.tellProgress(event));
        stage.watch.tick();
        QVERIFY(stage.click("cutOver"));
        QVERIFY(stage.called("cutover"));
        QVERIFY(!stage.agent.calls(key("cutover")).first().value(key("job")).toString().isEmpty());
    }

    void pausesAndResumesWithOneKey()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        auto *pause = stage.find<QPushButton>("pause");
        pause->setFocus();
        QTest::keyClick(pause, Qt::Key_Space);
        QVERIFY(!pause->isEnabled()); // not twice
        QVERIFY(stage.called("pause"));
        stage.end(key("stopped"), key("Stopped"), key("copy"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.isOffered("resume"), soon);
        QCOMPARE(stage.window.focusWidget(), stage.find<QPushButton>("resume")); // where the finger is
        stage.agent.setJob(test::fakeJob(key("Running"), key("copy")));
        QTest::keyClick(stage.window.focusWidget(), Qt::Key_Space);
        QVERIFY(stage.called("resume"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.isOffered("pause"), soon);
        QCOMPARE(stage.window.focusWidget(), stage.find<QPushButton>("pause"));
    }

    void cancelAsksAndTheCopyStandsStillMeanwhile()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QVERIFY(stage.click("cancelJob"));
        QVERIFY(stage.called("pause"));
        QVERIFY(stage.find<QWidget>("cancel"));
        QCOMPARE(stage.window.focusWidget(), stage.find<QPushButton>("cancelKeep")); // what changes nothing
        QVERIFY(stage.text("cancelQuestion").contains(key("copied data is lost")));
        QTRY_COMPARE(test::doubleMnemonics(stage.window), QStringList());
        QCOMPARE(test::cutTexts(stage.window), QStringList());
        QTest::keyClick(stage.window.focusWidget(), Qt::Key_Escape);
        QVERIFY(!stage.find<QWidget>("cancel"));
        QCOMPARE(stage.agent.calls(key("resume")).size(), 0); // it is not paused yet
        stage.end(key("stopped"), key("Stopped"), key("copy"));
        QVERIFY(stage.called("resume"));
        QCOMPARE(stage.agent.calls(key("cancel")).size(), 0);
    }
    void cancelIsCarriedOutWhenConfirmed()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QVERIFY(stage.click("cancelJob"));
        QVERIFY(stage.called("pause"));
        QVERIFY(stage.click("cancelConfirm"));
        QVERIFY(stage.called("cancel"));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("jobState"), key("Cleaning up…"), soon);
        QVERIFY(!stage.find<QWidget>("cancel"));
        stage.end(key("cancelled"), key("Cancelled"), key("cleanup"), {{key("cancelling"), true}});
        QTRY_COMPARE_WITH_TIMEOUT(stage.window.current(), PageId::Finish, soon);
        QCOMPARE(stage.agent.calls(key("resume")).size(), 0);
    }
    void aPausedJobIsCancelledWithoutAnotherPause()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Stopped"), key("copy")));
        QVERIFY(stage.click("cancelJob"));
        QVERIFY(stage.click("cancelKeep"));
        QTest::qWait(100);
        QCOMPARE(stage.agent.calls(key("pause")).size(), 0);
        QCOMPARE(stage.agent.calls(key("resume")).size(), 0); // it was paused before the question
        QCOMPARE(stage.window.focusWidget(), stage.find<QPushButton>("cancelJob"));
    }
    void aPauseThatIsRefusedResumesNothingLater()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        stage.agent.answer(key("pause"), Error{ErrorCode::JobStateWrong, Retry::Never, {key("j-1")}, {}});
        QVERIFY(stage.click("cancelJob"));
        QVERIFY(stage.called("pause"));
        QTRY_VERIFY_WITH_TIMEOUT(!stage.watch.isBusy(), soon);
        QVERIFY(stage.click("cancelKeep"));
        stage.end(key("stopped"), key("Stopped"), key("copy")); // somebody else paused it
        QTRY_VERIFY_WITH_TIMEOUT(stage.isOffered("resume"), soon);
        QTest::qWait(100);
        QCOMPARE(stage.agent.calls(key("resume")).size(), 0);
    }
    void onePanelAtATime()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        tellPlan(stage, jobPlan(0, 7, false));
        QVERIFY(stage.click("modify"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.find<QWidget>("modifyPanel"), soon);
        QVERIFY(stage.click("cancelJob"));
        QVERIFY(!stage.find<QWidget>("modifyPanel"));
        QVERIFY(stage.find<QWidget>("cancel"));
    }
    void aClosedWindowAnswersTheQuestion()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QVERIFY(stage.click("cancelJob"));
        QVERIFY(stage.called("pause"));
        stage.window.close();
        QVERIFY(stage.watch.isGoingOn());
        stage.end(key("stopped"), key("Stopped"), key("copy"));
        QVERIFY(stage.called("resume")); // closing a window never stops a migration
    }

    void aFinishedJobGoesToItsLastPage()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("import")));
        QVERIFY(!stage.migration->hasNext());
        QTest::keyClick(&stage.window, Qt::Key_Right, Qt::AltModifier); // there is no Next to be pressed
        QCOMPARE(stage.window.current(), PageId::Migration);
        stage.end(key("finished"), key("Finished"), key("done"));
        QTRY_COMPARE_WITH_TIMEOUT(stage.window.current(), PageId::Finish, soon);
    }
    void aCleanUpThatFailedGoesToItsLastPageAsWell()
    {
        JobStage stage;
        const Error refused{ErrorCode::CloudRefused, Retry::AfterUserAction, {key("DeleteInstance")}, {}};
        QVERIFY(stage.show(key("InError"), key("cleanup"), {{key("cancelling"), true}, {key("error"), rpc::toJson(refused)}}));
        QVERIFY(!stage.watch.can(JobWatch::Action::Retry)); // half of it is gone
        QTRY_COMPARE_WITH_TIMEOUT(stage.window.current(), PageId::Finish, soon);
    }

    void tellsScreenReadersAndOtherWindowsOfTheState()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        QVERIFY(stage.progress(41000, 100000, 20000, 1000));
        QCOMPARE(stage.migration->windowTitleState(), key("41 % Synchronizing — web01"));
        const auto *now = stage.find<QLabel>("phase_copy");
        QCOMPARE(now->accessibleName(), key("Synchronizing: now"));
        QCOMPARE(stage.find<QLabel>("phase_transit")->accessibleName(), key("Transit instance: done"));
        QCOMPARE(stage.find<QLabel>("phase_export")->accessibleName(), key("Upload to OSS: to come"));
        QVERIFY(stage.migration->subtitle().contains(key("close this window")));
        stage.end(key("failed"), key("InError"), key("copy"));
        stage.agent.tell(test::fakeError({ErrorCode::LinkLost, Retry::AfterWait, {key("192.0.2.1")}, {}}, key("copy")));
        QTRY_VERIFY_WITH_TIMEOUT(stage.find<QWidget>("errorPanel"), soon);
        QCOMPARE(now->accessibleName(), key("Synchronizing: failed"));
        QVERIFY(stage.migration->subtitle().isEmpty()); // nothing goes on
    }
};

QTEST_MAIN(TestMigrationPage)
#include "tst_migrationpage.moc"
