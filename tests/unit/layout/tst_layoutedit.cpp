#include "core/layout/defaultplan.h"
#include "core/layout/layoutchange.h"
#include "core/layout/layoutedit.h"
#include "core/layout/layoutroom.h"
#include "core/layout/planfile.h"
#include "samplefacts.h"

#include <QRandomGenerator>
#include <QtTest>

using namespace edgelift;
using namespace edgelift::literals;
using Method = Plan::Replication;
Q_DECLARE_METATYPE(edgelift::LayoutEdit)
Q_DECLARE_METATYPE(edgelift::MoveVolume)

namespace {

const QString boot = QStringLiteral("sys/p2");
const QString root = QStringLiteral("sys/p3");
const QString data = QStringLiteral("data/p1"); ///< 10 GiB on a disk of 40
const QString srv = QStringLiteral("data/p2"); ///< 8 GiB
const QString mnt = QStringLiteral("extra0/p1"); ///< nearly 30 GiB, a whole disk
const QString sys = QStringLiteral("sys");
const QString dataDisk = QStringLiteral("data");
const QString extra = QStringLiteral("extra0");

ServerFacts threeDisks()
{
    ServerFacts facts = test::twoDisks();
    test::addDataDisks(facts, 1, 30_GiB);
    return facts;
}

/// "sys: /boot / | data: /data* /srv": LVM as "[lvm]", file copies with "*", what stays behind in brackets.
QString shown(const Plan &plan)
{
    QStringList disks;
    for (const Plan::Disk &disk : plan.disks) {
        QString text =
            QStringLiteral("%1 %2").arg(disk.source).arg(disk.sizeGiB) + (disk.lvm ? QStringLiteral(" [lvm]:") : QStringLiteral(":"));
        for (const Plan::Volume &volume : disk.volumes) {
            const QString name = volume.mount + (volume.replication == Method::File ? QStringLiteral("*") : QString());
            text += QLatin1Char(' ') + (volume.migrate ? name : QStringLiteral("(%1)").arg(name));
        }
        disks.append(text);
    }
    return disks.join(QStringLiteral(" | "));
}

QStringList volumesOf(const Plan &plan)
{
    QStringList out;
    for (const Plan::Disk &disk : plan.disks) {
        for (const Plan::Volume &volume : disk.volumes)
            out.append(volume.source);
    }
    out.sort();
    return out;
}

}

class TestLayoutEdit : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void edits_data();
    void edits();
    void answersWhileDragging_data();
    void answersWhileDragging();
    void onlyWhatGetsWorseStandsAgainstADrop();
    void sizesAndRoom();
    void roomOfACopyAsItIs();
    void namesOfLogicalVolumes();
    void saysWhyAVolumeIsCopiedSo();
    void anEditMakesTheLayoutAdjusted();
    void resizingBackCopiesBlocksAgain();
    void anySequenceOfEditsKeepsEveryVolume();
    void aVerdictAgreesWithTheRules();
    void aStrangePlanIsSafe();
};

