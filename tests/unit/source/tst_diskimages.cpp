#include "core/base/errortext.h"
#include "core/source/source.h"
#include "core/stream/maps/usedmap.h"
#include "tests/unit/maps/imagetools.h"
#include "tests/unit/source/guestimage.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>

using namespace edgelift;
using namespace edgelift::test;

namespace {

const auto quietLvm = QStringLiteral("--config 'global{activation=0} devices{use_devicesfile=0 scan_lvs=0}'");

QString problem(const Result<std::unique_ptr<Source>> &source)
{
    return source ? QStringLiteral("no error")
                  : codeName(source.error().code) + QLatin1Char(' ') + source.error().args.join(QLatin1Char('|'));
}

}

/// Whole servers, as images that are made here.
class DiskImagesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(isRoot(), "run as root: it mounts loop devices");
        m_loops = shell(QStringLiteral("losetup -n -O NAME | wc -l"));
    }
    void cleanup();
    void mbrServerWithLogicalPartitions();
    void gptServerInQcow2WithSeparateBoot();
    void qcow2WithABackingFile();
    void rootOnALogicalVolumeInTwoPieces();
    void btrfsRootInASubvolume();
    void anotherLinuxBesideIsData();
    void filesystemWithoutATable();
    void rootWithADirtyJournalIsReadable();
    void linksOutOfTheGuestStayInside();
    void systemDiskComesFirstAndTwinsGetDifferentIds();
    void otherArchitectureIsABlocker();
    void badImagesHaveTheirCodes_data();
    void badImagesHaveTheirCodes();
    void imageInUseIsBusy();
    void qemuCannotWriteWhileWeRead();
    void changedImageIsNoticed_data();
    void changedImageIsNoticed();

private:
    QString file(const char *name) const { return m_folder.filePath(QLatin1String(name)); }
    QString ext4(const GuestFolder &guest, const char *name, int mebibytes = 60)
    {
        makeImage(file(name), quint64(mebibytes));
        shell(QStringLiteral("mke2fs -q -F -t ext4 -L root -U 11111111-2222-3333-4444-555555555555 -d '%1' '%2'")
                  .arg(guest.path(), file(name)));
        return file(name);
    }
    /// A disk with one MBR partition that holds a guest's root.
    QString server(const char *name, const GuestFolder::Look &look = {})
    {
        const GuestFolder guest(look);
        const QString root = ext4(guest, "root.part");
        makeImage(file(name), 80);
        shell(QStringLiteral("printf 'label: dos\\nlabel-id: 0xcafe0001\\n2048,122880,83,*\\n' | sfdisk -q '%1'").arg(file(name)));
        place(root, file(name), 1 << 20);
        addGrubCode(file(name));
        return file(name);
    }
    Result<std::unique_ptr<Source>> open(const QStringList &paths) { return openDiskImages(paths, file("work")); }
    UsedMaps map(const Source &source)
    {
        QHash<QString, QString> paths;
        for (const DiskFacts &disk : source.facts().disks)
            paths.insert(disk.id, source.diskPath(disk.id));
        return usedRanges(source.facts(), paths, {}).take();
    }

    QTemporaryDir m_folder;
    QByteArray m_loops;
};

/// Nothing may stay behind: no mount, no loop device, no daemon, no file.
void DiskImagesTest::cleanup()
{
    QFile mounts(QStringLiteral("/proc/self/mountinfo"));
    QVERIFY(mounts.open(QIODevice::ReadOnly));
    QVERIFY(!mounts.readAll().contains(m_folder.path().toUtf8()));
    QVERIFY(!shell(QStringLiteral("losetup -n -O BACK-FILE")).contains(m_folder.path().toUtf8()));
    QCOMPARE(shell(QStringLiteral("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'storage-daemo[n].*%1' || true")
                       .arg(m_folder.path()))
                 .trimmed(),
        "0");
    QCOMPARE(QDir(file("work")).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());
}

