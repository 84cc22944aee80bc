#include "tests/unit/live/phonymachine.h"

#include <QTest>
#include <random>

using namespace edgelift;
using namespace edgelift::test;

namespace {

using Kind = ObstacleFacts::Kind;

/// "multipath:/data:dm-0 (mpatha) …"
QString told(const QList<ObstacleFacts> &obstacles)
{
    QStringList out;
    for (const ObstacleFacts &one : obstacles)
        out.append(QStringLiteral("%1:%2:%3").arg(obstacleName(one.kind), one.user, one.device));
    return out.join(QStringLiteral("; "));
}

const Use *at(const MachineSurvey &survey, const char *place)
{
    const auto it = std::find_if(
        survey.uses.begin(), survey.uses.end(), [place](const Use &use) { return use.facts.place == QString::fromUtf8(place); });
    return it == survey.uses.end() ? nullptr : &*it;
}

QString disksAt(const MachineSurvey &survey, const char *place)
{
    const Use *use = at(survey, place);
    return use ? use->placement.disks.join(QLatin1Char(' ')) : QStringLiteral("nothing there");
}

}

class DeviceStackTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void partitionsAndWholeDisks();
    void logicalVolumesOverSeveralDisks();
    void raidAndEncryption();
    void bcacheNeedsBothDevices();
    void btrfsSubvolumesAndSeveralDevices();
    void bindMountsAreNoNewFilesystems();
    void filesystemsInFiles();
    void loopOverADeviceIsAPieceOfIt();
    void swapIsNeverInTheWay();
    void otherMachinesAreElsewhere();
    void whatIsRefused_data();
    void whatIsRefused();
    void unusedStacksOfThatKindAreRefusedToo();
    void identityIsReadFromWhereTheKernelHasIt();
    void whatIsNoDiskIsNotListed();
    void onlyTheDisksThatWereNamed();
    void aSystemMountedElsewhere();
    void sixtyMountsWithOddNames();
    void hostileTreesEnd();
    void noMountTableIsAnError();
};

void DeviceStackTest::partitionsAndWholeDisks()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.partition(QStringLiteral("sda"), 2, 4096);
    machine.disk(QStringLiteral("sdb"));
    machine.device(QStringLiteral("pci0000:00/0000:00:05.0/nvme/nvme0/nvme0n1"));
    machine.partition(QStringLiteral("nvme0n1"), 1, 2048);
    machine.mount(QStringLiteral("sda2"), "/", "ext4", "/dev/root");
    machine.mount(QStringLiteral("sdb"), "/data", "xfs", "/dev/sdb", "ro");
    machine.mount(QStringLiteral("nvme0n1p1"), "/srv", "ext4", "/dev/nvme0n1p1");
    const MachineSurvey survey = machine.survey();
    QCOMPARE(survey.disks, (QStringList{QStringLiteral("nvme0n1"), QStringLiteral("sda"), QStringLiteral("sdb")}));
    QCOMPARE(survey.uses.size(), 3);
    QCOMPARE(at(survey, "/")->placement.disk, QStringLiteral("sda"));
    QCOMPARE(at(survey, "/")->placement.offset.count, 4096ULL * 512);
    QCOMPARE(at(survey, "/")->facts.readOnly, false);
    QCOMPARE(at(survey, "/data")->placement.disk, QStringLiteral("sdb"));
    QCOMPARE(at(survey, "/data")->placement.offset.count, 0ULL);
    QCOMPARE(at(survey, "/data")->facts.readOnly, true);
    QCOMPARE(disksAt(survey, "/srv"), QStringLiteral("nvme0n1"));
    QCOMPARE(told(survey.obstacles), QString());
    QVERIFY(at(survey, "/")->facts.layers.isEmpty());
    QVERIFY(survey.isMounted(*survey.devices.byName(QStringLiteral("sdb"))));
    QVERIFY(!survey.isMounted(*survey.devices.byName(QStringLiteral("sda"))));
}

