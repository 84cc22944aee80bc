#include "tests/integration/filecopyworld.h"

#include <QElapsedTimer>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

using namespace edgelift;
using namespace edgelift::literals;

/// Files through the tunnel: rsync here, rsync in a real receiver, and everything between them.
class TestFileCopy : public QObject, test::FileCopyWorld
{
    Q_OBJECT

private Q_SLOTS:
    void init() { makeFolders(); }
    void cleanup()
    {
        m_job.reset();
        m_receiver.reset();
    }

    void everythingAFileCanBeArrives_data()
    {
        QTest::addColumn<int>("fs");
        QTest::newRow("ext4") << int(FsType::Ext4);
        QTest::newRow("xfs") << int(FsType::Xfs);
        QTest::newRow("btrfs") << int(FsType::Btrfs);
    }
    void everythingAFileCanBeArrives()
    {
        QFETCH(int, fs);
        write("plain", "text");
        write("name with space, \"quote\" and \n line", "x");
        QFile odd(QString::fromLocal8Bit(at("")) + QStringLiteral("\u00fc\u4e2d"));
        QVERIFY(odd.open(QIODevice::WriteOnly));
        odd.close();
        QCOMPARE(::link(at("plain").constData(), at("hard").constData()), 0);
        QCOMPARE(::symlink("plain", at("soft").constData()), 0);
        QCOMPARE(::mkfifo(at("fifo").constData(), 0640), 0);
        QCOMPARE(::mknod(at("device").constData(), S_IFCHR | 0600, makedev(1, 3)), 0);
        QFile sparse(m_source.filePath(key("sparse")));
        QVERIFY(sparse.open(QIODevice::WriteOnly) && sparse.resize(300 << 20) && sparse.seek(200 << 20) && sparse.write("end") == 3);
        sparse.close();
        // u::rw-,u:1234:r--,g::r--,m::r--,o::r--
        const QByteArray acl =
            QByteArray::fromHex("02000000010006000000000002000400d2040000040004000000000010000400000000002000040000000000");
        QCOMPARE(::setxattr(at("plain").constData(), "system.posix_acl_access", acl.constData(), size_t(acl.size()), 0), 0);
        QCOMPARE(::setxattr(at("plain").constData(), "user.note", "kept", 4, 0), 0);
        QCOMPARE(::setxattr(at("plain").constData(), "trusted.secret", "kept", 4, 0), 0);
        // capabilities: cap_net_raw+ep
        const QByteArray capability = QByteArray::fromHex("0100000200200000000000000000000000000000");
        QCOMPARE(::setxattr(at("plain").constData(), "security.capability", capability.constData(), size_t(capability.size()), 0), 0);
        QCOMPARE(::chown(at("plain").constData(), 4321, 1234), 0); // clears the capability, as the kernel does
        QCOMPARE(::setxattr(at("plain").constData(), "security.capability", capability.constData(), size_t(capability.size()), 0), 0);
        QCOMPARE(::chmod(at("fifo").constData(), 04711), 0);
        const timespec times[2] = {{1, 2}, {1234567890, 123456789}};
        QCOMPARE(::utimensat(AT_FDCWD, at("plain").constData(), times, 0), 0);
        prepare(FsType(fs), 400_MiB);

        const Result<FileCopyEnd> end = copy();

        COPIED(end);
        QCOMPARE(differences({key("--filter=-x trusted.SGI_ACL_*")}), QByteArray()); // how XFS shows its ACLs a second time
        QCOMPARE(onTarget([](const QString &folder) {
            struct stat facts = {};
            const int got = ::stat(QFile::encodeName(folder + key("/sparse")).constData(), &facts);
            return QByteArray(got == 0 && facts.st_blocks * 512LL < (8 << 20) ? "sparse" : "full");
        }),
            QByteArray("sparse"));
        QCOMPARE(onTarget([](const QString &folder) {
            struct stat facts = {};
            const int got = ::stat(QFile::encodeName(folder + key("/plain")).constData(), &facts);
            return got == 0 ? QByteArray::number(qint64(facts.st_mtim.tv_nsec)) : QByteArray();
        }),
            QByteArray("123456789"));
        if (FsType(fs) == FsType::Btrfs) {
            const Result<LoopDevice> device = LoopDevice::attach(m_receiver->diskPath(key("t0")), m_offset, m_size);
            QCOMPARE(tool("blkid", {key("-p"), key("-s"), key("UUID"), key("-o"), key("value"), device->path()}).trimmed(),
                QByteArray("11111111-2222-4333-8444-555555555501"));
        }
    }

    void aLogicalVolumeIsFilledWhereLvmHasIt()
    {
        write("x", "in a logical volume");
        TargetImage image = imageWith(FsType::Ext4, 100_MiB);
        TargetDiskLayout &disk = image.disks[0];
        disk.group = key("vg1");
        disk.groupPartition = 1;
        disk.groupOffset = 1_MiB;
        disk.groupSize = 1022_MiB;
        disk.volumes[0].partition = 0;
        disk.volumes[0].typeCode.clear();
        disk.volumes[0].logicalVolume = key("lv1");
        disk.volumes[0].offset = 2_MiB;
        prepare(FsType::Ext4, 100_MiB, image);
        m_offset = 2_MiB;
        COPIED(copy());
        QCOMPARE(differences(), QByteArray());
    }