void DiskImagesTest::mbrServerWithLogicalPartitions()
{
    GuestFolder::Look look;
    look.fstab = QStringLiteral("UUID=11111111-2222-3333-4444-555555555555 / ext4 errors=remount-ro 0 1\n"
                                "/dev/sda6 none swap sw 0 0\nLABEL=data /srv/my\\040data ext3 defaults 0 2\n");
    const GuestFolder guest(look);
    const QString root = ext4(guest, "root.part");
    const QString disk = file("disk.img");
    makeImage(disk, 200);
    shell(QStringLiteral(
        "printf 'label: dos\\nlabel-id: 0x1a2b3c4d\\n2048,122880,83,*\\n126976,,5\\n129024,81920,83\\n212992,20480,82\\n' | sfdisk -q '%1'")
              .arg(disk));
    place(root, disk, 1 << 20);
    makeImage(file("part"), 40);
    shell(QStringLiteral("mke2fs -q -F -t ext3 -L data '%1'").arg(file("part")));
    place(file("part"), disk, 129024 * 512);
    makeImage(file("swap"), 10);
    shell(QStringLiteral("mkswap -q '%1'").arg(file("swap")));
    place(file("swap"), disk, 212992 * 512);
    addGrubCode(disk);

    const Result<std::unique_ptr<Source>> source = open({disk});
    QVERIFY2(source, qPrintable(problem(source)));
    const ServerFacts &facts = (*source)->facts();
    QCOMPARE(facts.sourceName, QStringLiteral("web01"));
    QCOMPARE(facts.bootMode, BootMode::Bios);
    QCOMPARE(facts.disks.constFirst().id, QStringLiteral("mbr-1a2b3c4d"));
    QCOMPARE(facts.disks.constFirst().table, TableType::Mbr);
    QCOMPARE(facts.volumes.size(), 3);
    const VolumeFacts &first = facts.volumes.at(0);
    QCOMPARE(first.id, QStringLiteral("mbr-1a2b3c4d/p1"));
    QVERIFY(first.system && first.mountPoint == QLatin1String("/") && first.fs == FsType::Ext4 && first.typeCode == QLatin1String("0x83"));
    QVERIFY(first.used > Bytes{1 << 20} && first.used < first.size);
    QCOMPARE(facts.volumes.at(1).mountPoint, QStringLiteral("/srv/my data"));
    QCOMPARE(facts.volumes.at(1).number, 5);
    QCOMPARE(facts.volumes.at(1).fs, FsType::Ext3);
    QCOMPARE(facts.volumes.at(2).fs, FsType::Swap);
    QCOMPARE(facts.volumes.at(2).mountPoint, QString());
    QCOMPARE(facts.os.id, QStringLiteral("debian"));
    QCOMPARE(facts.os.architecture, QStringLiteral("x86_64"));
    QCOMPARE(facts.os.boot, QStringLiteral("grub2"));
    QCOMPARE(facts.os.selinux, QStringLiteral("enforcing"));
    QCOMPARE(facts.os.kernels.size(), 1);
    QCOMPARE(facts.os.kernels.constFirst().version, QLatin1String(GuestFolder::kernelVersion));
    QVERIFY(facts.os.kernels.constFirst().virtioBlk && facts.os.kernels.constFirst().virtioNet);
    const RangeSet used = map(**source).disks.value(QStringLiteral("mbr-1a2b3c4d"));
    QVERIFY(used.total() < 110 << 20);
    QVERIFY(used.covers({0, 1 << 20}) && used.covers({126976 * 512, 1 << 20}) && used.covers({190 << 20, 10 << 20}));
}

