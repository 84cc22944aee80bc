#include "core/layout/planfile.h"
#include "tests/gui/jobstage.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/pseudotranslator.h"
#include "tests/gui/textchecks.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QJsonArray>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace edgelift;
using namespace edgelift::wizard;
using test::JobStage;

namespace {

constexpr int soon = 20000; ///< ms, on a busy machine

QString key(const char *name) { return QString::fromUtf8(name); }

/// Shows the job on the Finish page.
bool showEnd(JobStage &stage, const QString &state, const QJsonObject &more = {})
{
    const bool shown = stage.show(state, state == key("Finished") ? key("done") : key("cleanup"), more);
    return shown && QTest::qWaitFor([&stage] { return stage.window.current() == PageId::Finish; }, soon);
}

QJsonArray leftovers()
{
    return {test::fakeResource("instance", "i-2ze7x", 9.6), test::fakeResource("snapshot", "s-2ze7y", 0.4),
        test::fakeResource("object", "bucket/bundle", 0, true)};
}

void checkPage(JobStage &stage)
{
    QCOMPARE(test::namelessControls(stage.window), QStringList());
    QTRY_COMPARE(test::doubleMnemonics(stage.window), QStringList());
    QCOMPARE(test::cutTexts(stage.window), QStringList());
}

QString saidBy(const QSignalSpy &messages)
{
    const auto said = messages.last().first().value<Message>();
    return said.error ? QString::number(int(said.error->code)) : said.text();
}

}

