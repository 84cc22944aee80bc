#include "core/layout/defaultplan.h"
#include "core/layout/layoutchange.h"
#include "core/layout/subvolumes.h"
#include "core/layout/targetimagejson.h"
#include "core/layout/targetplan.h"
#include "samplefacts.h"

#include <QtTest>
#include <functional>

using namespace edgelift;
using namespace edgelift::literals;
using Edit = std::function<void(Plan &, ServerFacts &)>;
Q_DECLARE_METATYPE(Edit)

namespace {

/// "p1 blocks 1+10240 /data, lv1 …" in MiB, with the group before its volumes.
QString shown(const TargetDiskLayout &disk)
{
    static const QStringList contents{QStringLiteral("blocks"), QStringLiteral("files"), QStringLiteral("swap"), QStringLiteral("nothing")};
    const auto place = [](Bytes offset, Bytes size) { return QStringLiteral("%1+%2").arg(offset.count >> 20).arg(size.count >> 20); };
    QStringList out;
    for (const TargetVolume &volume : disk.volumes) {
        const QString name = volume.partition > 0 ? QStringLiteral("p%1").arg(volume.partition) : volume.logicalVolume;
        out.append(QStringList{name, contents.at(int(volume.content)), place(volume.offset, volume.size), volume.mountPoint}
                       .join(QLatin1Char(' '))
                       .trimmed());
    }
    if (!disk.group.isEmpty())
        out.append(QStringLiteral("%1 p%2 %3").arg(disk.group).arg(disk.groupPartition).arg(place(disk.groupOffset, disk.groupSize)));
    return out.join(QLatin1String(", "));
}

Plan::Volume take(QList<Plan::Volume> &volumes, const char *mount)
{
    for (qsizetype i = 0; i < volumes.size(); ++i) {
        if (volumes.at(i).mount == QLatin1String(mount))
            return volumes.takeAt(i);
    }
    return {};
}

}

class TestTargetPlan : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void placesAreFound_data();
    void placesAreFound();
    void refusesWhatNobodyCarriesOut_data();
    void refusesWhatNobodyCarriesOut();
    void aBtrfsKeepsItsSubvolumesButNoOldStates();
    void theSystemDisk_data();
    void theSystemDisk();
    void whatCannotFitIsRefused();
    void anUnchangedServerIsNotBuilt();
    void aDroppedDiskIsStillRead();
    void aRunningMachineChangesAsImagesDo();
    void disksThatAreReadByFilesOnlyAreNotRead();
    void everyPlanThatIsAllowedSurvivesTheWire();
};

void TestTargetPlan::placesAreFound_data()
{
    QTest::addColumn<Edit>("edit");
    QTest::addColumn<QString>("data");
    const auto row = [](const char *name, const Edit &edit, const char *data) { QTest::newRow(name) << edit << QString::fromLatin1(data); };
    row(
        "order", [](Plan &p, ServerFacts &) { p.disks[1].volumes.swapItemsAt(0, 1); }, "p1 blocks 1+8192 /srv, p2 blocks 8193+10240 /data");
    row(
        "one left out", [](Plan &p, ServerFacts &) { p.disks[1].volumes[0].migrate = false; }, "p1 blocks 1+8192 /srv");
    row(
        "LVM", [](Plan &p, ServerFacts &) { p.disks[1].lvm = true; },
        "lv1 blocks 2+10240 /data, lv2 blocks 10242+8192 /srv, vg1 p1 1+40958");
    row(
        "swap goes along",
        [](Plan &p, ServerFacts &f) {
            f.volumes.append(test::partition(QStringLiteral("data"), 3, 20_GiB, 1_GiB, FsType::Swap, {}));
            p.disks[1].volumes[1].migrate = false;
        },
        "p1 blocks 1+10240 /data, p2 swap 10241+1024");
    row(
        "what nobody knows goes along, before LVM",
        [](Plan &p, ServerFacts &f) {
            f.volumes.append(test::partition(QStringLiteral("data"), 3, 20_GiB, Bytes{(1_GiB).count - 512}, FsType::Unknown, {}));
            p.disks[1].lvm = true;
        },
        "p1 blocks 1+1024, lv1 blocks 1026+10240 /data, lv2 blocks 11266+8192 /srv, vg1 p2 1025+39934");
    row(
        "an MBR stays one",
        [](Plan &p, ServerFacts &f) {
            f.disks[1].table = TableType::Mbr;
            f.disks[1].tableId = QStringLiteral("12345678"); // as the inspection gives it
            p.disks[1].volumes.swapItemsAt(0, 1);
        },
        "p1 blocks 1+8192 /srv, p2 blocks 8193+10240 /data");
    row(
        "smaller: files", [](Plan &p, ServerFacts &) { p.disks[1].volumes[0].sizeMiB = 9000; },
        "p1 files 1+9000 /data, p2 blocks 9001+8192 /srv");
    row(
        "no multiple of 4 MiB with LVM: files",
        [](Plan &p, ServerFacts &f) {
            f.volumes[5].size = f.volumes[5].segments[0].length = 8190_MiB;
            p.disks[1].volumes[1].sizeMiB = 8190;
            p.disks[1].lvm = true;
        },
        "lv1 blocks 2+10240 /data, lv2 files 10242+8192 /srv, vg1 p1 1+40958");
    row(
        "a disk planned to the last byte: tables and swap take from what is copied by files",
        [](Plan &p, ServerFacts &f) {
            f.volumes.append(test::partition(QStringLiteral("data"), 3, 20_GiB, 1_GiB, FsType::Swap, {}));
            p.disks[1].volumes[0].sizeMiB = 40960 - 8192;
        },
        "p1 files 1+31742 /data, p2 blocks 31743+8192 /srv, p3 swap 39935+1024");
    row(
        "odd sizes are rounded up",
        [](Plan &p, ServerFacts &f) {
            f.volumes[4].size = f.volumes[4].segments[0].length = Bytes{(10_GiB).count - 512};
            p.disks[1].volumes[0].sizeMiB = planMiB(f.volumes[4].size);
            p.disks[1].volumes.swapItemsAt(0, 1);
        },
        "p1 blocks 1+8192 /srv, p2 blocks 8193+10240 /data");
}

