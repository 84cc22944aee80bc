#include "core/base/fd.h"
#include "core/base/files.h"
#include "core/layout/defaultplan.h"
#include "core/layout/factsjson.h"
#include "core/layout/layoutchange.h"
#include "core/layout/planrules.h"
#include "core/layout/targetplan.h"
#include "core/source/live/disknode.h"
#include "tests/unit/live/loopserver.h"
#include "tests/unit/maps/imagetools.h"

#include <QDir>
#include <QFileInfo>
#include <QTest>
#include <fcntl.h>
#include <sys/statvfs.h>

using namespace edgelift;
using namespace edgelift::test;

namespace {

const auto systemDisk = QStringLiteral("gpt-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");
const auto dataDisk = QStringLiteral("mbr-cafe0001");
const auto btrfsDisk = QStringLiteral("file-disk2.img");

const UseFacts *useAt(const ServerFacts &facts, const QString &place)
{
    const auto it =
        std::find_if(facts.live->uses.begin(), facts.live->uses.end(), [&place](const UseFacts &use) { return use.place == place; });
    return it == facts.live->uses.end() ? nullptr : &*it;
}

/// Sorted: which disk the kernel gave the lower number is chance.
QString volumes(const ServerFacts &facts)
{
    QStringList out;
    for (const VolumeFacts &volume : facts.volumes)
        out.append(QStringLiteral("%1 %2 %3").arg(volume.id, fsName(volume.fs), volume.mountPoint).trimmed());
    out.sort();
    return out.join(QLatin1Char('|'));
}

/// 0: well.
int codeOf(const Result<> &result) { return result ? 0 : int(result.error().code); }

quint64 kernelsFree(const QString &path)
{
    struct statvfs room
    {
    };
    return ::statvfs(QFile::encodeName(path).constData(), &room) == 0 ? quint64(room.f_bfree) * room.f_frsize : 0;
}

}

/// Whole machines, as they run here.
class LiveSourceTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(isRoot(), "run as root: it mounts loop devices");
        m_server = std::make_unique<LoopServer>();
    }
    void cleanupTestCase()
    {
        const QString folder = m_server->path({});
        m_server.reset();
        QVERIFY(!shell(QStringLiteral("losetup -n -O BACK-FILE; cat /proc/self/mountinfo")).contains(folder.toUtf8()));
    }
    void whatIsFoundIsWhatWasMade();
    void usedBytesAreThoseOfTheKernel();
    void theMachineIsKnown();
    void whatItsAdministratorExcludesIsRead();
    void whatIsMountedOnBootIsLookedInto();
    void thePlanForItIsValid();
    void lookingWritesNothing();
    void looksPastWhatTheKernelRemembers();
    void changesOfDisksAreNoticed();
    void aDiskThatNobodyUnderstandsHidesNoOther();
    void disksWithoutAnIdAreKnownByContentOrPlace();
    void copiesOfATableAreToldApart();
    void fstabMayNameDevicesAndLinks();
    void stoppingEndsIt();

private:
    std::unique_ptr<Source> open(const MachineView &view)
    {
        Result<std::unique_ptr<Source>> source = openMachine(view, m_server->path(QStringLiteral("work")));
        if (!source)
            throw std::runtime_error(
                qPrintable(QString::number(int(source.error().code)) + source.error().args.join(QLatin1Char('|')) + source.error().detail));
        return source.take();
    }
    std::unique_ptr<LoopServer> m_server;
};

