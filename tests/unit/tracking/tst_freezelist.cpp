#include "core/source/tracking/freezelist.h"

#include <QElapsedTimer>
#include <QTest>

using namespace edgelift;

namespace {

QByteArray line(const QByteArray &superblock, const QByteArray &mountPoint, const QByteArray &type, const QByteArray &source,
    const QByteArray &options = "rw", const QByteArray &root = "/")
{
    return "36 35 " + superblock + ' ' + root + ' ' + mountPoint + " rw,noatime shared:1 master:2 - " + type + ' ' + source + ' ' + options
        + '\n';
}

QStringList points(const QList<MountedFilesystem> &filesystems)
{
    QStringList names;
    for (const MountedFilesystem &one : filesystems)
        names.append(one.mountPoint);
    return names;
}

QStringList order(const QByteArray &mountInfo, const QMap<QString, QString> &files = {})
{
    return points(freezeOrder(mountedFilesystems(mountInfo), [&files](const MountedFilesystem &one) {
        return files.contains(one.source) ? QStringList{files.value(one.source)} : QStringList();
    }));
}

QStringList list(std::initializer_list<const char *> names)
{
    QStringList strings;
    for (const char *name : names)
        strings.append(QString::fromUtf8(name));
    return strings;
}

}

class FreezeListTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void deeperFirstRootLast();
    void eachSuperblockOnce();
    void whatLivesInAFileGoesBeforeItsHome();
    void whatCannotBeFrozenIsLeftOut();
    void oddNamesAreRead();
    void hiddenMountsAreNotReachable();
    void aWholeMountShowsTheUppermostFolder();
    void damagedLinesAreLeftOut();
    void circlesEnd();
    void thousandMountsAreQuick();
};

void FreezeListTest::deeperFirstRootLast()
{
    QCOMPARE(order(line("8:1", "/", "ext4", "/dev/sda1") + line("8:2", "/var", "xfs", "/dev/sda2")
                 + line("8:3", "/var/lib/db", "ext4", "/dev/sda3") + line("8:4", "/boot", "ext2", "/dev/sda4")),
        list({"/var/lib/db", "/var", "/boot", "/"}));
}

void FreezeListTest::eachSuperblockOnce()
{
    QCOMPARE(order(line("8:1", "/", "ext4", "/dev/sda1") + line("8:1", "/srv/bind", "ext4", "/dev/sda1", "rw", "/data")
                 + line("0:40", "/mnt/b", "btrfs", "/dev/sdb", "rw,subvol=/@", "/@")
                 + line("0:40", "/home", "btrfs", "/dev/sdb", "rw", "/@home")),
        list({"/home", "/"}));
}

void FreezeListTest::whatLivesInAFileGoesBeforeItsHome()
{
    // The inner one is mounted less deep than the one that holds its image, and that lives in a file of the root.
    const QByteArray mounts = line("8:1", "/", "ext4", "/dev/sda1") + line("7:1", "/in", "xfs", "/dev/loop1")
        + line("7:0", "/a/very/deep/place", "ext4", "/dev/loop0");
    QCOMPARE(order(mounts,
                 {{QStringLiteral("/dev/loop1"), QStringLiteral("/a/very/deep/place/image")},
                     {QStringLiteral("/dev/loop0"), QStringLiteral("/var/images/one")}}),
        list({"/in", "/a/very/deep/place", "/"}));
}

void FreezeListTest::whatCannotBeFrozenIsLeftOut()
{
    QByteArray mounts = line("8:1", "/", "ext4", "/dev/sda1") + line("8:9", "/media", "ext4", "/dev/sda9", "ro,errors=remount-ro");
    for (const QByteArray type : {"vfat", "exfat", "nfs4", "autofs", "fuse.sshfs", "overlay", "tmpfs", "proc", "squashfs", "cifs"})
        mounts += line("0:" + QByteArray::number(50 + type.size()), "/x" + type, type, "none");
    QCOMPARE(order(mounts), list({"/"}));
    QVERIFY(!canFreeze(QStringLiteral("vfat")) && canFreeze(QStringLiteral("xfs")));
}

