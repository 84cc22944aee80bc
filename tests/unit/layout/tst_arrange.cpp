#include "core/layout/arrange.h"
#include "core/layout/defaultplan.h"
#include "core/layout/layoutedit.h"
#include "core/layout/layoutroom.h"
#include "samplefacts.h"

#include <QRandomGenerator>
#include <QtTest>
#include <functional>

using namespace edgelift;
using namespace edgelift::literals;
using Edit = std::function<void(Plan &, ServerFacts &)>;
Q_DECLARE_METATYPE(Edit)

namespace {

QString spoken(const Arrangement &arrangement)
{
    QStringList out;
    for (const ArrangeStep &step : arrangement.steps)
        out.append(describe(step).replace(QChar(0xA0), QLatin1Char(' ')));
    return out.join(QLatin1Char(' '));
}

void setSize(VolumeFacts &volume, Bytes size)
{
    volume.size = size;
    volume.segments.first().length = size;
}

QStringList volumesOf(const Plan &plan)
{
    QStringList out;
    for (const Plan::Disk &disk : plan.disks) {
        for (const Plan::Volume &volume : disk.volumes)
            out.append(volume.source + (volume.migrate ? QString() : QStringLiteral(" left out")));
    }
    out.sort();
    return out;
}

}

class TestArrange : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void makesLayoutsPossible_data();
    void makesLayoutsPossible();
    void leavesToTheUserWhatItCannotMend();
    void touchesNothingThatIsFine();
    void neverLosesAVolume();
};

void TestArrange::makesLayoutsPossible_data()
{
    QTest::addColumn<Edit>("edit");
    QTest::addColumn<QString>("steps");
    const auto row = [](const char *name, const char *steps, const Edit &edit) {
        QTest::newRow(name) << edit << QString::fromLatin1(steps);
    };
    row("R111 a disk too small: the smallest that mends it is moved", "/srv moved to Data disk 2.", [](Plan &p, ServerFacts &f) {
        test::addDataDisks(f, 1, 100_GiB);
        setSize(f.volumes.last(), 50_GiB);
        p = defaultPlan(f);
        p.disks[1].sizeGiB = 17;
    });
    row("no other disk has room: enlarged", "Data disk 1 changed from 17 GiB to 18 GiB.", [](Plan &p, ServerFacts &f) {
        setSize(f.volumes[2], 29_GiB);
        p = defaultPlan(f);
        p.disks[1].sizeGiB = 17;
    });
    row("below the used space", "/srv moved to System disk. Data disk 1 changed from 4 GiB to 10 GiB.",
        [](Plan &p, ServerFacts &) { p.disks[1].sizeGiB = 4; });
    row("R91 too small and too large", "System disk changed from 3 GiB to 20 GiB. Data disk 1 changed from 900 GiB to 500 GiB.",
        [](Plan &p, ServerFacts &f) {
            setSize(f.volumes[2], 15_GiB);
            p = defaultPlan(f);
            p.disks[0].sizeGiB = 3;
            p.disks[1].sizeGiB = 900;
        });
    row("C1 more than an ENS image takes: reduced to 500 GiB",
        "Data disk 1 changed from 600 GiB to 500 GiB. /srv moved to System disk. /data changed from 590 GiB to 500 GiB.",
        [](Plan &p, ServerFacts &f) {
            f.disks[1].size = 600_GiB;
            setSize(f.volumes[4], 590_GiB);
            p = defaultPlan(f);
        });
    row("a volume below its used space", "/srv changed from 1 GiB to 2.50 GiB.", [](Plan &p, ServerFacts &) {
        p.disks[1].volumes[1].sizeMiB = 1024;
        p.disks[1].volumes[1].replication = Plan::Replication::File;
    });
    row("block copy in another size", "/srv is copied file by file.", [](Plan &p, ServerFacts &) { p.disks[1].volumes[1].sizeMiB = 9000; });
    row("/boot astray and root left out", "/boot moved to System disk. / is migrated.", [](Plan &p, ServerFacts &) {
        p.disks[1].volumes.append(p.disks[0].volumes.takeFirst());
        p.disks[0].volumes[0].migrate = false;
    });
    row("R100 LVM without /boot", "LVM is switched off on Data disk 1.", [](Plan &p, ServerFacts &f) {
        f.volumes[1].mountPoint = QStringLiteral("/efi");
        p = defaultPlan(f);
        p.disks[1].lvm = true;
    });
    row("R10 five data disks, one fits on another", "/mnt/extra3 moved to Data disk 1.", [](Plan &p, ServerFacts &f) {
        test::addDataDisks(f, 4, 40_GiB);
        setSize(f.volumes.last(), 20_GiB);
        p = defaultPlan(f);
    });
}