    /// Whether or not this machine's kernel knows FAT.
    void vfatHasNamesAndTimesOnly()
    {
        write("BOOTX64.EFI", QByteArray(100000, 'e'));
        prepare(FsType::Vfat, 64_MiB);
        const Result<FileCopyEnd> copied = copy();
        COPIED(copied);
        QCOMPARE(onTarget([](const QString &folder) {
            QFile file(folder + key("/BOOTX64.EFI"));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        }),
            QByteArray(100000, 'e'));
    }

    void aSecondPassSendsTheDifference()
    {
        for (int i = 0; i < 50; ++i)
            write(qPrintable(QStringLiteral("file%1").arg(i)), receiver::test::noise(200000, quint32(i)));
        prepare(FsType::Ext4, 100_MiB);
        const Result<FileCopyEnd> first = copy({}, false);
        COPIED(first);
        QVERIFY(first->bytes > 10000000);
        write("file3", "changed");
        QVERIFY(m_source.remove(key("file4")));
        const Result<FileCopyEnd> second = copy();
        COPIED(second);
        QVERIFY2(second->bytes < 100000, qPrintable(QString::number(second->bytes)));
        QCOMPARE(differences(), QByteArray());
    }

    void whatIsExcludedStays()
    {
        QVERIFY(m_source.mkpath(key("cache/deep")) && m_source.mkpath(key("data")));
        write("cache/deep/x", "x");
        write("data/y", "y");
        prepare(FsType::Ext4, 100_MiB);
        COPIED(copy({key("/cache/*")}));
        QCOMPARE(onTarget([](const QString &folder) {
            return QDir(folder + key("/cache")).isEmpty() ? QByteArray("empty") : QByteArray("full");
        }),
            QByteArray("empty"));
        QCOMPARE(differences({key("--exclude=/cache/*")}), QByteArray());
    }

    void aDamagedFileIsFoundByComparing()
    {
        write("file", QByteArray(100000, 'a'));
        prepare(FsType::Ext4, 100_MiB);
        COPIED(copy());
        QFile disk(m_receiver->diskPath(key("t0")));
        QVERIFY(disk.open(QIODevice::ReadWrite));
        const QByteArray content = disk.read(101 << 20);
        const qsizetype place = content.indexOf(QByteArray(4096, 'a'));
        QVERIFY(place > 0 && disk.seek(place + 5) && disk.write("b") == 1);
        disk.close();
        COPIED(copy()); // size and time are the same: not seen
        QVERIFY(!differences().isEmpty());
        FileCopy files(*m_job, QLatin1String(EDGELIFT_BIN_DIR) + key("/edgelift-tunnel"), [](quint64) {});
        COPIED(files.run({0, key("disk/p1"), key("/srv"), false, true, {}}, m_source.path(), true, {}));
        QCOMPARE(differences(), QByteArray());
    }

    void compressionAndLimitHold()
    {
        write("zeros and text", QByteArray(20 << 20, 't'));
        prepare(FsType::Ext4, 100_MiB);
        COPIED(copy());
        QVERIFY2(m_job->wireBytes->load() < (2 << 20), qPrintable(QString::number(m_job->wireBytes->load())));
        QCOMPARE(differences(), QByteArray());
    }

    /// A lower bound: a slow machine only takes longer.
    void theDiskLimitHolds()
    {
        write("noise", receiver::test::noise(30 << 20, 3));
        prepare(FsType::Ext4, 100_MiB);
        m_tuning.diskMBps = 10;
        m_job->limits.start();
        QElapsedTimer time;
        time.start();
        COPIED(copy());
        m_tuning.diskMBps = 0;
        QVERIFY2(time.elapsed() > 2700, qPrintable(QString::number(time.elapsed())));
        QCOMPARE(differences(), QByteArray());
    }

    void aFullFilesystemIsSaid()
    {
        write("large", receiver::test::noise(60 << 20, 1));
        prepare(FsType::Ext4, 40_MiB);
        const Result<FileCopyEnd> end = copy();
        QVERIFY(!end);
        QCOMPARE(int(end.error().code), int(ErrorCode::TargetFilesystemFull));
        QCOMPARE(end.error().args, QStringList{key("/srv")});
        QVERIFY(m_source.remove(key("large"))); // what fits goes on, with the same receiver
        write("small", "fits");
        COPIED(copy());
        QCOMPARE(differences(), QByteArray());
    }

    void anUnreadableSourceIsSaid()
    {
        prepare(FsType::Ext4, 40_MiB);
        QVERIFY(m_source.removeRecursively());
        const Result<FileCopyEnd> end = copy();
        QVERIFY(!end);
        QCOMPARE(int(end.error().code), int(ErrorCode::FileCopyFailed));
        QCOMPARE(end.error().args.value(0), key("/srv"));
    }

    void onlyBuiltVolumesAreTaken()
    {
        write("x", "x");
        prepare(FsType::Ext4, 40_MiB);
        FileCopy files(*m_job, QLatin1String(EDGELIFT_BIN_DIR) + key("/edgelift-tunnel"), [](quint64) {});
        const Result<FileCopyEnd> end = files.run({0, key("disk/p2"), key("/other"), false, false, {}}, m_source.path(), true, {});
        QVERIFY(!end);
        QCOMPARE(int(end.error().code), int(ErrorCode::RequestMalformed));
    }
};

QTEST_GUILESS_MAIN(TestFileCopy)
#include "tst_filecopy.moc"
