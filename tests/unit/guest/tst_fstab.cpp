#include "core/guest/fstab.h"

#include <QTest>

using namespace edgelift;

class FstabTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void linesBecomeEntries()
    {
        const QList<FstabEntry> entries = parseFstab(
            "# comment\n\nUUID=1 / ext4 rw,noatime 0 1\n  LABEL=a\\040b\t/mnt/with\\040blank\txfs\nbroken\n/dev/sda1 none swap sw");
        QCOMPARE(entries.size(), 3);
        QCOMPARE(entries.at(0),
            (FstabEntry{QStringLiteral("UUID=1"), QStringLiteral("/"), QStringLiteral("ext4"), QStringLiteral("rw,noatime")}));
        QCOMPARE(entries.at(1).spec, QStringLiteral("LABEL=a b"));
        QCOMPARE(entries.at(1).mountPoint, QStringLiteral("/mnt/with blank"));
        QCOMPARE(entries.at(1).options, QStringLiteral("defaults"));
        QCOMPARE(entries.at(2).type, QStringLiteral("swap"));
    }
    void hugeTablesAreCutOff()
    {
        QCOMPARE(parseFstab(QByteArray("a b c\n").repeated(5000)).size(), 1000);
        QCOMPARE(parseFstab("a\\ b\\04 c\\777 d").size(), 1);
    }
    void everyWayToNameAVolume_data();
    void everyWayToNameAVolume();
    void deviceNamesAreKnown()
    {
        for (const char *name : {"/dev/sda1", "/dev/vdb", "/dev/xvda2", "/dev/hdc", "/dev/nvme0n1p3", "/dev/mmcblk0p1"})
            QVERIFY2(isKernelDeviceName(QLatin1String(name)), name);
        for (const char *name : {"/dev/mapper/vg-lv", "/dev/disk/by-uuid/1", "UUID=1", "/dev/sdaa/x", "/dev/vg/sda1"})
            QVERIFY2(!isKernelDeviceName(QLatin1String(name)), name);
    }
    void subvolumesAreFoundInOptions()
    {
        QCOMPARE(subvolumeOption(QStringLiteral("rw,subvol=@home,ssd")), QStringLiteral("subvol=@home"));
        QCOMPARE(subvolumeOption(QStringLiteral("subvolid=256")), QStringLiteral("subvolid=256"));
        QCOMPARE(subvolumeOption(QStringLiteral("rw,subvolid=257,subvol=/@home")), QStringLiteral("subvol=/@home"));
        QCOMPARE(subvolumeOption(QStringLiteral("defaults")), QString());
    }
};

void FstabTest::everyWayToNameAVolume_data()
{
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QString>("volume");
    const auto row = [](const char *spec, const char *volume) {
        QTest::newRow(spec) << QString::fromUtf8(spec) << QString::fromUtf8(volume);
    };
    row("UUID=abcd-12", "d0/p1");
    row("UUID=ABCD-12", "d0/p1");
    row("UUID=\"abcd-12\"", "d0/p1");
    row("UUID=other", "");
    row("UUID=", "");
    row("UUID=pv-uuid", ""); // of a physical volume: nobody mounts it
    row("/dev/disk/by-uuid/abcd-12", "d0/p1");
    row("LABEL=my data", "d1/p5");
    row("/dev/disk/by-label/my\\x20data", "d1/p5");
    row("LABEL=MY DATA", "");
    row("PARTUUID=0001-05", "d1/p5");
    row("PARTLABEL=EFI system", "d0/p1");
    row("/dev/disk/by-partlabel/EFI\\x20system", "d0/p1");
    row("/dev/mapper/my--vg-lv--root", "my-vg/lv-root");
    row("/dev/my-vg/lv-root", "my-vg/lv-root");
    row("/dev/mapper/my-vg-lv--root", "");
    row("/dev/sda1", "d0/p1");
    row("/dev/vdb5", "d1/p5");
    row("/dev/nvme1n1p5", "d1/p5");
    row("/dev/sdc", "d2/whole");
    row("/dev/sdd1", "");
    row("/dev/sda", "");
    row("/dev/sdz99999999999999999999", "");
    row("tmpfs", "");
    row("", "");
}

void FstabTest::everyWayToNameAVolume()
{
    QFETCH(QString, spec);
    QFETCH(QString, volume);
    const auto make = [](const char *id, const char *disk, int number, VolumeFacts::Kind kind) {
        VolumeFacts facts;
        facts.id = QLatin1String(id);
        facts.disk = QLatin1String(disk);
        facts.number = number;
        facts.kind = kind;
        facts.fs = FsType::Ext4;
        return facts;
    };
    QList<VolumeFacts> volumes{make("d0/p1", "d0", 1, VolumeFacts::Kind::Partition), make("d1/p5", "d1", 5, VolumeFacts::Kind::Partition),
        make("d2/whole", "d2", 0, VolumeFacts::Kind::WholeDisk), make("my-vg/lv-root", "d1", 0, VolumeFacts::Kind::LogicalVolume),
        make("d1/p6", "d1", 6, VolumeFacts::Kind::Partition)};
    volumes[0].uuid = QStringLiteral("abcd-12");
    volumes[1].label = QStringLiteral("my data");
    volumes[4].uuid = QStringLiteral("pv-uuid");
    volumes[4].fs = FsType::LvmPhysicalVolume;
    const VolumeNamesById names{{QStringLiteral("d0/p1"), {QStringLiteral("ffff"), QStringLiteral("EFI system")}},
        {QStringLiteral("d1/p5"), {QStringLiteral("0001-05"), {}}}};
    const VolumeFacts *found = resolveSpec(spec, volumes, names, {QStringLiteral("d0"), QStringLiteral("d1"), QStringLiteral("d2")});
    QCOMPARE(found ? found->id : QString(), volume);
}

QTEST_GUILESS_MAIN(FstabTest)
#include "tst_fstab.moc"