void DiskImagesTest::gptServerInQcow2WithSeparateBoot()
{
    GuestFolder::Look look;
    look.fstab = QStringLiteral("PARTUUID=AAAAAAAA-0000-0000-0000-000000000003 / xfs defaults 0 0\nLABEL=boot /boot ext4 defaults 0 2\n"
                                "UUID=ABCD-1234 /boot/efi vfat umask=0077 0 1\n");
    const GuestFolder guest(look);
    makeImage(file("boot"), 60);
    shell(QStringLiteral("mke2fs -q -F -t ext4 -L boot -d '%1/boot' '%2'; rm -r '%1'/boot/*; mkdir '%1/boot/efi'")
              .arg(guest.path(), file("boot")));
    makeImage(file("root"), 320);
    shell(QStringLiteral("mkfs.xfs -q -f -L root '%1'").arg(file("root")));
    {
        const Mounted mounted(file("root"), QStringLiteral("rw"));
        shell(QStringLiteral("cp -a '%1'/. '%2'").arg(guest.path(), mounted.path()));
    }
    makeImage(file("esp"), 40);
    shell(QStringLiteral("mkfs.vfat -i abcd1234 '%1' >/dev/null").arg(file("esp")));
    const QString disk = file("disk.raw");
    makeImage(disk, 450);
    shell(QStringLiteral("printf 'label: gpt\\nlabel-id: 01234567-89AB-CDEF-0123-456789ABCDEF\\nfirst-lba: 34\\n"
                         "size=40M, type=U\\nsize=60M, type=L\\nsize=320M, type=L, uuid=AAAAAAAA-0000-0000-0000-000000000003, name=\"the "
                         "root\"\\n' | sfdisk -q '%1'")
              .arg(disk));
    place(file("esp"), disk, 1 << 20);
    place(file("boot"), disk, 41 << 20);
    place(file("root"), disk, 101 << 20);
    shell(QStringLiteral("qemu-img convert -O qcow2 '%1' '%2'").arg(disk, file("disk.qcow2")));

    const Result<std::unique_ptr<Source>> source = open({file("disk.qcow2")});
    QVERIFY2(source, qPrintable(problem(source)));
    const ServerFacts &facts = (*source)->facts();
    QCOMPARE(facts.bootMode, BootMode::Uefi);
    QCOMPARE(facts.disks.constFirst().id, QStringLiteral("gpt-01234567-89ab-cdef-0123-456789abcdef"));
    QCOMPARE(facts.disks.constFirst().size, Bytes{450 << 20});
    QCOMPARE(facts.volumes.size(), 3);
    QVERIFY(facts.volumes.at(0).boot && facts.volumes.at(0).mountPoint == QLatin1String("/boot/efi"));
    QVERIFY(facts.volumes.at(1).boot && facts.volumes.at(1).mountPoint == QLatin1String("/boot"));
    QVERIFY(facts.volumes.at(2).system && facts.volumes.at(2).fs == FsType::Xfs);
    QCOMPARE(facts.os.kernels.size(), 1); // on the separate /boot
    QVERIFY(facts.os.kernels.constFirst().virtioBlk);
    QCOMPARE(facts.os.boot, QStringLiteral("grub2"));
    const QString path = (*source)->diskPath(facts.disks.constFirst().id);
    for (const int place : {0, 41, 101, 180, 449}) // the view is the raw disk: tables, the start of each volume, a log, the end
        shell(QStringLiteral("cmp -i %1M -n 1M '%2' '%3'").arg(place).arg(path, disk));
    QVERIFY(map(**source).disks.value(facts.disks.constFirst().id).total() < 200 << 20);
}

void DiskImagesTest::qcow2WithABackingFile()
{
    server("base.img");
    shell(QStringLiteral(
        "cd '%1'; qemu-img convert -O qcow2 base.img base.qcow2; qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 top.qcow2;"
        "qemu-io -f qcow2 -c 'write -P 7 70M 64k' top.qcow2 >/dev/null")
              .arg(m_folder.path()));
    {
        const Result<std::unique_ptr<Source>> source = open({file("top.qcow2")});
        QVERIFY2(source, qPrintable(problem(source)));
        const QString path = (*source)->diskPath(QStringLiteral("mbr-cafe0001"));
        shell(QStringLiteral("cd '%1'; qemu-img convert -U -O raw top.qcow2 flat.img; cmp flat.img '%2'").arg(m_folder.path(), path));
        QVERIFY((*source)->verifyUnchanged());
        shell(QStringLiteral("touch '%1'").arg(file("base.qcow2")));
        QCOMPARE((*source)->verifyUnchanged().error().code, ErrorCode::SourceChanged);
    }
    shell(QStringLiteral("mv '%1' '%1.away'").arg(file("base.qcow2")));
    QCOMPARE(problem(open({file("top.qcow2")})), QStringLiteral("SourceMissing ") + file("base.qcow2"));
}

