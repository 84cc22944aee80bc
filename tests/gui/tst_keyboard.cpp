#include "app/wizard/shell/messagebar.h"
#include "app/wizard/shell/taborder.h"
#include "tests/gui/stage.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
#include <QSpinBox>
#include <QTest>
#include <QToolTip>
#include <QWheelEvent>
#include <QtTest/qtestspontaneevent.h>

using namespace edgelift;
using namespace edgelift::wizard;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

constexpr PageId setupPages[] = {
    PageId::Welcome, PageId::Checks, PageId::Connect, PageId::Prepare, PageId::Settings, PageId::Disks, PageId::Review};

QString nameOf(const QWidget *widget)
{
    return widget ? QLatin1String(widget->metaObject()->className()) + QLatin1Char(' ') + widget->objectName() : key("nothing");
}

/// As from the window system: others would not go up to the parents.
void turnWheel(QWidget *widget)
{
    const QPointF at = widget->rect().center();
    QWheelEvent event(at, widget->mapToGlobal(at), {}, {0, -240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QSpontaneKeyEvent::setSpontaneous(&event);
    qApp->notify(widget, &event); // sendEvent() would say that it is not
}

}

/// The whole wizard without a mouse (ux.md 2.1), and what it remembers of how it is to look.
class TestKeyboard final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tabVisitsEverythingAndComesBack_data();
    void tabVisitsEverythingAndComesBack();
    void everyPageHasHelp();
    void enterGoesOnWhereNothingElseTakesIt();
    void escapeLeadsToTheMessageAndOut();
    void panesAreCycled();
    void backAndForth();
    void textGrowsAndNothingIsCutOff();
    void aWheelChangesNothingOnItsWay();
    void preferencesAreRemembered();
    void farDisplaysAreSpared();
};

void TestKeyboard::tabVisitsEverythingAndComesBack_data()
{
    QTest::addColumn<PageId>("page");
    for (const PageId page : setupPages)
        QTest::newRow(qPrintable(pageName(page))) << page;
}

void TestKeyboard::tabVisitsEverythingAndComesBack()
{
    QFETCH(PageId, page);
    test::Stage stage(key("en"));
    stage.fill();
    if (page == PageId::Disks) {
        stage.go(page);
        stage.click("adjust");
    }
    stage.go(page);
    const QList<QWidget *> onPage = tabOrder(*stage.window().page(page));
    QWidget *first = stage.window().focusWidget();
    QVERIFY(first);
    QList<QWidget *> visited;
    do {
        visited.append(stage.window().focusWidget());
        QVERIFY2(visited.last()->isVisible(), qPrintable(nameOf(visited.last())));
        QTest::keyClick(visited.last(), Qt::Key_Tab);
        QVERIFY2(stage.window().focusWidget() != visited.last(), qPrintable(nameOf(visited.last()))); // no trap
    } while (stage.window().focusWidget() != first && visited.size() < 100);
    QVERIFY(visited.size() < 100);
    for (QWidget *widget : onPage)
        QVERIFY2(visited.contains(widget), qPrintable(nameOf(widget)));
    for (const char *button : {"next", "close", "options"}) {
        if (auto *widget = stage.find<QWidget>(button); widget && widget->isEnabled())
            QVERIFY2(visited.contains(widget), button);
    }
    QTest::keyClick(first, Qt::Key_Backtab, Qt::ShiftModifier);
    QCOMPARE(nameOf(stage.window().focusWidget()), nameOf(visited.last()));
}

void TestKeyboard::everyPageHasHelp()
{
    test::Stage stage(key("en"));
    stage.fill();
    const auto *messages = stage.window().findChild<MessageBar *>();
    for (PageId page = PageId::Resume; page <= PageId::Finish; page = PageId(int(page) + 1)) {
        stage.go(page);
        QTest::keyClick(&stage.window(), Qt::Key_F1);
        QVERIFY2(messages->text().size() > 60, qPrintable(pageName(page)));
    }
}