void LiveSourceTest::whatIsFoundIsWhatWasMade()
{
    const std::unique_ptr<Source> source = open(m_server->view());
    const ServerFacts &facts = source->facts();
    QCOMPARE(facts.disks.size(), 3);
    QCOMPARE(facts.disks.at(0).id, systemDisk);
    QCOMPARE(facts.disks.at(0).name, QFileInfo(m_server->device(0)).fileName());
    QCOMPARE(facts.disks.at(0).size.count, 110ULL << 20);
    QVERIFY(facts.disk(dataDisk));
    QVERIFY(facts.disk(btrfsDisk));
    QCOMPARE(facts.bootMode, QFile::exists(QStringLiteral("/sys/firmware/efi")) ? BootMode::Uefi : BootMode::Bios);
    const QString odd = QString::fromUtf8(LoopServer::oddMount);
    QStringList made{systemDisk + QStringLiteral("/p1 empty"), systemDisk + QStringLiteral("/p2 vfat /boot/efi"),
        systemDisk + QStringLiteral("/p3 ext4 /"), systemDisk + QStringLiteral("/p4 swap"), dataDisk + QStringLiteral("/p1 lvm-pv"),
        dataDisk + QStringLiteral("/p2 xfs ") + odd, btrfsDisk + QStringLiteral("/whole btrfs /pool"),
        QStringLiteral("vg-1/log ext4 /var/log"), QStringLiteral("vg-1/other empty")};
    made.sort();
    QCOMPARE(volumes(facts), made.join(QLatin1Char('|')));
    QVERIFY(facts.volume(systemDisk + QStringLiteral("/p3"))->system);
    QVERIFY(facts.volume(systemDisk + QStringLiteral("/p2"))->boot);
    const VolumeFacts &log = *facts.volume(QStringLiteral("vg-1/log"));
    const quint64 extent = 4ULL << 20;
    const QList<DiskSegment> pieces{
        {dataDisk, Bytes{2ULL << 20}, Bytes{3 * extent}}, {dataDisk, Bytes{(2ULL << 20) + 5 * extent}, Bytes{2 * extent}}};
    QCOMPARE(log.segments, pieces);
    QCOMPARE(log.label, QStringLiteral("log"));
    QCOMPARE(facts.groups, (QList<VolumeGroupFacts>{{QStringLiteral("vg-1"), Bytes{extent}, {dataDisk + QStringLiteral("/p1")}}}));
    // what is mounted, and on what
    QCOMPARE(useAt(facts, QStringLiteral("/"))->volume, systemDisk + QStringLiteral("/p3"));
    QCOMPARE(useAt(facts, odd)->volume, dataDisk + QStringLiteral("/p2"));
    QCOMPARE(useAt(facts, odd)->fs, QStringLiteral("xfs"));
    QCOMPARE(useAt(facts, QStringLiteral("/home"))->disks, QStringList{btrfsDisk});
    QCOMPARE(useAt(facts, QStringLiteral("/home"))->device, useAt(facts, QStringLiteral("/pool"))->device);
    QVERIFY(!useAt(facts, QStringLiteral("/boot/efi"))); // by fstab only
    QCOMPARE(facts.live->obstacles, QList<ObstacleFacts>());
    // what the system says of itself
    QCOMPARE(facts.os.prettyName, QStringLiteral("Debian GNU/Linux 12 (bookworm)"));
    QCOMPARE(facts.os.hostName, QStringLiteral("web01"));
    QCOMPARE(facts.os.kernels.size(), 1);
    QVERIFY(facts.os.kernels.constFirst().virtioBlk);
    QCOMPARE(facts.fstab.size(), 4);
    // the data path
    QCOMPARE(source->diskPath(systemDisk), m_server->device(0));
    QCOMPARE(source->diskPath(dataDisk), m_server->device(1));
    QCOMPARE(source->diskPath(btrfsDisk), m_server->device(2));
    QCOMPARE(source->diskPath(QStringLiteral("nothing")), QString());
    QVERIFY(source->verifyUnchanged());
    const Result<ServerFacts> again = serverFactsFromJson(toJson(facts));
    QVERIFY(again && *again == facts);
}

void LiveSourceTest::usedBytesAreThoseOfTheKernel()
{
    const std::unique_ptr<Source> source = open(m_server->view());
    const ServerFacts &facts = source->facts();
    QCOMPARE(facts.volume(systemDisk + QStringLiteral("/p3"))->used.count, (80ULL << 20) - kernelsFree(m_server->root()));
    const quint64 xfsFree = kernelsFree(m_server->root() + QString::fromUtf8(LoopServer::oddMount));
    QCOMPARE(facts.volume(dataDisk + QStringLiteral("/p2"))->used.count, (330ULL << 20) - xfsFree);
    const quint64 btrfs = facts.volume(btrfsDisk + QStringLiteral("/whole"))->used.count;
    QVERIFY2(btrfs > 3000000 && btrfs < 30000000, qPrintable(QString::number(btrfs)));
    const quint64 log = facts.volume(QStringLiteral("vg-1/log"))->used.count; // not mounted: by its superblock
    QVERIFY2(log > 100000 && log < (12ULL << 20), qPrintable(QString::number(log)));
    QCOMPARE(facts.volume(systemDisk + QStringLiteral("/p4"))->used.count, 4096ULL);
}