void TestArrange::makesLayoutsPossible()
{
    QFETCH(Edit, edit);
    ServerFacts facts = test::twoDisks();
    Plan plan = defaultPlan(facts);
    edit(plan, facts);
    QVERIFY(hasBlocker(checkDisks(plan, facts)));
    const Arrangement arrangement = arrange(plan, facts);
    QTEST(spoken(arrangement), "steps");
    for (const Problem &problem : arrangement.problems)
        QVERIFY2(problem.severity != Problem::Severity::Blocker, qPrintable(describe(problem)));
    QCOMPARE(arrangement.problems, checkDisks(arrangement.plan, facts));
    QVERIFY(arrange(arrangement.plan, facts).steps.isEmpty()); // once is enough
}

void TestArrange::leavesToTheUserWhatItCannotMend()
{
    ServerFacts facts = test::twoDisks(); // five full data disks: which one to leave out is not ours to decide
    test::addDataDisks(facts, 4, 40_GiB);
    setSize(facts.volumes[4], 38_GiB);
    facts.volumes.removeAt(5);
    const Plan plan = defaultPlan(facts);
    const Arrangement arrangement = arrange(plan, facts);
    QCOMPARE(arrangement.plan, plan);
    QCOMPARE(arrangement.problems.size(), 1);
    QCOMPARE(arrangement.problems.first().rule, Rule::TooManyDataDisks);

    setSize(facts.volumes.last(), 38_GiB); // one of its two would fit elsewhere: no reason to move that one
    facts.volumes.append(test::partition(QStringLiteral("extra3"), 2, 39_GiB, 1_GiB, FsType::Ext4, QStringLiteral("/small")));
    std::swap(facts.volumes[facts.volumes.size() - 1], facts.volumes[facts.volumes.size() - 2]); // the one that fits comes first
    QCOMPARE(arrange(defaultPlan(facts), facts).plan, defaultPlan(facts));

    facts = test::twoDisks(); // more used than a data disk may have
    facts.disks[1].size = 900_GiB;
    setSize(facts.volumes[4], 800_GiB);
    facts.volumes[4].used = 700_GiB;
    QVERIFY(hasBlocker(arrange(defaultPlan(facts), facts).problems));
}

void TestArrange::touchesNothingThatIsFine()
{
    ServerFacts facts = test::twoDisks();
    test::addDataDisks(facts, 1, 40_GiB);
    Plan plan = defaultPlan(facts);
    QCOMPARE(arrange(plan, facts).plan, plan);
    plan = apply(plan, facts, SetMigrate{QStringLiteral("extra0/p1"), false}).plan; // a warning is no reason
    plan.disks[2].sizeGiB = 900; // left out: any size
    QCOMPARE(arrange(plan, facts).plan, plan);
    QCOMPARE(arrange({}, {}).plan, Plan{});
}

void TestArrange::neverLosesAVolume()
{
    for (quint32 seed = 1; seed <= 150; ++seed) {
        QRandomGenerator random(seed);
        ServerFacts facts = test::twoDisks();
        test::addDataDisks(facts, random.bounded(6), Bytes{quint64(random.bounded(10, 700)) << 30});
        for (VolumeFacts &volume : facts.volumes)
            volume.used = Bytes{quint64(double(volume.size.count) * random.generateDouble())};
        Plan plan = defaultPlan(facts);
        for (Plan::Disk &disk : plan.disks) {
            disk.sizeGiB = random.bounded(0, 60);
            for (Plan::Volume &volume : disk.volumes) {
                if (random.bounded(2) == 0)
                    volume.sizeMiB = random.bounded(0, 40000);
                volume.migrate = volume.fixed || random.bounded(5) != 0;
            }
        }
        const Arrangement once = arrange(plan, facts);
        QCOMPARE(volumesOf(once.plan), volumesOf(plan));
        QCOMPARE(once.problems, checkDisks(once.plan, facts));
        for (const Plan::Disk &disk : once.plan.disks) {
            for (const Plan::Volume &volume : disk.volumes) {
                const VolumeFacts *source = facts.volume(volume.source);
                const bool changed = volume.sizeMiB
                    != plan.disks[findVolume(plan, volume.source).disk].volumes[findVolume(plan, volume.source).volume].sizeMiB;
                QVERIFY(!changed || volume.sizeMiB >= leastMiB(*source)); // never smaller than what is in it
            }
        }
        if (!hasBlocker(once.problems))
            QVERIFY(arrange(once.plan, facts).steps.isEmpty());
    }
}

QTEST_APPLESS_MAIN(TestArrange)
#include "tst_arrange.moc"
