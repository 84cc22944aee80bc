#include "app/wizard/pages/diskspage.h"
#include "app/wizard/shell/messagebar.h"
#include "app/wizard/widgets/diskbar.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/walkworld.h"

#include <QAccessible>
#include <QDrag>
#include <QFile>
#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>
#include <QTimer>

using namespace edgelift;
using namespace edgelift::wizard;
using State = JobWatch::State;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

/// A press on `from`, a move to `to` and a release, as the window system delivers them.
void drag(QWidget *from, QPoint start, QWidget *to, QPoint end)
{
    QWindow *window = from->window()->windowHandle();
    const QPoint begin = from->mapTo(from->window(), start);
    const QPoint target = to->mapTo(to->window(), end);
    QTimer::singleShot(8000, qApp, [] { QDrag::cancel(); }); // a drag that hangs must not hang the test
    QTimer::singleShot(200, qApp, [=] { QTest::mouseMove(window, target); });
    QTimer::singleShot(400, qApp, [=] { QTest::mouseMove(window, target + QPoint(3, 3)); });
    QTimer::singleShot(600, qApp, [=] { QTest::mouseRelease(window, Qt::LeftButton, {}, target + QPoint(3, 3)); });
    QTest::mousePress(window, Qt::LeftButton, {}, begin);
    QTest::mouseMove(window, begin + QPoint(QApplication::startDragDistance() + 5, 2)); // blocks until the drag ends
}

/// The middle of the mount target in the bar that shows it.
QPoint middleOf(const DiskBar &bar, const QString &mount)
{
    for (int row = 0; row < bar.model()->rowCount(); ++row) {
        const QModelIndex index = bar.model()->index(row, 0);
        if (index.data().toString().contains(mount))
            return bar.visualRect(index).center();
    }
    return {};
}

}

/// The whole job as a person does it with the wizard: real windows, real agent, real cloud's shapes.
class TestWalk final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void fromWelcomeToAFinishedImage()
    {
        test::WalkWorld world;
        const QString trouble = world.begin(120);
        QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
        world.openWizard();
        QVERIFY(QTest::qWaitForWindowExposed(&world.window()));
        toDisks(world);
        moveThereAndBack(world);
        start(world);
        pauseAndLimit(world);
        killAndRetry(world);
        QTRY_COMPARE_WITH_TIMEOUT(world.program().job().state(), State::Completed, 120000);
        QTRY_COMPARE(world.window().current(), PageId::Finish);
        const FinishedInfo finished = world.program().job().finished();
        QVERIFY(QFileInfo(finished.imagePath).exists());
        QCOMPARE(world.simulation.leftovers(), QStringList());
        QCOMPARE(test::namelessControls(world.window()), QStringList());
    }

    void aClosedWindowLeavesTheMigrationRunning()
    {
        test::WalkWorld world;
        const QString trouble = world.begin(120);
        QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
        world.openWizard();
        QVERIFY(QTest::qWaitForWindowExposed(&world.window()));
        toDisks(world);
        Plan plan = world.program().session().plan();
        plan.transfer.limitMbps = 100;
        world.program().session().setPlan(plan);
        start(world);
        QTRY_VERIFY_WITH_TIMEOUT(world.program().job().progress().bytesDone.count > 0, 60000);
        const QString job = world.program().job().jobId();
        world.closeWizard();
        world.openWizard();
        QTRY_COMPARE_WITH_TIMEOUT(world.window().current(), PageId::Migration, 30000);
        QCOMPARE(world.program().job().jobId(), job);
        QTRY_COMPARE_WITH_TIMEOUT(world.program().job().state(), State::Completed, 120000);
        QTRY_COMPARE(world.window().current(), PageId::Finish);
    }

