#include "core/base/loopdevice.h"
#include "core/base/process.h"
#include "core/guest/btrfssubvolumes.h"
#include "core/guest/guestmounts.h"
#include "core/receiver/build/filesystemmaker.h"
#include "core/receiver/build/targetbuilder.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <sys/mount.h>

using namespace edgelift;
using namespace edgelift::literals;
using build::TargetBuilder;

namespace {

QString key(const char *text) { return QString::fromLatin1(text); }

const QString linuxType = key("0FC63DAF-8483-4772-8E79-3D69D8477DE4");

TargetVolume volume(int partition, Bytes offset, Bytes size, FsType fs, const char *uuid, const char *label, TargetContent content)
{
    TargetVolume out;
    out.source = QStringLiteral("d/p%1").arg(partition);
    out.content = content;
    out.offset = offset;
    out.size = size;
    out.fs = fs;
    out.uuid = key(uuid);
    out.label = key(label);
    out.partition = partition;
    out.typeCode = linuxType;
    return out;
}

/// A disk with every filesystem, and a volume group with two more.
TargetImage everything()
{
    TargetDiskLayout disk;
    disk.size = 3_GiB;
    disk.tableId = key("12345678-9ABC-4DEF-8123-456789ABCDEF");
    disk.volumes = {volume(1, 1_MiB, 100_MiB, FsType::Ext4, "11111111-2222-4333-8444-555555555501", "four", TargetContent::Files),
        volume(2, 101_MiB, 50_MiB, FsType::Ext3, "11111111-2222-4333-8444-555555555502", "three", TargetContent::Files),
        volume(3, 151_MiB, 50_MiB, FsType::Ext2, "11111111-2222-4333-8444-555555555503", "two", TargetContent::Files),
        volume(4, 201_MiB, 400_MiB, FsType::Xfs, "11111111-2222-4333-8444-555555555504", "ex", TargetContent::Files),
        volume(5, 601_MiB, 400_MiB, FsType::Btrfs, "11111111-2222-4333-8444-555555555505", "bee", TargetContent::Files),
        volume(6, 1001_MiB, 100_MiB, FsType::Vfat, "ABCD-1234", "FAT", TargetContent::Files),
        volume(7, 1101_MiB, 64_MiB, FsType::Swap, "11111111-2222-4333-8444-555555555507", "swap", TargetContent::Swap),
        volume(8, 1165_MiB, 100_MiB, FsType::Ext4, "11111111-2222-4333-8444-555555555508", "", TargetContent::Blocks)};
    disk.volumes[0].features = {key("has_journal"), key("extent"), key("filetype"), key("sparse_super"), key("large_file"),
        key("blocksize=4096"), key("inodesize=128"), key("inodes=50000"), key("reserved=1")};
    disk.volumes[3].features = {key("crc=1"), key("finobt=1"), key("reflink=0"), key("bigtime=0"), key("inobtcount=0"), key("sparse=0")};
    disk.volumes[4].features = {key("extref"), key("skinny-metadata"), key("no-holes"), key("free-space-tree"), key("nodesize=16384")};
    disk.volumes[5].features = {key("fat=32")};
    disk.group = key("vg1");
    disk.groupPartition = 9;
    disk.groupOffset = 1265_MiB;
    disk.groupSize = Bytes{(3_GiB).count - (1266_MiB).count};
    TargetVolume first = volume(0, 1266_MiB, 200_MiB, FsType::Ext4, "11111111-2222-4333-8444-555555555511", "one", TargetContent::Files);
    first.source = key("vg/a");
    first.typeCode.clear();
    first.logicalVolume = key("lv1");
    TargetVolume second = first;
    second.source = key("vg/b");
    second.uuid = key("11111111-2222-4333-8444-555555555512");
    second.logicalVolume = key("lv2");
    second.offset = 1466_MiB;
    disk.volumes << first << second;
    return {BootMode::Bios, {disk}};
}

}

