#include "app/wizard/widgets/disclosure.h"
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

const Error unreachable{
    ErrorCode::ReceiverUnreachable, Retry::AfterWait, {QStringLiteral("47.94.1.2"), QStringLiteral("8703")}, QStringLiteral("timed out")};

bool showFailed(JobStage &stage, const Error &error)
{
    return stage.show(key("InError"), key("copy"), {{key("error"), rpc::toJson(error)}});
}

/// The agent's side of a bundle of these bytes.
void offerDiagnostics(JobStage &stage, const QByteArray &zip)
{
    stage.agent.answer(key("diagnostics.list"),
        QJsonObject{{key("entries"), QJsonArray{QJsonObject{{key("name"), key("agent.log")}, {key("bytes"), 5002}}}}});
    stage.agent.answer(key("diagnostics"), QJsonObject{{key("path"), key("/state/d.zip")}});
    stage.agent.answer(key("diagnostics.read"), [zip](const QJsonObject &params) -> Result<QJsonObject> {
        const QByteArray part = zip.mid(params.value(QStringLiteral("offset")).toInteger(), 2000);
        return QJsonObject{{QStringLiteral("data"), QString::fromLatin1(part.toBase64())}, {QStringLiteral("bytes"), zip.size()}};
    });
}

}

/// What a failed migration says and offers.
class TestErrorPanel final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysWhatWhyAndWhatToDo()
    {
        JobStage stage;
        stage.keepResources({test::fakeResource("instance", "i-2ze7x", 9.6), test::fakeResource("disk", "d-2ze7y", 1.25),
            test::fakeResource("snapshot", "s-2ze7z", QJsonValue()), test::fakeResource("object", "bucket/bundle", 0.5, true)});
        QVERIFY(showFailed(stage, unreachable));
        QVERIFY2(stage.text("errorTitle").contains(key("[EL-0201]")), qPrintable(stage.text("errorTitle")));
        QVERIFY(stage.text("errorWhy").contains(key("47.94.1.2")));
        QVERIFY(stage.text("errorRemedy").contains(key("8703")));
        QVERIFY(stage.text("errorLinkText").contains(key("https://")));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("price0"), key("CNY 9.60 a day"), soon);
        QVERIFY(stage.text("resource0").contains(key("i-2ze7x")));
        QCOMPARE(stage.text("price2"), key("price not known"));
        QCOMPARE(stage.text("price3"), key("kept on purpose"));
        QCOMPARE(stage.text("price4"), key("Together at least CNY 10.85 a day"));
        QVERIFY(!stage.find<QLabel>("errorEvidence"));
        QVERIFY(stage.click("errorEvidenceFold"));
        QVERIFY(stage.text("errorEvidence").contains(key("ReceiverUnreachable")));
        QVERIFY(stage.text("errorEvidence").contains(key("timed out")));
        QVERIFY(stage.click("errorCopy"));
        const QString copied = QGuiApplication::clipboard()->text();
        for (const char *part : {"EL-0201", "47.94.1.2", "timed out", "i-2ze7x", "CNY 9.60 a day", "Together at least"})
            QVERIFY2(copied.contains(key(part)), part);
        QVERIFY(stage.click("errorLinkCopy"));
        QVERIFY(QGuiApplication::clipboard()->text().startsWith(key("https://")));
        QCOMPARE(test::namelessControls(stage.window), QStringList());
        QTRY_COMPARE(test::doubleMnemonics(stage.window), QStringList());
        QCOMPARE(test::cutTexts(stage.window), QStringList());
    }

    void aRetryThatFailsSaysSo()
    {
        JobStage stage;
        QVERIFY(showFailed(stage, unreachable));
        QVERIFY(!stage.find<QLabel>("errorAgain"));
        auto *retry = stage.find<QPushButton>("errorRetry");
        retry->setFocus();
        stage.agent.setJob(test::fakeJob(key("Running"), key("copy")));
        QTest::keyClick(retry, Qt::Key_Space);
        QVERIFY(stage.called("retry"));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("jobState"), key("Synchronizing"), soon);
        QVERIFY(!stage.find<QWidget>("errorPanel"));
        stage.agent.tell(test::fakeError(unreachable, key("copy")));
        stage.end(key("failed"), key("InError"), key("copy"), {{key("error"), rpc::toJson(unreachable)}});
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("errorAgain").contains(key("the same error again")), soon);
        stage.agent.setJob(test::fakeJob(key("Running"), key("copy")));
        QTRY_VERIFY_WITH_TIMEOUT(stage.isOffered("errorRetry"), soon);
        QVERIFY(stage.click("errorRetry"));
        QVERIFY(stage.called("retry", 2));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("jobState"), key("Synchronizing"), soon);
        const Error other{ErrorCode::NoSpace, Retry::AfterUserAction, {key("/var")}, {}};
        stage.agent.tell(test::fakeError(other, key("copy")));
        stage.end(key("failed"), key("InError"), key("copy"), {{key("error"), rpc::toJson(other)}});
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("errorAgain").contains(key("another error")), soon);
        QTRY_COMPARE(test::doubleMnemonics(stage.window), QStringList());
    }
    void aRetryThatIsRefusedSaysWhy()
    {
        JobStage stage;
        QVERIFY(showFailed(stage, unreachable));
        stage.agent.answer(key("retry"), Error{ErrorCode::SourceChanged, Retry::AfterUserAction, {key("/dev/vdb")}, {}});
        QSignalSpy messages(stage.migration, &Page::message);
        QVERIFY(stage.click("errorRetry"));
        QTRY_COMPARE_WITH_TIMEOUT(messages.count(), 1, soon);
        const auto said = messages.first().first().value<Message>();
        QVERIFY(said.error && said.error->code == ErrorCode::SourceChanged);
        QTRY_VERIFY_WITH_TIMEOUT(stage.isOffered("errorRetry"), soon);
        QVERIFY(stage.find<QWidget>("errorPanel"));
    }

    void withoutItsTransitInstanceItStartsAgain()
    {
        JobStage stage;
        Plan plan;
        plan.image.namePrefix = key("the-jobs-own");
        stage.agent.answer(key("plan.show"), QJsonObject{{key("plan"), toJson(plan)}});
        QVERIFY(showFailed(stage, {ErrorCode::TransitReleased, Retry::Never, {key("i-2ze7x")}, {}}));
        QVERIFY(!stage.find<QPushButton>("errorRetry"));
        QVERIFY(stage.text("errorRemedy").contains(key("Start it again")));
        QSignalSpy again(stage.migration, &MigrationPage::startedAgain);
        QTRY_COMPARE(test::doubleMnemonics(stage.window), QStringList());
        QVERIFY(stage.click("startAgain"));
        QTRY_COMPARE_WITH_TIMEOUT(again.count(), 1, soon);
        QCOMPARE(stage.session.plan(), plan);
        QVERIFY(stage.called("cancel")); // what is left of the old one
    }

    void cleanUpAsksFirst()
    {
        JobStage stage;
        stage.keepResources({test::fakeResource("instance", "i-2ze7x", 9.6)});
        QVERIFY(showFailed(stage, unreachable));
        QVERIFY(stage.click("errorCleanUp"));
        QCOMPARE(stage.window.focusWidget(), stage.find<QPushButton>("cancelKeep"));
        QTRY_COMPARE(test::doubleMnemonics(stage.window), QStringList());
        QTest::keyClick(stage.window.focusWidget(), Qt::Key_Return); // no way to lose something
        QVERIFY(!stage.find<QWidget>("cancel"));
        QCOMPARE(stage.agent.calls(key("cancel")).size() + stage.agent.calls(key("pause")).size(), 0);
        QVERIFY(stage.click("errorCleanUp"));
        QVERIFY(stage.click("cancelConfirm"));
        QVERIFY(stage.called("cancel"));
        QTRY_COMPARE_WITH_TIMEOUT(stage.text("jobState"), key("Cleaning up…"), soon);
    }

    void diagnosticsAreListedBeforeTheyAreSaved()
    {
        JobStage stage;
        QVERIFY(showFailed(stage, unreachable));
        const QByteArray zip = QByteArray("PK").append(QByteArray(5000, 'x'));
        offerDiagnostics(stage, zip);
        QVERIFY(stage.click("errorDiagnostics"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("diagnosticsText").contains(key("agent.log (4.9 KiB)")), soon);
        QCOMPARE(stage.agent.calls(key("diagnostics")).size(), 0); // nothing is made before somebody wants it
        QCOMPARE(stage.window.focusWidget(), stage.find<QPushButton>("diagnosticsSave"));
        QTRY_COMPARE(test::doubleMnemonics(stage.window), QStringList());
        QTest::keyClick(stage.window.focusWidget(), Qt::Key_Space);
        QTemporaryDir folder;
        const QString path = folder.filePath(key("saved.zip"));
        QVERIFY2(stage.typePath(path).endsWith(key(".zip")), "another name is proposed");
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("diagnosticsText").contains(path), soon);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), zip);
        QVERIFY(!stage.find<QPushButton>("diagnosticsSave"));
    }
    void diagnosticsThatFailSayWhy()
    {
        JobStage stage;
        QVERIFY(showFailed(stage, unreachable));
        stage.agent.answer(key("diagnostics.list"), Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {key("/state")}, {}});
        QVERIFY(stage.click("errorDiagnostics"));
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("diagnosticsText").contains(key("/state")), soon);
        QVERIFY(!stage.find<QPushButton>("diagnosticsSave"));
    }
    void diagnosticsFollowTheLanguage()
    {
        JobStage stage;
        QVERIFY(showFailed(stage, unreachable));
        offerDiagnostics(stage, "PK");
        QVERIFY(stage.click("errorDiagnostics"));
        QTRY_VERIFY_WITH_TIMEOUT(!stage.text("diagnosticsText").isEmpty(), soon);
        test::PseudoTranslator other;
        qApp->installTranslator(&other);
        QTest::qWait(50);
        const QString text = stage.text("diagnosticsText");
        const QString button = stage.find<QPushButton>("diagnosticsSave")->text();
        qApp->removeTranslator(&other);
        QTest::qWait(50);
        QVERIFY2(text.startsWith(key("[These files")), qPrintable(text));
        QVERIFY2(button.startsWith(QLatin1Char('[')), qPrintable(button));
    }
};

QTEST_MAIN(TestErrorPanel)
#include "tst_errorpanel.moc"