void TestLayoutEdit::edits_data()
{
    QTest::addColumn<LayoutEdit>("edit");
    QTest::addColumn<QString>("after"); // empty: as before
    QTest::addColumn<QString>("refused");
    const auto row = [](const char *name, const LayoutEdit &edit, const char *after, const char *refused = "") {
        QTest::newRow(name) << edit << QString::fromLatin1(after) << QString::fromLatin1(refused);
    };
    row("move to another disk", MoveVolume{srv, extra, 0}, "sys 30: /boot / | data 40: /data | extra0 30: /srv /mnt/extra0");
    row("move to the end", MoveVolume{srv, extra, 99}, "sys 30: /boot / | data 40: /data | extra0 30: /mnt/extra0 /srv");
    row("move before the beginning", MoveVolume{srv, extra, -3}, "sys 30: /boot / | data 40: /data | extra0 30: /srv /mnt/extra0");
    row("order", MoveVolume{srv, dataDisk, 0}, "sys 30: /boot / | data 40: /srv /data | extra0 30: /mnt/extra0");
    row("order, the other way", MoveVolume{data, dataDisk, 1}, "sys 30: /boot / | data 40: /srv /data | extra0 30: /mnt/extra0");
    row("where it is", MoveVolume{data, dataDisk, 0}, "");
    row("R113 to the system disk: behind what is fixed", MoveVolume{srv, sys, 0},
        "sys 30: /boot / /srv | data 40: /data | extra0 30: /mnt/extra0");
    row("R113 root", MoveVolume{root, dataDisk, 0}, "", "E-DSK-08");
    row("R113 boot within its disk", MoveVolume{boot, sys, 1}, "", "E-DSK-08");
    row("unknown volume", MoveVolume{QStringLiteral("data/p9"), sys, 0}, "", "E-DSK-19");
    row("unknown disk", MoveVolume{srv, QStringLiteral("nowhere"), 0}, "", "E-DSK-19");
    row("R103 another size is a copy of files", ResizeVolume{srv, 9000}, "sys 30: /boot / | data 40: /data /srv* | extra0 30: /mnt/extra0");
    row("the same size changes nothing", ResizeVolume{srv, 8192}, "");
    row("resize an unknown volume", ResizeVolume{extra, 1}, "", "E-DSK-19");
    row("a disk's size", ResizeDisk{dataDisk, 55}, "sys 30: /boot / | data 55: /data /srv | extra0 30: /mnt/extra0");
    row("a negative size", ResizeDisk{dataDisk, -5}, "sys 30: /boot / | data 0: /data /srv | extra0 30: /mnt/extra0");
    row("a huge size", ResizeDisk{dataDisk, std::numeric_limits<qint64>::max()},
        "sys 30: /boot / | data 16777216: /data /srv | extra0 30: /mnt/extra0");
    row("resize an unknown disk", ResizeDisk{srv, 1}, "", "E-DSK-19");
    row("R102 leave out", SetMigrate{srv, false}, "sys 30: /boot / | data 40: /data (/srv) | extra0 30: /mnt/extra0");
    row("leave out root", SetMigrate{root, false}, "", "E-DSK-18");
    row("leave out what is unknown", SetMigrate{sys, false}, "", "E-DSK-19");
    row("R98 LVM", SetLvm{dataDisk, true}, "sys 30: /boot / | data 40 [lvm]: /data /srv | extra0 30: /mnt/extra0");
    row("LVM of an unknown disk", SetLvm{srv, true}, "", "E-DSK-19");
    row("method", SetReplication{srv, Method::File}, "sys 30: /boot / | data 40: /data /srv* | extra0 30: /mnt/extra0");
    row("method of an unknown volume", SetReplication{sys, Method::File}, "", "E-DSK-19");
    row("R75 adjust", SetModify{true}, "");
}

void TestLayoutEdit::edits()
{
    QFETCH(LayoutEdit, edit);
    QFETCH(QString, after);
    QFETCH(QString, refused);
    const ServerFacts facts = threeDisks();
    const Plan before = defaultPlan(facts);
    const LayoutOutcome outcome = apply(before, facts, edit);
    QCOMPARE(outcome.refused ? ruleId(outcome.refused->rule) : QString(), refused);
    QCOMPARE(shown(outcome.plan), after.isEmpty() ? shown(before) : after);
    QCOMPARE(outcome.problems, checkDisks(outcome.plan, facts));
    if (outcome.refused)
        QCOMPARE(outcome.plan, before);
}

void TestLayoutEdit::answersWhileDragging_data()
{
    QTest::addColumn<MoveVolume>("move");
    QTest::addColumn<QString>("verdict");
    QTest::newRow("too large") << MoveVolume{mnt, dataDisk, 9} << QStringLiteral("Does not fit: 8.00 GiB missing");
    QTest::newRow("just fits") << MoveVolume{srv, sys, 9} << QStringLiteral("Move here: 8 GiB fits, 1.50 GiB free");
    QTest::newRow("too large by a little") << MoveVolume{data, sys, 9} << QStringLiteral("Does not fit: 512.00 MiB missing");
    QTest::newRow("order always fits") << MoveVolume{srv, dataDisk, 0} << QStringLiteral("Move here: 8 GiB fits, 22 GiB free");
    QTest::newRow("root") << MoveVolume{root, dataDisk, 0}
                          << QStringLiteral("/ cannot be moved. Boot and system partitions stay on the system disk. [E-DSK-08]");
}