/// The end of a migration: the image, or what is left; report and settings.
class TestFinishPage final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aFinishedMigrationSaysWhatToDoWithTheImage()
    {
        JobStage stage;
        stage.keepResources({test::fakeResource("ensImage", "m-5sbx1", 0, true)});
        QVERIFY(showEnd(stage, key("Finished"),
            {{key("imageId"), key("m-5sbx1")}, {key("bytesTotal"), 3LL << 30}, {key("wireBytes"), 1LL << 30},
                {key("ended"), key("2026-11-23T10:31:00Z")}}));
        QCOMPARE(stage.text("finishHeadline"), key("The ENS image is ready."));
        QCOMPARE(stage.text("image0"), key("web01_20261123"));
        QCOMPARE(stage.text("image1"), key("m-5sbx1"));
        QCOMPARE(stage.text("image3"), key("3.0 GiB"));
        QCOMPARE(stage.text("image5"), key("1 h 30 min"));
        QVERIFY(stage.text("finishCleanUp").startsWith(key("Everything temporary was released")));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("price0"), key("kept on purpose"), soon);
        QVERIFY(!stage.find<QPushButton>("releaseNow"));
        QVERIFY(stage.click("consoleCopy"));
        QCOMPARE(QGuiApplication::clipboard()->text(), key("https://ens.console.aliyun.com/"));
        QVERIFY(stage.find<QLabel>("consoleText")->textInteractionFlags() & Qt::TextSelectableByMouse);
        QVERIFY(stage.click("copyCommand"));
        const QString command = QGuiApplication::clipboard()->text();
        QVERIFY2(command.contains(key("--ImageId m-5sbx1 ")) && !command.contains(QLatin1Char('<')), qPrintable(command)); // no redirection
        QVERIFY(!stage.find<QPushButton>("showFolder"));
        QVERIFY(!stage.find<QPushButton>("bootHere"));
        checkPage(stage);
    }
    void anImageOnThisMachineCanBeLookedAt()
    {
        JobStage stage;
        QTemporaryDir folder;
        QFile image(folder.filePath(key("image.json")));
        QVERIFY(image.open(QIODevice::WriteOnly));
        QVERIFY(stage.show(key("Running"), key("import")));
        stage.agent.tell({{key("event"), key("finished")}, {key("imageId"), key("m-1")}, {key("imagePath"), image.fileName()}});
        stage.end(key("finished"), key("Finished"), key("done"));
        QTRY_COMPARE_WITH_TIMEOUT(stage.window.current(), PageId::Finish, soon);
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("imageFolder").contains(folder.path()), soon);
        QVERIFY(stage.isOffered("showFolder"));
        QVERIFY(!stage.find<QLabel>("bootCheck"));
        checkPage(stage);
        const auto tell = [&stage](const QString &name, const QJsonValue &value) {
            stage.agent.tell({{key("event"), key("bootCheck")}, {name, value}});
        };
        tell(key("running"), true);
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("bootCheck").contains(key("is being started")), soon);
        tell(key("bootCheck"), QJsonObject{{key("works"), true}, {key("seconds"), 24}, {key("address"), key("10.0.2.15")}});
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("bootCheck").startsWith(key("Test boot passed: after 24 s")), soon);
        checkPage(stage);
        tell(key("bootCheck"), QJsonObject{{key("reached"), key("kernel")}, {key("seconds"), 480}});
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("bootCheck").contains(key("The last that was seen: the kernel")), soon);
        tell(key("error"), rpc::toJson(Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {key("qemu-system-x86_64")}, {}}));
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("bootCheck").contains(key("qemu-system-x86_64")), soon);
        tell(key("running"), false);
        QTRY_VERIFY_WITH_TIMEOUT(!stage.find<QLabel>("bootCheck"), soon);
    }

    void whatACancelLeftIsListedWithItsPrice()
    {
        JobStage stage;
        stage.keepResources(leftovers());
        QVERIFY(showEnd(stage, key("Cancelled")));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("finishHeadline"), key("Not everything was released"), soon);
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("price1"), key("CNY 0.40 a day"), soon);
        QVERIFY(stage.text("resource0").contains(key("i-2ze7x")));
        QCOMPARE(stage.text("price3"), key("Together CNY 10.00 a day"));
        QVERIFY(!stage.find<QLabel>("finishCommand")); // there is no image
        QVERIFY(stage.click("byHandFold"));
        QVERIFY(stage.text("byHandText").contains(key("from top to bottom")));
        QVERIFY(stage.text("byHandLinkText").contains(key("https://ecs.console.aliyun.com/")));
        checkPage(stage);
    }
    void cleanUpAsksFirstAndSaysWhatBecameOfIt()
    {
        JobStage stage;
        stage.keepResources(leftovers());
        QVERIFY(showEnd(stage, key("Cancelled")));
        QTRY_VERIFY_WITH_TIMEOUT(stage.isOffered("releaseNow"), soon);
        QVERIFY(stage.click("releaseNow"));
        QCOMPARE(stage.window.focusWidget(), stage.find<QPushButton>("cleanKeep"));
        checkPage(stage);
        QTest::keyClick(stage.window.focusWidget(), Qt::Key_Escape);
        QVERIFY(!stage.find<QWidget>("clean"));
        QCOMPARE(stage.window.focusWidget(), stage.find<QPushButton>("releaseNow"));
        QCOMPARE(stage.agent.calls(key("clean")).size(), 0);
        QVERIFY(stage.click("releaseNow"));
        QVERIFY(stage.click("cleanConfirm"));
        QVERIFY(stage.called("clean"));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("finishHeadline"), key("Cleaning up…"), soon);
        QVERIFY(!stage.find<QPushButton>("releaseNow"));
        checkPage(stage);
        stage.keepResources({});
        stage.end(key("cancelled"), key("Cancelled"), key("cleanup"), {{key("cancelling"), true}});
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("finishHeadline"), key("The migration was cancelled. There is no image."), soon);
        QVERIFY(!stage.find<QLabel>("resource0"));
        checkPage(stage);
    }
    void aCleanUpThatFailedSaysWhyAndCanBeRepeated()
    {
        JobStage stage;
        stage.keepResources(leftovers());
        const Error refused{ErrorCode::CloudRefused, Retry::AfterUserAction, {key("DeleteInstance"), key("Forbidden")}, {}};
        QVERIFY(showEnd(stage, key("InError"), {{key("cancelling"), true}, {key("error"), rpc::toJson(refused)}}));
        QCOMPARE(stage.text("finishHeadline"), key("Not everything was released"));
        QVERIFY2(stage.text("cleanUpProblem").contains(key("EL-0")), qPrintable(stage.text("cleanUpProblem")));
        QTRY_VERIFY_WITH_TIMEOUT(stage.isOffered("releaseNow"), soon);
        checkPage(stage);
        QVERIFY(stage.click("releaseNow"));
        QVERIFY(stage.click("cleanConfirm"));
        QVERIFY(stage.called("clean"));
    }
    void afterAnErrorTheJobItselfWouldBeLost()
    {
        JobStage stage;
        stage.keepResources(leftovers());
        const Error lost{ErrorCode::LinkLost, Retry::AfterWait, {key("192.0.2.1")}, {}};
        QVERIFY(stage.show(key("InError"), key("copy"), {{key("error"), rpc::toJson(lost)}}));
        stage.window.go(PageId::Finish);
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("finishHeadline"), key("Not everything was released"), soon);
        QVERIFY(stage.click("releaseNow"));
        QVERIFY2(stage.text("cleanQuestion").contains(key("copied data is lost")), qPrintable(stage.text("cleanQuestion")));
    }
    void withoutTheAgentNothingCanBeAskedFor()
    {
        JobStage stage;
        stage.keepResources(leftovers());
        QVERIFY(showEnd(stage, key("Cancelled")));
        QTRY_VERIFY_WITH_TIMEOUT(stage.isOffered("releaseNow"), soon);
        stage.agent.stop();
        QTRY_VERIFY_WITH_TIMEOUT(!stage.isOffered("releaseNow"), soon);
        QVERIFY(!stage.isOffered("saveReport"));
    }

    void theReportComesThroughTheAgent()
    {
        JobStage stage;
        stage.agent.answer(key("report.read"), QJsonObject{{key("html"), key("<html>all of it</html>")}});
        QVERIFY(showEnd(stage, key("Finished")));
        QSignalSpy messages(stage.finish, &Page::message);
        QVERIFY(stage.click("saveReport"));
        QTemporaryDir folder;
        const QString path = folder.filePath(key("report.html"));
        QVERIFY2(stage.typePath(path).endsWith(key("edgelift-report-j-1.html")), "another name is proposed");
        QTRY_COMPARE_WITH_TIMEOUT(messages.count(), 1, soon);
        QVERIFY2(saidBy(messages).contains(path), qPrintable(saidBy(messages)));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("<html>all of it</html>"));

        stage.finish->saveReportAs(folder.filePath(key("no/such/place.html")));
        QTRY_COMPARE_WITH_TIMEOUT(messages.count(), 2, soon);
        QCOMPARE(saidBy(messages), QString::number(int(ErrorCode::FileUnwritable)));
    }
    void theSettingsAreSavedForAnotherServer()
    {
        JobStage stage;
        Plan plan;
        plan.image.namePrefix = key("the-jobs-own");
        stage.agent.answer(key("plan.show"), QJsonObject{{key("plan"), toJson(plan)}});
        QVERIFY(showEnd(stage, key("Finished")));
        QSignalSpy messages(stage.finish, &Page::message);
        QTemporaryDir folder;
        stage.finish->saveSettingsAs(folder.filePath(key("plan.json")));
        QTRY_COMPARE_WITH_TIMEOUT(messages.count(), 1, soon);
        QFile file(folder.filePath(key("plan.json")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(*readPlan(file.readAll()), plan);
        QCOMPARE(stage.agent.calls(key("plan.show")).first().value(key("job")).toString(), key("j-1"));
    }

    void everyTextFollowsTheLanguage_data()
    {
        QTest::addColumn<QString>("state");
        for (const char *state : {"Finished", "Cancelled"})
            QTest::newRow(state) << key(state);
    }
    void everyTextFollowsTheLanguage()
    {
        QFETCH(QString, state);
        JobStage stage;
        stage.keepResources(leftovers());
        QVERIFY(showEnd(stage, state));
        QTRY_VERIFY_WITH_TIMEOUT(!stage.text("price0").isEmpty(), soon);
        test::PseudoTranslator longer(0.4);
        qApp->installTranslator(&longer);
        QTest::qWait(100);
        QStringList old;
        for (const auto *label : stage.finish->findChildren<QLabel *>()) {
            const bool fact = label->objectName().startsWith(key("image")) || label->objectName() == key("finishCommand");
            if (label->isVisible() && !fact && label->text().size() > 3 && !label->text().contains(QLatin1Char('[')))
                old.append(label->objectName() + QLatin1String(": ") + label->text());
        }
        for (const auto *button : stage.finish->findChildren<QAbstractButton *>()) {
            if (button->isVisible() && !button->text().isEmpty() && !button->text().contains(QLatin1Char('[')))
                old.append(button->text());
        }
        QStringList cut;
        (void)QTest::qWaitFor([&] { return (cut = test::cutTexts(*stage.finish)).isEmpty(); }); // when all is laid out
        qApp->removeTranslator(&longer);
        QTest::qWait(50);
        QCOMPARE(old, QStringList());
        QCOMPARE(cut, QStringList());
    }
};

QTEST_MAIN(TestFinishPage)
#include "tst_finishpage.moc"
