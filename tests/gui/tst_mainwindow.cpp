#include "app/wizard/shell/language.h"
#include "app/wizard/shell/mainwindow.h"
#include "app/wizard/shell/messagebar.h"
#include "app/wizard/shell/steplist.h"
#include "app/wizard/state/session.h"
#include "core/base/errortext.h"
#include "tests/gui/pagechecks.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>
#include <QVBoxLayout>

using namespace edgelift;
using namespace edgelift::wizard;

namespace {

/// A page with one field that must not be empty.
class FieldPage final : public Page
{
public:
    FieldPage(Session &session, const QString &name)
        : Page(session)
        , m_name(name)
        , field(new QLineEdit(this))
    {
        (new QVBoxLayout(this))->addWidget(field);
        connect(field, &QLineEdit::textChanged, this, &Page::changed);
        retranslate();
    }
    QString title() const override { return m_name; }
    QString help() const override { return QStringLiteral("Fill it in."); }
    QList<ToDo> toDo() const override
    {
        return field->text().isEmpty() ? QList<ToDo>{{QStringLiteral("fill in the field"), field}} : QList<ToDo>();
    }
    void enter() override { ++entered; }
    void leave() override { ++left; }

private:
    void retranslate() override { field->setAccessibleName(QStringLiteral("Field")); }
    const QString m_name;

public:
    QLineEdit *field;
    int entered = 0;
    int left = 0;
};

struct Frame
{
    AgentLink link;
    Session session{link};
    MainWindow window;
    FieldPage *first = new FieldPage(session, QStringLiteral("First"));
    FieldPage *second = new FieldPage(session, QStringLiteral("Second"));
    FieldPage *migration = new FieldPage(session, QStringLiteral("Running"));
    Frame()
    {
        window.addPage(PageId::Welcome, first);
        window.addPage(PageId::Checks, second);
        window.addPage(PageId::Migration, migration);
        window.resize(1000, 560);
        window.go(PageId::Welcome);
        window.show();
    }
    template <class T>
    T *find(const char *name)
    {
        return window.findChild<T *>(QLatin1String(name));
    }
};

}

class TestMainWindow final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nextSaysWhatIsMissing()
    {
        Frame frame;
        QVERIFY(QTest::qWaitForWindowExposed(&frame.window));
        auto *next = frame.find<QPushButton>("next");
        QVERIFY(!next->isEnabled());
        auto *reason = frame.find<QLabel>("toDo0");
        QVERIFY(reason && reason->isVisible());
        QVERIFY(reason->text().contains(QLatin1String("fill in the field")));
        QTest::keyClicks(frame.first->field, QStringLiteral("x"));
        QVERIFY(next->isEnabled());
        QVERIFY(!frame.find<QLabel>("toDo0") || !frame.find<QLabel>("toDo0")->isVisible());
        QTest::mouseClick(next, Qt::LeftButton);
        QCOMPARE(frame.window.current(), PageId::Checks);
        QCOMPARE(frame.first->left, 1);
        QCOMPARE(frame.second->entered, 1);
    }
    void theReasonLeadsToItsField()
    {
        Frame frame;
        QVERIFY(QTest::qWaitForWindowExposed(&frame.window));
        frame.find<QPushButton>("close")->setFocus();
        Q_EMIT frame.find<QLabel>("toDo0")->linkActivated(QStringLiteral("go"));
        QCOMPARE(frame.window.focusWidget(), frame.first->field);
    }
    void backAndForwardKeepEverything()
    {
        Frame frame;
        frame.first->field->setText(QStringLiteral("kept"));
        frame.window.go(PageId::Checks);
        QTest::mouseClick(frame.find<QPushButton>("back"), Qt::LeftButton);
        QCOMPARE(frame.window.current(), PageId::Welcome);
        QCOMPARE(frame.first->field->text(), QStringLiteral("kept"));
        QVERIFY(!frame.find<QPushButton>("back")->isEnabled());
    }
    void onlyVisitedStepsCanBeChosen()
    {
        Frame frame;
        auto *steps = frame.find<StepList>("steps");
        QCOMPARE(steps->count(), 3);
        QVERIFY(!steps->item(1)->flags().testFlag(Qt::ItemIsEnabled));
        frame.window.go(PageId::Checks);
        QVERIFY(steps->item(0)->flags().testFlag(Qt::ItemIsEnabled));
        QTest::mouseClick(steps->viewport(), Qt::LeftButton, {}, steps->visualItemRect(steps->item(0)).center());
        QCOMPARE(frame.window.current(), PageId::Welcome);
        QVERIFY(steps->item(1)->flags().testFlag(Qt::ItemIsEnabled)); // it was visited
    }
    void aRunningMigrationLocksTheSetup()
    {
        Frame frame;
        frame.window.lockSetup(true);
        frame.window.go(PageId::Migration);
        QVERIFY(!frame.find<QPushButton>("back")->isEnabled());
        frame.window.go(PageId::Welcome);
        QCOMPARE(frame.window.current(), PageId::Migration);
    }
    void anErrorHasAllItsPartsAndFollowsTheLanguage()
    {
        Frame frame;
        const Error error{ErrorCode::StockSoldOut, Retry::AfterUserAction, {QStringLiteral("ecs.g6.large"), QStringLiteral("cn-beijing")},
            QStringLiteral("NoStock")};
        frame.window.say(errorMessage(error));
        auto *bar = frame.find<MessageBar>("messageBar");
        QVERIFY(bar->isVisible());
        const ErrorText words = describe(error);
        QVERIFY(bar->text().contains(words.title));
        QVERIFY(bar->text().contains(words.remedy));
        QVERIFY(frame.find<QLabel>("messageDetail")->text().contains(QLatin1String("EL-0313")));
        QVERIFY(frame.find<QLabel>("messageDetail")->text().contains(QLatin1String("NoStock")));
        QTest::mouseClick(frame.find<QWidget>("messageClose"), Qt::LeftButton);
        QVERIFY(!bar->isVisible());
    }
    void helpStandsInThePage()
    {
        Frame frame;
        frame.window.activateWindow(); // shortcuts belong to the active window
        QVERIFY(QTest::qWaitForWindowActive(&frame.window));
        QTest::keyClick(&frame.window, Qt::Key_F1);
        QCOMPARE(frame.find<MessageBar>("messageBar")->text(), QStringLiteral("Fill it in."));
    }
    void aNarrowWindowHasALineInsteadOfTheList()
    {
        Frame frame;
        QVERIFY(QTest::qWaitForWindowExposed(&frame.window));
        QVERIFY(frame.find<StepList>("steps")->isVisible());
        frame.window.resize(640, 480);
        QTRY_VERIFY(!frame.find<StepList>("steps")->isVisible());
        QVERIFY(frame.find<QLabel>("stepLine")->text().contains(QLatin1Char('3')));
    }
    void everyControlHasAName()
    {
        Frame frame;
        frame.window.say(errorMessage({}));
        QCOMPARE(test::namelessControls(frame.window), QStringList());
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