void TestLayoutEdit::answersWhileDragging()
{
    QFETCH(MoveVolume, move);
    const ServerFacts facts = threeDisks();
    QTEST(describe(mayDrop(defaultPlan(facts), facts, move)).replace(QChar(0xA0), QLatin1Char(' ')), "verdict");
}

void TestLayoutEdit::onlyWhatGetsWorseStandsAgainstADrop()
{
    ServerFacts facts = test::twoDisks(); // five data disks, one of them left out: to move something there would be one too many
    test::addDataDisks(facts, 4, 40_GiB);
    Plan plan = apply(defaultPlan(facts), facts, SetMigrate{QStringLiteral("extra3/p1"), false}).plan;
    const DropVerdict verdict = mayDrop(plan, facts, {srv, QStringLiteral("extra3"), 0});
    QVERIFY(!verdict.allowed);
    QCOMPARE(verdict.reason->rule, Rule::TooManyDataDisks);
    // Nothing gets worse where there are too many already, so a disk can be emptied step by step.
    plan = defaultPlan(facts);
    QVERIFY(hasBlocker(checkDisks(plan, facts)));
    QVERIFY(mayDrop(plan, facts, {srv, sys, 9}).allowed);
    test::addDataDisks(facts, 1, 40_GiB);
    facts.disks.last().id = QStringLiteral("sixth");
    facts.volumes.last() = test::partition(QStringLiteral("sixth"), 1, 1_MiB, 20_GiB, FsType::Ext4, QStringLiteral("/sixth"));
    plan = apply(defaultPlan(facts), facts, SetMigrate{QStringLiteral("sixth/p1"), false}).plan;
    QCOMPARE(mayDrop(plan, facts, {srv, QStringLiteral("sixth"), 0}).reason->count, 6); // five are too many, six are worse

    facts = threeDisks();
    plan = defaultPlan(facts);
    plan.disks[0].sizeGiB = 22; // too full already: reordering there is no worse, and taking something away is better
    plan.disks[0].volumes.append(plan.disks[1].volumes.takeLast());
    plan.disks[0].volumes.append(plan.disks[1].volumes.takeLast());
    QVERIFY(hasBlocker(checkDisks(plan, facts)));
    QVERIFY(mayDrop(plan, facts, {srv, sys, 3}).allowed);
    QVERIFY(mayDrop(plan, facts, {srv, dataDisk, 0}).allowed);
    QVERIFY(!mayDrop(plan, facts, {mnt, sys, 9}).allowed);
}

void TestLayoutEdit::sizesAndRoom()
{
    const ServerFacts facts = threeDisks();
    Plan plan = defaultPlan(facts);
    QCOMPARE(leastMiB(*facts.volume(srv)), qint64(2048 + 1)); // 2 GiB are used: strictly more
    VolumeFacts empty;
    QCOMPARE(leastMiB(empty), qint64(1));
    plan.disks[1].volumes[0].replication = Method::File;
    const DiskRoom room = roomOn(plan.disks[1], facts);
    QVERIFY(!room.asIs);
    QCOMPARE(room.planned, 18_GiB);
    QCOMPARE(room.free, 22_GiB);
    QCOMPARE(room.used, Bytes{(18_GiB).count / 4});
    QCOMPARE(room.over, Bytes{});
    QCOMPARE(leastGiB(plan.disks[1], facts), qint64(5)); // 4.5 used
    plan.disks[1].sizeGiB = 17;
    QCOMPARE(roomOn(plan.disks[1], facts).over, 1_GiB);
    QCOMPARE(roomOn(plan.disks[1], facts).free, Bytes{});
    plan.disks[1].volumes[1].migrate = false;
    QCOMPARE(roomOn(plan.disks[1], facts).free, 7_GiB);
    QCOMPARE(leastGiB(plan.disks[0], facts), qint64(20));
    QCOMPARE(mostGiB(plan.disks[0]), qint64(2048));
    QCOMPARE(mostGiB(plan.disks[1]), qint64(500));
}

