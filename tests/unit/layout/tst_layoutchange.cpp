#include "core/layout/defaultplan.h"
#include "core/layout/layoutchange.h"
#include "core/layout/targetplan.h"
#include "samplefacts.h"

#include <QtTest>
#include <functional>

using namespace edgelift;
using Edit = std::function<void(Plan &)>;
Q_DECLARE_METATYPE(Edit)

class TestLayoutChange : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void namesWhatWouldChange_data();
    void namesWhatWouldChange();
    void aDiskLeftOutWholeIsNoChange();
    void aDiskOfTheSameVolumeGroupCannotBeLeftOut();
    void disksOfOneStackTravelTogether();
    void aDiskWithoutMountTargetsStays();
    void roundsSizesTheSafeWay();
};

void TestLayoutChange::namesWhatWouldChange_data()
{
    QTest::addColumn<Edit>("edit");
    QTest::addColumn<QString>("changes");
    const auto row = [](const char *name, const Edit &edit, const char *changes) {
        QTest::newRow(name) << edit << QString::fromLatin1(changes);
    };
    row(
        "nothing", [](Plan &) {}, "");
    row(
        "larger disks", [](Plan &p) { p.disks[0].sizeGiB = 60, p.disks[1].sizeGiB = 41; }, "");
    row(
        "smaller system disk", [](Plan &p) { p.disks[0].sizeGiB = 29; }, "disk sys.img");
    row(
        "smaller data disk", [](Plan &p) { p.disks[1].sizeGiB = 39; }, "disk data.img");
    row(
        "LVM", [](Plan &p) { p.disks[1].lvm = true; }, "disk data.img, /data, /srv");
    row(
        "file copy", [](Plan &p) { p.disks[1].volumes[0].replication = Plan::Replication::File; }, "/data");
    row(
        "volume size", [](Plan &p) { p.disks[0].volumes[1].sizeMiB += 1; }, "/");
    row(
        "one volume of a disk left out", [](Plan &p) { p.disks[1].volumes[1].migrate = false; }, "/srv");
    row(
        "volume missing in the plan", [](Plan &p) { p.disks[1].volumes.removeLast(); }, "/srv");
    row(
        "order", [](Plan &p) { p.disks[1].volumes.swapItemsAt(0, 1); }, "disk data.img");
    row(
        "moved", [](Plan &p) { p.disks[0].volumes.append(p.disks[1].volumes.takeLast()); }, "/srv");
    row(
        "unknown volume", [](Plan &p) { p.disks[1].volumes[0].source = QStringLiteral("data/p9"); }, "data/p9, /data");
    row(
        "unknown disk", [](Plan &p) { p.disks[1].source = QStringLiteral("nowhere"); }, "disk nowhere");
}

void TestLayoutChange::namesWhatWouldChange()
{
    QFETCH(Edit, edit);
    QFETCH(QString, changes);
    const ServerFacts facts = test::twoDisks();
    Plan plan = defaultPlan(facts);
    edit(plan);
    QCOMPARE(layoutChanges(plan, facts).join(QStringLiteral(", ")), changes);
    if (changes.isEmpty())
        QVERIFY(requireFeasibleLayout(plan, facts));
}

void TestLayoutChange::aDiskLeftOutWholeIsNoChange()
{
    const ServerFacts facts = test::twoDisks();
    Plan plan = defaultPlan(facts);
    for (Plan::Volume &volume : plan.disks[1].volumes)
        volume.migrate = false;
    QCOMPARE(migratedDisks(plan, facts), QStringList{QStringLiteral("sys")});
    QVERIFY(requireFeasibleLayout(plan, facts));
    plan.disks.removeLast(); // the same said by leaving it out of the file
    QCOMPARE(migratedDisks(plan, facts), QStringList{QStringLiteral("sys")});
    QVERIFY(requireFeasibleLayout(plan, facts));
}

void TestLayoutChange::aDiskOfTheSameVolumeGroupCannotBeLeftOut()
{
    ServerFacts facts = test::spanningGroup();
    facts.volumes.last().segments = {{QStringLiteral("b"), Bytes{1U << 20}, Bytes{15ULL << 30}}}; // now wholly on b
    facts.volumes.last().disk = QStringLiteral("b");
    Plan plan = defaultPlan(facts);
    QCOMPARE(plan.disks[1].volumes.size(), 1);
    plan.disks[1].volumes[0].migrate = false; // the group would lack a physical volume, and root could not be activated
    QCOMPARE(migratedDisks(plan, facts).size(), 2);
    QCOMPARE(layoutChanges(plan, facts), QStringList{QStringLiteral("/big")});
    plan.disks.removeLast();
    QCOMPARE(layoutChanges(plan, facts), QStringList{QStringLiteral("disk b.img")});
}

/// RAID, encryption over RAID, a btrfs of several devices: known of a machine that runs, by what it has in use.
void TestLayoutChange::disksOfOneStackTravelTogether()
{
    ServerFacts facts = test::twoDisks();
    Plan plan = defaultPlan(facts);
    for (Plan::Volume &volume : plan.disks[1].volumes)
        volume.migrate = false;
    QCOMPARE(migratedDisks(plan, facts), QStringList{QStringLiteral("sys")});
    facts.live.emplace();
    const QStringList both{QStringLiteral("data"), QStringLiteral("sys")};
    facts.live->uses = {{UseFacts::Kind::Swap, QStringLiteral("/dev/md1"), {}, {}, {}, both, {}, false}};
    QCOMPARE(migratedDisks(plan, facts), QStringList{QStringLiteral("sys")}); // swap holds nothing
    facts.live->uses.append({UseFacts::Kind::Mount, QStringLiteral("/raid"), {}, {}, {}, both, {}, false});
    QCOMPARE(migratedDisks(plan, facts), (QStringList{QStringLiteral("sys"), QStringLiteral("data")}));
    QVERIFY(!requireFeasibleLayout(plan, facts));
}

void TestLayoutChange::aDiskWithoutMountTargetsStays()
{
    ServerFacts facts = test::twoDisks();
    facts.disks.append(test::disk(QStringLiteral("raw"), Bytes{30ULL << 30}));
    const Plan plan = defaultPlan(facts);
    QCOMPARE(plan.disks.size(), 3);
    QVERIFY(!migratedDisks(plan, facts).contains(QStringLiteral("raw"))); // R97
    QVERIFY(requireFeasibleLayout(plan, facts));
}

void TestLayoutChange::roundsSizesTheSafeWay()
{
    QCOMPARE(planGiB(Bytes{}), 0);
    QCOMPARE(planGiB(Bytes{1}), 1);
    QCOMPARE(planGiB(Bytes{~quint64{0}}), 1LL << 34);
    QCOMPARE(planMiB(Bytes{(1U << 20) - 1}), 0);
}

QTEST_APPLESS_MAIN(TestLayoutChange)
#include "tst_layoutchange.moc"