private:
    static void toDisks(test::WalkWorld &world)
    {
        QVERIFY2(world.next(), qPrintable(world.missing())); // Welcome
        QCOMPARE(world.window().current(), PageId::Checks);
        QVERIFY2(world.next(), qPrintable(world.missing()));
        QCOMPARE(world.window().current(), PageId::Connect);
        auto *code = world.find<QLineEdit>("activationCode");
        QVERIFY(code);
        QTest::mouseClick(code, Qt::LeftButton);
        QTest::keyClicks(code, world.code);
        QVERIFY2(world.next(), qPrintable(world.missing())); // tests the connection first
        QTRY_COMPARE_WITH_TIMEOUT(world.window().current(), PageId::Prepare, 60000);
        QVERIFY2(world.next(), qPrintable(world.missing())); // imports
        QTRY_VERIFY_WITH_TIMEOUT(world.program().session().sourceId().startsWith(key("s-")), 60000);
        if (world.window().current() == PageId::Prepare)
            QVERIFY2(world.next(), qPrintable(world.missing()));
        QTRY_COMPARE_WITH_TIMEOUT(world.window().current(), PageId::Settings, 30000);
        QVERIFY2(world.next(), qPrintable(world.missing()));
        QCOMPARE(world.window().current(), PageId::Disks);
    }
    /// /srv/data goes to the system disk by the mouse and comes back by the keyboard; the second disk is too small for nothing, so the
    /// system disk is made larger first.
    static void moveThereAndBack(test::WalkWorld &world)
    {
        const Plan before = world.program().session().plan();
        QVERIFY(world.click("adjust"));
        auto *size = world.find<QSpinBox>("diskSize0");
        QVERIFY(size);
        size->setFocus();
        size->selectAll();
        QTest::keyClicks(size, key("40"));
        QTest::keyClick(size, Qt::Key_Tab);
        auto *from = world.find<DiskBar>("diskBar1");
        auto *to = world.find<DiskBar>("diskBar0");
        QVERIFY(from && to);
        const QPoint handle = middleOf(*from, key("/srv/data"));
        QVERIFY(!handle.isNull());
        drag(from->viewport(), handle, to->viewport(), QPoint(to->viewport()->width() - 12, to->viewport()->height() / 2));
        QTRY_COMPARE(placeOf(world, key("/srv/data")), 0);
        QVERIFY2(!world.find<QPushButton>("next")->isEnabled(), "a changed layout must be said to be impossible here, not later");
        auto *table = world.find<QWidget>("disksTable");
        QVERIFY(table);
        table->setFocus();
        QTest::keyClick(table, Qt::Key_2, Qt::AltModifier);
        QTRY_COMPARE(placeOf(world, key("/srv/data")), 1);
        Plan after = world.program().session().plan();
        QCOMPARE(after.disks.at(1).volumes, before.disks.at(1).volumes);
        QVERIFY2(world.next(), qPrintable(world.missing()));
        QCOMPARE(world.window().current(), PageId::Review);
    }
    static void start(test::WalkWorld &world)
    {
        if (world.window().current() == PageId::Disks)
            QVERIFY2(world.next(), qPrintable(world.missing()));
        QVERIFY(!world.find<QPushButton>("next")->isEnabled()); // the notice is not confirmed
        QVERIFY(world.click("gotIt"));
        QVERIFY2(world.next(), qPrintable(world.missing()));
        QTRY_COMPARE_WITH_TIMEOUT(world.window().current(), PageId::Migration, 60000);
    }
    static void pauseAndLimit(test::WalkWorld &world)
    {
        JobWatch &job = world.program().job();
        job.modify({100, std::nullopt, std::nullopt});
        QTRY_COMPARE_WITH_TIMEOUT(job.state(), State::Synchronizing, 90000);
        QTRY_VERIFY_WITH_TIMEOUT(job.progress().bytesDone.count > 0, 60000);
        QVERIFY2(world.click("pause"), qPrintable(world.missing()));
        QTRY_COMPARE_WITH_TIMEOUT(job.state(), State::Paused, 60000);
        QVERIFY2(world.click("resume"), qPrintable(world.missing()));
        QTRY_COMPARE_WITH_TIMEOUT(job.state(), State::Synchronizing, 90000);
    }
    static void killAndRetry(test::WalkWorld &world)
    {
        JobWatch &job = world.program().job();
        world.refuse(key("CreateImage"));
        QTRY_VERIFY_WITH_TIMEOUT(world.killReceiver(), 30000);
        QTRY_COMPARE_WITH_TIMEOUT(job.state(), State::Error, 180000);
        QVERIFY2(world.has("retry"), qPrintable(world.missing()));
        world.refuse({});
        QVERIFY(world.click("retry"));
    }
    static qsizetype placeOf(test::WalkWorld &world, const QString &mount)
    {
        const QList<Plan::Disk> disks = world.program().session().plan().disks;
        for (qsizetype i = 0; i < disks.size(); ++i) {
            for (const Plan::Volume &volume : disks.at(i).volumes) {
                if (volume.mount == mount)
                    return i;
            }
        }
        return -1;
    }
};

QTEST_MAIN(TestWalk)
#include "tst_walk.moc"