void TestLayoutEdit::roomOfACopyAsItIs()
{
    const ServerFacts facts = threeDisks();
    const DiskRoom room = roomOn(defaultPlan(facts).disks[0], facts);
    QVERIFY(room.asIs);
    QCOMPARE(room.other, Bytes{(2_GiB).count + (1_MiB).count}); // swap and bios_grub travel as well
    QCOMPARE(room.size.count, room.planned.count + room.other.count + room.free.count);
}

void TestLayoutEdit::namesOfLogicalVolumes()
{
    const ServerFacts facts = threeDisks();
    Plan plan = defaultPlan(facts);
    QCOMPARE(volumeGroupName(plan, 1), QString());
    QCOMPARE(logicalVolumeName(plan.disks[1], plan.disks[1].volumes[0], facts), QString());
    for (Plan::Disk &disk : plan.disks)
        disk.lvm = true;
    QCOMPARE(volumeGroupName(plan, 0), QStringLiteral("vg0"));
    QCOMPARE(volumeGroupName(plan, 2), QStringLiteral("vg2"));
    QCOMPARE(volumeGroupName(plan, 3), QString());
    QCOMPARE(logicalVolumeName(plan.disks[0], plan.disks[0].volumes[0], facts), QString()); // /boot stays outside
    QCOMPARE(logicalVolumeName(plan.disks[0], plan.disks[0].volumes[1], facts), QStringLiteral("lv1"));
    QCOMPARE(logicalVolumeName(plan.disks[1], plan.disks[1].volumes[1], facts), QStringLiteral("lv2"));
    plan.disks[1].volumes[0].migrate = false;
    QCOMPARE(logicalVolumeName(plan.disks[1], plan.disks[1].volumes[0], facts), QString());
    QCOMPARE(logicalVolumeName(plan.disks[1], plan.disks[1].volumes[1], facts), QStringLiteral("lv1"));
}

void TestLayoutEdit::saysWhyAVolumeIsCopiedSo()
{
    using Why = ReplicationReason::Why;
    const ServerFacts facts = threeDisks();
    Plan::Disk disk = defaultPlan(facts).disks[1];
    Plan::Volume &volume = disk.volumes[1];
    const auto why = [&] { return replicationReason(disk, volume, facts); };
    QCOMPARE(why(), (ReplicationReason{Why::SameStructure, Method::Block, 8_GiB, 8_GiB}));
    volume.replication = Method::File;
    QCOMPARE(why().why, Why::Chosen);
    QCOMPARE(why().method, Method::File);
    volume.sizeMiB = 9 * 1024;
    QCOMPARE(why(), (ReplicationReason{Why::SizeChanged, Method::File, 8_GiB, 9_GiB}));
    QCOMPARE(describe(why()).replace(QChar(0xA0), QLatin1Char(' ')),
        QStringLiteral("Copied file by file because its size changes from 8 GiB to 9 GiB."));
    volume.migrate = false;
    QCOMPARE(why().why, Why::NotMigrated);
    ServerFacts odd = facts; // R107: LVM counts in 4 MiB
    odd.volumes[5].size = Bytes{(8_GiB).count + (2_MiB).count};
    disk = defaultPlan(odd).disks[1];
    QCOMPARE(replicationReason(disk, disk.volumes[1], odd).why, Why::SameStructure);
    disk.lvm = true;
    QCOMPARE(replicationReason(disk, disk.volumes[1], odd).why, Why::LvmStep);
    QCOMPARE(replicationReason(disk, disk.volumes[1], odd).method, Method::File);
    QCOMPARE(replicationReason(disk, disk.volumes[0], odd).method, Method::Block);
}