void DiskImagesTest::rootOnALogicalVolumeInTwoPieces()
{
    GuestFolder::Look look;
    look.fstab = QStringLiteral("/dev/mapper/my--vg-root / ext4 defaults 0 1\n/dev/my-vg/data /srv xfs defaults 0 2\n");
    const GuestFolder guest(look);
    makeImage(file("a.img"), 100);
    makeImage(file("b.img"), 400);
    shell(QStringLiteral("printf 'label: dos\\nlabel-id: 0xaaaa0001\\n2048,,8e,*\\n' | sfdisk -q '%1'").arg(file("a.img")));
    shell(QStringLiteral("A=$(losetup -f --show -o 1048576 '%1'); B=$(losetup -f --show '%2'); trap 'losetup -d $A $B' EXIT;"
                         "exec >/dev/null 2>&1; vgcreate -q %3 my-vg $A $B; lvcreate -q %3 -an -Zn -Wn -l 10 -n root my-vg $A; lvcreate -q "
                         "%3 -an -Zn -Wn -l 80 -n data my-vg $B;"
                         "lvextend -q %3 -l +6 my-vg/root $B; lvcreate -q %3 -an -Zn -Wn -l 2 -i 2 -n stripes my-vg")
              .arg(file("a.img"), file("b.img"), quietLvm));
    const QString root = ext4(guest, "root.part", 64);
    // extents of 4 MiB behind the first MiB of each physical volume; ten extents on the first disk, the rest behind "data" on the second
    shell(QStringLiteral("dd if='%1' of='%2' bs=1M seek=2 count=40 conv=notrunc status=none; dd if='%1' of='%3' bs=1M skip=40 seek=321 "
                         "conv=notrunc status=none")
              .arg(root, file("a.img"), file("b.img")));
    makeImage(file("data"), 320);
    shell(QStringLiteral("mkfs.xfs -q -f '%1'").arg(file("data")));
    place(file("data"), file("b.img"), 1 << 20);
    addGrubCode(file("a.img"));

    const Result<std::unique_ptr<Source>> source = open({file("b.img"), file("a.img")});
    QVERIFY2(source, qPrintable(problem(source)));
    const ServerFacts &facts = (*source)->facts();
    QCOMPARE(facts.disks.at(0).id, QStringLiteral("mbr-aaaa0001"));
    QCOMPARE(facts.disks.at(1).id, QStringLiteral("file-b.img"));
    const VolumeFacts *rootVolume = facts.volume(QStringLiteral("my-vg/root"));
    QVERIFY(rootVolume && rootVolume->system);
    const QList<DiskSegment> expected{{QStringLiteral("mbr-aaaa0001"), Bytes{2 << 20}, Bytes{40 << 20}},
        {QStringLiteral("file-b.img"), Bytes{321 << 20}, Bytes{24 << 20}}};
    QCOMPARE(rootVolume->segments, expected);
    QCOMPARE(rootVolume->fs, FsType::Ext4);
    QCOMPARE(facts.os.hostName, QStringLiteral("web01"));
    QCOMPARE(facts.volume(QStringLiteral("my-vg/data"))->mountPoint, QStringLiteral("/srv"));
    const VolumeFacts *stripes = facts.volume(QStringLiteral("my-vg/stripes"));
    QVERIFY(stripes && stripes->segments.isEmpty() && stripes->fs == FsType::Unknown);
    QCOMPARE(facts.groups.size(), 1);
    QCOMPARE(
        facts.groups.constFirst().physicalVolumes, (QStringList{QStringLiteral("file-b.img/whole"), QStringLiteral("mbr-aaaa0001/p1")}));
    const UsedMaps maps = map(**source);
    QCOMPARE(maps.notes.size(), 3); // both physical volumes and the striped volume: nobody knows what of them is free
    QVERIFY(!maps.disks.value(QStringLiteral("file-b.img")).covers({110 << 20, 10 << 20})); // inside the volume "data", which is known
    QVERIFY(maps.disks.value(QStringLiteral("file-b.img")).covers({350 << 20, 50 << 20}));
}

