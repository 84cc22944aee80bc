#include "tests/unit/source/guestimage.h"

#include "tests/unit/maps/imagetools.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QtEndian>
#include <stdexcept>

namespace edgelift::test {

GuestFolder::GuestFolder(const Look &look)
{
    const QString version = QLatin1String(kernelVersion);
    QByteArray elf = QByteArray("\x7f"
                                "ELF\2\1\1")
                         .leftJustified(64, '\0');
    qToLittleEndian(look.machine, elf.data() + 18);
    write(QStringLiteral("/usr/bin/dash"), elf);
    QFile::link(QStringLiteral("dash"), path(QStringLiteral("/usr/bin/sh")));
    if (look.mergedUsr)
        QFile::link(QStringLiteral("usr/bin"), path(QStringLiteral("/bin")));
    else
        write(QStringLiteral("/bin/sh"), elf);
    write(QStringLiteral("/etc/fstab"), look.fstab.toUtf8());
    write(QStringLiteral("/usr/lib/os-release"), "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
    QFile::link(QStringLiteral("../usr/lib/os-release"), path(QStringLiteral("/etc/os-release")));
    write(QStringLiteral("/etc/hostname"), "web01\n");
    write(QStringLiteral("/etc/selinux/config"), "# comment\nSELINUX=enforcing\nSELINUXTYPE=targeted\n");
    write(QStringLiteral("/lib/modules/%1/modules.builtin").arg(version), "kernel/drivers/virtio/virtio_pci.ko\n");
    write(QStringLiteral("/lib/modules/%1/modules.dep").arg(version),
        "kernel/drivers/net/virtio_net.ko.xz: kernel/net/core/failover.ko.xz\n");
    write(QStringLiteral("/boot/vmlinuz-") + version, kernelImage(version.toLatin1()));
    const QStringList modules =
        look.virtio ? QStringList{QStringLiteral("virtio_blk"), QStringLiteral("ext4")} : QStringList{QStringLiteral("ahci")};
    makeInitramfs(path(QStringLiteral("/boot/initrd.img-") + version), modules, QStringLiteral("zstd -q"));
    if (!look.grub.isEmpty())
        write(look.grub, "menuentry 'Debian' {}\n");
}

void GuestFolder::write(const QString &inside, const QByteArray &content) const
{
    QDir().mkpath(QFileInfo(path(inside)).path());
    QFile file(path(inside));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        throw std::runtime_error("cannot write the guest");
}

QByteArray kernelImage(const QByteArray &version)
{
    QByteArray image(4096, '\0');
    image.replace(0x202, 4, "HdrS");
    qToLittleEndian<quint16>(0x500, image.data() + 0x20e);
    const QByteArray text = version + " (debian-kernel@lists.debian.org) #1 SMP";
    image.replace(0x700, text.size(), text);
    return image;
}

void makeInitramfs(const QString &path, const QStringList &modules, const QString &compressor)
{
    const QTemporaryDir folder;
    QString line =
        QStringLiteral("cd '%1'; mkdir -p early/kernel/x86/microcode main/usr/lib/modules/x/kernel/drivers; head -c 30000 /dev/urandom "
                       ">early/kernel/x86/microcode/AuthenticAMD.bin; head -c 100000 /dev/urandom >main/init;")
            .arg(folder.path());
    for (const QString &module : modules)
        line += QStringLiteral("head -c 5000 /dev/urandom >main/usr/lib/modules/x/kernel/drivers/%1.ko.xz;").arg(module);
    line += QStringLiteral(
        "(cd early; find . | cpio -o -H newc --quiet) >out; (cd main; find . | cpio -o -H newc --quiet) | %2 >>out; cp out '%1'")
                .arg(path, compressor.isEmpty() ? QStringLiteral("cat") : compressor);
    shell(line);
}

void place(const QString &content, const QString &disk, quint64 offset)
{
    shell(QStringLiteral("dd if='%1' of='%2' bs=64k oflag=seek_bytes seek=%3 conv=notrunc,sparse status=none")
              .arg(content, disk)
              .arg(offset));
}

void addGrubCode(const QString &disk)
{
    QFile file(disk);
    if (!file.open(QIODevice::ReadWrite) || !file.seek(0x180))
        throw std::runtime_error("cannot open the disk");
    static constexpr char code[] = "GRUB \0Geom\0Hard Disk\0Read\0 Error";
    file.write(code, sizeof code);
}

}
