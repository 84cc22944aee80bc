#include "core/layout/defaultplan.h"
#include "core/layout/planchange.h"
#include "samplefacts.h"

#include <QtTest>
#include <functional>

using namespace edgelift;
using Edit = std::function<void(Plan &)>;
Q_DECLARE_METATYPE(Edit)

/// What a migration that has begun may still take over of another plan.
class TestPlanChange : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theLayoutMayDiffer_data();
    void theLayoutMayDiffer();
    void nothingElseMay_data();
    void nothingElseMay();

private:
    static QString changed(const Edit &edit)
    {
        const Plan before = defaultPlan(test::twoDisks());
        Plan after = before;
        edit(after);
        return before == after ? QStringLiteral("the edit does nothing") : changedBesidesLayout(before, after);
    }
    static void row(const char *name, const Edit &edit) { QTest::newRow(name) << edit; }
};

void TestPlanChange::theLayoutMayDiffer_data()
{
    QTest::addColumn<Edit>("edit");
    row("disk size", [](Plan &p) { p.disks[1].sizeGiB = 90; });
    row("volume size", [](Plan &p) { p.disks[1].volumes[0].sizeMiB += 500; });
    row("LVM", [](Plan &p) { p.disks[1].lvm = true; });
    row("replication", [](Plan &p) { p.disks[1].volumes[0].replication = Plan::Replication::File; });
    row("left out", [](Plan &p) { p.disks[1].volumes[1].migrate = false; });
    row("order of volumes", [](Plan &p) { p.disks[1].volumes.swapItemsAt(0, 1); });
    row("order of disks", [](Plan &p) { p.disks.swapItemsAt(0, 1); });
    row("volume on another disk", [](Plan &p) { p.disks[0].volumes.append(p.disks[1].volumes.takeFirst()); });
    row("the page's switch", [](Plan &p) { p.modifyDisks = !p.modifyDisks; });
}

void TestPlanChange::theLayoutMayDiffer()
{
    QFETCH(Edit, edit);
    QCOMPARE(changed(edit), QString());
}

void TestPlanChange::nothingElseMay_data()
{
    QTest::addColumn<Edit>("edit");
    row("image.region", [](Plan &p) { p.image.region = QStringLiteral("ap-southeast-1"); });
    row("image.namePrefix", [](Plan &p) { p.image.namePrefix += QLatin1Char('2'); });
    row("image.bucket", [](Plan &p) { p.image.bucket = QStringLiteral("other"); });
    row("network.vpcId", [](Plan &p) { p.network.vpcId = QStringLiteral("vpc-2"); });
    row("job.tags.owner", [](Plan &p) { p.job.tags.insert(QStringLiteral("owner"), QStringLiteral("me")); });
    row("job.instanceType", [](Plan &p) { p.job.instanceType = QStringLiteral("ecs.large"); });
    row("transfer.limitMbps", [](Plan &p) { p.transfer.limitMbps = 7; });
    row("transfer.schedule", [](Plan &p) { p.transfer.schedule.append(LimitWindow()); });
    row("excludes", [](Plan &p) { p.excludes.append(QStringLiteral("/tmp/*")); });
    row("cutover", [](Plan &p) { p.cutover = Plan::Cutover::Manual; });
    row("disks.source", [](Plan &p) { p.disks[1].source = QStringLiteral("other"); });
    row("disks.role", [](Plan &p) { std::swap(p.disks[0].role, p.disks[1].role); });
    row("disks.volumes.source", [](Plan &p) { p.disks[1].volumes.removeLast(); });
    row("disks.volumes.mount", [](Plan &p) { p.disks[1].volumes[0].mount = QStringLiteral("/elsewhere"); });
    row("disks.volumes.fixed", [](Plan &p) { p.disks[0].volumes[0].fixed = !p.disks[0].volumes[0].fixed; });
}

void TestPlanChange::nothingElseMay()
{
    QFETCH(Edit, edit);
    QCOMPARE(changed(edit), QString::fromLatin1(QTest::currentDataTag()));
    QCOMPARE(changed([&](Plan &p) {
        edit(p);
        p.disks[1].sizeGiB += 10; // beside a new layout as well
    }),
        QString::fromLatin1(QTest::currentDataTag()));
}

QTEST_GUILESS_MAIN(TestPlanChange)
#include "tst_planchange.moc"