void TestLayoutEdit::anEditMakesTheLayoutAdjusted()
{
    const ServerFacts facts = threeDisks();
    const Plan automatic = defaultPlan(facts);
    QVERIFY(!automatic.modifyDisks);
    Plan plan = apply(automatic, facts, MoveVolume{srv, sys, 9}).plan;
    QVERIFY(plan.modifyDisks);
    QVERIFY(!apply(automatic, facts, MoveVolume{data, dataDisk, 0}).plan.modifyDisks); // nothing was changed
    plan.image.namePrefix = QStringLiteral("kept");
    const Plan reset = apply(plan, facts, ResetLayout{}).plan;
    QVERIFY(reset.modifyDisks);
    QCOMPARE(reset.disks, automatic.disks);
    const Plan again = apply(plan, facts, SetModify{false}).plan;
    QVERIFY(!again.modifyDisks);
    QCOMPARE(again.disks, automatic.disks);
    QCOMPARE(again.image.namePrefix, QStringLiteral("kept"));
}

void TestLayoutEdit::resizingBackCopiesBlocksAgain()
{
    const ServerFacts facts = threeDisks();
    const Plan plan = defaultPlan(facts);
    const Plan larger = apply(plan, facts, ResizeVolume{srv, 9000}).plan;
    QCOMPARE(apply(larger, facts, ResizeVolume{srv, 8192}).plan.disks, plan.disks); // R105
    QCOMPARE(apply(larger, facts, SetReplication{srv, Method::Block}).plan.disks, plan.disks); // R103
    ServerFacts noBoot = facts; // R100
    noBoot.volumes[1].mountPoint = QStringLiteral("/efi");
    const LayoutOutcome lvm = apply(plan, noBoot, SetLvm{dataDisk, true});
    QCOMPARE(lvm.refused->rule, Rule::LvmWithoutBoot);
    QCOMPARE(lvm.plan, plan);
    ServerFacts noPrograms = facts;
    noPrograms.os.lvm = false;
    QCOMPARE(apply(plan, noPrograms, SetLvm{dataDisk, true}).refused->rule, Rule::LvmProgramsMissing);
    Plan stuck = plan;
    stuck.disks[1].lvm = true;
    QVERIFY(!apply(stuck, noBoot, SetLvm{dataDisk, false}).refused);
}

namespace {

LayoutEdit randomEdit(QRandomGenerator &random, const ServerFacts &facts)
{
    const QString volume = random.bounded(20) == 0 ? QStringLiteral("?") : facts.volumes.at(random.bounded(facts.volumes.size())).id;
    const QString disk = random.bounded(20) == 0 ? QStringLiteral("?") : facts.disks.at(random.bounded(facts.disks.size())).id;
    switch (random.bounded(8)) {
    case 0:
        return ResizeVolume{volume, qint64(random.generate()) - (1LL << 20)};
    case 1:
        return ResizeDisk{disk, random.bounded(-10, 3000)};
    case 2:
        return SetMigrate{volume, random.bounded(2) == 0};
    case 3:
        return SetLvm{disk, random.bounded(2) == 0};
    case 4:
        return SetReplication{volume, random.bounded(2) == 0 ? Method::Block : Method::File};
    case 5:
        return ResizeVolume{volume, random.bounded(1, 20000)};
    default:
        return MoveVolume{volume, disk, random.bounded(-2, 6)};
    }
}

}

