#include "core/source/readiness.h"

#include <QCoreApplication>
#include <algorithm>
#include <iterator>

namespace edgelift {

namespace {

struct Entry
{
    const char *id;
    bool good; ///< the text for severity Ok; several ids have two
    const char *title;
    const char *evidence;
    const char *remedy; ///< empty: nothing to do
};

/// The one table of checks. %1, %2 are Check::args.
constexpr Entry entries[] = {
    {"readiness.os", true, QT_TRANSLATE_NOOP("Readiness", "Operating system"), QT_TRANSLATE_NOOP("Readiness", "Found %1."), ""},
    {"readiness.os", false, QT_TRANSLATE_NOOP("Readiness", "Operating system"),
        QT_TRANSLATE_NOOP("Readiness", "No root filesystem of a Linux system was found on %1."),
        QT_TRANSLATE_NOOP("Readiness", "Choose the disk that the server starts from.")},
    {"readiness.architecture", true, QT_TRANSLATE_NOOP("Readiness", "Processor architecture"),
        QT_TRANSLATE_NOOP("Readiness", "The system is made for %1."), ""},
    {"readiness.architecture", false, QT_TRANSLATE_NOOP("Readiness", "Processor architecture"),
        QT_TRANSLATE_NOOP("Readiness", "The system is made for %1."),
        QT_TRANSLATE_NOOP("Readiness", "Only x86-64 servers can become ENS images.")},
    {"readiness.architecture-unknown", false, QT_TRANSLATE_NOOP("Readiness", "Processor architecture"),
        QT_TRANSLATE_NOOP("Readiness", "Neither /bin/sh nor another program tells what the system is made for."),
        QT_TRANSLATE_NOOP("Readiness", "Make sure that the server is an x86-64 system.")},
    {"readiness.boot-loader", true, QT_TRANSLATE_NOOP("Readiness", "Boot loader"), QT_TRANSLATE_NOOP("Readiness", "Found %1."), ""},
    {"readiness.boot-loader", false, QT_TRANSLATE_NOOP("Readiness", "Boot loader"),
        QT_TRANSLATE_NOOP("Readiness", "No boot loader was found on %1."),
        QT_TRANSLATE_NOOP("Readiness", "Install GRUB on the system disk, then check again.")},
    {"readiness.boot-loader-other", false, QT_TRANSLATE_NOOP("Readiness", "Boot loader"),
        QT_TRANSLATE_NOOP("Readiness", "The server starts with %1, not with GRUB 2."),
        QT_TRANSLATE_NOOP("Readiness", "It is copied as it is. Test the image before you rely on it.")},
    {"readiness.boot-mode", false, QT_TRANSLATE_NOOP("Readiness", "Firmware"), QT_TRANSLATE_NOOP("Readiness", "The server starts by %1."),
        ""},
    {"readiness.virtio", true, QT_TRANSLATE_NOOP("Readiness", "Drivers for the cloud"),
        QT_TRANSLATE_NOOP("Readiness", "Kernel %1 has virtio drivers."), ""},
    {"readiness.virtio", false, QT_TRANSLATE_NOOP("Readiness", "Drivers for the cloud"),
        QT_TRANSLATE_NOOP("Readiness", "The start files of kernel %1 have no virtio drivers."),
        QT_TRANSLATE_NOOP("Readiness", "Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.")},
    {"readiness.virtio-old", false, QT_TRANSLATE_NOOP("Readiness", "Drivers for the cloud"),
        QT_TRANSLATE_NOOP("Readiness", "The start files of the older kernel %1 have no virtio drivers."),
        QT_TRANSLATE_NOOP("Readiness", "Remove this kernel or rebuild its initramfs, so that it is not started by mistake.")},
    {"readiness.virtio-net", false, QT_TRANSLATE_NOOP("Readiness", "Network driver for the cloud"),
        QT_TRANSLATE_NOOP("Readiness", "Kernel %1 has no virtio_net driver."),
        QT_TRANSLATE_NOOP("Readiness", "Install the kernel's complete modules, or the image will have no network.")},
    {"readiness.kernel-unknown", false, QT_TRANSLATE_NOOP("Readiness", "Kernel"),
        QT_TRANSLATE_NOOP("Readiness", "No kernel was found below /boot."),
        QT_TRANSLATE_NOOP("Readiness", "Make sure that the server's kernel has virtio drivers.")},
    {"readiness.fstab", true, QT_TRANSLATE_NOOP("Readiness", "Mount table"),
        QT_TRANSLATE_NOOP("Readiness", "Every entry of /etc/fstab names a volume by something that stays."), ""},
    {"readiness.fstab-device", false, QT_TRANSLATE_NOOP("Readiness", "Mount table"),
        QT_TRANSLATE_NOOP("Readiness", "/etc/fstab names %1 for %2. Such names differ from machine to machine."),
        QT_TRANSLATE_NOOP("Readiness", "Write UUID=… instead (blkid prints it).")},
    {"readiness.fstab-missing", false, QT_TRANSLATE_NOOP("Readiness", "Mount table"),
        QT_TRANSLATE_NOOP("Readiness", "/etc/fstab names %1 for %2, which is on none of the disks."),
        QT_TRANSLATE_NOOP(
            "Readiness", "Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.")},
    {"readiness.disks", true, QT_TRANSLATE_NOOP("Readiness", "Disks"),
        QT_TRANSLATE_NOOP("Readiness", "Number of disks within the limits: %1."), ""},
    {"readiness.data-disks", false, QT_TRANSLATE_NOOP("Readiness", "Disks"),
        QT_TRANSLATE_NOOP("Readiness", "There are %1 data disks, an ENS image has at most %2."),
        QT_TRANSLATE_NOOP("Readiness", "Leave disks out in the plan.")},
    {"readiness.data-disk-size", false, QT_TRANSLATE_NOOP("Readiness", "Disks"),
        QT_TRANSLATE_NOOP("Readiness", "Data disk %1 has %2, an ENS image allows 500 GiB for each."),
        QT_TRANSLATE_NOOP("Readiness", "Leave the disk out in the plan, or make it smaller.")},
    {"readiness.selinux", false, QT_TRANSLATE_NOOP("Readiness", "SELinux"),
        QT_TRANSLATE_NOOP("Readiness", "SELinux is %1. Labels are copied with the files, so it can stay as it is."),
        QT_TRANSLATE_NOOP("Readiness", "Leave it enabled.")},
    {"readiness.selinux-off", true, QT_TRANSLATE_NOOP("Readiness", "SELinux"), QT_TRANSLATE_NOOP("Readiness", "SELinux is not in use."),
        ""},
    {"readiness.cloud-init", true, QT_TRANSLATE_NOOP("Readiness", "cloud-init"), QT_TRANSLATE_NOOP("Readiness", "cloud-init is installed."),
        ""},
    {"readiness.no-cloud-init", false, QT_TRANSLATE_NOOP("Readiness", "cloud-init"),
        QT_TRANSLATE_NOOP(
            "Readiness", "cloud-init is not installed. The instance keeps the server's passwords, keys and network settings."),
        ""},
    {"readiness.snapshot-driver", true, QT_TRANSLATE_NOOP("Readiness", "Snapshot driver"),
        QT_TRANSLATE_NOOP("Readiness", "Not needed: the disks are not in use."), ""},
    {"readiness.rsync", true, QT_TRANSLATE_NOOP("Readiness", "rsync"),
        QT_TRANSLATE_NOOP("Readiness", "Not needed: volumes are copied block by block."), ""},
};

QString translated(const char *text, const QStringList &args)
{
    if (*text == '\0')
        return {};
    const QString form = QCoreApplication::translate("Readiness", text);
    QString out;
    for (qsizetype i = 0; i < form.size(); ++i) { // not QString::arg: a fact may contain "%1" itself
        const bool place = form.at(i) == QLatin1Char('%') && i + 1 < form.size() && form.at(i + 1).isDigit();
        if (place)
            out += args.value(form.at(++i).digitValue() - 1);
        else
            out += form.at(i);
    }
    return out;
}

}

CheckText describe(const Check &check)
{
    const bool good = check.severity == Check::Severity::Ok;
    const auto *entry = std::find_if(std::begin(entries), std::end(entries),
        [&](const Entry &other) { return check.id == QLatin1String(other.id) && other.good == good; });
    if (entry == std::end(entries))
        return {check.id, check.args.join(QStringLiteral(", ")), {}};
    return {translated(entry->title, check.args), translated(entry->evidence, check.args), translated(entry->remedy, check.args)};
}

}