void LiveSourceTest::theMachineIsKnown()
{
    const std::unique_ptr<Source> source = open(m_server->view());
    const LiveFacts &live = *source->facts().live;
    QCOMPARE(live.bootId.toUtf8(), readFile(QStringLiteral("/proc/sys/kernel/random/boot_id"), 4096)->trimmed());
    QCOMPARE(live.kernel.toUtf8(), shell(QStringLiteral("uname -r")).trimmed());
    QVERIFY(live.freeMemory.count > (1U << 20));
    QCOMPARE(live.nics.size(), qsizetype(shell(QStringLiteral("ls /sys/class/net | grep -vc '^lo$'")).toInt()));
    QVERIFY(live.byPlace.isEmpty());
    QVERIFY(live.unreadable.isEmpty());
}

void LiveSourceTest::whatItsAdministratorExcludesIsRead()
{
    QVERIFY(open(m_server->view())->facts().live->excludes.isEmpty());
    const QString folder = m_server->root() + QStringLiteral("/etc/edgelift");
    QVERIFY(QDir().mkpath(folder));
    QVERIFY(writeFileDurably(folder + QStringLiteral("/excludes"), "# mine\n/var/spool/*\n"));
    QCOMPARE(defaultPlan(open(m_server->view())->facts()).excludes, QStringList{QStringLiteral("/var/spool/*")});
    QVERIFY(QDir(folder).removeRecursively());
}

void LiveSourceTest::whatIsMountedOnBootIsLookedInto()
{
    const QString boot = m_server->root() + QStringLiteral("/boot");
    QVERIFY(open(m_server->view())->facts().os.boot != QLatin1String("extlinux"));
    shell(
        QStringLiteral("btrfs -q subvolume create %1/pool/@boot; mkdir %1/pool/@boot/extlinux; touch %1/pool/@boot/extlinux/extlinux.conf; "
                       "mount -o subvol=@boot %2 %3")
            .arg(m_server->root(), m_server->device(2), boot));
    const std::unique_ptr<Source> source = open(m_server->view());
    shell(QStringLiteral("umount %1; btrfs -q subvolume delete %2/pool/@boot").arg(boot, m_server->root()));
    m_server->flush();
    QCOMPARE(source->facts().os.boot, QStringLiteral("extlinux"));
}

void LiveSourceTest::thePlanForItIsValid()
{
    const std::unique_ptr<Source> source = open(m_server->view());
    const ServerFacts &facts = source->facts();
    const Plan plan = defaultPlan(facts);
    for (const Problem &problem : check(plan, facts))
        QVERIFY2(problem.severity != Problem::Severity::Blocker, qPrintable(describe(problem)));
    QVERIFY(requireFeasibleLayout(plan, facts));
    for (const Check &check : readinessChecks(facts))
        QVERIFY2(check.severity != Check::Severity::Blocker, qPrintable(check.id + check.args.join(QLatin1Char('|'))));
}

/// The filesystems are mounted so that any look at a file would change a time of access.
void LiveSourceTest::lookingWritesNothing()
{
    m_server->flush();
    const auto sums = [this] { return shell(QStringLiteral("sha256sum %1 %2").arg(m_server->image(0), m_server->image(2))); };
    const quint64 before = m_server->sectorsWritten();
    const QByteArray content = sums();
    {
        const std::unique_ptr<Source> source = open(m_server->view());
        QVERIFY(source->verifyUnchanged());
        m_server->flush();
    }
    m_server->flush();
    QCOMPARE(m_server->sectorsWritten(), before);
    QCOMPARE(sums(), content);
    QCOMPARE(QDir(m_server->path(QStringLiteral("work"))).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());
    // ... and an ordinary look does write, or the above would prove nothing
    shell(QStringLiteral("cat %1/etc/hostname").arg(m_server->root()));
    m_server->flush();
    QVERIFY(m_server->sectorsWritten() > before);
}

