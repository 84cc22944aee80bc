#include "app/wizard/models/segmentmodel.h"
#include "app/wizard/widgets/diskbar.h"
#include "core/layout/defaultplan.h"
#include "tests/unit/layout/samplefacts.h"

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QDrag>
#include <QSignalSpy>
#include <QTimer>
#include <QVBoxLayout>
#include <QtTest>
#include <memory>

using namespace edgelift;
using namespace edgelift::literals;
using wizard::DiskBar;
using wizard::LayoutModel;

/// The bars of three disks in a real window, with a real mouse.
class TestDiskBar : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void segmentsAreProportionalAndMirrored();
    void screenReadersFindTheSegments();
    void dragsToAnotherDisk_data();
    void dragsToAnotherDisk();
    void aRefusedDropSaysWhy();
    void aBoundaryResizes();
    void sixtySegmentsStayInside();

private:
    void drag(DiskBar *from, const QPoint &start, DiskBar *to, const QPoint &end);
    QModelIndex segment(const QString &volume) const;
    QPoint middleOf(const QString &volume) const { return barOf(volume)->visualRect(segment(volume)).center(); }
    DiskBar *barOf(const QString &volume) const { return m_bars.at(m_model.volumeIndex(volume).parent().row()); }

    LayoutModel m_model;
    ServerFacts m_facts;
    std::unique_ptr<QWidget> m_window;
    QList<DiskBar *> m_bars;
};

void TestDiskBar::init()
{
    m_facts = test::twoDisks();
    test::addDataDisks(m_facts, 1, 40_GiB);
    m_facts.volumes.last().size = m_facts.volumes.last().segments.first().length = 20_GiB;
    Plan plan = defaultPlan(m_facts);
    plan.modifyDisks = true;
    m_model.setPlan(plan, m_facts);
    m_window = std::make_unique<QWidget>();
    auto *rows = new QVBoxLayout(m_window.get());
    m_bars.clear();
    for (int disk = 0; disk < m_model.rowCount(); ++disk) {
        auto *bar = new DiskBar;
        auto *segments = new wizard::SegmentModel(m_model, disk, bar);
        new QAbstractItemModelTester(segments, QAbstractItemModelTester::FailureReportingMode::QtTest, segments);
        bar->setModel(segments);
        connect(bar, &DiskBar::resized, &m_model, [this](const QString &volume, qint64 size) { m_model.edit(ResizeVolume{volume, size}); });
        rows->addWidget(bar);
        m_bars.append(bar);
    }
    m_window->resize(800, 240);
}

void TestDiskBar::cleanup() { m_window.reset(); }

QModelIndex TestDiskBar::segment(const QString &volume) const
{
    return static_cast<wizard::SegmentModel *>(barOf(volume)->model())->fromLayout(m_model.volumeIndex(volume));
}

void TestDiskBar::drag(DiskBar *from, const QPoint &start, DiskBar *to, const QPoint &end)
{
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    QWindow *window = m_window->windowHandle();
    const auto inWindow = [this](DiskBar *bar, const QPoint &point) { return bar->viewport()->mapTo(m_window.get(), point); };
    const QPoint target = inWindow(to, end);
    QTimer guard;
    guard.setSingleShot(true);
    connect(&guard, &QTimer::timeout, [] { QDrag::cancel(); });
    guard.start(20000);
    QTimer::singleShot(200, m_window.get(), [=] { QTest::mouseMove(window, target); });
    QTimer::singleShot(400, m_window.get(), [=] { QTest::mouseMove(window, target + QPoint(3, 1)); });
    QTimer::singleShot(600, m_window.get(), [=] { QTest::mouseRelease(window, Qt::LeftButton, {}, target); });
    QTest::mousePress(window, Qt::LeftButton, {}, inWindow(from, start));
    QTest::mouseMove(window, inWindow(from, start) + QPoint(QApplication::startDragDistance() + 5, 0));
    QTRY_VERIFY_WITH_TIMEOUT(!QApplication::mouseButtons().testFlag(Qt::LeftButton), 30000);
}

void TestDiskBar::segmentsAreProportionalAndMirrored()
{
    m_window->show();
    const auto rect = [this](const char *id) {
        const QString volume = QString::fromLatin1(id);
        return barOf(volume)->visualRect(segment(volume));
    };
    QVERIFY(rect("data/p1").width() > rect("data/p2").width());
    QVERIFY(rect("data/p1").right() < rect("data/p2").left());
    QVERIFY(rect("sys/p2").width() >= m_window->fontMetrics().averageCharWidth() * 4); // 512 MiB of 30 GiB, still readable
    m_window->setLayoutDirection(Qt::RightToLeft);
    QTRY_VERIFY(rect("data/p1").left() > rect("data/p2").right());
    m_model.edit(SetMigrate{QStringLiteral("data/p2"), false});
    QVERIFY(rect("data/p2").isEmpty());
}