void DeviceStackTest::logicalVolumesOverSeveralDisks()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.partition(QStringLiteral("sda"), 3, 4096);
    machine.disk(QStringLiteral("sdb"));
    const QString uuid = QStringLiteral("LVM-") + QString(32, u'g') + QString(32, u'v');
    machine.mapper(QStringLiteral("dm-0"), QStringLiteral("vg-root"), uuid, {QStringLiteral("sda3"), QStringLiteral("sdb")});
    machine.mapper(QStringLiteral("dm-1"), QStringLiteral("vg-raw"), uuid, {QStringLiteral("sdb")});
    machine.mount(QStringLiteral("dm-0"), "/", "xfs", "/dev/mapper/vg-root");
    const MachineSurvey survey = machine.survey();
    QCOMPARE(disksAt(survey, "/"), QStringLiteral("sda sdb"));
    QCOMPARE(at(survey, "/")->placement.mapperName, QStringLiteral("vg-root"));
    QCOMPARE(at(survey, "/")->placement.mapperUuid, uuid);
    QCOMPARE(at(survey, "/")->facts.layers, QStringList{QStringLiteral("dm-0 (LVM, vg-root)")});
    QVERIFY(at(survey, "/")->placement.disk.isEmpty()); // not one run of bytes
    // A volume that nothing has mounted, but a database may use.
    QCOMPARE(int(at(survey, "vg-raw")->facts.kind), int(UseFacts::Kind::Stack));
    QCOMPARE(disksAt(survey, "vg-raw"), QStringLiteral("sdb"));
    QCOMPARE(survey.uses.size(), 2);
    QCOMPARE(told(survey.obstacles), QString());
}

void DeviceStackTest::raidAndEncryption()
{
    PhonyMachine machine;
    for (const char *name : {"sda", "sdb"}) {
        machine.disk(QLatin1String(name));
        machine.partition(QLatin1String(name), 1, 2048);
    }
    machine.raid(QStringLiteral("md0"), QStringLiteral("raid1"), {QStringLiteral("sda1"), QStringLiteral("sdb1")});
    machine.mapper(QStringLiteral("dm-0"), QStringLiteral("luks"), QStringLiteral("CRYPT-LUKS2-abc-luks"), {QStringLiteral("md0")});
    machine.mapper(QStringLiteral("dm-1"), QStringLiteral("vg-data"), QStringLiteral("LVM-") + QString(64, u'x'), {QStringLiteral("dm-0")});
    machine.mount(QStringLiteral("dm-1"), "/data", "ext4", "/dev/mapper/vg-data");
    const MachineSurvey survey = machine.survey();
    QCOMPARE(disksAt(survey, "/data"), QStringLiteral("sda sdb"));
    QCOMPARE(at(survey, "/data")->facts.layers,
        (QStringList{QStringLiteral("dm-1 (LVM, vg-data)"), QStringLiteral("dm-0 (CRYPT, luks)"), QStringLiteral("md0 (RAID, raid1)")}));
    QCOMPARE(survey.uses.size(), 1); // what it is made of is not listed on its own
    QCOMPARE(told(survey.obstacles), QString());
}

void DeviceStackTest::bcacheNeedsBothDevices()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.disk(QStringLiteral("sdb"));
    machine.stacked(QStringLiteral("bcache0"), {QStringLiteral("sda"), QStringLiteral("sdb")});
    machine.mount(QStringLiteral("bcache0"), "/data", "xfs", "/dev/bcache0");
    const MachineSurvey survey = machine.survey();
    QCOMPARE(disksAt(survey, "/data"), QStringLiteral("sda sdb"));
    QCOMPARE(survey.disks, (QStringList{QStringLiteral("sda"), QStringLiteral("sdb")}));
    QCOMPARE(told(survey.obstacles), QString());
}

