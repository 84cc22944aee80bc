#include "app/wizard/models/segmentmodel.h"
#include "app/wizard/pages/disksbars.h"
#include "app/wizard/pages/diskspage.h"
#include "app/wizard/pages/diskstable.h"
#include "app/wizard/shell/messagebar.h"
#include "app/wizard/shell/theme.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/diskbar.h"
#include "app/wizard/widgets/fieldnote.h"
#include "app/wizard/widgets/sizefield.h"
#include "core/agent/agentserver.h"
#include "core/layout/defaultplan.h"
#include "core/layout/factsjson.h"
#include "tests/gui/gestures.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/textchecks.h"
#include "tests/unit/layout/samplefacts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QRadioButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QToolButton>
#include <QVBoxLayout>
#include <QtTest>
#include <memory>

using namespace edgelift;
using namespace edgelift::literals;
using namespace edgelift::wizard;

namespace {

const QString dataVolume = QStringLiteral("data/p1");
const QString srvVolume = QStringLiteral("data/p2");
const QString rootVolume = QStringLiteral("sys/p3");

/// An agent that knows nothing but one server.
class TinyAgent
{
public:
    explicit TinyAgent(const ServerFacts &facts)
        : m_facts(toJson(facts))
        , m_server([this](const rpc::Request &request, const std::shared_ptr<EventOutlet> &) { return answer(request); })
    {
    }
    QString listen()
    {
        const QString path = m_folder.filePath(QStringLiteral("agent.sock"));
        return m_server.listen(path) ? path : QString();
    }

private:
    Result<QJsonObject> answer(const rpc::Request &request) const
    {
        if (request.method == QLatin1String("inspect"))
            return QJsonObject{{QStringLiteral("facts"), m_facts}};
        return QJsonObject{{QStringLiteral("interface"), rpc::interfaceVersion}};
    }

    QTemporaryDir m_folder;
    const QJsonObject m_facts;
    AgentServer m_server;
};

}

/// The page in a window of the size it has on a small screen, worked with as a person does.
class TestDisksPage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void readsTheDisks();
    void theMouseDragsToAnotherDisk();
    void aRefusedDropSaysWhy();
    void picksUpWithTheKeyboard();
    void escapeLeavesItWhereItWas();
    void altNumberMoves();
    void altArrowsChangeTheOrder();
    void theMenuAndTheListMove();
    void typesASize();
    void typesADiskSize();
    void aNumberLeftBehindIsTakenAndHarmsNothing();
    void switchesMigrateAndLvm();
    void problemsBlockNext();
    void fixesAndTellsWhatItDid();
    void automaticIsReadOnly();
    void selectionsStayInStep();
    void sixtyHostileMountPoints();
    void looksRight_data();
    void looksRight();
    void sizes_data();
    void sizes();

private:
    void open(const ServerFacts &facts, bool adjust = true);
    void show();
    template <typename T>
    T *find(const char *name) const
    {
        return m_page->findChild<T *>(QLatin1String(name));
    }
    DiskBar *bar(int disk) const { return m_page->findChild<DiskBar *>(QStringLiteral("diskBar%1").arg(disk)); }
    DisksTable *table() const { return find<DisksTable>("disksTable"); }
    int diskOf(const QString &volume) const { return int(findVolume(m_session->plan(), volume).disk); }
    const Plan::Volume &planned(const QString &volume) const;
    void select(const QString &volume);
    QPoint middleOf(const QString &volume) const;
    void drag(const QPoint &start, const QPoint &end);
    QPoint inWindow(QWidget *widget, const QPoint &point) const { return widget->mapTo(m_window.get(), point); }
    QString detail() const { return find<QLabel>("detail")->text(); }
    QString problems() const { return find<LayoutProblems>("layoutProblems")->texts().join(QLatin1Char('\n')); }
    void shoot(const QString &name) const;

    ServerFacts m_facts;
    std::unique_ptr<TinyAgent> m_agent;
    std::unique_ptr<AgentLink> m_link;
    std::unique_ptr<Session> m_session;
    std::unique_ptr<QWidget> m_window;
    MessageBar *m_messages = nullptr;
    DisksPage *m_page = nullptr;
};

