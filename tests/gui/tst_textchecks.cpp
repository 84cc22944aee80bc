#include "app/wizard/shell/mnemonics.h"
#include "app/wizard/shell/taborder.h"
#include "app/wizard/widgets/elidedlabel.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/textchecks.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QTableWidget>
#include <QTest>
#include <functional>

using namespace edgelift;

namespace {

const QString words = QStringLiteral("Several words that need some room");

/// A window without a layout, so that everything can be put where it is wrong.
struct Window
{
    QWidget root;
    Window()
    {
        root.resize(400, 300);
        root.show(); // controls place their parts when they are resized in front of somebody
    }
    template <class T>
    T *put(const QRect &place, const char *name = "it")
    {
        auto *widget = new T(&root);
        widget->setObjectName(QLatin1String(name));
        widget->setGeometry(place);
        widget->show();
        return widget;
    }
    [[nodiscard]] bool isCut() const { return !test::cutTexts(root).isEmpty(); }
};

constexpr QRect narrow{10, 10, 60, 30};
constexpr QRect wide{10, 10, 380, 60};

}

/// The checks of the scenes find what they are for, and nothing else.
class TestTextChecks final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findsCutTexts_data();
    void findsCutTexts();
    void namesOfServersMayGiveWay();
    void findsCutCells();
    void findsCutRowsOfTables();
    void findsWhatLiesOnEachOther();
    void findsSidewaysScrolling();
    void findsDoubleMnemonicsAndMendsThem();
    void findsNamelessControls();
    void tabFollowsWhatIsRead();
};

void TestTextChecks::findsCutTexts_data()
{
    using Make = std::function<QWidget *(Window &, const QRect &)>;
    QTest::addColumn<Make>("make");
    const auto row = [](const char *name, const Make &make) { QTest::newRow(name) << make; };
    row("label", [](Window &window, const QRect &place) {
        auto *it = window.put<QLabel>(place);
        it->setText(words);
        return it;
    });
    row("wrapped label", [](Window &window, const QRect &place) {
        auto *it = window.put<QLabel>(place);
        it->setWordWrap(true);
        it->setText(words);
        return it;
    });
    row("button", [](Window &window, const QRect &place) {
        auto *it = window.put<QPushButton>(place);
        it->setText(words);
        return it;
    });
    row("check box", [](Window &window, const QRect &place) {
        auto *it = window.put<QCheckBox>(place);
        it->setText(words);
        return it;
    });
    row("list", [](Window &window, const QRect &place) {
        auto *it = window.put<QComboBox>(place);
        it->addItem(words);
        return it;
    });
    row("placeholder", [](Window &window, const QRect &place) {
        auto *it = window.put<QLineEdit>(place);
        it->setPlaceholderText(words);
        return it;
    });
    row("number", [](Window &window, const QRect &place) {
        auto *it = window.put<QSpinBox>(place);
        it->setSuffix(QLatin1Char(' ') + words);
        return it;
    });
    row("elided label", [](Window &window, const QRect &place) {
        auto *it = window.put<wizard::ElidedLabel>(place);
        it->setText(words);
        return it;
    });
    row("group", [](Window &window, const QRect &place) {
        auto *it = window.put<QGroupBox>(place);
        it->setTitle(words);
        return it;
    });
    row("header", [](Window &window, const QRect &place) {
        auto *it = window.put<QTableWidget>(place);
        it->setColumnCount(1);
        it->setHorizontalHeaderLabels({words});
        it->setColumnWidth(0, place.width() - 20);
        return it;
    });
}

void TestTextChecks::findsCutTexts()
{
    using Make = std::function<QWidget *(Window &, const QRect &)>;
    QFETCH(Make, make);
    Window window;
    QWidget *it = make(window, wide);
    QCOMPARE(test::cutTexts(window.root), QStringList());
    it->hide();
    it = make(window, narrow);
    QVERIFY(window.isCut());
    it->hide();
    QVERIFY(!window.isCut()); // what is not seen is not cut
}

void TestTextChecks::namesOfServersMayGiveWay()
{
    Window window;
    auto *it = window.put<wizard::ElidedLabel>(narrow);
    it->setText(QString(500, QLatin1Char('n')));
    QVERIFY(!window.isCut());
    auto *label = window.put<QLabel>(narrow); // but not in a label that does not elide
    label->setText(it->text());
    QVERIFY(window.isCut());
}