void DeviceStackTest::btrfsSubvolumesAndSeveralDevices()
{
    PhonyMachine machine;
    for (const char *name : {"sda", "sdb", "sdc"})
        machine.disk(QLatin1String(name));
    machine.partition(QStringLiteral("sda"), 1, 2048);
    for (const char *device : {"sda1", "sdb"})
        machine.write(QStringLiteral("/sys/fs/btrfs/0a-1/devices/%1/x").arg(QLatin1String(device)), {});
    machine.write(QStringLiteral("/sys/fs/btrfs/0a-2/devices/sdc/x"), {});
    machine.mount(QStringLiteral("0"), "/", "btrfs", "/dev/sda1", "rw,subvol=/@", "/@");
    machine.mount(QStringLiteral("0"), "/home", "btrfs", "/dev/sda1", "rw,subvol=/@home", "/@home");
    machine.mount(QStringLiteral("0:48"), "/one", "btrfs", "/dev/sdc");
    machine.mount(QStringLiteral("0:49"), "/gone", "btrfs", "/dev/sdz");
    const MachineSurvey survey = machine.survey();
    QCOMPARE(disksAt(survey, "/"), QStringLiteral("sda sdb"));
    QCOMPARE(disksAt(survey, "/home"), QStringLiteral("sda sdb"));
    QCOMPARE(at(survey, "/")->facts.device, at(survey, "/home")->facts.device); // one filesystem
    QCOMPARE(at(survey, "/")->placement.offset.count, 2048ULL * 512); // the device that was named
    QCOMPARE(disksAt(survey, "/one"), QStringLiteral("sdc"));
    QCOMPARE(told(survey.obstacles), QStringLiteral("unknown:/gone:/dev/sdz"));
}

void DeviceStackTest::bindMountsAreNoNewFilesystems()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.mount(QStringLiteral("sda"), "/", "ext4", "/dev/sda");
    machine.mount(QStringLiteral("sda"), "/var/lib/containers/1/etc/hosts", "ext4", "/dev/sda", "rw", "/etc/hosts");
    machine.mount(QStringLiteral("0"), "/var/lib/containers/1", "overlay", "overlay", "rw,lowerdir=/a,upperdir=/b");
    machine.mount(QStringLiteral("0"), "/proc", "proc", "proc");
    QCOMPARE(machine.survey().uses.size(), 1);
}

void DeviceStackTest::filesystemsInFiles()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.disk(QStringLiteral("sdb"));
    machine.loop(QStringLiteral("loop0"), "/var/lib/my disks/a.img");
    machine.loop(QStringLiteral("loop1"), "/snap/core.snap (deleted)");
    machine.loop(QStringLiteral("loop2"), "/net/far.img");
    machine.mount(QStringLiteral("sda"), "/", "ext4", "/dev/sda");
    machine.mount(QStringLiteral("sdb"), "/var/lib/my\\040disks", "xfs", "/dev/sdb");
    machine.mount(QStringLiteral("0"), "/net", "nfs4", "far:/export");
    machine.mount(QStringLiteral("loop0"), "/inner", "ext4", "/dev/loop0");
    machine.mount(QStringLiteral("loop1"), "/snap/core", "squashfs", "/dev/loop1", "ro");
    machine.mount(QStringLiteral("loop2"), "/far", "ext4", "/dev/loop2");
    const MachineSurvey survey = machine.survey();
    QCOMPARE(disksAt(survey, "/inner"), QStringLiteral("sdb"));
    QCOMPARE(disksAt(survey, "/snap/core"), QStringLiteral("sda"));
    QVERIFY(!at(survey, "/far")); // it lies on another machine
    QCOMPARE(survey.elsewhere, (QStringList{QStringLiteral("/net"), QStringLiteral("/far")}));
    QCOMPARE(survey.disks, (QStringList{QStringLiteral("sda"), QStringLiteral("sdb")})); // a loop device is none
    QCOMPARE(told(survey.obstacles), QString());
}