void TestTargetPlan::placesAreFound()
{
    QFETCH(Edit, edit);
    QFETCH(QString, data);
    ServerFacts facts = test::twoDisks();
    Plan plan = defaultPlan(facts);
    edit(plan, facts);
    const Result<TargetImage> image = targetImage(plan, facts);
    QVERIFY2(bool(image), image ? "" : qPrintable(image.error().args.join(QLatin1Char(' '))));
    QCOMPARE(image->disks.size(), 1);
    QCOMPARE(image->disks.first().index, 1U);
    QCOMPARE(shown(image->disks.first()), data);
    QCOMPARE(image->disks.first().table, facts.disks.at(1).table);
    const QString id = facts.disks.at(1).tableId;
    QCOMPARE(image->disks.first().tableId, image->disks.first().table == TableType::Mbr ? QStringLiteral("0x") + id : id);
    const Result<TargetImage> taken = targetImageFromJson(toJson(*image)); // the receiver's own check
    QVERIFY2(taken, taken ? "" : qPrintable(taken.error().args.join(QLatin1Char(' '))));
}

void TestTargetPlan::refusesWhatNobodyCarriesOut_data()
{
    QTest::addColumn<Edit>("edit");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *name, const Edit &edit, const char *why) { QTest::newRow(name) << edit << QString::fromLatin1(why); };
    row(
        "RAID",
        [](Plan &p, ServerFacts &f) {
            f.volumes.append(test::partition(QStringLiteral("data"), 3, 20_GiB, 1_GiB, FsType::MdMember, {}));
            p.disks[1].volumes.swapItemsAt(0, 1);
        },
        "data/p3");
    row(
        "a filesystem of two disks, on a running machine",
        [](Plan &p, ServerFacts &f) {
            UseFacts use;
            use.place = QStringLiteral("/data");
            use.disks = QStringList{QStringLiteral("data"), QStringLiteral("sys")};
            f.live.emplace();
            f.live->uses.append(use);
            p.disks[1].volumes.swapItemsAt(0, 1);
        },
        "/data");
    row(
        "btrfs with subvolumes that nobody has listed",
        [](Plan &p, ServerFacts &f) {
            f.volumes[4].fs = FsType::Btrfs;
            f.fstab.append({QStringLiteral("UUID=2"), QStringLiteral("/data"), QStringLiteral("btrfs"), QStringLiteral("subvol=@data")});
            p.disks[1].volumes[0].sizeMiB = 9000;
        },
        "/data");
    row(
        "btrfs with a subvolume that came from another server",
        [](Plan &p, ServerFacts &f) {
            f.volumes[4].fs = FsType::Btrfs;
            f.volumes[4].subvolumes = {{QStringLiteral("backup/monday"), 300, true, true, true, false}};
            p.disks[1].volumes[0].sizeMiB = 9000;
        },
        "/data: the read-only subvolume backup/monday");
    row(
        "btrfs that is mounted by a read-only snapshot",
        [](Plan &p, ServerFacts &f) {
            f.volumes[4].fs = FsType::Btrfs;
            f.volumes[4].subvolumes = {{QStringLiteral("now"), 300, true, true, false, true}};
            p.disks[1].volumes[0].sizeMiB = 9000;
        },
        "/data: the read-only subvolume now");
}