void TestTextChecks::findsCutCells()
{
    Window window;
    auto *table = window.put<QTableWidget>({0, 0, 400, 200});
    table->setRowCount(1);
    table->setColumnCount(1);
    table->setWordWrap(false);
    table->setItem(0, 0, new QTableWidgetItem(words));
    table->setColumnWidth(0, 350);
    QVERIFY(!window.isCut());
    table->setColumnWidth(0, 60);
    QVERIFY(window.isCut());
    table->item(0, 0)->setToolTip(words); // then it can be read
    QVERIFY(!window.isCut());
}

void TestTextChecks::findsCutRowsOfTables()
{
    Window window;
    auto *table = window.put<QTableWidget>({0, 0, 400, 200});
    table->setRowCount(1);
    table->setColumnCount(1);
    table->setItem(0, 0, new QTableWidgetItem(words));
    table->setColumnWidth(0, 120);
    table->setRowHeight(0, table->fontMetrics().height() * 6);
    QVERIFY(!window.isCut());
    table->setRowHeight(0, table->fontMetrics().height() * 3 / 2);
    QVERIFY(window.isCut());
}

void TestTextChecks::findsWhatLiesOnEachOther()
{
    Window window;
    window.put<QPushButton>({10, 10, 100, 30}, "a");
    auto *other = window.put<QPushButton>({10, 40, 100, 30}, "b");
    QCOMPARE(test::misplaced(window.root), QStringList());
    other->move(10, 39);
    QCOMPARE(test::misplaced(window.root).size(), 1);
    other->move(350, 40);
    QVERIFY(test::misplaced(window.root).value(0).startsWith(QLatin1String("sticks out")));
}

void TestTextChecks::findsSidewaysScrolling()
{
    Window window;
    auto *area = window.put<QScrollArea>({0, 0, 300, 200});
    auto *content = new QWidget;
    content->resize(200, 1000);
    area->setWidget(content);
    QVERIFY(QTest::qWaitForWindowExposed(&window.root));
    QCOMPARE(test::sidewaysScrolling(window.root), QStringList());
    content->resize(301, 1000);
    QTRY_COMPARE(test::sidewaysScrolling(window.root).size(), 1);
}

void TestTextChecks::findsDoubleMnemonicsAndMendsThem()
{
    Window window;
    auto *next = window.put<QPushButton>({10, 10, 100, 30}, "next");
    auto *name = window.put<QPushButton>({10, 50, 100, 30}, "name");
    auto *latin = window.put<QPushButton>({10, 90, 100, 30}, "suffix");
    next->setText(QStringLiteral("&Next"));
    name->setText(QStringLiteral("&Name && more"));
    latin->setText(QStringLiteral("名称(&N)"));
    QCOMPARE(test::doubleMnemonics(window.root).size(), 2);
    wizard::assignMnemonics(window.root, {next});
    QCOMPARE(test::doubleMnemonics(window.root), QStringList());
    QCOMPARE(next->text(), QStringLiteral("&Next"));
    QCOMPARE(name->text(), QStringLiteral("Name && &more"));
    QCOMPARE(latin->text(), QStringLiteral("名称(&A)"));
    next->hide(); // its letter is free again, and goes to whom it was meant for
    wizard::assignMnemonics(window.root, {next});
    QCOMPARE(name->text(), QStringLiteral("&Name && more"));
    name->setText(QStringLiteral("&Other"));
    wizard::assignMnemonics(window.root, {next});
    QCOMPARE(name->text(), QStringLiteral("&Other"));
    QCOMPARE(latin->text(), QStringLiteral("名称(&N)"));
}

void TestTextChecks::findsNamelessControls()
{
    Window window;
    auto *edit = window.put<QLineEdit>(wide);
    QCOMPARE(test::namelessControls(window.root).size(), 1);
    edit->setAccessibleName(words);
    QCOMPARE(test::namelessControls(window.root), QStringList());
}

void TestTextChecks::tabFollowsWhatIsRead()
{
    Window window;
    auto *below = window.put<QPushButton>({10, 60, 80, 30});
    auto *right = window.put<QPushButton>({200, 14, 80, 20});
    auto *left = window.put<QLineEdit>({10, 10, 100, 30});
    window.put<QPushButton>({300, 10, 80, 30})->setEnabled(false);
    QCOMPARE(wizard::tabOrder(window.root), (QList<QWidget *>{left, right, below}));
    window.root.setLayoutDirection(Qt::RightToLeft);
    QCOMPARE(wizard::tabOrder(window.root), (QList<QWidget *>{right, left, below}));
}

QTEST_MAIN(TestTextChecks)
#include "tst_textchecks.moc"