void TestLayoutEdit::anySequenceOfEditsKeepsEveryVolume()
{
    ServerFacts facts = threeDisks();
    facts.volumes += test::partition(sys, 5, 28_GiB, 1_GiB, FsType::Ext4, QStringLiteral("/home"));
    const QList<Rule> neverFromEdits{Rule::SystemVolumeMoved, Rule::SystemVolumeLeftOut, Rule::NamedTwice, Rule::SourceUnknown,
        Rule::SystemDiskWrong, Rule::BlockSizeChanged};
    for (quint32 seed = 1; seed <= 40; ++seed) {
        QRandomGenerator random(seed);
        const Plan first = defaultPlan(facts);
        QList<Plan> history{first};
        for (int i = 0; i < 60; ++i) {
            const LayoutOutcome outcome = apply(history.last(), facts, randomEdit(random, facts));
            QCOMPARE(volumesOf(outcome.plan), volumesOf(first));
            QCOMPARE(outcome.problems, checkDisks(outcome.plan, facts));
            for (const Problem &problem : outcome.problems)
                QVERIFY2(
                    !neverFromEdits.contains(problem.rule), qPrintable(QStringLiteral("seed %1: %2").arg(seed).arg(describe(problem))));
            QCOMPARE(outcome.plan.disks[0].volumes[0].source, boot); // R113: what is fixed keeps its very place
            QCOMPARE(outcome.plan.disks[0].volumes[1].source, root);
            QCOMPARE(*readPlan(writePlan(outcome.plan)), outcome.plan);
            history.append(outcome.plan);
        }
        QCOMPARE(history.first(), first); // values: undo is the list of earlier plans
    }
}

void TestLayoutEdit::aVerdictAgreesWithTheRules()
{
    const ServerFacts facts = threeDisks();
    int allowed = 0;
    int refused = 0;
    for (quint32 seed = 1; seed <= 60; ++seed) {
        QRandomGenerator random(seed);
        Plan plan = defaultPlan(facts);
        for (int i = 0; i < 12; ++i)
            plan = apply(plan, facts, randomEdit(random, facts)).plan;
        for (const Plan::Disk &disk : plan.disks) {
            for (const QString &id : {data, srv, mnt, boot}) {
                const DropVerdict verdict = mayDrop(plan, facts, {id, disk.source, 9});
                (verdict.allowed ? allowed : refused) += 1;
                QCOMPARE(verdict.allowed, !verdict.reason.has_value());
                const bool clean = !hasBlocker(checkDisks(plan, facts));
                const LayoutOutcome outcome = apply(plan, facts, MoveVolume{id, disk.source, 9});
                if (clean && !outcome.refused) // from a good plan: allowed exactly when the result is good
                    QCOMPARE(verdict.allowed, !hasBlocker(outcome.problems));
            }
        }
    }
    QVERIFY(allowed > 50 && refused > 50);
}

void TestLayoutEdit::aStrangePlanIsSafe()
{
    const ServerFacts facts = threeDisks();
    Plan plan = defaultPlan(facts);
    plan.disks[2].volumes.append(plan.disks[0].volumes.takeFirst()); // /boot on a data disk, by hand
    plan.disks[1].volumes.append(plan.disks[1].volumes.first()); // twice
    plan.disks[1].volumes[0].sizeMiB = std::numeric_limits<qint64>::max();
    plan.disks[1].volumes[1].sizeMiB = std::numeric_limits<qint64>::min();
    QCOMPARE(roomOn(plan.disks[1], facts).free, Bytes{});
    QCOMPARE(apply(plan, facts, MoveVolume{boot, dataDisk, 0}).refused->rule, Rule::SystemVolumeMoved);
    const LayoutOutcome home = apply(plan, facts, MoveVolume{boot, sys, 0}); // back to its own disk is the one way it may go
    QVERIFY(!home.refused);
    QCOMPARE(home.plan.disks[0].volumes[0].source, boot);
    QVERIFY(apply(Plan{}, facts, MoveVolume{boot, sys, 0}).refused);
    QVERIFY(!mayDrop(Plan{}, {}, {boot, sys, 0}).allowed);
    QCOMPARE(describe(mayDrop(Plan{}, {}, {boot, sys, 0})), QStringLiteral("This server has no disk or volume sys/p2. [E-DSK-19]"));
}

QTEST_APPLESS_MAIN(TestLayoutEdit)
#include "tst_layoutedit.moc"
