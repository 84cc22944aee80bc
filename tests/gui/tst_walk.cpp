#include "app/wizard/pages/diskspage.h"
#include "app/wizard/shell/messagebar.h"
#include "app/wizard/widgets/diskbar.h"
#include "core/base/errortext.h"
#include "tests/gui/gestures.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/walkworld.h"

#include <QFile>
#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

using namespace edgelift;
using namespace edgelift::wizard;
using State = JobWatch::State;

namespace {

constexpr int firstLimit = 40; ///< Mbit/s, so that there is time to pause and to kill

QString key(const char *name) { return QString::fromLatin1(name); }

/// Runs a part of the walk and ends the test where it failed: what follows would only add noise.
#define WALK(part)                                                                                                                         \
    do {                                                                                                                                   \
        part;                                                                                                                              \
        if (QTest::currentTestFailed())                                                                                                    \
            return;                                                                                                                        \
    } while (false)

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
        const QString trouble = world.begin(100);
        QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
        QVERIFY(world.openWizard());
        WALK(toDisks(world));
        WALK(moveThereAndBack(world));
        WALK(start(world));
        world.refuse(key("CreateImage"));
        WALK(pauseAndResume(world));
        WALK(killReceiverAndChangeLimit(world));
        WALK(failAndRetry(world));
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
        const QString trouble = world.begin(100);
        QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
        QVERIFY(world.openWizard());
        WALK(toDisks(world));
        WALK(start(world));
        QTRY_VERIFY_WITH_TIMEOUT(world.program().job().progress().bytesDone.count > 0, 60000);
        const QString job = world.program().job().jobId();
        world.closeWizard();
        QVERIFY(world.openWizard());
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
        QVERIFY(world.click("moreConfigurations"));
        world.type("speedLimit", QString::number(firstLimit));
        QVERIFY2(world.next(), qPrintable(world.missing()));
        QCOMPARE(world.window().current(), PageId::Disks);
        QCOMPARE(world.program().session().plan().transfer.limitMbps, firstLimit);
    }
    /// /srv/data goes to the system disk by the mouse and comes back by the keyboard; the second disk is too small for nothing, so the
    /// system disk is made larger first.
    static void moveThereAndBack(test::WalkWorld &world)
    {
        const Plan before = world.program().session().plan();
        QVERIFY(world.click("adjust"));
        world.type("diskSize0", key("40"));
        QTRY_COMPARE(world.program().session().plan().disks.first().sizeGiB, 40);
        QTest::qWait(100); // the bars move when a number beside them becomes wider
        auto *from = world.find<DiskBar>("diskBar1");
        auto *to = world.find<DiskBar>("diskBar0");
        QVERIFY(from && to);
        const QPoint handle = middleOf(*from, key("/srv/data"));
        QVERIFY(!handle.isNull());
        test::dragMouse(world.window().windowHandle(), from->viewport()->mapTo(&world.window(), handle),
            to->viewport()->mapTo(&world.window(), QPoint(to->viewport()->width() - 12, to->viewport()->height() / 2)));
        QTRY_COMPARE(placeOf(world, key("/srv/data")), 0);
        QVERIFY2(world.find<QPushButton>("next")->isEnabled(), qPrintable(world.missing())); // the agent carries it out
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
    static void pauseAndResume(test::WalkWorld &world)
    {
        const JobWatch &job = world.program().job();
        QTRY_COMPARE_WITH_TIMEOUT(job.state(), State::Synchronizing, 90000);
        QTRY_VERIFY_WITH_TIMEOUT(job.progress().bytesDone.count > 0, 60000);
        QVERIFY2(world.clickWhenPossible("pause"), qPrintable(world.missing()));
        QTRY_COMPARE_WITH_TIMEOUT(job.state(), State::Paused, 60000);
        const quint64 before = job.progress().bytesDone.count;
        QVERIFY2(world.clickWhenPossible("resume"), qPrintable(world.missing()));
        QTRY_COMPARE_WITH_TIMEOUT(job.state(), State::Synchronizing, 90000);
        QTRY_VERIFY_WITH_TIMEOUT(job.progress().bytesDone.count > before, 60000);
    }
    static void killReceiverAndChangeLimit(test::WalkWorld &world)
    {
        const JobWatch &job = world.program().job();
        const quint64 before = job.progress().bytesDone.count;
        QVERIFY(QTest::qWaitFor([&world] { return world.killReceiver(); }, 30000));
        QTRY_VERIFY_WITH_TIMEOUT(job.progress().bytesDone.count > before, 90000); // by itself
        QCOMPARE(job.state(), State::Synchronizing);
        QCOMPARE(job.progress().limits.limitMbps, firstLimit);
        QVERIFY2(world.clickWhenPossible("modify"), qPrintable(world.missing()));
        QTRY_VERIFY_WITH_TIMEOUT(world.has("modifyLimit"), 30000); // it asks the agent for the limit of now
        world.type("modifyLimit", key("800"));
        QVERIFY2(world.clickWhenPossible("modifyApply"), qPrintable(world.missing()));
        QTRY_COMPARE_WITH_TIMEOUT(job.progress().limits.limitMbps, 800, 15000);
    }
    static void failAndRetry(test::WalkWorld &world)
    {
        const JobWatch &job = world.program().job();
        QTRY_COMPARE_WITH_TIMEOUT(job.state(), State::Error, 180000);
        QVERIFY2(job.error()->code == ErrorCode::QuotaExceeded, qPrintable(displayCode(job.error()->code)));
        world.refuse({});
        QVERIFY2(world.clickWhenPossible("errorRetry"), qPrintable(world.missing()));
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