void TestKeyboard::enterGoesOnWhereNothingElseTakesIt()
{
    test::Stage stage(key("en"));
    QTest::keyClick(stage.find<QComboBox>("language"), Qt::Key_Return);
    QCOMPARE(stage.window().current(), PageId::Checks);
    stage.press("checks", Qt::Key_Return); // a list is no place to leave by accident
    QCOMPARE(stage.window().current(), PageId::Checks);
    stage.press("back", Qt::Key_Return); // the button in focus, not the default one
    QCOMPARE(stage.window().current(), PageId::Welcome);
    stage.fill();
    stage.go(PageId::Prepare);
    stage.waitForWidget("card-rsync");
    stage.press("excludes", Qt::Key_Return);
    QVERIFY(stage.find<QLineEdit>("excludePath"));
    QTest::keyClicks(stage.find<QLineEdit>("excludePath"), key("/tmp"));
    stage.press("excludePath", Qt::Key_Return); // adds a path and stays
    QCOMPARE(stage.session().plan().excludes, QStringList{key("/tmp")});
    QCOMPARE(stage.window().current(), PageId::Prepare);
    stage.go(PageId::Settings);
    stage.press("namePrefix", Qt::Key_Enter);
    QCOMPARE(stage.window().current(), PageId::Disks);
}

void TestKeyboard::escapeLeadsToTheMessageAndOut()
{
    test::Stage stage(key("en"));
    stage.press("next", Qt::Key_F1);
    auto *bar = stage.find<MessageBar>("messageBar");
    QVERIFY(bar);
    QTest::keyClick(stage.window().focusWidget(), Qt::Key_Escape);
    QCOMPARE(stage.window().focusWidget(), bar->firstControl());
    QTest::keyClick(stage.window().focusWidget(), Qt::Key_Escape);
    QVERIFY(!bar->isVisible());
    QCOMPARE(stage.window().focusWidget(), stage.find<QWidget>("language"));
    QTest::keyClick(stage.window().focusWidget(), Qt::Key_Escape); // nothing to lead to: nothing happens
    QVERIFY(stage.window().isVisible());
}

void TestKeyboard::panesAreCycled()
{
    test::Stage stage(key("en"));
    stage.go(PageId::Connect);
    QStringList seen;
    for (int i = 0; i < 4; ++i) {
        seen.append(stage.window().focusWidget()->objectName());
        QTest::keyClick(stage.window().focusWidget(), Qt::Key_F6);
    }
    QCOMPARE(seen, (QStringList{key("activationCode"), key("toDo0"), key("help"), key("steps")}));
    QCOMPARE(stage.window().focusWidget()->objectName(), key("activationCode"));
    QTest::keyClick(stage.window().focusWidget(), Qt::Key_F6, Qt::ShiftModifier);
    QCOMPARE(stage.window().focusWidget()->objectName(), key("steps"));
}

