#include "core/layout/targetimagejson.h"

#include <QtTest>
#include <functional>

using namespace edgelift;
using namespace edgelift::literals;
using Edit = std::function<void(TargetDiskLayout &)>;
Q_DECLARE_METATYPE(Edit)

namespace {

const QString linuxType = QStringLiteral("0FC63DAF-8483-4772-8E79-3D69D8477DE4");

/// A boot loader's place, a partition, and a group with two volumes.
TargetImage sample()
{
    TargetVolume loader;
    loader.content = TargetContent::Nothing;
    loader.offset = 1_MiB;
    loader.size = 1_MiB;
    loader.partition = 1;
    loader.typeCode = QStringLiteral("21686148-6449-6E6F-744E-656564454649");
    TargetVolume boot = loader;
    boot.source = QStringLiteral("d/p1");
    boot.content = TargetContent::Files;
    boot.offset = 2_MiB;
    boot.size = 100_MiB;
    boot.fs = FsType::Ext4;
    boot.uuid = QStringLiteral("0b1c8a52-5c24-4b4e-a7a5-7a64c2c3e9d1");
    boot.label = QStringLiteral("a label, with more");
    boot.features = {QStringLiteral("extent"), QStringLiteral("blocksize=4096")};
    boot.partition = 2;
    boot.typeCode = linuxType;
    TargetVolume root = boot;
    root.partition = 0;
    root.typeCode.clear();
    root.logicalVolume = QStringLiteral("lv1");
    root.offset = 103_MiB;
    root.size = 400_MiB;
    TargetVolume home = root;
    home.logicalVolume = QStringLiteral("lv2");
    home.offset = 503_MiB;
    TargetDiskLayout disk;
    disk.size = 1_GiB;
    disk.group = QStringLiteral("vg0");
    disk.groupPartition = 3;
    disk.groupOffset = 102_MiB;
    disk.groupSize = 921_MiB;
    disk.volumes = {loader, boot, root, home};
    return {BootMode::Bios, {disk}};
}

}

/// The parameters of `build` come from the network and become arguments of tools that run as root.
class TestTargetImage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void survivesTheWire()
    {
        const Result<TargetImage> read = targetImageFromJson(toJson(sample()));
        QVERIFY2(bool(read), read ? "" : qPrintable(read.error().args.value(0)));
        QCOMPARE(*read, sample());
    }
    void refusesWhatCannotBe_data()
    {
        QTest::addColumn<Edit>("edit");
        const auto row = [](const char *name, const Edit &edit) { QTest::newRow(name) << edit; };
        row("over the first MiB", [](TargetDiskLayout &d) { d.volumes[0].offset = Bytes{}; });
        row("not aligned", [](TargetDiskLayout &d) { d.volumes[1].offset.count += 512; });
        row("overlap", [](TargetDiskLayout &d) { d.volumes[1].size = 101_MiB; });
        row("empty", [](TargetDiskLayout &d) { d.volumes[0].size = Bytes{}; });
        row("into the backup table", [](TargetDiskLayout &d) { d.groupSize = 922_MiB; });
        row("beyond the end", [](TargetDiskLayout &d) { d.size = 1000_MiB; });
        row("sizes that overflow", [](TargetDiskLayout &d) { d.groupSize = Bytes{(1ULL << 63) - (1ULL << 20)}; });
        row("outside of its group", [](TargetDiskLayout &d) { d.volumes[3].size = 600_MiB; });
        row("not in whole extents", [](TargetDiskLayout &d) { d.volumes[3].size = 401_MiB; });
        row("a hole between logical volumes", [](TargetDiskLayout &d) { d.volumes[3].offset = 507_MiB; });
        row("two of one number", [](TargetDiskLayout &d) { d.volumes[1].partition = 1; });
        row("the group's number", [](TargetDiskLayout &d) { d.volumes[1].partition = 3; });
        row("two of one name", [](TargetDiskLayout &d) { d.volumes[3].logicalVolume = QStringLiteral("lv1"); });
        row("logical without a group", [](TargetDiskLayout &d) { d.group.clear(); });
        row("more content than room", [](TargetDiskLayout &d) { d.volumes[1].contentSize = 101_MiB; });
        row("no table", [](TargetDiskLayout &d) { d.table = TableType::None; });
        row("type of the other table", [](TargetDiskLayout &d) { d.volumes[1].typeCode = QStringLiteral("0x83"); });
        row("an option for a UUID", [](TargetDiskLayout &d) { d.volumes[1].uuid = QStringLiteral("-rf"); });
        row("an option for a label", [](TargetDiskLayout &d) { d.volumes[1].label = QStringLiteral("-O^has_journal"); });
        row("a line end in a label", [](TargetDiskLayout &d) { d.volumes[1].label = QStringLiteral("a\nb"); });
        row("a comma in a feature", [](TargetDiskLayout &d) { d.volumes[1].features = {QStringLiteral("a,b")}; });
        row("a subvolume elsewhere", [](TargetDiskLayout &d) { d.volumes[1].subvolumes = {QStringLiteral("a/../../b")}; });
        row("a subvolume by its full path", [](TargetDiskLayout &d) { d.volumes[1].subvolumes = {QStringLiteral("/@")}; });
        row("a default that is not made", [](TargetDiskLayout &d) { d.volumes[1].defaultSubvolume = QStringLiteral("@"); });
        row("a path for a group", [](TargetDiskLayout &d) { d.group = QStringLiteral("../vg0"); });
        row("a path for a volume", [](TargetDiskLayout &d) { d.volumes[3].logicalVolume = QStringLiteral("lv2/../x"); });
        row("five primaries", [](TargetDiskLayout &d) {
            d.table = TableType::Mbr;
            for (TargetVolume &volume : d.volumes)
                volume.typeCode = volume.partition > 0 ? QStringLiteral("0x83") : QString();
            d.groupPartition = 5;
        });
    }
    void refusesWhatCannotBe()
    {
        QFETCH(Edit, edit);
        TargetImage image = sample();
        edit(image.disks[0]);
        const Result<TargetImage> read = targetImageFromJson(toJson(image));
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::RequestMalformed);
    }
    void refusesTwoDisksOfOneIndex()
    {
        TargetImage image = sample();
        image.disks.append(image.disks.first());
        QVERIFY(!targetImageFromJson(toJson(image)));
        QVERIFY(targetImageFromJson({}));
    }
};

QTEST_GUILESS_MAIN(TestTargetImage)
#include "tst_targetimage.moc"