void TestDisksPage::init()
{
    applyTheme(Theme::Light);
    m_facts = test::twoDisks();
    test::addDataDisks(m_facts, 1, 40_GiB);
    m_facts.volumes.last().size = m_facts.volumes.last().segments.first().length = 20_GiB;
}

void TestDisksPage::cleanup()
{
    m_window.reset();
    m_session.reset();
    m_link.reset();
    m_agent.reset();
    QApplication::setLayoutDirection(Qt::LeftToRight);
}

void TestDisksPage::open(const ServerFacts &facts, bool adjust)
{
    m_agent = std::make_unique<TinyAgent>(facts);
    m_link = std::make_unique<AgentLink>();
    m_session = std::make_unique<Session>(*m_link);
    m_window = std::make_unique<QWidget>();
    m_messages = new MessageBar;
    m_page = new DisksPage(*m_session);
    auto *area = new QScrollArea;
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidget(m_page);
    auto *column = new QVBoxLayout(m_window.get());
    column->addWidget(m_messages);
    column->addWidget(area, 1);
    connect(m_page, &Page::message, m_messages, &MessageBar::say);
    connect(m_page, &Page::messageGone, m_messages, &MessageBar::clear);
    m_window->resize(820, 520);
    QCOMPARE(find<QLabel>("state")->text(), QStringLiteral("Reading disks…"));
    QVERIFY(!m_page->toDo().isEmpty());
    const QString path = m_agent->listen();
    QVERIFY(!path.isEmpty());
    m_link->open(path);
    QTRY_VERIFY_WITH_TIMEOUT(m_link->isOpen(), 30000);
    show();
    QTest::keyClick(m_window.get(), Qt::Key_F5);
    QTRY_COMPARE_WITH_TIMEOUT(m_session->inspection(), Session::Asked::Answered, 30000);
    if (adjust)
        find<QRadioButton>("adjust")->click();
    QCOMPARE(m_session->plan().modifyDisks, adjust);
    QTest::qWait(50); // the layout of what has just appeared
}

void TestDisksPage::show()
{
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    m_window->activateWindow();
    QApplication::setActiveWindow(m_window.get()); // no window manager gives the focus
}

const Plan::Volume &TestDisksPage::planned(const QString &volume) const
{
    const VolumePlace place = findVolume(m_session->plan(), volume);
    return m_session->plan().disks.at(place.disk).volumes.at(place.volume);
}

void TestDisksPage::select(const QString &volume)
{
    const auto *model = static_cast<LayoutModel *>(table()->model());
    table()->setCurrentIndex(model->volumeIndex(volume));
    table()->setFocus();
}

QPoint TestDisksPage::middleOf(const QString &volume) const
{
    const auto *model = static_cast<LayoutModel *>(table()->model());
    DiskBar *on = bar(diskOf(volume));
    const QModelIndex segment = static_cast<SegmentModel *>(on->model())->fromLayout(model->volumeIndex(volume));
    return inWindow(on->viewport(), on->visualRect(segment).center());
}

void TestDisksPage::drag(const QPoint &start, const QPoint &end) { test::dragMouse(m_window->windowHandle(), start, end); }

void TestDisksPage::shoot(const QString &name) const
{
    if (!qEnvironmentVariableIsSet("EDGELIFT_SHOTS"))
        return;
    QTest::qWait(100); // for the layout
    m_window->grab().save(qEnvironmentVariable("EDGELIFT_SHOTS") + QLatin1Char('/') + name + QStringLiteral(".png"));
}

void TestDisksPage::readsTheDisks()
{
    open(m_facts, false);
    QVERIFY(find<QRadioButton>("automatic")->isChecked());
    QVERIFY(!table()->isVisible());
    QCOMPARE(find<FieldNote>("fits")->text(), QStringLiteral("Fits: yes"));
    QVERIFY2(m_page->toDo().isEmpty(), qPrintable(problems()));
}