void TestTargetPlan::aBtrfsKeepsItsSubvolumesButNoOldStates()
{
    ServerFacts facts = test::twoDisks();
    VolumeFacts &data = facts.volumes[4];
    data.fs = FsType::Btrfs;
    data.subvolumes = {{QStringLiteral("@"), 256, false, false, false, false}, {QStringLiteral("@/var"), 257, false, true, false, true},
        {QStringLiteral("@/.snapshots/1/snapshot"), 258, true, true, false, false}, {QStringLiteral("old"), 259, true, true, false, false},
        {QStringLiteral("rw"), 260, false, true, false, false}};
    Plan plan = defaultPlan(facts);
    plan.disks[1].volumes[0].sizeMiB = 9000;
    const Result<TargetImage> image = targetImage(plan, facts);
    QVERIFY2(image, image ? "" : qPrintable(image.error().args.join(QLatin1Char(' '))));
    const TargetVolume &made = image->disks.constFirst().volumes.constFirst();
    QCOMPARE(made.subvolumes, (QStringList{QStringLiteral("@"), QStringLiteral("@/var"), QStringLiteral("rw")}));
    QCOMPARE(made.defaultSubvolume, QStringLiteral("@/var"));
    QCOMPARE(subvolumeCopy(data, facts).leftOut, (QStringList{QStringLiteral("@/.snapshots/1/snapshot"), QStringLiteral("old")}));

    facts.fstab.append({QStringLiteral("UUID=2"), QStringLiteral("/old"), QStringLiteral("btrfs"), QStringLiteral("ro,subvolid=259")});
    QCOMPARE(subvolumeCopy(data, facts).needed, QStringList{QStringLiteral("old")}); // somebody looks at it
    facts.fstab.last().options = QStringLiteral("subvol=/old/etc");
    QCOMPARE(subvolumeCopy(data, facts).needed, QStringList{QStringLiteral("old")});
    data.subvolumes.append({QStringLiteral("@/.snapshots/1/snapshot/work"), 261, false, false, false, false});
    QVERIFY(subvolumeCopy(data, facts).needed.contains(QStringLiteral("@/.snapshots/1/snapshot"))); // it has something that is not old
}

void TestTargetPlan::refusesWhatNobodyCarriesOut()
{
    QFETCH(Edit, edit);
    QFETCH(QString, why);
    ServerFacts facts = test::twoDisks();
    Plan plan = defaultPlan(facts);
    edit(plan, facts);
    const Result<> allowed = requireFeasibleLayout(plan, facts);
    QVERIFY(!allowed);
    QCOMPARE(allowed.error().code, ErrorCode::LayoutChangeUnsupported);
    QCOMPARE(allowed.error().args, QStringList{why});
}

void TestTargetPlan::theSystemDisk_data()
{
    QTest::addColumn<Edit>("edit");
    QTest::addColumn<QString>("layout");
    const auto row = [](const char *name, const Edit &edit, const char *layout) {
        QTest::newRow(name) << edit << QString::fromLatin1(layout);
    };
    row(
        "shrunk", [](Plan &p, ServerFacts &) { p.disks[0].volumes[1].sizeMiB = 12000; },
        "p1 nothing 1+1, p2 blocks 2+512 /boot, p3 files 514+12000 /, p4 swap 12514+2048");
    row(
        "with LVM: /boot, boot loader and swap stay outside",
        [](Plan &p, ServerFacts &) {
            p.disks[0].volumes[1].sizeMiB = 12000;
            p.disks[0].lvm = true;
        },
        "p1 nothing 1+1, p2 blocks 2+512 /boot, p3 swap 514+2048, lv1 files 2563+12000 /, vg0 p4 2562+28157");
    row(
        "UEFI needs no place for GRUB",
        [](Plan &p, ServerFacts &f) {
            f.bootMode = BootMode::Uefi;
            f.volumes[0].boot = false;
            f.volumes.removeFirst();
            p.disks[0].volumes[1].sizeMiB = 12000;
        },
        "p1 blocks 1+512 /boot, p2 files 513+12000 /, p3 swap 12513+2048");
    row(
        "an MBR stays one",
        [](Plan &p, ServerFacts &f) {
            f.disks[0].table = TableType::Mbr;
            f.volumes.removeFirst();
            p.disks[0].volumes[1].sizeMiB = 12000;
        },
        "p1 blocks 1+512 /boot, p2 files 513+12000 /, p3 swap 12513+2048");
}