void TestDiskBar::screenReadersFindTheSegments()
{
    m_window->show();
    QAccessibleInterface *list = QAccessible::queryAccessibleInterface(m_bars.at(1));
    QVERIFY(list);
    QCOMPARE(list->role(), QAccessible::List);
    QCOMPARE(list->childCount(), 2);
    QVERIFY(list->child(1)->text(QAccessible::Name).startsWith(QStringLiteral("/srv, 8.0 GiB")));
}

void TestDiskBar::dragsToAnotherDisk_data()
{
    QTest::addColumn<Qt::LayoutDirection>("direction");
    QTest::newRow("left to right") << Qt::LeftToRight;
    QTest::newRow("right to left") << Qt::RightToLeft;
}

void TestDiskBar::dragsToAnotherDisk()
{
    QFETCH(Qt::LayoutDirection, direction);
    m_window->setLayoutDirection(direction);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    const QString srv = QStringLiteral("data/p2");
    DiskBar *target = m_bars.at(2);
    const QRect there = target->visualRect(segment(QStringLiteral("extra0/p1")));
    const int before = direction == Qt::LeftToRight ? there.left() + 4 : there.right() - 4; // first in the order of reading
    drag(barOf(srv), middleOf(srv), target, {before, there.center().y()});
    QCOMPARE(m_model.volumeIndex(srv).parent(), m_model.diskIndex(2));
    QCOMPARE(m_model.volumeIndex(srv).row(), 0);
    m_model.undo();
    QCOMPARE(m_model.volumeIndex(srv).parent(), m_model.diskIndex(1));
}

void TestDiskBar::aRefusedDropSaysWhy()
{
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    QStringList verdicts;
    const auto connection =
        connect(&m_model, &LayoutModel::dropJudged, this, [&](const DropVerdict &verdict) { verdicts.append(describe(verdict)); });
    const Plan before = m_model.plan();
    const QString root = QStringLiteral("sys/p3");
    drag(barOf(root), middleOf(root), m_bars.at(2), m_bars.at(2)->viewport()->rect().center());
    disconnect(connection);
    QCOMPARE(m_model.plan(), before);
    QVERIFY(!verdicts.isEmpty());
    QVERIFY2(verdicts.last().contains(QLatin1String("cannot be moved")), qPrintable(verdicts.last()));
}

void TestDiskBar::aBoundaryResizes()
{
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    const QString srv = QStringLiteral("data/p2");
    DiskBar *bar = barOf(srv);
    const QRect rect = bar->visualRect(segment(srv));
    const QPoint edge(rect.right(), rect.center().y());
    QCOMPARE(bar->boundaryAt(edge), segment(srv));
    QTest::mousePress(bar->viewport(), Qt::LeftButton, {}, edge);
    QTest::mouseMove(bar->viewport(), edge + QPoint(100, 0));
    QTest::mouseRelease(bar->viewport(), Qt::LeftButton, {}, edge + QPoint(100, 0));
    const qint64 size = m_model.volumeIndex(srv, LayoutModel::Size).data(Qt::EditRole).toLongLong();
    QVERIFY(size > 8192);
    QCOMPARE(size % 1024, 0);
}

void TestDiskBar::sixtySegmentsStayInside()
{
    for (int i = 3; i < 60; ++i)
        m_facts.volumes.append(test::partition(QStringLiteral("data"), i, Bytes{quint64(i) << 25}, 32_MiB, FsType::Ext4,
            QStringLiteral("/a\nb \"%1\" \u202e😀").arg(i) + QString(500, QLatin1Char('x'))));
    Plan plan = defaultPlan(m_facts);
    plan.modifyDisks = true;
    m_model.setPlan(plan, m_facts);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    QCOMPARE(m_model.rowCount(m_model.diskIndex(1)), 59);
    DiskBar *bar = m_bars.at(1);
    for (int row = 0; row < 59; ++row) {
        const QRect rect = bar->visualRect(bar->model()->index(row, 0));
        QVERIFY(rect.width() > 3);
        QVERIFY(bar->viewport()->rect().contains(rect));
    }
    if (qEnvironmentVariableIsSet("EDGELIFT_SHOTS"))
        m_window->grab().save(qEnvironmentVariable("EDGELIFT_SHOTS") + QStringLiteral("/diskbars.png"));
}

QTEST_MAIN(TestDiskBar)
#include "tst_diskbar.moc"
