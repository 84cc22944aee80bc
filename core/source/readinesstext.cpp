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

#define EDGELIFT_TEXT(text) QT_TRANSLATE_NOOP("Readiness", text)
/// The one table of checks. %1, %2 are Check::args.
constexpr Entry entries[] = {
    {"readiness.os", true, EDGELIFT_TEXT("Operating system"), EDGELIFT_TEXT("Found %1."), ""},
    {"readiness.os", false, EDGELIFT_TEXT("Operating system"), EDGELIFT_TEXT("No root filesystem of a Linux system was found on %1."),
        EDGELIFT_TEXT("Choose the disk that the server starts from.")},
    {"readiness.architecture", true, EDGELIFT_TEXT("Processor architecture"), EDGELIFT_TEXT("The system is made for %1."), ""},
    {"readiness.architecture", false, EDGELIFT_TEXT("Processor architecture"), EDGELIFT_TEXT("The system is made for %1."),
        EDGELIFT_TEXT("Only x86-64 servers can become ENS images.")},
    {"readiness.architecture-unknown", false, EDGELIFT_TEXT("Processor architecture"),
        EDGELIFT_TEXT("Neither /bin/sh nor another program tells what the system is made for."),
        EDGELIFT_TEXT("Make sure that the server is an x86-64 system.")},
    {"readiness.boot-loader", true, EDGELIFT_TEXT("Boot loader"), EDGELIFT_TEXT("Found %1."), ""},
    {"readiness.boot-loader", false, EDGELIFT_TEXT("Boot loader"), EDGELIFT_TEXT("No boot loader was found on %1."),
        EDGELIFT_TEXT("Install GRUB on the system disk, then check again.")},
    {"readiness.boot-loader-other", false, EDGELIFT_TEXT("Boot loader"), EDGELIFT_TEXT("The server starts with %1, not with GRUB 2."),
        EDGELIFT_TEXT("It is copied as it is. Test the image before you rely on it.")},
    {"readiness.boot-mode", false, EDGELIFT_TEXT("Firmware"), EDGELIFT_TEXT("The server starts by %1."), ""},
    {"readiness.virtio", true, EDGELIFT_TEXT("Drivers for the cloud"), EDGELIFT_TEXT("Kernel %1 has virtio drivers."), ""},
    {"readiness.virtio", false, EDGELIFT_TEXT("Drivers for the cloud"),
        EDGELIFT_TEXT("The start files of kernel %1 have no virtio drivers."),
        EDGELIFT_TEXT("Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.")},
    {"readiness.virtio-old", false, EDGELIFT_TEXT("Drivers for the cloud"),
        EDGELIFT_TEXT("The start files of the older kernel %1 have no virtio drivers."),
        EDGELIFT_TEXT("Remove this kernel or rebuild its initramfs, so that it is not started by mistake.")},
    {"readiness.virtio-net", false, EDGELIFT_TEXT("Network driver for the cloud"), EDGELIFT_TEXT("Kernel %1 has no virtio_net driver."),
        EDGELIFT_TEXT("Install the kernel's complete modules, or the image will have no network.")},
    {"readiness.kernel-unknown", false, EDGELIFT_TEXT("Kernel"), EDGELIFT_TEXT("No kernel was found below /boot."),
        EDGELIFT_TEXT("Make sure that the server's kernel has virtio drivers.")},
    {"readiness.fstab", true, EDGELIFT_TEXT("Mount table"),
        EDGELIFT_TEXT("Every entry of /etc/fstab names a volume by something that stays."), ""},
    {"readiness.fstab-device", false, EDGELIFT_TEXT("Mount table"),
        EDGELIFT_TEXT("/etc/fstab names %1 for %2. Such names differ from machine to machine."),
        EDGELIFT_TEXT("Write UUID=… instead (blkid prints it).")},
    {"readiness.fstab-missing", false, EDGELIFT_TEXT("Mount table"),
        EDGELIFT_TEXT("/etc/fstab names %1 for %2, which is on none of the disks."),
        EDGELIFT_TEXT("Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.")},
    {"readiness.disks", true, EDGELIFT_TEXT("Disks"), EDGELIFT_TEXT("Number of disks within the limits: %1."), ""},
    {"readiness.data-disks", false, EDGELIFT_TEXT("Disks"), EDGELIFT_TEXT("There are %1 data disks, an ENS image has at most %2."),
        EDGELIFT_TEXT("Leave disks out in the plan.")},
    {"readiness.data-disk-size", false, EDGELIFT_TEXT("Disks"), EDGELIFT_TEXT("Data disk %1 has %2, an ENS image allows 500 GiB for each."),
        EDGELIFT_TEXT("Leave the disk out in the plan, or make it smaller.")},
    {"readiness.selinux", false, EDGELIFT_TEXT("SELinux"),
        EDGELIFT_TEXT("SELinux is %1. Labels are copied with the files, so it can stay as it is."), EDGELIFT_TEXT("Leave it enabled.")},
    {"readiness.selinux-off", true, EDGELIFT_TEXT("SELinux"), EDGELIFT_TEXT("SELinux is not in use."), ""},
    {"readiness.cloud-init", true, EDGELIFT_TEXT("cloud-init"), EDGELIFT_TEXT("cloud-init is installed."), ""},
    {"readiness.no-cloud-init", false, EDGELIFT_TEXT("cloud-init"),
        EDGELIFT_TEXT("cloud-init is not installed. The instance keeps the server's passwords, keys and network settings."), ""},
    {"readiness.snapshot-driver", true, EDGELIFT_TEXT("Snapshot driver"), EDGELIFT_TEXT("Not needed: the disks are not in use."), ""},
    {"readiness.rsync", true, EDGELIFT_TEXT("rsync"), EDGELIFT_TEXT("Not needed: volumes are copied block by block."), ""},
};
#undef EDGELIFT_TEXT

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
