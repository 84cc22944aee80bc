#include "tests/unit/live/loopserver.h"

#include "core/base/fd.h"
#include "tests/unit/maps/imagetools.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <fcntl.h>
#include <unistd.h>

namespace edgelift::test {

namespace {

QString quoted(QString text) { return QLatin1Char('\'') + text.replace(QLatin1Char('\''), QStringLiteral("'\\''")) + QLatin1Char('\''); }

}

LoopServer::LoopServer(Shape shape)
{
    GuestFolder::Look look;
    look.fstab = QStringLiteral("UUID=11111111-2222-3333-4444-555555555555 / ext4 defaults 0 1\nLABEL=swap none swap sw 0 0\n");
    if (shape != Shape::Bare)
        look.fstab += QStringLiteral("LABEL=ESP /boot/efi vfat umask=0077 0 1\n");
    if (shape == Shape::Usual)
        look.fstab += QStringLiteral("/dev/vg-1/log /var/log ext4 defaults 0 2\n");
    const GuestFolder guest(look);
    guest.write(look.grub, "menuentry 'Debian' {\n    linux /boot/vmlinuz root=UUID=11111111-2222-3333-4444-555555555555 ro\n}\n");
    for (const char *folder : {"boot/efi", "srv", "var/log", "home", "pool"})
        QDir().mkpath(guest.path(QLatin1Char('/') + QLatin1String(folder)));
    mount(QStringLiteral("-t tmpfs none"), path({}).chopped(1), QStringLiteral("size=1g"));
    makeSystemDisk(guest, shape);
    makeDataDisk(shape);
    makeImage(image(2), 120);
    shell(QStringLiteral("mkfs.btrfs -q %1").arg(image(2)));
    for (int disk = 0; disk < 3; ++disk)
        m_disks.append(attach(image(disk)));
    mount(attach(device(0), 12ULL << 20, 80ULL << 20), root(), QStringLiteral("strictatime"));
    mount(attach(device(1), 65ULL << 20, 330ULL << 20), root() + QString::fromUtf8(oddMount), QStringLiteral("strictatime"));
    mount(device(2), root() + QStringLiteral("/pool"), QStringLiteral("strictatime"));
    shell(QStringLiteral("btrfs -q subvolume create %1/pool/@home; head -c 3000000 /dev/urandom >%1/pool/@home/f").arg(root()));
    mount(device(2), root() + QStringLiteral("/home"), QStringLiteral("subvol=@home,strictatime"));
    shell(QStringLiteral("head -c 5000000 /dev/urandom >%1/var/f").arg(root()));
    flush();
}

LoopServer::~LoopServer()
{
    try {
        while (m_mounts.size() > 1)
            shell(QStringLiteral("umount %1").arg(quoted(m_mounts.takeLast())));
        while (!m_loops.isEmpty())
            shell(QStringLiteral("losetup -d %1 2>/dev/null || true").arg(m_loops.takeLast()));
        while (!m_mounts.isEmpty()) // what the loop devices were on
            shell(QStringLiteral("umount %1").arg(quoted(m_mounts.takeLast())));
    } catch (const std::exception &problem) {
        qCritical("%s", problem.what());
    }
}

void LoopServer::makeSystemDisk(const GuestFolder &guest, Shape shape)
{
    makeImage(image(0), 110);
    const QString esp = shape == Shape::Bare ? QString() : QStringLiteral("-n 2:4096:+10M -t 2:ef00");
    shell(QStringLiteral(
        "sgdisk -U AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE -n 1:2048:+1M -t 1:ef02 %1 -n 3:24576:+80M -n 4:188416:+10M -t 4:8200 "
        "%2 >/dev/null")
              .arg(esp, image(0)));
    makeImage(path(QStringLiteral("part")), 80);
    shell(QStringLiteral("mke2fs -q -F -t ext4 -E lazy_itable_init=0,lazy_journal_init=0 -U 11111111-2222-3333-4444-555555555555 -d %1 %2")
              .arg(guest.path(), path(QStringLiteral("part"))));
    place(path(QStringLiteral("part")), image(0), 12ULL << 20);
    makeImage(path(QStringLiteral("part")), 10);
    if (shape != Shape::Bare) {
        shell(QStringLiteral("mkfs.vfat -n ESP %1 >/dev/null").arg(path(QStringLiteral("part"))));
        place(path(QStringLiteral("part")), image(0), 2ULL << 20);
    }
    shell(QStringLiteral("mkswap -q -L swap %1").arg(path(QStringLiteral("part"))));
    place(path(QStringLiteral("part")), image(0), 92ULL << 20);
    addGrubCode(image(0));
}

void LoopServer::makeDataDisk(Shape shape)
{
    makeImage(image(1), 400);
    const QString partitions =
        (shape == Shape::Usual ? QStringLiteral("2048,131072,8e\\n") : QString()) + QStringLiteral("133120,675840,83\\n");
    shell(QStringLiteral("printf 'label: dos\\nlabel-id: 0xcafe0001\\n%1' | sfdisk -q %2").arg(partitions, image(1)));
    if (shape == Shape::Usual)
        makeVolumeGroup();
    makeImage(path(QStringLiteral("part")), 330);
    shell(QStringLiteral("mkfs.xfs -q -L data %1").arg(path(QStringLiteral("part"))));
    place(path(QStringLiteral("part")), image(1), 65ULL << 20);
    QFile::remove(path(QStringLiteral("part")));
}

/// "log", of two pieces with another volume between them.
void LoopServer::makeVolumeGroup()
{
    const QString lvm = QStringLiteral(
        "--config 'global{activation=0} devices{use_devicesfile=0 filter=[\"a|^'$d'$|\",\"r|.*|\"]} backup{backup=0 archive=0}'");
    shell(QStringLiteral(
        "d=$(losetup -f --show -o 1048576 --sizelimit 67108864 %1); trap 'losetup -d $d' EXIT; pvcreate -qq %2 $d; vgcreate -qq "
        "%2 vg-1 $d; lvcreate -qq -Zn -Wn -an %2 -n log -l 3 vg-1; lvcreate -qq -Zn -Wn -an %2 -n other -l 2 vg-1; lvextend "
        "-qq %2 -l +2 vg-1/log 2>/dev/null || lvextend %2 -l +2 vg-1/log")
              .arg(image(1), lvm));
    makeImage(path(QStringLiteral("part")), 12);
    shell(QStringLiteral("mke2fs -q -F -t ext4 -L log %1").arg(path(QStringLiteral("part"))));
    place(path(QStringLiteral("part")), image(1), 2ULL << 20); // the first extent is 1 MiB into the physical volume
}

MachineView LoopServer::view() const
{
    MachineView view;
    view.root = root();
    for (const QString &disk : m_disks)
        view.disks.append(QFileInfo(disk).fileName());
    return view;
}

QString LoopServer::attach(const QString &file, quint64 offset, quint64 length, bool readOnly)
{
    // A part of a disk has no cache of its own below it: what was written to it is on the disk.
    const bool isPart = file.startsWith(QLatin1String("/dev/"));
    const QByteArray made =
        shell(QStringLiteral("losetup -f --show %1 -o %2 --sizelimit %3 %4")
                  .arg((readOnly ? QStringLiteral("-r ") : QString()) + (isPart ? QStringLiteral("--direct-io=on") : QString()))
                  .arg(offset)
                  .arg(length)
                  .arg(quoted(file)));
    m_loops.append(QString::fromUtf8(made).trimmed());
    return m_loops.constLast();
}

void LoopServer::mount(const QString &device, const QString &point, const QString &options)
{
    shell(QStringLiteral("mkdir -p %2; mount -o %3 %1 %2").arg(device, quoted(point), options));
    m_mounts.append(point);
}

void LoopServer::flush() const
{
    for (const QString &point : m_mounts) {
        const Fd fd(::open(QFile::encodeName(point).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOATIME));
        ::syncfs(fd.get());
    }
}

quint64 LoopServer::sectorsWritten() const
{
    constexpr int writtenField = 6; // Documentation/block/stat.rst
    quint64 sum = 0;
    for (const QString &disk : m_disks) {
        QFile file(QStringLiteral("/sys/block/%1/stat").arg(QFileInfo(disk).fileName()));
        if (file.open(QIODevice::ReadOnly))
            sum += file.readAll().simplified().split(' ').value(writtenField).toULongLong();
    }
    return sum;
}

}