/// Real tables, volume groups and filesystems, looked at with everybody else's tools.
class TestTargetBuilder : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    int m_cleared = 0;
    QString diskPath() const { return m_folder.filePath(key("disk.raw")); }
    QString statePath() const { return m_folder.filePath(key("state")); }
    TargetBuilder::DiskOf finder()
    {
        return [this](quint32) -> Result<build::BuildDisk> {
            return build::BuildDisk{diskPath(),
                [this]() -> Result<> {
                    ++m_cleared;
                    QFile disk(diskPath());
                    const qint64 size = disk.size();
                    const bool done = disk.open(QIODevice::ReadWrite) && disk.resize(0) && disk.resize(size);
                    return done ? ok() : Result<>(Error{});
                },
                []() { return ok(); }};
        };
    }
    static QByteArray tool(const QString &program, const QStringList &arguments)
    {
        const Result<CommandOutput> output = run({program, arguments, {}});
        return output ? output->output : QByteArray("failed");
    }
    /// "TYPE UUID LABEL" of what lies there.
    QString content(const TargetVolume &volume, const QString &fsck = {}) const
    {
        const Result<LoopDevice> device = LoopDevice::attach(diskPath(), volume.offset, volume.size);
        if (!device)
            return key("no loop device");
        QStringList out;
        for (const char *tag : {"TYPE", "UUID", "LABEL"})
            out.append(
                QString::fromUtf8(tool(key("blkid"), {key("-p"), key("-s"), key(tag), key("-o"), key("value"), device->path()}).trimmed()));
        if (!fsck.isEmpty()) {
            QStringList words = fsck.split(QLatin1Char(' '));
            const QString program = words.takeFirst();
            const Result<CommandOutput> checked = run({program, words << device->path(), {}});
            if (!checked || checked->exitCode != 0)
                out.append(checked ? QString::fromUtf8(checked->output + checked->errors) : key("no fsck"));
        }
        return out.join(QLatin1Char(' ')).trimmed();
    }