void DeviceStackTest::loopOverADeviceIsAPieceOfIt()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.partition(QStringLiteral("sda"), 1, 2048);
    machine.loop(QStringLiteral("loop0"), "/dev/sda1", 4096);
    machine.mount(QStringLiteral("loop0"), "/data", "ext4", "/dev/loop0");
    const MachineSurvey survey = machine.survey();
    QCOMPARE(at(survey, "/data")->placement.disk, QStringLiteral("sda"));
    QCOMPARE(at(survey, "/data")->placement.offset.count, 2048ULL * 512 + 4096);
}

void DeviceStackTest::swapIsNeverInTheWay()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.partition(QStringLiteral("sda"), 1, 2048);
    machine.stacked(QStringLiteral("zram0"), {});
    machine.mapper(QStringLiteral("dm-0"), QStringLiteral("mpatha"), QStringLiteral("mpath-3600"), {QStringLiteral("sda")});
    machine.mount(QStringLiteral("sda1"), "/", "ext4", "/dev/sda1");
    machine.swap("/dev/zram0");
    machine.swap("/dev/mapper/mpatha");
    machine.swap("/swap\\040file");
    const MachineSurvey survey = machine.survey();
    QCOMPARE(told(survey.obstacles), QString());
    QCOMPARE(disksAt(survey, "/dev/zram0"), QString());
    QCOMPARE(disksAt(survey, "/dev/mapper/mpatha"), QStringLiteral("sda"));
    QCOMPARE(disksAt(survey, "/swap file"), QStringLiteral("sda"));
    QVERIFY(at(survey, "/swap file")->placement.disk.isEmpty());
}

void DeviceStackTest::otherMachinesAreElsewhere()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.device(QStringLiteral("pci0000:00/0000:00:1f.2/ata9/host9/target9:0:0/9:0:0:0/block/sr0"));
    machine.mount(QStringLiteral("sda"), "/", "ext4", "/dev/sda");
    machine.mount(QStringLiteral("0"), "/n", "nfs", "far:/n");
    machine.mount(QStringLiteral("0"), "/s", "fuse.sshfs", "me@far:");
    machine.mount(QStringLiteral("0"), "/v", "virtiofs", "tag");
    machine.mount(QStringLiteral("sr0"), "/cdrom", "iso9660", "/dev/sr0", "ro");
    const MachineSurvey survey = machine.survey();
    QCOMPARE(survey.elsewhere, (QStringList{QStringLiteral("/n"), QStringLiteral("/s"), QStringLiteral("/v"), QStringLiteral("/cdrom")}));
    QCOMPARE(survey.uses.size(), 1);
    QCOMPARE(survey.disks, QStringList{QStringLiteral("sda")});
    QCOMPARE(told(survey.obstacles), QString());
}