void TestTargetPlan::theSystemDisk()
{
    QFETCH(Edit, edit);
    QFETCH(QString, layout);
    ServerFacts facts = test::twoDisks();
    Plan plan = defaultPlan(facts);
    edit(plan, facts);
    const Result<TargetImage> image = targetImage(plan, facts);
    QVERIFY2(bool(image), image ? "" : qPrintable(image.error().args.join(QLatin1Char(' '))));
    QCOMPARE(shown(image->disks.first()), layout);
    QCOMPARE(image->disks.first().index, 0U);
    const bool mbr = facts.disks.first().table == TableType::Mbr;
    QCOMPARE(image->disks.first().volumes.first().active, mbr);
    QVERIFY(targetImageFromJson(toJson(*image)));
}

void TestTargetPlan::whatCannotFitIsRefused()
{
    const ServerFacts facts = test::twoDisks();
    Plan plan = defaultPlan(facts);
    plan.disks[1].sizeGiB = 18; // exactly both volumes, without room for tables, and both block by block
    const Result<TargetImage> image = targetImage(plan, facts);
    QVERIFY(!image);
    QCOMPARE(image.error().code, ErrorCode::PlanRuleBroken);
}

void TestTargetPlan::anUnchangedServerIsNotBuilt()
{
    const ServerFacts facts = test::twoDisks();
    const Result<TargetImage> image = targetImage(defaultPlan(facts), facts);
    QVERIFY(bool(image));
    QVERIFY(image->disks.isEmpty());
}

void TestTargetPlan::aDroppedDiskIsStillRead()
{
    ServerFacts facts = test::twoDisks();
    test::addDataDisks(facts, 1, 10_GiB);
    Plan plan = defaultPlan(facts);
    plan.disks[1].volumes.append(take(plan.disks[2].volumes, "/mnt/extra0"));
    const Result<TargetImage> image = targetImage(plan, facts);
    QVERIFY(bool(image));
    QCOMPARE(migratedDisks(plan, facts), (QStringList{QStringLiteral("sys"), QStringLiteral("data")}));
    QCOMPARE(sourceDiskIds(plan, facts), (QStringList{QStringLiteral("sys"), QStringLiteral("data"), QStringLiteral("extra0")}));
    QCOMPARE(shown(image->disks.first()),
        QStringLiteral("p1 blocks 1+10240 /data, p2 blocks 10241+8192 /srv, p3 blocks 18433+10238 /mnt/extra0"));
}

void TestTargetPlan::aRunningMachineChangesAsImagesDo()
{
    ServerFacts facts = test::twoDisks();
    Plan plan = defaultPlan(facts);
    plan.disks[0].volumes[1].sizeMiB = 12000;
    plan.disks[1].volumes.swapItemsAt(0, 1);
    const Result<TargetImage> ofImages = targetImage(plan, facts);
    facts.live.emplace();
    const Result<TargetImage> live = targetImage(plan, facts);
    QVERIFY(ofImages && live);
    QCOMPARE(*live, *ofImages);
}

void TestTargetPlan::disksThatAreReadByFilesOnlyAreNotRead()
{
    ServerFacts facts = test::twoDisks();
    test::addDataDisks(facts, 1, 10_GiB);
    Plan plan = defaultPlan(facts);
    QCOMPARE(*blockDiskIds(plan, facts), (QStringList{QStringLiteral("sys"), QStringLiteral("data"), QStringLiteral("extra0")}));
    plan.disks[2].volumes[0].sizeMiB = 8000; // shrinks
    QCOMPARE(*blockDiskIds(plan, facts), (QStringList{QStringLiteral("sys"), QStringLiteral("data")}));
    plan.disks[1].volumes.append(take(plan.disks[2].volumes, "/mnt/extra0")); // moves, and shrinks
    QCOMPARE(*blockDiskIds(plan, facts), (QStringList{QStringLiteral("sys"), QStringLiteral("data")}));
    plan.disks[1].volumes.last().sizeMiB = 10238;
    QCOMPARE(*blockDiskIds(plan, facts), (QStringList{QStringLiteral("sys"), QStringLiteral("data"), QStringLiteral("extra0")}));
}

void TestTargetPlan::everyPlanThatIsAllowedSurvivesTheWire()
{
    for (const bool lvm : {false, true}) {
        const ServerFacts facts = test::twoDisks();
        Plan plan = defaultPlan(facts);
        plan.disks[1].lvm = lvm;
        plan.disks[1].volumes.swapItemsAt(0, 1);
        const Result<TargetImage> image = targetImage(plan, facts);
        QVERIFY(bool(image));
        const Result<TargetImage> read = targetImageFromJson(toJson(*image));
        QVERIFY2(bool(read), read ? "" : qPrintable(read.error().args.value(0)));
        QCOMPARE(*read, *image);
    }
}

QTEST_GUILESS_MAIN(TestTargetPlan)
#include "tst_targetplan.moc"