/// Partitions have caches of their own: what was written through them does not show at the disk's node by itself.
void LiveSourceTest::looksPastWhatTheKernelRemembers()
{
    const QString image = m_server->path(QStringLiteral("extra.img"));
    makeImage(image, 40);
    shell(QStringLiteral("sgdisk -U BBBBBBBB-0000-0000-0000-000000000001 -n 1:2048:+8M %1 >/dev/null").arg(image));
    const QString device = m_server->attach(image);
    MachineView view = m_server->view();
    view.disks.append(QFileInfo(device).fileName());
    const Fd held(::open(QFile::encodeName(device).constData(), O_RDONLY | O_CLOEXEC)); // as a mounted partition would hold it
    const std::unique_ptr<Source> source = open(view);
    const QString disk = QStringLiteral("gpt-bbbbbbbb-0000-0000-0000-000000000001");
    QVERIFY(source->facts().volume(disk + QStringLiteral("/p1")));
    QVERIFY(!source->facts().volume(disk + QStringLiteral("/p2")));
    shell(QStringLiteral("sgdisk -n 2:0:+8M %1 >/dev/null; mkswap -q -o 1048576 %1 2>/dev/null || true").arg(image)); // behind its back
    makeImage(m_server->path(QStringLiteral("part")), 8);
    shell(QStringLiteral("mke2fs -q -F -t ext4 -L late %1").arg(m_server->path(QStringLiteral("part"))));
    place(m_server->path(QStringLiteral("part")), image, 1 << 20);
    shell(QStringLiteral("sync -f %1").arg(image));
    QCOMPARE(codeOf(source->verifyUnchanged()), int(ErrorCode::SourceChanged));
    const std::unique_ptr<Source> now = open(view);
    QVERIFY(now->facts().volume(disk + QStringLiteral("/p2")));
    QCOMPARE(now->facts().volume(disk + QStringLiteral("/p1"))->label, QStringLiteral("late"));
    QVERIFY(now->diskIdentity(disk) != source->diskIdentity(disk));
    QCOMPARE(now->diskIdentity(systemDisk), source->diskIdentity(systemDisk));
    QVERIFY(now->verifyUnchanged());
}

void LiveSourceTest::changesOfDisksAreNoticed()
{
    const QString image = m_server->path(QStringLiteral("changing.img"));
    makeImage(image, 20);
    shell(QStringLiteral("sgdisk -U CCCCCCCC-0000-0000-0000-000000000001 -n 1:2048:+8M %1 >/dev/null").arg(image));
    const QString device = m_server->attach(image);
    MachineView view = m_server->view();
    view.disks = {QFileInfo(device).fileName()};
    const std::unique_ptr<Source> source = open(view);
    QVERIFY(source->verifyUnchanged());
    shell(QStringLiteral("truncate -s 30M %1; losetup -c %2").arg(image, device));
    QCOMPARE(codeOf(source->verifyUnchanged()), int(ErrorCode::SourceChanged));
    QCOMPARE(source->verifyUnchanged().error().args, QStringList{view.disks});
    shell(QStringLiteral("truncate -s 20M %1; losetup -c %2").arg(image, device));
    QVERIFY(source->verifyUnchanged());
    shell(QStringLiteral("losetup -d %1").arg(device)); // pulled out
    QVERIFY(!source->verifyUnchanged());
    shell(QStringLiteral("losetup %2 %1").arg(image, device)); // and in again: who knows what happened meanwhile
    QCOMPARE(codeOf(source->verifyUnchanged()), int(ErrorCode::SourceChanged));
}

void LiveSourceTest::aDiskThatNobodyUnderstandsHidesNoOther()
{
    const QString image = m_server->path(QStringLiteral("damaged.img"));
    makeImage(image, 20);
    shell(QStringLiteral("printf 'label: dos\\n2048,8192,83\\n12288,8192,83\\n' | sfdisk -q %1; printf '\\0\\020\\0\\0' | dd of=%1 bs=1 "
                         "seek=470 conv=notrunc status=none")
              .arg(image)); // the second begins inside the first
    const QString device = m_server->attach(image);
    MachineView view = m_server->view();
    view.disks.append(QFileInfo(device).fileName());
    const std::unique_ptr<Source> source = open(view);
    const ServerFacts &facts = source->facts();
    QCOMPARE(facts.disks.size(), 4);
    QCOMPARE(facts.volumes.size(), 9); // those of the other disks
    QCOMPARE(facts.live->unreadable.size(), 1);
    QCOMPARE(facts.live->unreadable.constFirst().what, view.disks.constLast());
    QVERIFY2(facts.live->unreadable.constFirst().reason.contains(QStringLiteral("overlap")),
        qPrintable(facts.live->unreadable.constFirst().reason));
    QVERIFY(source->verifyUnchanged());
    const Plan plan = defaultPlan(facts);
    const auto damaged = std::find_if(
        facts.disks.begin(), facts.disks.end(), [&view](const DiskFacts &disk) { return disk.name == view.disks.constLast(); });
    QVERIFY(damaged != facts.disks.end());
    QVERIFY(!migratedDisks(plan, facts).contains(damaged->id));
}