void DiskImagesTest::btrfsRootInASubvolume()
{
    GuestFolder::Look look;
    look.fstab = QStringLiteral("LABEL=pool / btrfs defaults,subvol=@ 0 0\nLABEL=pool /home btrfs defaults,subvol=@home 0 0\n");
    const GuestFolder guest(look);
    makeImage(file("disk.img"), 300);
    shell(QStringLiteral("mkfs.btrfs -q -L pool '%1'").arg(file("disk.img")));
    {
        const Mounted mounted(file("disk.img"), QStringLiteral("rw"));
        shell(QStringLiteral("cd '%2'; for i in @ @home @snapshot; do btrfs -q subvolume create $i; done; cp -a '%1'/. @; cp -a '%1'/. "
                             "@snapshot; echo old >@snapshot/etc/hostname; btrfs -q subvolume snapshot -r @home @/old; "
                             "btrfs -q subvolume set-default @home")
                  .arg(guest.path(), mounted.path()));
    }
    const Result<std::unique_ptr<Source>> source = open({file("disk.img")});
    QVERIFY2(!source || (*source)->facts().os.hostName == QLatin1String("web01"), qPrintable(problem(source)));
    const VolumeFacts &volume = (*source)->facts().volumes.constFirst();
    QVERIFY(volume.system && volume.mountPoint == QLatin1String("/") && volume.fs == FsType::Btrfs);
    QVERIFY((*source)->facts().os.kernels.value(0).virtioBlk);
    QCOMPARE(volume.subvolumes.size(), 4);
    for (const SubvolumeFacts &one : volume.subvolumes) {
        QCOMPARE(one.readOnly, one.path == QLatin1String("@/old"));
        QCOMPARE(one.snapshot, one.readOnly);
        QCOMPARE(one.mountedByDefault, one.path == QLatin1String("@home"));
        QVERIFY(!one.received && one.id > 255);
    }
}

/// Two systems on one disk: the one that names itself as root is the server, and the other goes along as a volume of it.
void DiskImagesTest::anotherLinuxBesideIsData()
{
    const GuestFolder server({}), other({}); // the other's fstab still names the filesystem it was copied from
    other.write(QStringLiteral("/etc/hostname"), "other\n");
    const QString disk = file("two.img");
    makeImage(disk, 150);
    shell(QStringLiteral("printf 'label: dos\\nlabel-id: 0xcafe0002\\n2048,122880,83\\n126976,122880,83,*\\n' | sfdisk -q '%1'").arg(disk));
    makeImage(file("other.part"), 60);
    shell(QStringLiteral("mke2fs -q -F -t ext4 -L spare -d '%1' '%2'").arg(other.path(), file("other.part")));
    place(file("other.part"), disk, 1 << 20);
    place(ext4(server, "root.part"), disk, 126976 * 512);
    addGrubCode(disk);
    const Result<std::unique_ptr<Source>> source = open({disk});
    QVERIFY2(source, qPrintable(problem(source)));
    const ServerFacts &facts = (*source)->facts();
    QCOMPARE(facts.os.hostName, QStringLiteral("web01"));
    QCOMPARE(facts.volumes.size(), 2);
    QVERIFY(!facts.volumes.at(0).system && facts.volumes.at(0).mountPoint.isEmpty());
    QVERIFY(facts.volumes.at(1).system && facts.volumes.at(1).mountPoint == QLatin1String("/"));
    const QList<Check> checks = readinessChecks(facts);
    QVERIFY(std::none_of(checks.begin(), checks.end(), [](const Check &check) { return check.severity == Check::Severity::Blocker; }));
}

