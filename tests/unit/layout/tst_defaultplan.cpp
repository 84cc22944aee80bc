#include "core/layout/defaultplan.h"
#include "core/layout/layoutchange.h"
#include "core/layout/targetplan.h"
#include "samplefacts.h"

#include <QtTest>

using namespace edgelift;
using namespace edgelift::literals;

class TestDefaultPlan : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isValidAsItIs();
    void listsMountTargetsInDiskOrder();
    void targetSizesAreTheSourcesRoundedUp_data();
    void targetSizesAreTheSourcesRoundedUp();
    void putsTheSystemDiskFirst();
    void takesTheBucketOfTheRegion();
    void isValidForAVolumeGroupOverTwoDisks();
    void makesNamesLegal_data();
    void makesNamesLegal();
    void beginsWithWhatTheServerExcludes();
    void survivesAServerWithoutDisks();
};

void TestDefaultPlan::isValidAsItIs()
{
    const ServerFacts facts = test::twoDisks();
    const Plan plan = defaultPlan(facts);
    QCOMPARE(check(plan, facts), QList<Problem>());
    QVERIFY(requireFeasibleLayout(plan, facts));
}

void TestDefaultPlan::listsMountTargetsInDiskOrder()
{
    const Plan plan = defaultPlan(test::twoDisks());
    QCOMPARE(plan.disks.size(), 2);
    QCOMPARE(plan.disks[0].volumes.size(), 2); // neither bios_grub nor swap
    QCOMPARE(plan.disks[0].volumes[0].mount, QStringLiteral("/boot"));
    QVERIFY(plan.disks[0].volumes[0].fixed);
    QCOMPARE(plan.disks[0].volumes[1].mount, QStringLiteral("/"));
    QCOMPARE(plan.disks[0].volumes[1].sizeMiB, 20 * 1024); // the odd 512 bytes are rounded away
    QVERIFY(plan.disks[0].volumes[1].fixed);
    QCOMPARE(plan.disks[1].volumes[0].source, QStringLiteral("data/p1"));
    QVERIFY(!plan.disks[1].volumes[0].fixed);
    QCOMPARE(plan.disks[1].volumes[1].mount, QStringLiteral("/srv"));
}

void TestDefaultPlan::targetSizesAreTheSourcesRoundedUp_data()
{
    QTest::addColumn<quint64>("source");
    QTest::addColumn<qint64>("system");
    QTest::addColumn<qint64>("data");
    QTest::newRow("one byte") << quint64(1) << qint64(20) << qint64(1);
    QTest::newRow("whole GiB") << (64_GiB).count << qint64(64) << qint64(64);
    QTest::newRow("one byte over") << (64_GiB).count + 1 << qint64(65) << qint64(65);
    QTest::newRow("over the system limit") << (3000_GiB).count << qint64(2048) << qint64(3000);
}

void TestDefaultPlan::targetSizesAreTheSourcesRoundedUp()
{
    QFETCH(quint64, source);
    ServerFacts facts = test::twoDisks();
    facts.disks[0].size = Bytes{source};
    facts.disks[1].size = Bytes{source};
    const Plan plan = defaultPlan(facts);
    QTEST(plan.disks[0].sizeGiB, "system");
    QTEST(plan.disks[1].sizeGiB, "data");
}

void TestDefaultPlan::putsTheSystemDiskFirst()
{
    ServerFacts facts = test::twoDisks();
    facts.disks.swapItemsAt(0, 1);
    const Plan plan = defaultPlan(facts);
    QCOMPARE(plan.disks[0].source, QStringLiteral("sys"));
    QCOMPARE(plan.disks[0].role, Plan::Role::System);
    QCOMPARE(plan.disks[1].role, Plan::Role::Data);
}

void TestDefaultPlan::takesTheBucketOfTheRegion()
{
    QCOMPARE(defaultPlan(test::twoDisks()).image.bucket, QStringLiteral("edgelift-transit"));
    const Plan singapore = defaultPlan(test::twoDisks(), QStringLiteral("ap-southeast-1"));
    QCOMPARE(singapore.image.bucket, QStringLiteral("edgelift-transit-sg"));
    QCOMPARE(singapore.image.transitRegion, QStringLiteral("ap-southeast-1"));
    QVERIFY(!hasBlocker(check(singapore, test::twoDisks())));
}

void TestDefaultPlan::isValidForAVolumeGroupOverTwoDisks()
{
    const ServerFacts facts = test::spanningGroup(); // /big is larger than either disk
    const Plan plan = defaultPlan(facts);
    QCOMPARE(check(plan, facts), QList<Problem>());
    QVERIFY(requireFeasibleLayout(plan, facts));
    QCOMPARE(migratedDisks(plan, facts), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
}

void TestDefaultPlan::makesNamesLegal_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<QString>("name");
    QTest::newRow("already") << "web-01"
                             << "web-01";
    QTest::newRow("dots") << "web.example.org"
                          << "web-example-org";
    QTest::newRow("digit first") << "7of9"
                                 << "s-7of9";
    QTest::newRow("one letter") << "a"
                                << "a-server";
    QTest::newRow("not Latin") << QStringLiteral("сервер") << "server";
    QTest::newRow("nothing") << ""
                             << "server";
    QTest::newRow("image file") << "disk image.qcow2"
                                << "disk-image-qcow2";
    QTest::newRow("long") << QString(300, QLatin1Char('x')) << QString(64, QLatin1Char('x'));
}

void TestDefaultPlan::makesNamesLegal()
{
    QFETCH(QString, host);
    QTEST(legalName(host), "name");
    QVERIFY(isLegalName(legalName(host)));
}

/// The administrator's lines are no mistake of the plan, whatever they look like; what is added to them may be.
void TestDefaultPlan::beginsWithWhatTheServerExcludes()
{
    ServerFacts facts = test::twoDisks();
    QCOMPARE(defaultPlan(facts).excludes, QStringList());
    facts.live.emplace();
    facts.live->excludes = QStringList{QStringLiteral("/tmp/*"), QStringLiteral("*.bak")};
    Plan plan = defaultPlan(facts);
    QCOMPARE(plan.excludes, facts.live->excludes);
    QCOMPARE(check(plan, facts), QList<Problem>());
    plan.excludes.append(QStringLiteral("*.old"));
    QList<Rule> broken;
    for (const Problem &problem : check(plan, facts))
        broken.append(problem.rule);
    QCOMPARE(broken, (QList<Rule>{Rule::ExcludeNotAbsolute, Rule::ExcludesIgnored}));
}

void TestDefaultPlan::survivesAServerWithoutDisks()
{
    const Plan plan = defaultPlan(ServerFacts());
    QVERIFY(plan.disks.isEmpty());
    QVERIFY(hasBlocker(check(plan, ServerFacts())));
}

QTEST_APPLESS_MAIN(TestDefaultPlan)
#include "tst_defaultplan.moc"
