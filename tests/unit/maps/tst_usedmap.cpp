#include "core/stream/maps/usedmap.h"
#include "tests/unit/maps/imagetools.h"

#include <QFile>
#include <QTest>

using namespace edgelift;
using namespace edgelift::test;

Q_DECLARE_METATYPE(edgelift::FsType)

/// The property that matters: whatever lies outside the used ranges may be anything, and the filesystem is as good as before.
class UsedMapTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY2(isRoot(), "run as root: it mounts loop devices"); }
    void scribblingOverUnusedBytesHarmsNothing_data();
    void scribblingOverUnusedBytesHarmsNothing();
    void version4OfXfsSurvivesScribbling();
    void fatFilesSurviveScribbling_data();
    void fatFilesSurviveScribbling();
    void swapKeepsItsHeaderOnly();
    void hibernatedSwapIsTakenWhole();
    void mountedFilesystemIsTakenWhole_data();
    void mountedFilesystemIsTakenWhole();
    void frozenFilesystemIsMapped_data();
    void frozenFilesystemIsMapped();
    void unmappableFilesystemIsTakenWhole_data();
    void unmappableFilesystemIsTakenWhole();
    void overlappingVolumesAreTakenWhole();
    void unallocatedLvmExtentsAreFree();
    void everythingOutsideVolumesIsUsed();
    void originOfASnapshotIsTakenWhole();

private:
    UsedMaps map(const ServerFacts &facts, const QString &image)
    {
        QHash<QString, QString> paths;
        for (const DiskFacts &disk : facts.disks)
            paths.insert(disk.id, image);
        Result<UsedMaps> maps = usedRanges(facts, paths, {});
        if (!maps)
            throw std::runtime_error(qPrintable(maps.error().detail));
        return maps.take();
    }
    QTemporaryDir m_folder;
    QString m_image = m_folder.filePath(QStringLiteral("disk.img"));
    QString m_copy = m_folder.filePath(QStringLiteral("copy.img"));
};

namespace {

QString quiet(const char *check) { return QLatin1String(check) + QStringLiteral(" >/dev/null"); }

}

void UsedMapTest::scribblingOverUnusedBytesHarmsNothing_data()
{
    QTest::addColumn<FsType>("fs");
    QTest::addColumn<QString>("make");
    QTest::addColumn<QString>("check");
    QTest::addColumn<int>("mebibytes");
    QTest::addColumn<QString>("options");
    const QString fsck = quiet("e2fsck -fn '%1'");
    const QString repair = quiet("xfs_repair -n '%1'");
    const QString btrfs = quiet("btrfs check '%1'");
    const QString rw = QStringLiteral("rw");
    const auto ext = [](const char *options) { return QLatin1String("mke2fs -q -F ") + QLatin1String(options) + QLatin1String(" '%1'"); };
    QTest::newRow("ext2, 1 KiB blocks") << FsType::Ext2 << ext("-t ext2 -b 1024") << fsck << 96 << rw;
    QTest::newRow("ext3") << FsType::Ext3 << ext("-t ext3 -b 4096") << fsck << 256 << rw;
    QTest::newRow("ext4") << FsType::Ext4 << ext("-t ext4") << fsck << 400 << rw;
    QTest::newRow("ext4, groups never written") << FsType::Ext4 << ext("-t ext4 -O uninit_bg,^metadata_csum,flex_bg") << fsck << 700 << rw;
    QTest::newRow("ext4, no 64bit, no flex_bg") << FsType::Ext4 << ext("-t ext4 -O ^64bit,^flex_bg,^metadata_csum") << fsck << 300 << rw;
    QTest::newRow("ext4, meta_bg") << FsType::Ext4 << ext("-t ext4 -O meta_bg,^resize_inode") << fsck << 600 << rw;
    QTest::newRow("xfs") << FsType::Xfs << QStringLiteral("mkfs.xfs -q -f '%1'") << repair << 400 << rw;
    QTest::newRow("xfs, reverse mapping") << FsType::Xfs << QStringLiteral("mkfs.xfs -q -f -m rmapbt=1 '%1'") << repair << 400 << rw;
    QTest::newRow("xfs, 4 KiB sectors, nine groups")
        << FsType::Xfs << QStringLiteral("mkfs.xfs -q -f -b size=4096 -s size=4096 -d agcount=9 '%1'") << repair << 600 << rw;
    QTest::newRow("xfs, small blocks, deep tree")
        << FsType::Xfs << QStringLiteral("mkfs.xfs -q -f -b size=1024 -d agcount=2 '%1'") << repair << 400 << rw;
    QTest::newRow("btrfs") << FsType::Btrfs << QStringLiteral("mkfs.btrfs -q '%1'") << btrfs << 500 << rw;
    QTest::newRow("btrfs, compressed, xxhash") << FsType::Btrfs << QStringLiteral("mkfs.btrfs -q --csum xxhash '%1'") << btrfs << 500
                                               << QStringLiteral("compress-force=zstd");
    QTest::newRow("btrfs, sha256, single") << FsType::Btrfs << QStringLiteral("mkfs.btrfs -q --csum sha256 -m single '%1'") << btrfs << 500
                                           << rw;
    QTest::newRow("btrfs, blake2, small nodes")
        << FsType::Btrfs << QStringLiteral("mkfs.btrfs -q --csum blake2 -n 4096 '%1'") << btrfs << 500 << rw;
    QTest::newRow("btrfs, mixed") << FsType::Btrfs << QStringLiteral("mkfs.btrfs -q -M '%1'") << btrfs << 500 << rw;
}