void DeviceStackTest::whatIsRefused_data()
{
    using Make = void (*)(PhonyMachine &);
    QTest::addColumn<Make>("make");
    QTest::addColumn<QString>("obstacles");
    const auto row = [](const char *name, Make make, const char *obstacles) {
        QTest::newRow(name) << make << QString::fromLatin1(obstacles);
    };
    row(
        "multipath, and a partition of it",
        [](PhonyMachine &machine) {
            machine.disk(QStringLiteral("sda"));
            machine.disk(QStringLiteral("sdb"));
            machine.mapper(QStringLiteral("dm-0"), QStringLiteral("mpatha"), QStringLiteral("mpath-3600a"),
                {QStringLiteral("sda"), QStringLiteral("sdb")});
            machine.mapper(
                QStringLiteral("dm-1"), QStringLiteral("mpatha1"), QStringLiteral("part1-mpath-3600a"), {QStringLiteral("dm-0")});
            machine.mount(QStringLiteral("dm-1"), "/data", "xfs", "/dev/mapper/mpatha1");
        },
        "multipath:/data:dm-1 (mpatha1)");
    row(
        "multipath below LVM",
        [](PhonyMachine &machine) {
            machine.disk(QStringLiteral("sda"));
            machine.mapper(QStringLiteral("dm-0"), QStringLiteral("mpatha"), QStringLiteral("mpath-3600a"), {QStringLiteral("sda")});
            machine.mapper(QStringLiteral("dm-1"), QStringLiteral("vg-x"), QStringLiteral("LVM-x"), {QStringLiteral("dm-0")});
            machine.mount(QStringLiteral("dm-1"), "/data", "xfs", "/dev/mapper/vg-x");
        },
        "multipath:/data:dm-0 (mpatha)");
    row(
        "NVMe multipath",
        [](PhonyMachine &machine) {
            machine.device(QStringLiteral("pci0000:00/0000:00:05.0/nvme/nvme0/nvme0c0n1"));
            machine.set(QStringLiteral("nvme0c0n1"), QStringLiteral("hidden"), "1\n");
            machine.device(QStringLiteral("virtual/nvme-subsystem/nvme-subsys0/nvme0n1"));
            machine.partition(QStringLiteral("nvme0n1"), 1, 2048);
            machine.mount(QStringLiteral("nvme0n1p1"), "/", "xfs", "/dev/nvme0n1p1");
        },
        "nvme-multipath:/:nvme0n1");
    row(
        "two paths that nothing joins",
        [](PhonyMachine &machine) {
            for (const char *name : {"sda", "sdb"}) {
                machine.disk(QLatin1String(name));
                machine.set(QLatin1String(name), QStringLiteral("device/wwid"), "naa.5000c500a0b1c2d3\n");
            }
            machine.partition(QStringLiteral("sda"), 1, 2048);
            machine.mount(QStringLiteral("sda1"), "/", "xfs", "/dev/sda1");
        },
        "several-paths:/:sda, sdb");
    row(
        "DRBD",
        [](PhonyMachine &machine) {
            machine.stacked(QStringLiteral("drbd0"), {});
            machine.mount(QStringLiteral("drbd0"), "/data", "ext4", "/dev/drbd0");
        },
        "drbd:/data:drbd0");
    row(
        "cluster filesystem",
        [](PhonyMachine &machine) {
            machine.disk(QStringLiteral("sda"));
            machine.mount(QStringLiteral("sda"), "/shared", "ocfs2", "/dev/sda");
        },
        "cluster:/shared:/dev/sda (ocfs2)");
    row(
        "persistent memory with DAX",
        [](PhonyMachine &machine) {
            machine.device(QStringLiteral("LNXSYSTM:00/ACPI0012:00/ndbus0/region0/namespace0.0/block/pmem0"));
            machine.mount(QStringLiteral("pmem0"), "/fast", "ext4", "/dev/pmem0", "rw,dax=always");
        },
        "persistent-memory:/fast:pmem0; dax:/fast:/dev/pmem0");
    row(
        "DAX on something else",
        [](PhonyMachine &machine) {
            machine.disk(QStringLiteral("sda"));
            machine.mount(QStringLiteral("sda"), "/fast", "ext4", "/dev/sda", "rw,dax");
        },
        "dax:/fast:/dev/sda");
    row(
        "zram",
        [](PhonyMachine &machine) {
            machine.stacked(QStringLiteral("zram1"), {});
            machine.mount(QStringLiteral("zram1"), "/tmp", "ext4", "/dev/zram1");
        },
        "memory-disk:/tmp:zram1");
    row(
        "RAM disk",
        [](PhonyMachine &machine) {
            machine.stacked(QStringLiteral("ram0"), {});
            machine.mount(QStringLiteral("ram0"), "/tmp", "ext2", "/dev/ram0");
        },
        "memory-disk:/tmp:ram0");
    row(
        "multipath of a vendor",
        [](PhonyMachine &machine) {
            machine.stacked(QStringLiteral("emcpowera"), {});
            machine.mount(QStringLiteral("emcpowera"), "/data", "ext4", "/dev/emcpowera");
        },
        "unknown:/data:emcpowera");
    row(
        "ZFS", [](PhonyMachine &machine) { machine.mount(QStringLiteral("0"), "/tank", "zfs", "tank/data"); }, "unknown:/tank:tank/data");
    row(
        "a device that is gone", [](PhonyMachine &machine) { machine.mount(QStringLiteral("8:17"), "/usb", "vfat", "/dev/sdb1"); },
        "unknown:/usb:/dev/sdb1");
    row(
        "device-mapper over nothing",
        [](PhonyMachine &machine) {
            machine.mapper(QStringLiteral("dm-0"), QStringLiteral("odd"), {}, {});
            machine.mount(QStringLiteral("dm-0"), "/odd", "ext4", "/dev/mapper/odd");
        },
        "unknown:/odd:dm-0 (odd)");
    row(
        "a file of nowhere",
        [](PhonyMachine &machine) {
            machine.loop(QStringLiteral("loop0"), "/nowhere/a.img");
            machine.mount(QStringLiteral("loop0"), "/inner", "ext4", "/dev/loop0");
        },
        "unknown:/inner:loop0 (/nowhere/a.img)");
}

