#include "core/receiver/bootfix/guest.h"
#include "fuzztarget.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

using namespace edgelift;
using namespace edgelift::bootfix;
using namespace edgelift::fuzz;

namespace {

/// What boot conversion reads and rewrites.
const char *const guestFiles[] = {"/etc/fstab", "/boot/grub/grub.cfg", "/etc/default/grub", "/boot/grub/grubenv", "/etc/kernel/cmdline",
    "/boot/loader/entries/a.conf", "/etc/crypttab", "/etc/lvm/lvm.conf", "/etc/network/interfaces", "/etc/netplan/a.yaml",
    "/etc/NetworkManager/system-connections/a.nmconnection", "/etc/sysconfig/network-scripts/ifcfg-ens3",
    "/etc/sysconfig/network/ifcfg-em1", "/etc/systemd/network/a.network", "/etc/systemd/network/a.link", "/etc/udev/rules.d/a.rules",
    "/etc/cloud/cloud.cfg.d/a.cfg", "/etc/os-release", "/etc/systemd/system/a.mount", "/etc/initramfs-tools/conf.d/resume",
    "/etc/mdadm.conf", "/etc/ssh/sshd_config", "/etc/resolv.conf", "/etc/smartd.conf"};

void put(const QString &path, const QByteArray &content)
{
    QDir().mkpath(path.left(path.lastIndexOf(QLatin1Char('/'))));
    QFile file(path);
    expect(file.open(QIODevice::WriteOnly) && file.write(content) == content.size(), "the scratch folder takes files");
}

TargetLayout layout()
{
    TargetLayout made;
    made.sourceDisks = {QStringLiteral("d0"), QStringLiteral("d1")};
    for (int number = 1; number <= 3; ++number) {
        ConvertedVolume volume;
        volume.source.id = QStringLiteral("d0/p%1").arg(number);
        volume.source.disk = QStringLiteral("d0");
        volume.source.number = number;
        volume.source.fs = number == 2 ? FsType::Swap : FsType::Ext4;
        volume.source.uuid = QStringLiteral("11111111-0000-4000-8000-00000000000%1").arg(number);
        volume.source.mountPoint = number == 1 ? QStringLiteral("/") : QString();
        volume.uuid = number == 1 ? volume.source.uuid : QStringLiteral("22222222-0000-4000-8000-000000000002");
        volume.migrated = number != 3;
        made.volumes.append(volume);
    }
    return made;
}

}

/// A letter that chooses the file, then its content.
FUZZ_TARGET(guestfiles)
{
    Reader reader(input);
    const QTemporaryDir folder(scratchFolder() + QStringLiteral("/guest-XXXXXX"));
    const QString name = QString::fromLatin1(guestFiles[quint8(reader.number<quint8>() - 'a') % std::size(guestFiles)]);
    put(folder.path() + QStringLiteral("/etc/fstab"), "UUID=11111111-0000-4000-8000-000000000001 / ext4 defaults 0 1\n");
    put(folder.path() + QStringLiteral("/boot/grub/grub.cfg"), "linux /vmlinuz root=/dev/sda1\n");
    put(folder.path() + QStringLiteral("/etc/initramfs-tools/initramfs.conf"), "MODULES=dep\n");
    put(folder.path() + name, reader.rest().toByteArray());
    const Result<GuestRoot> root = GuestRoot::open(folder.path());
    const TargetLayout target = layout();
    Guest guest(*root, target, {});
    for (const Fix &fix : allFixes()) {
        guest.begin(fix);
        if (fix.applies(guest))
            fix.run(guest);
    }
    for (const FileEdit &edit : guest.edits())
        expect(edit.path.startsWith(QLatin1Char('/')) && !edit.path.contains(QLatin1String("/../")), "an edit names a path in the guest");
}
