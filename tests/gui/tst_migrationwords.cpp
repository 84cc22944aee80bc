#include "app/wizard/widgets/fieldnote.h"
#include "app/wizard/widgets/logview.h"
#include "tests/gui/jobstage.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/pseudotranslator.h"
#include "tests/gui/textchecks.h"

#include <QAbstractButton>
#include <QApplication>
#include <QClipboard>
#include <QJsonArray>
#include <QLabel>
#include <QRegularExpression>
#include <QScrollBar>
#include <QTest>
#include <QTextBlock>

using namespace edgelift;
using namespace edgelift::wizard;
using test::JobStage;

namespace {

constexpr int soon = 20000; ///< ms, on a busy machine
constexpr qint64 gib = 1LL << 30;

QString key(const char *name) { return QString::fromUtf8(name); }

QJsonObject phaseEvent(int number)
{
    return {{key("event"), key("phase")}, {key("phase"), key("copy")}, {key("message"), QStringLiteral("message %1").arg(number)}};
}

}

/// The texts of a migration's page: log, details, languages, names of any length.
class TestMigrationWords final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theLogOnlyGrows()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy")));
        for (int i = 0; i < 40; ++i)
            stage.agent.tell(phaseEvent(i));
        QTRY_COMPARE_WITH_TIMEOUT(stage.watch.log().written(), 40LL, soon);
        QVERIFY(stage.text("lastLogLine").contains(key("message 39")));
        QVERIFY(stage.click("logFold"));
        auto *log = stage.find<LogView>("log");
        QVERIFY(log);
        QCOMPARE(log->document()->blockCount(), 40);
        QScrollBar *bar = log->verticalScrollBar();
        QCOMPARE(bar->value(), bar->maximum()); // opens at its end
        int removed = 0;
        connect(log->document(), &QTextDocument::contentsChange, this, [&removed](int, int gone, int) { removed += gone; });
        stage.agent.tell(phaseEvent(40));
        QTRY_COMPARE_WITH_TIMEOUT(log->document()->blockCount(), 41, soon);
        QCOMPARE(bar->value(), bar->maximum()); // and follows it
        bar->setValue(5);
        QTextCursor cursor(log->document()->findBlockByNumber(6));
        cursor.select(QTextCursor::LineUnderCursor);
        log->setTextCursor(cursor);
        bar->setValue(5);
        const QString selected = cursor.selectedText();
        stage.agent.tell(phaseEvent(41));
        QTRY_COMPARE_WITH_TIMEOUT(log->document()->blockCount(), 42, soon);
        QCOMPARE(bar->value(), 5);
        QCOMPARE(log->textCursor().selectedText(), selected);
        QCOMPARE(removed, 0); // nothing was written anew
        QVERIFY(stage.click("logFold"));
        stage.agent.tell(phaseEvent(42));
        QTRY_VERIFY_WITH_TIMEOUT(stage.text("lastLogLine").contains(key("message 42")), soon);
        QVERIFY(stage.click("logFold"));
        QCOMPARE(log->document()->blockCount(), 43);
        QCOMPARE(log->textCursor().selectedText(), selected);
        QCOMPARE(removed, 0);
    }
    void aFullLogStaysAtItsLine()
    {
        LogView view(50);
        view.resize(400, 200);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QStringList lines;
        for (int i = 0; i < 50; ++i)
            lines.append(QStringLiteral("line %1").arg(i));
        view.setLines(lines);
        view.verticalScrollBar()->setValue(20);
        view.addLines({key("line 50"), key("line 51"), key("line 52")});
        QCOMPARE(view.document()->blockCount(), 50);
        QCOMPARE(view.document()->firstBlock().text(), key("line 3"));
        QCOMPARE(view.verticalScrollBar()->value(), 17); // what was read is where it was
        view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum());
        view.addLines({key("line 53")});
        QCOMPARE(view.verticalScrollBar()->value(), view.verticalScrollBar()->maximum());
    }

    void detailsCanBeReadAndCopied()
    {
        JobStage stage;
        QVERIFY(stage.show(key("Running"), key("copy"), {{key("tags"), QJsonObject{{key("team"), key("web")}}}}));
        QVERIFY(stage.progress(2 * gib, 64 * gib, gib, 27e6));
        QVERIFY(stage.click("detailsFold"));
        QCOMPARE(stage.text("detail0"), key("j-1"));
        QCOMPARE(stage.text("detail8"), key("i-transit"));
        QCOMPARE(stage.text("detail9"), key("team=web"));
        QCOMPARE(stage.text("detail11"), key("2,465")); // exact: (total − done) / speed
        QVERIFY(stage.find<QLabel>("detail0")->textInteractionFlags() & Qt::TextSelectableByMouse);
        QVERIFY(stage.click("copyDetails"));
        const QString copied = QGuiApplication::clipboard()->text();
        QVERIFY2(copied.contains(key("Job ID: j-1\n")) && copied.contains(key("Target region: cn-beijing-1\n")), qPrintable(copied));
        QTRY_COMPARE(test::doubleMnemonics(stage.window), QStringList());
        QCOMPARE(test::namelessControls(stage.window), QStringList());
        QCOMPARE(test::cutTexts(stage.window), QStringList());
    }

    void everyTextFollowsTheLanguage_data()
    {
        QTest::addColumn<QString>("state");
        for (const char *state : {"Running", "Stopped", "InError"})
            QTest::newRow(state) << key(state);
    }
    void everyTextFollowsTheLanguage()
    {
        QFETCH(QString, state);
        JobStage stage;
        const Error error{ErrorCode::LinkLost, Retry::AfterWait, {key("192.0.2.1")}, {}};
        QVERIFY(stage.show(state, key("copy"), {{key("error"), rpc::toJson(error)}}));
        QVERIFY(stage.progress(2 * gib, 64 * gib, gib, 27e6));
        QVERIFY(stage.click("logFold"));
        QVERIFY(stage.click("detailsFold"));
        const int logged = stage.find<LogView>("log")->document()->blockCount();
        test::PseudoTranslator longer(0.4);
        qApp->installTranslator(&longer);
        QTest::qWait(100);
        QStringList old;
        for (const auto *label : stage.window.findChildren<QLabel *>()) {
            const QString text = label->text();
            const bool word = text.contains(QRegularExpression(key("[A-Za-z]{4}"))) && !label->objectName().startsWith(key("detail"));
            if (label->isVisible() && word && !text.contains(QLatin1Char('[')))
                old.append(label->objectName() + QLatin1String(": ") + text);
        }
        for (const auto *button : stage.window.findChildren<QAbstractButton *>()) {
            if (button->isVisible() && !button->text().isEmpty() && !button->text().contains(QLatin1Char('[')))
                old.append(button->text());
        }
        QStringList cut;
        (void)QTest::qWaitFor([&] { return (cut = test::cutTexts(*stage.migration)).isEmpty(); }); // when all is laid out
        const int logLines = stage.find<LogView>("log")->document()->blockCount();
        qApp->removeTranslator(&longer);
        QTest::qWait(50);
        QCOMPARE(old, QStringList());
        QCOMPARE(cut, QStringList());
        QCOMPARE(logLines, logged);
    }
    void longNamesWidenNothing()
    {
        JobStage stage;
        const QString name(500, QLatin1Char('w'));
        QVERIFY(stage.show(key("Running"), key("copy"),
            {{key("name"), name}, {key("sourceName"), name}, {key("imageName"), name}, {key("tags"), QJsonObject{{name, name}}}}));
        QJsonObject event = test::fakeProgress(gib, 64 * gib, gib, 27e6);
        event.insert(key("disks"),
            QJsonArray{QJsonObject{{key("disk"), name}, {key("name"), name}, {key("bytesDone"), 10}, {key("bytesTotal"), 20}}});
        QVERIFY(stage.tellProgress(event));
        stage.agent.tell({{key("event"), key("warning")}, {key("message"), name}});
        stage.agent.tell({{key("event"), key("phase")}, {key("phase"), key("copy")}, {key("message"), name}});
        QTRY_VERIFY_WITH_TIMEOUT(stage.find<FieldNote>("jobWarnings"), soon);
        QVERIFY(stage.click("detailsFold"));
        QTest::qWait(100);
        QVERIFY2(stage.migration->width() <= stage.window.width(), "the page is wider than its window");
        QCOMPARE(stage.window.size(), QSize(1000, 560));
    }
};

QTEST_MAIN(TestMigrationWords)
#include "tst_migrationwords.moc"