void UsedMapTest::scribblingOverUnusedBytesHarmsNothing()
{
    QFETCH(FsType, fs);
    QFETCH(QString, make);
    QFETCH(QString, check);
    QFETCH(int, mebibytes);
    QFETCH(QString, options);
    makeImage(m_image, quint64(mebibytes));
    shell(make.arg(m_image));
    QMap<QString, QByteArray> before;
    {
        const Mounted mounted(m_image, options);
        fill(mounted.path(), 7, 2500, mebibytes / 25);
        before = manifest(mounted.path());
    }
    const quint64 content = shell(QStringLiteral("du -B1 '%1'").arg(m_image)).split('\t').constFirst().toULongLong();
    const UsedMaps maps = map(wholeDisk(m_image, fs), m_image);
    QVERIFY2(maps.notes.isEmpty(), qPrintable(maps.notes.value(0).reason));
    const RangeSet used = maps.disks.value(QStringLiteral("disk"));
    // Half of all files were deleted: what was ever written is nearly twice of what is used.
    QVERIFY2(used.total() < content * 7 / 10 + (40 << 20), qPrintable(QStringLiteral("%1 of %2").arg(used.total()).arg(content)));
    scribbleCopy(m_image, m_copy, used);
    shell(check.arg(m_copy));
    const Mounted mounted(m_copy, QStringLiteral("ro"));
    QCOMPARE(manifest(mounted.path()), before);
}

/// Newer kernels do not mount version 4, so mkfs puts the file in, and its bytes are looked for in the scribbled copy.
void UsedMapTest::version4OfXfsSurvivesScribbling()
{
    QTemporaryDir tree;
    fill(tree.path(), 5, 1, 1);
    QFile file(tree.filePath(QStringLiteral("d0/f0")));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray content = file.readAll();
    makeImage(m_image, 320);
    shell(
        QStringLiteral("printf 'x\\n0 0\\nd--755 0 0\\nname ---644 0 0 %2\\n$\\n' >'%1.proto'; mkfs.xfs -q -f -m crc=0 -p '%1.proto' '%1'")
            .arg(m_image, file.fileName()));
    const UsedMaps maps = map(wholeDisk(m_image, FsType::Xfs), m_image);
    QVERIFY2(maps.notes.isEmpty(), qPrintable(maps.notes.value(0).reason));
    QVERIFY(maps.disks.value(QStringLiteral("disk")).total() < 100 << 20);
    scribbleCopy(m_image, m_copy, maps.disks.value(QStringLiteral("disk")));
    shell(QStringLiteral("xfs_repair -n '%1' >/dev/null 2>&1").arg(m_copy));
    QFile copy(m_copy);
    QVERIFY(copy.open(QIODevice::ReadOnly));
    QVERIFY(copy.readAll().contains(content));
}

void UsedMapTest::fatFilesSurviveScribbling_data()
{
    QTest::addColumn<int>("bits");
    QTest::addColumn<int>("mebibytes");
    QTest::newRow("FAT12") << 12 << 4;
    QTest::newRow("FAT16") << 16 << 64;
    QTest::newRow("FAT32") << 32 << 300;
}