void DiskImagesTest::filesystemWithoutATable()
{
    const GuestFolder guest({});
    const Result<std::unique_ptr<Source>> source = open({ext4(guest, "plain.img")});
    QVERIFY2(source, qPrintable(problem(source)));
    QCOMPARE((*source)->facts().volumes.constFirst().id, QStringLiteral("file-plain.img/whole"));
    QCOMPARE((*source)->facts().volumes.constFirst().kind, VolumeFacts::Kind::WholeDisk);
    QCOMPARE((*source)->facts().bootMode, BootMode::Unknown);
}

void DiskImagesTest::rootWithADirtyJournalIsReadable()
{
    const GuestFolder guest({});
    const QString image = ext4(guest, "live.img");
    {
        const Mounted mounted(image, QStringLiteral("rw"));
        shell(QStringLiteral("echo late >'%1/etc/late'; sync -f '%1'; echo x >'%1/etc/later'; cp '%2' '%3'")
                  .arg(mounted.path(), image, file("crashed.img")));
    }
    const QByteArray before = shell(QStringLiteral("sha256sum <'%1'").arg(file("crashed.img")));
    const Result<std::unique_ptr<Source>> source = open({file("crashed.img")});
    QVERIFY2(source, qPrintable(problem(source)));
    const UsedMaps maps = map(**source);
    QCOMPARE(maps.disks.value(QStringLiteral("file-crashed.img")).total(), 60ULL << 20);
    QCOMPARE(shell(QStringLiteral("sha256sum <'%1'").arg(file("crashed.img"))), before); // nothing was replayed into it
}

void DiskImagesTest::linksOutOfTheGuestStayInside()
{
    const GuestFolder guest({});
    QFile::remove(guest.path(QStringLiteral("/etc/hostname")));
    QFile::link(QStringLiteral("../../../../../../../etc/hostname"),
        guest.path(QStringLiteral("/etc/hostname"))); // a link to itself, seen from inside
    QFile::remove(guest.path(QStringLiteral("/etc/selinux/config")));
    QFile::link(QStringLiteral("/proc/self/environ"), guest.path(QStringLiteral("/etc/selinux/config")));
    const Result<std::unique_ptr<Source>> source = open({ext4(guest, "links.img")});
    QVERIFY2(source, qPrintable(problem(source)));
    QCOMPARE((*source)->facts().os.hostName, QString());
    QCOMPARE((*source)->facts().os.selinux, QString());
}

void DiskImagesTest::systemDiskComesFirstAndTwinsGetDifferentIds()
{
    server("system.img");
    makeImage(file("data.img"), 50);
    shell(QStringLiteral("mke2fs -q -F -t ext4 -L data '%1'; cp --sparse=always '%2' '%3'")
              .arg(file("data.img"), file("system.img"), file("twin.img")));
    const Result<std::unique_ptr<Source>> source = open({file("data.img"), file("system.img"), file("twin.img")});
    QVERIFY2(source, qPrintable(problem(source)));
    QStringList ids;
    for (const DiskFacts &disk : (*source)->facts().disks)
        ids.append(disk.id);
    QCOMPARE(ids, (QStringList{QStringLiteral("mbr-cafe0001"), QStringLiteral("file-data.img"), QStringLiteral("mbr-cafe0001-2")}));
    QCOMPARE((*source)->diskPath(QStringLiteral("mbr-cafe0001")), file("system.img"));
    QCOMPARE((*source)->diskPath(QStringLiteral("mbr-cafe0001-2")), file("twin.img"));
    QCOMPARE((*source)->diskPath(QStringLiteral("nothing")), QString());
    QVERIFY((*source)->diskIdentity(QStringLiteral("mbr-cafe0001")) != (*source)->diskIdentity(QStringLiteral("mbr-cafe0001-2")));
}