void LiveSourceTest::disksWithoutAnIdAreKnownByContentOrPlace()
{
    const QString image = m_server->path(QStringLiteral("plain.img"));
    makeImage(image, 20);
    const QString loop = m_server->attach(image);
    BlockDevice device = *BlockDevices::read(QStringLiteral("/sys")).byName(QFileInfo(loop).fileName());
    device.loopFile.clear(); // a disk of a virtual machine, from here on
    device.name = QStringLiteral("vdx");
    device.place = QStringLiteral("pci0000:00/0000:00:02.0/virtio1/block/vdx");
    const auto node = [&] {
        QDir().mkpath(m_server->path(QStringLiteral("nodes")));
        shell(QStringLiteral("rm -f %1/*").arg(m_server->path(QStringLiteral("nodes"))));
        return DiskNode::open(device, false, MachineView(), m_server->path(QStringLiteral("nodes"))).take();
    };
    QCOMPARE(node().otherId(), QStringLiteral("place-pci0000:00_0000:00:02.0_virtio1"));
    QVERIFY(node().isKnownByPlaceOnly());
    QCOMPARE(node().path(), m_server->path(QStringLiteral("nodes/vdx"))); // there is no /dev/vdx
    QVERIFY(QFileInfo::exists(node().path()));
    shell(QStringLiteral("mke2fs -q -F -t ext4 -U 33333333-2222-3333-4444-555555555555 %1").arg(loop));
    QCOMPARE(node().otherId(), QStringLiteral("fs-33333333-2222-3333-4444-555555555555"));
    QVERIFY(!node().isKnownByPlaceOnly());
    device.serial = QStringLiteral("S 1/2");
    QCOMPARE(node().otherId(), QStringLiteral("serial-S_1_2"));
    device.wwn = QStringLiteral("naa.5");
    QCOMPARE(node().otherId(), QStringLiteral("wwn-naa.5"));
}

/// A disk that was cloned has the table of the other; the order the kernel finds them in must not matter.
void LiveSourceTest::copiesOfATableAreToldApart()
{
    MachineView view = m_server->view();
    QStringList devices;
    for (const char *name : {"clone-b.img", "clone-a.img"}) {
        const QString image = m_server->path(QLatin1String(name));
        makeImage(image, 20);
        shell(QStringLiteral("sgdisk -U DDDDDDDD-0000-0000-0000-000000000001 -n 1:2048:+8M %1 >/dev/null").arg(image));
        devices.append(QFileInfo(m_server->attach(image)).fileName());
    }
    view.disks = devices;
    const std::unique_ptr<Source> source = open(view);
    QStringList ids;
    for (const DiskFacts &disk : source->facts().disks)
        ids.append(disk.id);
    ids.sort();
    const QString table = QStringLiteral("gpt-dddddddd-0000-0000-0000-000000000001-file-clone-%1.img");
    QCOMPARE(ids, (QStringList{table.arg(QLatin1Char('a')), table.arg(QLatin1Char('b'))}));
}

void LiveSourceTest::fstabMayNameDevicesAndLinks()
{
    MachineView view = m_server->view();
    view.dev = m_server->path(QStringLiteral("dev"));
    shell(QStringLiteral("mkdir -p %1/disk/by-id").arg(view.dev));
    QStringList names;
    for (const char *name : {"named.img", "linked.img"}) {
        const QString image = m_server->path(QLatin1String(name));
        makeImage(image, 20);
        shell(QStringLiteral("mke2fs -q -F -t ext4 %1").arg(image));
        names.append(QFileInfo(m_server->attach(image)).fileName());
    }
    view.disks += names;
    for (const QString &disk : view.disks)
        shell(QStringLiteral("cp -a /dev/%1 %2/%1").arg(disk, view.dev));
    shell(QStringLiteral("ln -s ../../%1 %2/disk/by-id/odd").arg(names.at(1), view.dev));
    shell(QStringLiteral("printf '/dev/%1 /srv/named ext4 noauto 0 0\n/dev/disk/by-id/odd /srv/linked ext4 noauto 0 0\n' >>%2/etc/fstab")
              .arg(names.at(0), m_server->root()));
    const std::unique_ptr<Source> source = open(view);
    QCOMPARE(source->facts().volume(QStringLiteral("file-named.img/whole"))->mountPoint, QStringLiteral("/srv/named"));
    QCOMPARE(source->facts().volume(QStringLiteral("file-linked.img/whole"))->mountPoint, QStringLiteral("/srv/linked"));
    QCOMPARE(source->diskPath(QStringLiteral("file-named.img")), view.dev + QLatin1Char('/') + names.at(0));
}

void LiveSourceTest::stoppingEndsIt()
{
    std::stop_source stop;
    stop.request_stop();
    const Result<std::unique_ptr<Source>> source = openMachine(m_server->view(), m_server->path(QStringLiteral("work")), stop.get_token());
    QVERIFY(!source);
}

QTEST_GUILESS_MAIN(LiveSourceTest)
#include "tst_livesource.moc"