void UsedMapTest::fatFilesSurviveScribbling()
{
    QFETCH(int, bits);
    QFETCH(int, mebibytes);
    makeImage(m_image, quint64(mebibytes));
    shell(QStringLiteral("mkfs.vfat -F %1 '%2' >/dev/null").arg(bits).arg(m_image));
    QTemporaryDir tree;
    fill(tree.path(), 3, 150, mebibytes / 50);
    shell(QStringLiteral("find '%1' -name '*.link' -delete; mcopy -s -i '%2' '%1'/* ::; mdel -i '%2' ::d1/*; rm -r '%1'/d1/*")
              .arg(tree.path(), m_image));
    const UsedMaps maps = map(wholeDisk(m_image, FsType::Vfat), m_image);
    QVERIFY2(maps.notes.isEmpty(), qPrintable(maps.notes.value(0).reason));
    const RangeSet used = maps.disks.value(QStringLiteral("disk"));
    QVERIFY(used.total() < quint64(mebibytes) << 19);
    scribbleCopy(m_image, m_copy, used);
    shell(QStringLiteral("fsck.vfat -n '%1'").arg(m_copy));
    QTemporaryDir read;
    shell(QStringLiteral("mcopy -s -n -i '%1' '::*' '%2'").arg(m_copy, read.path()));
    QCOMPARE(manifest(read.path()), manifest(tree.path()));
}

void UsedMapTest::swapKeepsItsHeaderOnly()
{
    makeImage(m_image, 64);
    shell(QStringLiteral("mkswap -q '%1'").arg(m_image));
    const UsedMaps maps = map(wholeDisk(m_image, FsType::Swap), m_image);
    QCOMPARE(maps.disks.value(QStringLiteral("disk")), RangeSet({0, 4096}));
}

void UsedMapTest::hibernatedSwapIsTakenWhole()
{
    makeImage(m_image, 64);
    shell(QStringLiteral("mkswap -q '%1'; printf S1SUSPEND'\\0' | dd of='%1' bs=1 seek=4086 conv=notrunc status=none").arg(m_image));
    const UsedMaps maps = map(wholeDisk(m_image, FsType::Swap), m_image);
    QCOMPARE(maps.disks.value(QStringLiteral("disk")).total(), 64ULL << 20);
    QVERIFY(maps.notes.value(0).reason.contains(QLatin1String("hibernated")));
}

void UsedMapTest::mountedFilesystemIsTakenWhole_data()
{
    QTest::addColumn<FsType>("fs");
    QTest::addColumn<QString>("make");
    QTest::newRow("ext2") << FsType::Ext2 << QStringLiteral("mke2fs -q -F -t ext2 '%1'");
    QTest::newRow("ext4") << FsType::Ext4 << QStringLiteral("mke2fs -q -F -t ext4 '%1'");
    QTest::newRow("xfs") << FsType::Xfs << QStringLiteral("mkfs.xfs -q -f '%1'");
    QTest::newRow("btrfs") << FsType::Btrfs << QStringLiteral("mkfs.btrfs -q '%1'");
}

void UsedMapTest::mountedFilesystemIsTakenWhole()
{
    QFETCH(FsType, fs);
    QFETCH(QString, make);
    makeImage(m_image, 320);
    shell(make.arg(m_image));
    const Mounted mounted(m_image, QStringLiteral("rw"));
    fill(mounted.path(), 1, 50, 1);
    shell(QStringLiteral("printf x >>'%1/d0/late'; sync '%1/d0/late'; cp --sparse=always '%2' '%3'").arg(mounted.path(), m_image, m_copy));
    const UsedMaps maps = map(wholeDisk(m_copy, fs), m_copy);
    QCOMPARE(maps.notes.size(), 1);
    QCOMPARE(maps.disks.value(QStringLiteral("disk")).total(), 320ULL << 20);
}

void UsedMapTest::frozenFilesystemIsMapped_data()
{
    QTest::addColumn<FsType>("fs");
    QTest::addColumn<QString>("make");
    QTest::addColumn<QString>("check");
    const QString repair = quiet("xfs_repair -n '%1'");
    QTest::newRow("ext4") << FsType::Ext4 << QStringLiteral("mke2fs -q -F -t ext4 '%1'") << quiet("e2fsck -fn '%1'");
    QTest::newRow("xfs") << FsType::Xfs << QStringLiteral("mkfs.xfs -q -f '%1'") << repair;
    QTest::newRow("xfs, with reserved blocks") << FsType::Xfs << QStringLiteral("mkfs.xfs -q -f -m rmapbt=1 '%1'") << repair;
}