void FreezeListTest::oddNamesAreRead()
{
    const QList<MountedFilesystem> found =
        mountedFilesystems(line("8:1", "/with\\040blank\\134and\\012line", "ext4", "/dev/mapper/vg\\040a-lv", "rw,errors=ro-not"));
    QCOMPARE(found.size(), 1);
    QCOMPARE(found.first().mountPoint, QStringLiteral("/with blank\\and\nline"));
    QCOMPARE(found.first().source, QStringLiteral("/dev/mapper/vg a-lv"));
    QVERIFY(!found.first().readOnly);
}

void FreezeListTest::hiddenMountsAreNotReachable()
{
    QCOMPARE(
        points(mountedFilesystems(line("8:1", "/data", "ext4", "/dev/sda1") + line("8:2", "/data", "xfs", "/dev/sda2"))), list({"/data"}));
    QCOMPARE(mountedFilesystems(line("8:1", "/data", "ext4", "/dev/sda1") + line("8:2", "/data", "xfs", "/dev/sda2")).first().superblock,
        QStringLiteral("8:2"));
    QCOMPARE(points(mountedFilesystems(line("8:1", "/data", "ext4", "/dev/sda1") + line("8:1", "/srv/bind", "ext4", "/dev/sda1")
                 + line("8:2", "/data", "xfs", "/dev/sda2"))),
        list({"/srv/bind", "/data"}));
}

void FreezeListTest::aWholeMountShowsTheUppermostFolder()
{
    const QByteArray mounts = line("8:1", "/", "ext4", "/dev/sda1") + line("8:2", "/bind", "ext4", "/dev/sda2", "rw", "/data")
        + line("8:2", "/all", "ext4", "/dev/sda2") + line("0:40", "/home", "btrfs", "/dev/sdb", "rw", "/@home");
    QCOMPARE(wholeMount(mounts, QStringLiteral("8:1")), QStringLiteral("/"));
    QCOMPARE(wholeMount(mounts, QStringLiteral("8:2")), QStringLiteral("/all"));
    QCOMPARE(wholeMount(mounts + line("8:3", "/all", "ext4", "/dev/sda3"), QStringLiteral("8:2")), QString()); // hidden now
    QCOMPARE(wholeMount(mounts + line("8:3", "/all", "ext4", "/dev/sda3", "rw", "/part"), QStringLiteral("8:2")), QString());
    QCOMPARE(wholeMount(mounts, QStringLiteral("0:40")), QString()); // a subvolume only
}

void FreezeListTest::damagedLinesAreLeftOut()
{
    QCOMPARE(mountedFilesystems("\n1 2\n36 35 8:1 / / rw - ext4\n- - - - - - -\n").size(), 0);
    QCOMPARE(mountedFilesystems("36 35 8:1 / /a\\9 rw - ext4 /dev/x rw").first().mountPoint, QStringLiteral("/a\\9"));
}

void FreezeListTest::circlesEnd()
{
    QCOMPARE(order(line("7:0", "/a", "ext4", "/dev/loop0") + line("7:1", "/b", "ext4", "/dev/loop1"),
                 {{QStringLiteral("/dev/loop0"), QStringLiteral("/b/image")}, {QStringLiteral("/dev/loop1"), QStringLiteral("/a/image")}})
                 .size(),
        2);
}

void FreezeListTest::thousandMountsAreQuick()
{
    QByteArray mounts = line("8:1", "/", "ext4", "/dev/sda1");
    for (int i = 0; i < 1000; ++i)
        mounts += line("8:" + QByteArray::number(i + 2), "/m/" + QByteArray::number(i), "xfs", "/dev/sd" + QByteArray::number(i));
    QElapsedTimer timer;
    timer.start();
    const QStringList sorted = order(mounts);
    QCOMPARE(sorted.size(), 1001);
    QCOMPARE(sorted.last(), QStringLiteral("/"));
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
}

QTEST_GUILESS_MAIN(FreezeListTest)
#include "tst_freezelist.moc"