private Q_SLOTS:
    void init()
    {
        QVERIFY2(::geteuid() == 0, "run as root: it makes loop devices");
        m_cleared = 0;
        QFile disk(diskPath());
        QVERIFY(disk.open(QIODevice::WriteOnly | QIODevice::Truncate) && disk.resize(3LL << 30));
        QDir(statePath()).removeRecursively();
        QVERIFY(QDir().mkpath(statePath()));
    }

    void makesWhatTheLayoutSays()
    {
        const TargetImage image = everything();
        const Result<> built = TargetBuilder(statePath()).build(7, image, finder(), {});
        QVERIFY2(bool(built), built ? "" : qPrintable(built.error().args.join(QLatin1Char(' ')) + built.error().detail));

        const QJsonObject table =
            QJsonDocument::fromJson(tool(key("sfdisk"), {key("--json"), diskPath()})).object().value(key("partitiontable")).toObject();
        QCOMPARE(table.value(key("label")).toString(), key("gpt"));
        QCOMPARE(table.value(key("id")).toString(), image.disks[0].tableId);
        const QJsonArray partitions = table.value(key("partitions")).toArray();
        QCOMPARE(partitions.size(), 9);
        for (int i = 0; i < 8; ++i) {
            QCOMPARE(quint64(partitions[i].toObject().value(key("start")).toInteger()) * 512, image.disks[0].volumes[i].offset.count);
            QCOMPARE(quint64(partitions[i].toObject().value(key("size")).toInteger()) * 512, image.disks[0].volumes[i].size.count);
        }
        QVERIFY(tool(key("sfdisk"), {key("--verify"), diskPath()}).contains("No errors"));

        const QList<TargetVolume> &volumes = image.disks[0].volumes;
        QCOMPARE(content(volumes[0], key("e2fsck -fn")), key("ext4 11111111-2222-4333-8444-555555555501 four"));
        QCOMPARE(content(volumes[1], key("e2fsck -fn")), key("ext3 11111111-2222-4333-8444-555555555502 three"));
        QCOMPARE(content(volumes[2], key("e2fsck -fn")), key("ext2 11111111-2222-4333-8444-555555555503 two"));
        QCOMPARE(content(volumes[3], key("xfs_repair -n")), key("xfs 11111111-2222-4333-8444-555555555504 ex"));
        QVERIFY(content(volumes[4], key("btrfs check --readonly")).endsWith(key(" bee"))); // its UUID comes last
        QCOMPARE(content(volumes[5], key("fsck.vfat -n")), key("vfat ABCD-1234 FAT"));
        QCOMPARE(content(volumes[6]), key("swap 11111111-2222-4333-8444-555555555507 swap"));
        QCOMPARE(content(volumes[7]), QString()); // comes block by block
        QCOMPARE(content(volumes[8], key("e2fsck -fn")), key("ext4 11111111-2222-4333-8444-555555555511 one"));
        QCOMPARE(content(volumes[9], key("e2fsck -fn")), key("ext4 11111111-2222-4333-8444-555555555512 one"));
    }

    void filesystemsHaveWhatTheSourcesHad()
    {
        const TargetImage image = everything();
        QVERIFY(TargetBuilder(statePath()).build(7, image, finder(), {}));
        const TargetVolume &ext = image.disks[0].volumes[0];
        const Result<LoopDevice> device = LoopDevice::attach(diskPath(), ext.offset, ext.size);
        QVERIFY(bool(device));
        const QByteArray facts = tool(key("dumpe2fs"), {key("-h"), device->path()});
        QVERIFY2(facts.contains("Filesystem features:      has_journal filetype extent sparse_super large_file\n"), facts.constData());
        QVERIFY2(facts.contains("Inode size:\t          128\n") || facts.contains("Inode size:               128"), facts.constData());
        QVERIFY(facts.contains("Inode count:              5")); // 50000 and a few, not the usual 6400
        const TargetVolume &xfs = image.disks[0].volumes[3];
        const Result<LoopDevice> other = LoopDevice::attach(diskPath(), xfs.offset, xfs.size);
        QVERIFY(bool(other));
        const QByteArray xfsFacts = tool(key("xfs_db"), {key("-r"), key("-c"), key("info"), other->path()});
        for (const char *wanted : {"crc=1", "finobt=1", "reflink=0", "bigtime=0", "inobtcount=0", "sparse=0"})
            QVERIFY2(xfsFacts.contains(wanted), xfsFacts.constData());
    }

    /// As on a receiver whose image lacks a package: said by name, and when it is there the same order is built.
    void aMissingToolIsNamed_data()
    {
        QTest::addColumn<QString>("program");
        for (const char *program : {"mke2fs", "mkfs.xfs", "mkfs.btrfs", "mkfs.vfat", "mkswap", "lvm"})
            QTest::newRow(program) << key(program);
    }
    void aMissingToolIsNamed()
    {
        QFETCH(QString, program);
        const QByteArray nothing = QFile::encodeName(m_folder.filePath(key("nothing")));
        QFile file(QFile::decodeName(nothing));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QByteArray place = "/usr/sbin/" + program.toLatin1();
        QTemporaryDir mounts;
        bool hidden = false;
        Result<> built = ok();
        QVERIFY(inPrivateMounts(mounts.path(), [&](GuestMounts &) {
            const QByteArray real = QFile::encodeName(QFileInfo(QFile::decodeName(place)).canonicalFilePath());
            hidden = ::mount(nothing.constData(), real.constData(), nullptr, MS_BIND, nullptr) == 0;
            built = TargetBuilder(statePath()).build(7, everything(), finder(), {});
        }));
        QVERIFY(hidden && !built);
        QCOMPARE(int(built.error().code), int(ErrorCode::ToolMissing));
        QCOMPARE(built.error().args, QStringList{program});
        const Result<> again = TargetBuilder(statePath()).build(7, everything(), finder(), {});
        QVERIFY2(bool(again), again ? "" : qPrintable(again.error().detail));
    }

    void aBtrfsGetsItsSubvolumes()
    {
        TargetImage image = everything();
        TargetVolume &pool = image.disks[0].volumes[4];
        pool.subvolumes = {key("@"), key("@/var/lib/machines"), key("@home")};
        pool.defaultSubvolume = key("@");
        const Result<> built = TargetBuilder(statePath()).build(7, image, finder(), {});
        QVERIFY2(bool(built), built ? "" : qPrintable(built.error().detail));
        const Result<LoopDevice> device = LoopDevice::attach(diskPath(), pool.offset, pool.size);
        QVERIFY(bool(device));
        Result<QList<SubvolumeFacts>> found = QList<SubvolumeFacts>();
        QTemporaryDir mounts;
        QVERIFY(inPrivateMounts(mounts.path(), [&](GuestMounts &guest) {
            const Result<QString> top = guest.mount(device->path(), FsType::Btrfs, topOption(FsType::Btrfs), key("pool"));
            found = top ? btrfsSubvolumes(*top, key("pool")) : Result<QList<SubvolumeFacts>>(top.error());
        }));
        QVERIFY(bool(found));
        QCOMPARE(found->size(), 3);
        for (qsizetype i = 0; i < found->size(); ++i) {
            QCOMPARE(found->at(i).path, pool.subvolumes.at(i));
            QCOMPARE(found->at(i).mountedByDefault, i == 0);
            QVERIFY(!found->at(i).readOnly && !found->at(i).snapshot && !found->at(i).received);
        }
    }

    void aBtrfsGetsItsUuidThoughTheSourceIsADiskOfThisMachine()
    {
        const TargetImage image = everything();
        const TargetVolume &pool = image.disks[0].volumes[4];
        QVERIFY(TargetBuilder(statePath()).build(7, image, finder(), {}));
        const QString source = m_folder.filePath(key("source"));
        QFile file(source);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(200 << 20));
        (void)tool(key("mkfs.btrfs"), {key("-q"), key("-f"), key("-U"), pool.uuid, source});
        QVERIFY(tool(key("blkid"), {key("-p"), source}).contains(pool.uuid.toUtf8()));
        const Result<LoopDevice> other = LoopDevice::attach(source, {}, 200_MiB);
        const Result<LoopDevice> device = LoopDevice::attach(diskPath(), pool.offset, pool.size, LoopDevice::Access::ReadWrite);
        QVERIFY(bool(other) && bool(device));
        QTemporaryDir mounts;
        const Result<> named = build::finishUuid(device->path(), pool, mounts.path(), {});
        QVERIFY2(bool(named), named ? "" : qPrintable(named.error().detail));
        QCOMPARE(content(pool, key("btrfs check --readonly")), key("btrfs 11111111-2222-4333-8444-555555555505 bee"));
        QFile partitions(key("/proc/partitions"));
        QVERIFY(partitions.open(QIODevice::ReadOnly) && partitions.readAll().contains("major")); // hidden from nobody else
    }

    void theSameAgainChangesNothing()
    {
        const TargetImage image = everything();
        QVERIFY(TargetBuilder(statePath()).build(7, image, finder(), {}));
        QFile disk(diskPath());
        QVERIFY(disk.open(QIODevice::ReadWrite) && disk.seek(1200LL << 20) && disk.write("copied") == 6);
        disk.close();
        QVERIFY(TargetBuilder(statePath()).build(7, image, finder(), {})); // another process, after a restart
        QCOMPARE(m_cleared, 0);
        QVERIFY(disk.open(QIODevice::ReadOnly) && disk.seek(1200LL << 20));
        QCOMPARE(disk.read(6), QByteArray("copied"));
        const Result<std::optional<TargetImage>> built = TargetBuilder(statePath()).built(7);
        QVERIFY(bool(built) && built->has_value());
        QCOMPARE(**built, image);
        QVERIFY(!TargetBuilder(statePath()).built(8)->has_value());
    }

    void anotherImageBeginsOnAnEmptyDisk()
    {
        TargetImage image = everything();
        QVERIFY(TargetBuilder(statePath()).build(7, image, finder(), {}));
        image.disks[0].volumes[1].fs = FsType::Ext4;
        QVERIFY(TargetBuilder(statePath()).build(7, image, finder(), {}));
        QCOMPARE(m_cleared, 1);
        QCOMPARE(content(image.disks[0].volumes[1], key("e2fsck -fn")), key("ext4 11111111-2222-4333-8444-555555555502 three"));
    }

    void anMbrForABios()
    {
        TargetImage image = everything();
        TargetDiskLayout &disk = image.disks[0];
        disk.table = TableType::Mbr;
        disk.tableId = key("0xcafe1234");
        disk.volumes = {disk.volumes[0], disk.volumes[6]};
        disk.volumes[0].typeCode = key("0x83");
        disk.volumes[0].active = true;
        disk.volumes[1].typeCode = key("0x82");
        disk.volumes[1].partition = 2;
        disk.group.clear();
        disk.groupPartition = 0;
        disk.groupOffset = disk.groupSize = Bytes{};
        const Result<> built = TargetBuilder(statePath()).build(7, image, finder(), {});
        QVERIFY2(bool(built), built ? "" : qPrintable(built.error().detail));
        const QByteArray table = tool(key("sfdisk"), {key("--dump"), diskPath()});
        QVERIFY2(table.contains("label: dos\nlabel-id: 0xcafe1234"), table.constData());
        QVERIFY2(table.contains("start=        2048, size=      204800, type=83, bootable"), table.constData());
        QVERIFY2(table.contains("size=      131072, type=82"), table.constData());
    }

    void whatCannotBeMadeIsSaid()
    {
        TargetImage image = everything();
        image.disks[0].volumes[3].size = 20_MiB; // less than an xfs can be
        const Result<> built = TargetBuilder(statePath()).build(7, image, finder(), {});
        QVERIFY(!built);
        QCOMPARE(built.error().code, ErrorCode::TargetBuildFailed);
        QCOMPARE(built.error().args, (QStringList{key("d/p4"), key("mkfs.xfs")}));
        QVERIFY(!TargetBuilder(statePath()).built(7)->has_value());
        QVERIFY(TargetBuilder(statePath()).build(7, everything(), finder(), {})); // a changed plan goes on
        QCOMPARE(m_cleared, 1);
    }
};

QTEST_GUILESS_MAIN(TestTargetBuilder)
#include "tst_targetbuilder.moc"