/// The copy is mounted once before it is checked: a frozen XFS has a log to replay.
void UsedMapTest::frozenFilesystemIsMapped()
{
    QFETCH(FsType, fs);
    QFETCH(QString, make);
    QFETCH(QString, check);
    makeImage(m_image, 400);
    shell(make.arg(m_image));
    QMap<QString, QByteArray> before;
    const ServerFacts facts = wholeDisk(m_image, fs);
    UsedMaps maps;
    {
        const Mounted mounted(m_image, QStringLiteral("rw"));
        fill(mounted.path(), 3, 2500, 16);
        before = manifest(mounted.path());
        shell(QStringLiteral("fsfreeze -f '%1'; cp --sparse=always '%2' '%2.frozen'; fsfreeze -u '%1'").arg(mounted.path(), m_image));
        const Result<std::shared_ptr<FileView>> view = FileView::open(m_image + QStringLiteral(".frozen"));
        QVERIFY(view);
        const QSet<QString> still{facts.volumes.constFirst().id};
        Result<UsedMaps> found = usedRanges(facts, {{QStringLiteral("disk"), *view}}, still, {});
        QVERIFY(found);
        maps = found.take();
    }
    QVERIFY2(maps.notes.isEmpty(), qPrintable(maps.notes.value(0).reason));
    const RangeSet used = maps.disks.value(QStringLiteral("disk"));
    QVERIFY2(used.total() < 280ULL << 20, qPrintable(QString::number(used.total())));
    scribbleCopy(m_image + QStringLiteral(".frozen"), m_copy, used);
    {
        const Mounted mounted(m_copy, QStringLiteral("rw"));
        QCOMPARE(manifest(mounted.path()), before);
    }
    shell(check.arg(m_copy));
}

void UsedMapTest::unmappableFilesystemIsTakenWhole_data()
{
    QTest::addColumn<FsType>("fs");
    QTest::addColumn<QString>("make");
    QTest::addColumn<QString>("reason");
    QTest::newRow("ext4, clusters") << FsType::Ext4 << QStringLiteral("mke2fs -q -F -t ext4 -O bigalloc '%1'")
                                    << QStringLiteral("bigalloc");
    QTest::newRow("ext4, larger than its volume")
        << FsType::Ext4 << QStringLiteral("mke2fs -q -F -t ext4 '%1'; truncate -s 300M '%1'") << QStringLiteral("larger than its volume");
    QTest::newRow("ext4, a bitmap was changed")
        << FsType::Ext4
        << QStringLiteral("mke2fs -q -F -t ext4 -O ^metadata_csum,^uninit_bg '%1'; debugfs -w -R 'setb 50000 100' '%1' 2>/dev/null")
        << QStringLiteral("disagree");
    QTest::newRow("xfs, free counter is wrong")
        << FsType::Xfs << QStringLiteral("mkfs.xfs -q -f '%1'; xfs_db -x -c 'sb 0' -c 'write -d fdblocks 77' '%1' >/dev/null")
        << QStringLiteral("disagree");
    QTest::newRow("xfs, a group's counter is wrong")
        << FsType::Xfs << QStringLiteral("mkfs.xfs -q -f '%1'; xfs_db -x -c 'agf 2' -c 'write -d freeblks 77' '%1' >/dev/null")
        << QStringLiteral("group 2");
    QTest::newRow("xfs, external log") << FsType::Xfs << QStringLiteral("truncate -s 100M '%1.log'; mkfs.xfs -q -f -l logdev='%1.log' '%1'")
                                       << QStringLiteral("log on another device");
    QTest::newRow("btrfs, superblock changed") << FsType::Btrfs
                                               << QStringLiteral(
                                                      "mkfs.btrfs -q '%1'; printf x | dd of='%1' bs=1 seek=65660 conv=notrunc status=none")
                                               << QStringLiteral("checksum");
    QTest::newRow("nothing") << FsType::Unknown << QStringLiteral("true '%1'") << QStringLiteral("cannot be read");
}

void UsedMapTest::unmappableFilesystemIsTakenWhole()
{
    QFETCH(FsType, fs);
    QFETCH(QString, make);
    QFETCH(QString, reason);
    makeImage(m_image, 400);
    shell(QString(make).replace(QLatin1String("%1"), m_image));
    const UsedMaps maps = map(wholeDisk(m_image, fs), m_image);
    QCOMPARE(maps.notes.size(), 1);
    QVERIFY2(maps.notes.constFirst().reason.contains(reason), qPrintable(maps.notes.constFirst().reason));
    QCOMPARE(maps.disks.value(QStringLiteral("disk")).total(), quint64(QFile(m_image).size()));
}