void TestKeyboard::backAndForth()
{
    test::Stage stage(key("en"));
    QTest::keyClick(&stage.window(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(stage.window().current(), PageId::Checks);
    QTest::keyClick(&stage.window(), Qt::Key_N, Qt::AltModifier);
    QTRY_COMPARE(stage.window().current(), PageId::Connect); // it is seen to be pressed first
    QTest::keyClick(&stage.window(), Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(stage.window().current(), PageId::Checks);
}

void TestKeyboard::textGrowsAndNothingIsCutOff()
{
    const QFont before = QApplication::font();
    test::Stage stage(key("en"));
    stage.go(PageId::Connect);
    auto *code = stage.find<QLineEdit>("activationCode");
    const int height = code->height();
    for (int i = 0; i < before.pointSize(); ++i)
        QTest::keyClick(&stage.window(), Qt::Key_Plus, Qt::ControlModifier);
    stage.settle();
    QCOMPARE(QApplication::font().pointSize(), before.pointSize() * 2);
    QVERIFY(code->height() > height * 3 / 2);
    const auto *area = stage.find<QScrollArea>("pageScroll");
    QCOMPARE(area->horizontalScrollBar()->maximum(), 0);
    QVERIFY(stage.find<QPushButton>("next")->visibleRegion().boundingRect().size() == stage.find<QPushButton>("next")->size());
    QTest::keyClick(&stage.window(), Qt::Key_0, Qt::ControlModifier);
    stage.settle();
    QCOMPARE(QApplication::font().pointSize(), before.pointSize());
    QTRY_COMPARE(code->height(), height);
}

void TestKeyboard::aWheelChangesNothingOnItsWay()
{
    test::Stage stage(key("en"));
    stage.fill();
    stage.go(PageId::Settings);
    stage.click("moreConfigurations");
    auto *region = stage.find<QComboBox>("region");
    auto *compression = stage.find<QSpinBox>("compression");
    stage.find<QWidget>("namePrefix")->setFocus();
    turnWheel(region);
    QVERIFY(!region->hasFocus());
    QCOMPARE(region->currentIndex(), 0);
    QVERIFY(stage.find<QScrollArea>("pageScroll")->verticalScrollBar()->value() > 0); // the page took it
    stage.scrollDown();
    stage.find<QScrollArea>("pageScroll")->ensureWidgetVisible(compression);
    turnWheel(compression);
    QVERIFY(!compression->hasFocus());
    QCOMPARE(compression->value(), 7);
    compression->setFocus();
    stage.find<QScrollArea>("pageScroll")->ensureWidgetVisible(compression);
    turnWheel(compression);
    QVERIFY(compression->value() != 7);
}

void TestKeyboard::preferencesAreRemembered()
{
    const QFont before = QApplication::font();
    QTemporaryDir folder;
    const auto shared = [&folder](const test::Stage::Before &stage) { stage.stateDir = folder.path(); };
    {
        test::Stage stage({}, shared);
        QCOMPARE(stage.program().language().code(), key("en"));
        stage.program().language().set(key("de"));
        QTest::keyClick(&stage.window(), Qt::Key_Plus, Qt::ControlModifier);
        stage.window().resize(900, 500);
    }
    QApplication::setFont(before);
    {
        test::Stage stage({}, shared);
        QCOMPARE(stage.program().language().code(), key("de"));
        QCOMPARE(QApplication::font().pointSize(), before.pointSize() + 1);
        QCOMPARE(stage.window().size(), QSize(900, 500));
    }
    QApplication::setFont(before);
    QVERIFY(QSettings(folder.filePath(key("ui.ini")), QSettings::IniFormat).contains(key("language")));
}

void TestKeyboard::farDisplaysAreSpared()
{
    const QByteArray display = qgetenv("DISPLAY");
    QVERIFY(!isDisplayFarAway());
    qputenv("SSH_CONNECTION", "10.0.0.1 5000 10.0.0.2 22");
    QVERIFY(!isDisplayFarAway()); // a display of this machine
    for (const char *far : {"localhost:10.0", ":10", "pc.example.com:0"}) {
        qputenv("DISPLAY", far);
        QVERIFY2(isDisplayFarAway(), far);
    }
    qputenv("DISPLAY", display);
    qunsetenv("SSH_CONNECTION");
    QLabel tipped;
    tipped.setToolTip(key("tip"));
    LowBandwidth mode;
    QHelpEvent tip(QEvent::ToolTip, {}, {});
    mode.set(true);
    QApplication::sendEvent(&tipped, &tip);
    QVERIFY(!QToolTip::isVisible());
    mode.set(false);
    QApplication::sendEvent(&tipped, &tip);
    QTRY_VERIFY(QToolTip::isVisible());
    QToolTip::hideText();
}

QTEST_MAIN(TestKeyboard)
#include "tst_keyboard.moc"