void DeviceStackTest::whatIsRefused()
{
    using Make = void (*)(PhonyMachine &);
    QFETCH(Make, make);
    PhonyMachine machine;
    make(machine);
    QTEST(told(machine.survey().obstacles), "obstacles");
}

void DeviceStackTest::unusedStacksOfThatKindAreRefusedToo()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.disk(QStringLiteral("sdb"));
    machine.disk(QStringLiteral("sdc"));
    machine.mapper(
        QStringLiteral("dm-0"), QStringLiteral("mpatha"), QStringLiteral("mpath-1"), {QStringLiteral("sda"), QStringLiteral("sdb")});
    machine.raid(QStringLiteral("md127"), QStringLiteral("raid0"), {QStringLiteral("sdc")});
    machine.set(QStringLiteral("md127"), QStringLiteral("size"), "0\n"); // not running
    const MachineSurvey survey = machine.survey();
    QCOMPARE(told(survey.obstacles), QStringLiteral("multipath:mpatha:dm-0 (mpatha)"));
    QCOMPARE(survey.uses.size(), 1);
}

void DeviceStackTest::identityIsReadFromWhereTheKernelHasIt()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.set(QStringLiteral("sda"), QStringLiteral("device/wwid"), "t10.ATA     QEMU HARDDISK    QM00001 \n");
    machine.set(QStringLiteral("sda"), QStringLiteral("device/vpd_pg80"), QByteArray("\0\x80\0\x08  S3R1AL", 12));
    machine.device(QStringLiteral("pci0000:00/0000:00:02.0/virtio1/block/vda"));
    machine.set(QStringLiteral("vda"), QStringLiteral("serial"), "disk-0\n");
    machine.device(QStringLiteral("pci0000:00/0000:00:03.0/virtio2/block/vdb"));
    machine.set(QStringLiteral("vdb"), QStringLiteral("serial"), "\n");
    machine.device(QStringLiteral("pci0000:00/0000:00:05.0/nvme/nvme0/nvme0n1"));
    machine.set(QStringLiteral("nvme0n1"), QStringLiteral("wwid"), "eui.0025385b71b0a2c3\n");
    machine.set(QStringLiteral("nvme0n1"), QStringLiteral("device/serial"), "S4EVNX0R   \n");
    machine.device(QStringLiteral("pci0000:00/0000:00:1e.0/cciss0/block/cciss!c0d0"));
    machine.set(QStringLiteral("cciss!c0d0"), QStringLiteral("serial"), "00000000\n");
    const MachineSurvey survey = machine.survey();
    const auto device = [&survey](const char *name) { return *survey.devices.byName(QLatin1String(name)); };
    QCOMPARE(device("sda").wwn, QStringLiteral("t10.ATA QEMU HARDDISK QM00001"));
    QCOMPARE(device("sda").serial, QStringLiteral("S3R1AL"));
    QCOMPARE(device("vda").serial, QStringLiteral("disk-0"));
    QCOMPARE(device("vdb").serial, QString());
    QCOMPARE(device("nvme0n1").wwn, QStringLiteral("eui.0025385b71b0a2c3"));
    QCOMPARE(device("nvme0n1").serial, QStringLiteral("S4EVNX0R"));
    QCOMPARE(device("cciss!c0d0").serial, QString()); // zeros say nothing
    QCOMPARE(devicePath(QStringLiteral("cciss!c0d0")), QStringLiteral("/dev/cciss/c0d0"));
    QCOMPARE(survey.devices.byPath(QStringLiteral("/dev/cciss/c0d0"))->name, QStringLiteral("cciss!c0d0"));
}