void UsedMapTest::overlappingVolumesAreTakenWhole()
{
    makeImage(m_image, 64);
    shell(QStringLiteral("mkswap -q '%1'").arg(m_image));
    ServerFacts facts = wholeDisk(m_image, FsType::Swap);
    VolumeFacts other = facts.volumes.constFirst();
    other.id = QStringLiteral("disk/p2");
    other.segments.first().offset = Bytes{32 << 20};
    other.segments.first().length = other.size = Bytes{32 << 20};
    facts.volumes.append(other);
    QCOMPARE(map(facts, m_image).disks.value(QStringLiteral("disk")).total(), 64ULL << 20);
}

void UsedMapTest::unallocatedLvmExtentsAreFree()
{
    makeImage(m_image, 100);
    shell(QStringLiteral(
        "pvcreate -q --config 'global{activation=0} devices{use_devicesfile=0 scan_lvs=0}' $(losetup -f --show '%1') >/dev/null 2>&1;"
        "losetup -j '%1' | cut -d: -f1 | xargs losetup -d")
              .arg(m_image));
    ServerFacts facts = wholeDisk(m_image, FsType::LvmPhysicalVolume);
    facts.groups.append({QStringLiteral("vg"), Bytes{4 << 20}, {QStringLiteral("disk/whole")}});
    VolumeFacts logical;
    logical.id = QStringLiteral("vg/data");
    logical.kind = VolumeFacts::Kind::LogicalVolume;
    logical.disk = QStringLiteral("disk");
    logical.segments = {{logical.disk, Bytes{9 << 20}, Bytes{4 << 20}}, {logical.disk, Bytes{1 << 20}, Bytes{4 << 20}}};
    logical.size = Bytes{8 << 20};
    logical.fs = FsType::Unknown;
    facts.volumes.append(logical);
    // 99 MiB behind the first extent at 1 MiB are 24 extents of 4 MiB; two are taken; the rest behind the last extent is no extent.
    RangeSet expected({0, 5 << 20});
    expected.add({9 << 20, 4 << 20});
    expected.add({97 << 20, 3 << 20});
    QCOMPARE(map(facts, m_image).disks.value(QStringLiteral("disk")), expected);
    facts.volumes.last().segments.clear(); // thin, RAID: nobody knows where
    QCOMPARE(map(facts, m_image).disks.value(QStringLiteral("disk")).total(), 100ULL << 20);
}

void UsedMapTest::everythingOutsideVolumesIsUsed()
{
    makeImage(m_image, 64);
    shell(QStringLiteral("mkswap -q -o 8388608 '%1' 40960 2>/dev/null || mkswap -q '%1'").arg(m_image));
    ServerFacts facts = wholeDisk(m_image, FsType::Swap);
    facts.disks.first().size = Bytes{64 << 20};
    makeImage(m_copy, 64);
    shell(QStringLiteral("truncate -s 16M '%1'; mkswap -q '%1'; dd if='%1' of='%2' bs=1M seek=8 conv=notrunc status=none")
              .arg(m_image, m_copy));
    facts.volumes.first().segments = {{QStringLiteral("disk"), Bytes{8 << 20}, Bytes{16 << 20}}};
    facts.volumes.first().size = Bytes{16 << 20};
    RangeSet expected({0, (8 << 20) + 4096});
    expected.add({24 << 20, 40 << 20});
    QCOMPARE(map(facts, m_copy).disks.value(QStringLiteral("disk")), expected);
}

void UsedMapTest::originOfASnapshotIsTakenWhole()
{
    makeImage(m_image, 64);
    shell(QStringLiteral("mkswap -q '%1'").arg(m_image));
    ServerFacts facts = wholeDisk(m_image, FsType::Swap);
    VolumeFacts &origin = facts.volumes.first();
    origin.id = QStringLiteral("vg/root");
    origin.kind = VolumeFacts::Kind::LogicalVolume;
    VolumeFacts other = origin;
    other.id = QStringLiteral("vg/store");
    other.fs = FsType::Unknown;
    other.segments.first() = {QStringLiteral("disk"), Bytes{60 << 20}, Bytes{4 << 20}};
    other.size = Bytes{4 << 20};
    origin.segments.first().length = origin.size = Bytes{60 << 20};
    QVERIFY(map(facts, m_image).disks.value(QStringLiteral("disk")).total() < 8 << 20);
    facts.volumes.append(other);
    QCOMPARE(map(facts, m_image).disks.value(QStringLiteral("disk")).total(), 64ULL << 20);
    facts.volumes.last().id = QStringLiteral("vg2/store");
    QVERIFY(map(facts, m_image).disks.value(QStringLiteral("disk")).total() < 8 << 20);
}

QTEST_GUILESS_MAIN(UsedMapTest)
#include "tst_usedmap.moc"