void DiskImagesTest::otherArchitectureIsABlocker()
{
    GuestFolder::Look look;
    look.machine = 183;
    const Result<std::unique_ptr<Source>> source = open({server("arm.img", look)});
    QVERIFY2(source, qPrintable(problem(source)));
    const QList<Check> checks = readinessChecks((*source)->facts());
    const auto it = std::find_if(checks.begin(), checks.end(),
        [](const Check &check) { return check.error && check.error->code == ErrorCode::ArchitectureUnsupported; });
    QVERIFY(it != checks.end());
    QCOMPARE(it->error->args, (QStringList{QStringLiteral("arm.img"), QStringLiteral("aarch64")}));
}

void DiskImagesTest::badImagesHaveTheirCodes_data()
{
    QTest::addColumn<QString>("make"); ///< a shell line; $F is the image
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const char *make, const char *expected) {
        QTest::newRow(name) << QString::fromUtf8(make) << QString::fromUtf8(expected);
    };
    row("not there", "rm -f $F", "SourceMissing");
    row("zero bytes", ": >$F", "SourceEmpty");
    row("a folder", "rm -f $F; mkdir $F", "SourceUnreadable");
    row("vmdk", "qemu-img create -q -f vmdk $F 10M", "ImageFormatUnsupported .*\\|vmdk");
    row("vdi", "qemu-img create -q -f vdi $F 10M", "ImageFormatUnsupported .*\\|vdi");
    row("vhd", "qemu-img create -q -f vpc $F 10M", "ImageFormatUnsupported .*\\|vhd");
    row("vhd, fixed size", "qemu-img create -q -f vpc -o subformat=fixed $F 10M", "ImageFormatUnsupported .*\\|vhd");
    row("vhdx", "qemu-img create -q -f vhdx $F 10M", "ImageFormatUnsupported .*\\|vhdx");
    row("compressed", "echo x | gzip >$F", "ImageFormatUnsupported .*gzip");
    row("qcow2, cut off", "qemu-img create -q -f qcow2 $F 10M; truncate -s 100 $F", "SourceUnreadable");
    row("qcow2, encrypted", "qemu-img create -q -f qcow2 $F 10M; printf '\\002' | dd of=$F bs=1 seek=35 conv=notrunc status=none",
        "ImageFormatUnsupported .*encrypted");
    row("qcow2, backing file elsewhere", "qemu-img create -q -f qcow2 -u -b nbd://localhost/x -F raw $F 10M",
        "ImageFormatUnsupported .*local");
    row("qcow2 of nothing", "qemu-img create -q -f qcow2 $F 0", "SourceEmpty");
    row("nothing on it", "truncate -s 20M $F", "NotLinux");
    row("no Linux", "truncate -s 20M $F; mkfs.vfat $F >/dev/null", "NotLinux");
    row("Linux data only", "truncate -s 20M $F; mke2fs -q -F $F", "NoRootFilesystem");
    row("encrypted", "truncate -s 40M $F; printf 'LUKS\\272\\276\\000\\001' | dd of=$F conv=notrunc status=none",
        "VolumeUnsupported .*LUKS");
    row("damaged filesystem", "truncate -s 320M $F; mkfs.xfs -q -f $F; xfs_db -x -c 'sb 0' -c 'write -c rootino 99' $F >/dev/null",
        "FilesystemDamaged");
    row("partition cut off", "truncate -s 100M $F; printf 'label: dos\\n2048,,83\\n' | sfdisk -q $F; truncate -s 50M $F",
        "PartitionTableDamaged .*ends at sector");
    row("GPT cut off", "truncate -s 100M $F; printf 'label: gpt\\n,,L\\n' | sfdisk -q $F; truncate -s 50M $F",
        "PartitionTableDamaged .*partition 1 end");
    row("logical partitions loop",
        "truncate -s 100M $F; printf 'label: dos\\n2048,,5\\n4096,8192,83\\n16384,8192,83\\n' | sfdisk -q $F;"
        "printf '\\000\\000\\000\\000\\005\\000\\000\\000\\000\\000\\000\\000\\000\\020\\000\\000' |"
        "dd of=$F bs=1 seek=$((2048 * 512 + 462)) conv=notrunc status=none",
        "PartitionTableLoops");
}