void DeviceStackTest::whatIsNoDiskIsNotListed()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.disk(QStringLiteral("sdb"), Bytes{0}); // a card reader without a card
    machine.disk(QStringLiteral("sdc"));
    machine.set(QStringLiteral("sdc"), QStringLiteral("removable"), "1\n"); // a stick, not in use
    machine.disk(QStringLiteral("sdd"));
    machine.set(QStringLiteral("sdd"), QStringLiteral("removable"), "1\n");
    machine.disk(QStringLiteral("sda10"));
    machine.disk(QStringLiteral("sr0"));
    machine.device(QStringLiteral("platform/mmc0/mmc0:0001/block/mmcblk0"));
    machine.device(QStringLiteral("platform/mmc0/mmc0:0001/block/mmcblk0boot0"));
    for (const char *name : {"loop0", "zram0", "ram0", "nbd0"})
        machine.stacked(QLatin1String(name), {});
    machine.mount(QStringLiteral("sdd"), "/stick", "vfat", "/dev/sdd");
    QCOMPARE(machine.survey().disks,
        (QStringList{
            QStringLiteral("mmcblk0"), QStringLiteral("nbd0"), QStringLiteral("sda"), QStringLiteral("sda10"), QStringLiteral("sdd")}));
}

void DeviceStackTest::onlyTheDisksThatWereNamed()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.loop(QStringLiteral("loop0"), "/var/a.img");
    machine.loop(QStringLiteral("loop1"), "/dev/loop0", 1 << 20);
    machine.mount(QStringLiteral("sda"), "/", "ext4", "/dev/sda");
    machine.mount(QStringLiteral("loop1"), "/guest", "ext4", "/dev/loop1");
    MachineView view = machine.view();
    view.disks = {QStringLiteral("loop0")};
    const MachineSurvey survey = surveyMachine(view).take();
    QCOMPARE(survey.disks, QStringList{QStringLiteral("loop0")});
    QCOMPARE(survey.uses.size(), 1);
    QCOMPARE(at(survey, "/guest")->placement.disk, QStringLiteral("loop0"));
    QCOMPARE(at(survey, "/guest")->placement.offset.count, 1ULL << 20);
    QCOMPARE(told(survey.obstacles), QString());
}

void DeviceStackTest::aSystemMountedElsewhere()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    machine.partition(QStringLiteral("sda"), 1, 2048);
    machine.partition(QStringLiteral("sda"), 2, 4096);
    machine.mount(QStringLiteral("sda1"), "/mnt/x", "ext4", "/dev/sda1");
    machine.mount(QStringLiteral("sda2"), "/mnt/x/boot", "ext4", "/dev/sda2");
    machine.mount(QStringLiteral("sda2"), "/mnt/xy", "ext4", "/dev/sda2");
    MachineView view = machine.view();
    view.root = QStringLiteral("/mnt/x");
    const MachineSurvey survey = surveyMachine(view).take();
    QCOMPARE(survey.uses.size(), 2);
    QVERIFY(at(survey, "/"));
    QVERIFY(at(survey, "/boot"));
}

void DeviceStackTest::sixtyMountsWithOddNames()
{
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    for (int i = 1; i <= 60; ++i) {
        machine.partition(QStringLiteral("sda"), i, quint64(i) * 2048);
        machine.mount(QStringLiteral("sda%1").arg(i), "/mnt/" + QByteArray::number(i) + "\\040tab\\011line\\012\"quote'", "ext4", "/dev/x");
    }
    const MachineSurvey survey = machine.survey();
    QCOMPARE(survey.uses.size(), 60);
    for (const Use &use : survey.uses) {
        QVERIFY(use.facts.place.endsWith(QStringLiteral(" tab\tline\n\"quote'")));
        QCOMPARE(use.placement.disk, QStringLiteral("sda"));
    }
}