void TestDisksPage::theMouseDragsToAnotherDisk()
{
    open(m_facts);
    const int before = diskOf(dataVolume);
    drag(middleOf(dataVolume), inWindow(bar(2)->viewport(), bar(2)->viewport()->rect().center()));
    QCOMPARE(diskOf(dataVolume), 2);
    QTest::keyClick(table(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(diskOf(dataVolume), before);
    QTest::keyClick(table(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(diskOf(dataVolume), 2);
}

void TestDisksPage::aRefusedDropSaysWhy()
{
    open(m_facts);
    const Plan before = m_session->plan();
    drag(middleOf(rootVolume), inWindow(bar(2)->viewport(), bar(2)->viewport()->rect().center()));
    QCOMPARE(m_session->plan(), before);
    QVERIFY2(detail().contains(QLatin1String("cannot be moved")), qPrintable(detail()));
}

void TestDisksPage::picksUpWithTheKeyboard()
{
    open(m_facts);
    select(dataVolume);
    QTest::keyClick(table(), Qt::Key_X, Qt::ControlModifier);
    QCOMPARE(m_messages->text(), QStringLiteral("/data picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel."));
    QTest::keyClick(table(), Qt::Key_Down);
    QVERIFY2(detail().startsWith(QStringLiteral("Data disk 2: ")), qPrintable(detail()));
    shoot(QStringLiteral("disks-carrying"));
    QTest::keyClick(table(), Qt::Key_Return);
    QCOMPARE(diskOf(dataVolume), 2);
    QCOMPARE(m_messages->text(), QString());
    QCOMPARE(table()->currentIndex().siblingAtColumn(0).data().toString(), QStringLiteral("/data")); // it goes with it
}

void TestDisksPage::escapeLeavesItWhereItWas()
{
    open(m_facts);
    const Plan before = m_session->plan();
    select(dataVolume);
    QTest::keyClick(table(), Qt::Key_X, Qt::ControlModifier);
    QTest::keyClick(table(), Qt::Key_Down);
    QTest::keyClick(table(), Qt::Key_Escape);
    QCOMPARE(m_messages->text(), QString());
    QTest::keyClick(table(), Qt::Key_Return);
    QCOMPARE(m_session->plan(), before);
}

void TestDisksPage::altNumberMoves()
{
    open(m_facts);
    select(dataVolume);
    QTest::keyClick(table(), Qt::Key_3, Qt::AltModifier);
    QCOMPARE(diskOf(dataVolume), 2);
    select(rootVolume);
    QTest::keyClick(table(), Qt::Key_2, Qt::AltModifier);
    QCOMPARE(diskOf(rootVolume), 0);
    QVERIFY2(detail().contains(QLatin1String("cannot be moved")), qPrintable(detail()));
}

void TestDisksPage::altArrowsChangeTheOrder()
{
    open(m_facts);
    select(srvVolume);
    QTest::keyClick(bar(1), Qt::Key_Up, Qt::AltModifier); // the same in a bar
    QCOMPARE(m_session->plan().disks.at(1).volumes.first().source, srvVolume);
    QTest::keyClick(table(), Qt::Key_Down, Qt::AltModifier);
    QCOMPARE(m_session->plan().disks.at(1).volumes.first().source, dataVolume);
}

void TestDisksPage::theMenuAndTheListMove()
{
    open(m_facts);
    select(dataVolume);
    Q_EMIT table()->customContextMenuRequested(table()->visualRect(table()->currentIndex()).center());
    auto *menu = m_page->findChild<QMenu *>(QStringLiteral("moveToMenu"));
    QVERIFY(menu);
    QCOMPARE(menu->actions().size(), 3);
    QVERIFY(!menu->actions().at(1)->isEnabled()); // it is there
    menu->actions().at(2)->trigger();
    QCOMPARE(diskOf(dataVolume), 2);
    m_page->findChild<QMenu *>(QStringLiteral("layoutMenu"))->close();
    const QModelIndex cell = table()->currentIndex().siblingAtColumn(LayoutModel::Destination);
    table()->scrollTo(cell);
    QTest::mouseClick(table()->viewport(), Qt::LeftButton, {}, table()->visualRect(cell).center());
    auto *box = table()->findChild<QComboBox *>(QStringLiteral("listEditor"));
    QVERIFY(box);
    QTRY_VERIFY_WITH_TIMEOUT(box->view()->isVisible(), 30000);
    QTest::keyClick(box->view(), Qt::Key_Up);
    QTest::keyClick(box->view(), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(diskOf(dataVolume), 1, 30000);
}

void TestDisksPage::typesASize()
{
    open(m_facts);
    select(srvVolume);
    const auto type = [this](const QString &text) {
        QTest::keyClick(table(), Qt::Key_F2);
        auto *field = table()->findChild<SizeField *>();
        QVERIFY(field);
        field->selectAll();
        QTest::keyClicks(field, text);
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(!table()->findChild<SizeField *>(), 30000);
    };
    type(QStringLiteral("12"));
    QCOMPARE(planned(srvVolume).sizeMiB, 12 * 1024);
    type(QStringLiteral("9000 mib"));
    QCOMPARE(planned(srvVolume).sizeMiB, 9000);
    type(QStringLiteral("much"));
    QCOMPARE(planned(srvVolume).sizeMiB, 9000);
    QVERIFY2(m_messages->text().contains(QStringLiteral("“much” is not a size")), qPrintable(m_messages->text()));
    table()->setFocus();
    QTest::keyClick(table(), Qt::Key_7); // typing begins without F2
    auto *field = table()->findChild<SizeField *>();
    QVERIFY(field);
    QTest::keyClick(field, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(planned(srvVolume).sizeMiB, 7 * 1024, 30000);
}

void TestDisksPage::typesADiskSize()
{
    open(m_facts);
    auto *spin = find<QSpinBox>("diskSize1");
    spin->setFocus();
    spin->selectAll();
    QTest::keyClicks(spin, QStringLiteral("600"));
    QCOMPARE(m_session->plan().disks.at(1).sizeGiB, 40); // not with each digit
    QTest::keyClick(spin, Qt::Key_Return);
    QCOMPARE(m_session->plan().disks.at(1).sizeGiB, 600);
    QVERIFY2(problems().contains(QLatin1String("[E-DSK-07]")), qPrintable(problems()));
    find<QToolButton>("undo")->click();
    QCOMPARE(spin->value(), 40);
}

void TestDisksPage::aNumberLeftBehindIsTakenAndHarmsNothing()
{
    open(m_facts);
    const auto type = [this](const char *name, const char *digits) {
        auto *size = find<QSpinBox>(name);
        size->setFocus();
        size->selectAll();
        QTest::keyClicks(size, QLatin1String(digits)); // no Tab, no Enter
    };
    type("diskSize1", "600");
    QTest::keyClick(find<QSpinBox>("diskSize1"), Qt::Key_Return); // there is a problem to be shown already
    type("diskSize0", "1");
    m_window->hide(); // the spin box tells its number in the middle of it: no widget may be deleted then
    QTRY_COMPARE(m_session->plan().disks.first().sizeGiB, 1);
    QTRY_VERIFY2(problems().contains(QLatin1String("[E-DSK-01]")), qPrintable(problems()));
}

void TestDisksPage::switchesMigrateAndLvm()
{
    open(m_facts);
    select(srvVolume);
    QTest::keyClick(table(), Qt::Key_Space);
    QVERIFY(!planned(srvVolume).migrate);
    QTest::keyClick(table(), Qt::Key_Space);
    QVERIFY(planned(srvVolume).migrate);
    table()->setCurrentIndex(static_cast<LayoutModel *>(table()->model())->diskIndex(1));
    QTest::keyClick(table(), Qt::Key_L);
    QVERIFY(m_session->plan().disks.at(1).lvm);
    QCOMPARE(find<QCheckBox>("diskLvm1")->text(), QStringLiteral("LVM vg1"));
    QTest::mouseClick(find<QCheckBox>("diskLvm1"), Qt::LeftButton, {}, QPoint(8, find<QCheckBox>("diskLvm1")->height() / 2));
    QVERIFY(!m_session->plan().disks.at(1).lvm);
}

void TestDisksPage::problemsBlockNext()
{
    open(m_facts);
    QVERIFY(m_page->toDo().isEmpty());
    const auto *model = static_cast<LayoutModel *>(table()->model());
    const QModelIndex size = model->volumeIndex(srvVolume, LayoutModel::Size);
    QVERIFY(table()->model()->setData(size, 200 * 1024));
    QVERIFY2(problems().contains(QLatin1String("[E-DSK-05]")), qPrintable(problems()));
    QCOMPARE(m_page->toDo().size(), 1);
    QCOMPARE(m_page->toDo().first().field.data(), find<QWidget>("layoutProblems"));
    QVERIFY(model->diskIndex(1).data(LayoutModel::BlockedRole).toBool());
    shoot(QStringLiteral("disks-overfull"));
    QVERIFY(table()->model()->setData(size, 9 * 1024)); // another size is carried out
    QVERIFY2(m_page->toDo().isEmpty(), qPrintable(problems()));
    find<QToolButton>("reset")->click();
    QVERIFY2(m_page->toDo().isEmpty(), qPrintable(problems()));
}

void TestDisksPage::fixesAndTellsWhatItDid()
{
    open(m_facts);
    auto *button = find<QToolButton>("fix");
    QVERIFY(!button->isEnabled());
    table()->model()->setData(static_cast<LayoutModel *>(table()->model())->volumeIndex(srvVolume, LayoutModel::Size), 34 * 1024);
    QVERIFY(button->isEnabled());
    const Plan broken = m_session->plan();
    button->click();
    QVERIFY(!hasBlocker(checkDisks(m_session->plan(), m_facts)));
    QVERIFY2(m_messages->text().contains(QLatin1String("Data disk")) || m_messages->text().contains(QLatin1String("/srv")),
        qPrintable(m_messages->text()));
    find<QToolButton>("undo")->click();
    QCOMPARE(m_session->plan(), broken);
}

void TestDisksPage::automaticIsReadOnly()
{
    open(m_facts, false);
    const Plan before = m_session->plan();
    find<QToolButton>("showLayout")->click();
    QVERIFY(table()->isVisible());
    QVERIFY(!find<QSpinBox>("diskSize1")->isEnabled());
    select(dataVolume);
    QTest::keyClick(table(), Qt::Key_3, Qt::AltModifier);
    QTest::keyClick(table(), Qt::Key_Space);
    QTest::keyClick(table(), Qt::Key_X, Qt::ControlModifier);
    QTest::keyClick(table(), Qt::Key_Down);
    QTest::keyClick(table(), Qt::Key_Return);
    drag(middleOf(dataVolume), inWindow(bar(2)->viewport(), bar(2)->viewport()->rect().center()));
    QCOMPARE(m_session->plan(), before);
    find<QRadioButton>("adjust")->click();
    table()->model()->setData(static_cast<LayoutModel *>(table()->model())->volumeIndex(srvVolume, LayoutModel::Size), 9 * 1024);
    find<QRadioButton>("automatic")->click(); // edits are given up, and undo has them
    QCOMPARE(m_session->plan(), before);
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
}

void TestDisksPage::selectionsStayInStep()
{
    open(m_facts);
    QTest::mouseClick(m_window->windowHandle(), Qt::LeftButton, {}, middleOf(srvVolume));
    QCOMPARE(table()->currentIndex().data(LayoutModel::IdRole).toString(), srvVolume);
    select(dataVolume);
    QCOMPARE(bar(1)->currentIndex().data(LayoutModel::IdRole).toString(), dataVolume);
    select(rootVolume);
    QVERIFY(!bar(1)->currentIndex().isValid());
    QTest::mouseClick(m_window->windowHandle(), Qt::LeftButton, {}, middleOf(dataVolume));
    QCOMPARE(table()->currentIndex().data(LayoutModel::IdRole).toString(), dataVolume);
    QVERIFY(!bar(0)->currentIndex().isValid());
}

void TestDisksPage::sixtyHostileMountPoints()
{
    for (int i = 3; i < 61; ++i)
        m_facts.volumes.append(test::partition(QStringLiteral("data"), i, Bytes{quint64(i) << 25}, 32_MiB, FsType::Ext4,
            QStringLiteral("/a\nb\t\"%1\" \u202e😀").arg(i) + QString(i % 2 ? 500 : 5, QLatin1Char('x'))));
    open(m_facts);
    QVERIFY(m_page->width() <= m_window->width()); // long names do not make the page wider
    const auto *area = m_window->findChild<QScrollArea *>();
    QVERIFY(!area->horizontalScrollBar()->isVisible());
    const QString volume = QStringLiteral("data/p60");
    select(volume);
    QTest::keyClick(table(), Qt::Key_3, Qt::AltModifier);
    QCOMPARE(diskOf(volume), 2);
    QVERIFY(!detail().contains(QLatin1Char('\n')));
    QVERIFY(!problems().contains(QChar(0x202e)));
    shoot(QStringLiteral("disks-sixty"));
}

void TestDisksPage::looksRight_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<bool>("mirrored");
    QTest::addColumn<Theme>("theme");
    QTest::newRow("normal") << 820 << false << Theme::Light;
    QTest::newRow("dark") << 820 << false << Theme::Dark;
    QTest::newRow("mirrored") << 820 << true << Theme::Light;
    QTest::newRow("narrow") << 520 << false << Theme::Light;
}

void TestDisksPage::looksRight()
{
    QFETCH(int, width);
    QFETCH(bool, mirrored);
    QFETCH(Theme, theme);
    applyTheme(theme);
    QApplication::setLayoutDirection(mirrored ? Qt::RightToLeft : Qt::LeftToRight);
    open(m_facts);
    m_window->resize(width, 520);
    QTest::qWait(100);
    QCOMPARE(test::namelessControls(*m_page), QStringList());
    QCOMPARE(test::cutTexts(*m_page), QStringList());
    QVERIFY(!m_window->findChild<QScrollArea *>()->horizontalScrollBar()->isVisible());
    const QRect first = find<QWidget>("diskSize0")->geometry();
    QCOMPARE(first.left() > bar(0)->geometry().right(), mirrored);
    shoot(QStringLiteral("disks-") + QString::fromLatin1(QTest::currentDataTag()));
}

void TestDisksPage::sizes_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("size"); // -1: none
    QTest::newRow("plain") << QStringLiteral("20") << qint64(20480);
    QTest::newRow("part") << QStringLiteral("1.5") << qint64(1536);
    QTest::newRow("mebi") << QStringLiteral("512MiB") << qint64(512);
    QTest::newRow("tebi") << QStringLiteral(" 2 TiB ") << qint64(2 << 20);
    QTest::newRow("short") << QStringLiteral("3g") << qint64(3072);
    QTest::newRow("negative") << QStringLiteral("-5") << qint64(-1);
    QTest::newRow("empty") << QString() << qint64(-1);
    QTest::newRow("word") << QStringLiteral("all") << qint64(-1);
    QTest::newRow("huge") << QStringLiteral("99999999999999999999") << qint64(-1);
    QTest::newRow("infinite") << QStringLiteral("inf") << qint64(-1);
    QTest::newRow("unit of speed") << QStringLiteral("5 MiB/s") << qint64(-1);
}

void TestDisksPage::sizes()
{
    QFETCH(QString, text);
    QFETCH(qint64, size);
    QCOMPARE(SizeField::parse(text).value_or(-1), size);
    SizeField field;
    for (const qint64 exact : {1LL, 1023LL, 1024LL, 409600LL, 123457LL}) {
        field.setSizeMiB(exact);
        QCOMPARE(field.sizeMiB().value_or(-1), exact);
    }
}

QTEST_MAIN(TestDisksPage)
#include "tst_diskspage.moc"