void DiskImagesTest::badImagesHaveTheirCodes()
{
    QFETCH(QString, make);
    QFETCH(QString, expected);
    shell(QStringLiteral("F='%1'; rm -rf $F; %2").arg(file("bad"), make));
    const QString found = problem(open({file("bad")}));
    QVERIFY2(QRegularExpression(QLatin1Char('^') + expected).match(found).hasMatch(), qPrintable(found));
    shell(QStringLiteral("rm -rf '%1'").arg(file("bad")));
}

void DiskImagesTest::imageInUseIsBusy()
{
    for (const char *format : {"raw", "qcow2"}) {
        shell(QStringLiteral("qemu-img create -q -f %1 '%2' 20M").arg(QLatin1String(format), file("busy")));
        QProcess vm; // holds the image as a running machine does
        vm.start(QStringLiteral("qemu-io"), {QStringLiteral("-f"), QLatin1String(format), file("busy")});
        QVERIFY(vm.waitForStarted());
        vm.write("write 0 512\n");
        QByteArray said;
        while (!said.contains("wrote") && vm.waitForReadyRead(10000))
            said += vm.readAll();
        QCOMPARE(problem(open({file("busy")})), QStringLiteral("SourceBusy ") + file("busy"));
        vm.write("quit\n");
        QVERIFY(vm.waitForFinished());
    }
}

void DiskImagesTest::qemuCannotWriteWhileWeRead()
{
    server("guarded.img");
    const QString write = QStringLiteral("qemu-io -f raw -c 'write 0 512' '%1'").arg(file("guarded.img"));
    {
        const Result<std::unique_ptr<Source>> source = open({file("guarded.img")});
        QVERIFY2(source, qPrintable(problem(source)));
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, shell(write));
        QVERIFY((*source)->verifyUnchanged());
    }
    shell(write);
}

void DiskImagesTest::changedImageIsNoticed_data()
{
    QTest::addColumn<QString>("change");
    QTest::addColumn<ErrorCode>("code");
    QTest::newRow("written") << QStringLiteral("printf x | dd of='%1' bs=1 seek=4096 conv=notrunc status=none") << ErrorCode::SourceChanged;
    QTest::newRow("grown") << QStringLiteral("truncate -s +1M '%1'") << ErrorCode::SourceChanged;
    QTest::newRow("replaced") << QStringLiteral("cp -p '%1' '%1.new'; mv '%1.new' '%1'") << ErrorCode::SourceChanged;
    QTest::newRow("removed") << QStringLiteral("rm '%1'") << ErrorCode::SourceMissing;
}

void DiskImagesTest::changedImageIsNoticed()
{
    QFETCH(QString, change);
    QFETCH(ErrorCode, code);
    const Result<std::unique_ptr<Source>> source = open({server("changing.img")});
    QVERIFY2(source, qPrintable(problem(source)));
    const QString identity = (*source)->diskIdentity(QStringLiteral("mbr-cafe0001"));
    QVERIFY((*source)->verifyUnchanged());
    shell(change.arg(file("changing.img")));
    const Result<> verified = (*source)->verifyUnchanged();
    QVERIFY(!verified);
    QCOMPARE(verified.error().code, code);
    if (code == ErrorCode::SourceChanged) {
        const Result<std::unique_ptr<Source>> again = open({file("changing.img")});
        QVERIFY(!again || (*again)->diskIdentity((*again)->facts().disks.constFirst().id) != identity);
    }
}

QTEST_GUILESS_MAIN(DiskImagesTest)
#include "tst_diskimages.moc"