/// Cycles, devices that miss, numbers beyond measure, bytes that are no text.
void DeviceStackTest::hostileTreesEnd()
{
    std::mt19937 random(11);
    const QStringList names{QStringLiteral("sda"), QStringLiteral("sda1"), QStringLiteral("dm-0"), QStringLiteral("dm-1"),
        QStringLiteral("md0"), QStringLiteral("loop0"), QStringLiteral("drbd0"), QStringLiteral("gone"), QString()};
    const auto any = [&] { return names.at(qsizetype(random() % quint32(names.size()))); };
    for (int round = 0; round < 1000; ++round) {
        QList<BlockDevice> list;
        for (int i = 0; i < 8; ++i) {
            BlockDevice device;
            device.name = any();
            device.major = random() % 4;
            device.minor = random() % 4;
            device.size = Bytes{random() % 2 ? ~0ULL : random()};
            device.disk = random() % 2 ? any() : QString();
            device.start = Bytes{random() % 2 ? ~0ULL : random()};
            device.place = random() % 2 ? QStringLiteral("virtual/block/") + device.name : QString();
            device.slaves = random() % 2 ? QStringList{any(), any(), any()} : QStringList();
            device.mapperUuid = random() % 4 ? QString() : QStringLiteral("LVM-");
            device.loopFile = random() % 2 ? QStringLiteral("/dev/") + any() : QStringLiteral("/a");
            device.loopOffset = Bytes{~0ULL - random()};
            device.wwn = random() % 2 ? QStringLiteral("w") : QString();
            list.append(device);
        }
        const BlockDevices devices(list, {names, {any()}});
        const QList<MountEntry> mounts = parseMountInfo("1 0 0:1 / / rw - btrfs /dev/sda rw\n2 0 2:2 / /a rw - ext4 /dev/dm-0 rw\n");
        const DeviceStack stack(devices, mounts, random() % 2 ? QStringList{any()} : QStringList());
        QList<Placement> found{stack.ofPath(QStringLiteral("/a/swap")), stack.ofPath(QStringLiteral("/dev/") + any())};
        for (const BlockDevice &device : list)
            found.append(stack.ofDevice(device));
        for (const MountEntry &mount : mounts)
            found.append(stack.ofMount(mount));
        for (const Placement &one : std::as_const(found)) {
            QCOMPARE(QSet<QString>(one.disks.begin(), one.disks.end()).size(), one.disks.size());
            QVERIFY(one.disk.isEmpty() || one.disks.contains(one.disk));
        }
    }
    // and as files: what the kernel would never write
    PhonyMachine machine;
    machine.disk(QStringLiteral("sda"));
    for (const char *attribute : {"dev", "size", "start", "partition", "dm/name", "md/level", "loop/backing_file", "loop/offset", "serial",
             "wwid", "device/vpd_pg80"}) {
        machine.stacked(QStringLiteral("x"), {QStringLiteral("x"), QStringLiteral("sda"), QStringLiteral("../..")});
        machine.set(QStringLiteral("x"), QLatin1String(attribute), QByteArray(100000, char(0xff)));
        (void)machine.survey();
        machine.set(QStringLiteral("x"), QLatin1String(attribute), "99999999999999999999:-1\0\n");
        (void)machine.survey();
    }
}

void DeviceStackTest::noMountTableIsAnError()
{
    PhonyMachine machine;
    QFile::remove(machine.path(QStringLiteral("/proc/self/mountinfo")));
    const Result<MachineSurvey> survey = surveyMachine(machine.view());
    QVERIFY(!survey);
    QCOMPARE(survey.error().code, ErrorCode::FileUnreadable);
}

QTEST_APPLESS_MAIN(DeviceStackTest)
#include "tst_devicestack.moc"
