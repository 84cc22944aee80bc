#include "core/base/errortext.h"
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
    const char *evidence; ///< empty: that and the remedy are those of Check::error
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
    {"readiness.virtio-added", false, QT_TRANSLATE_NOOP("Readiness", "Drivers for the cloud"),
        QT_TRANSLATE_NOOP("Readiness", "The start files of kernel %1 have no virtio drivers."),
        QT_TRANSLATE_NOOP("Readiness", "They are added to the copy; the server itself is not changed.")},
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
    {"readiness.stack-multipath", false, QT_TRANSLATE_NOOP("Readiness", "Device that cannot be followed"),
        QT_TRANSLATE_NOOP("Readiness", "%1 uses %2, a multipath device. What is written to it cannot be followed while the server runs."),
        QT_TRANSLATE_NOOP("Readiness", "Take it out of use and check again, or shut the server down and migrate its disk images.")},
    {"readiness.stack-nvme-multipath", false, QT_TRANSLATE_NOOP("Readiness", "Device that cannot be followed"),
        QT_TRANSLATE_NOOP("Readiness",
            "%1 uses %2, which the kernel drives as an NVMe multipath disk. What is written to it cannot be followed while the server "
            "runs."),
        QT_TRANSLATE_NOOP("Readiness",
            "If the disk has one path only, start the server with the kernel option nvme_core.multipath=N and check again; otherwise shut "
            "it down and migrate its disk images.")},
    {"readiness.stack-several-paths", false, QT_TRANSLATE_NOOP("Readiness", "Device that cannot be followed"),
        QT_TRANSLATE_NOOP("Readiness", "%1 uses a disk that is there several times: %2."),
        QT_TRANSLATE_NOOP("Readiness", "Leave one path to the disk, then check again.")},
    {"readiness.stack-drbd", false, QT_TRANSLATE_NOOP("Readiness", "Device that cannot be followed"),
        QT_TRANSLATE_NOOP("Readiness", "%1 uses %2, a DRBD device. What is written to it cannot be followed while the server runs."),
        QT_TRANSLATE_NOOP("Readiness", "Unmount it, stop DRBD and check again, or shut the server down and migrate its disk images.")},
    {"readiness.stack-cluster", false, QT_TRANSLATE_NOOP("Readiness", "Device that cannot be followed"),
        QT_TRANSLATE_NOOP("Readiness", "%1 uses %2, which other servers may write to as well."),
        QT_TRANSLATE_NOOP("Readiness", "Unmount it on this server, then check again. What servers share stays where it is.")},
    {"readiness.stack-persistent-memory", false, QT_TRANSLATE_NOOP("Readiness", "Device that cannot be followed"),
        QT_TRANSLATE_NOOP("Readiness", "%1 uses %2, persistent memory. What is written to it cannot be followed."),
        QT_TRANSLATE_NOOP("Readiness", "Move its files to a disk and unmount it, then check again.")},
    {"readiness.stack-dax", false, QT_TRANSLATE_NOOP("Readiness", "Device that cannot be followed"),
        QT_TRANSLATE_NOOP("Readiness", "%1 uses %2 with DAX: programs write to it past everything that could follow them."),
        QT_TRANSLATE_NOOP("Readiness", "Mount it without the option “dax”, then check again.")},
    {"readiness.stack-memory-disk", false, QT_TRANSLATE_NOOP("Readiness", "Device that cannot be followed"),
        QT_TRANSLATE_NOOP("Readiness", "%1 uses %2, a disk in memory. Nothing of it would reach the image."),
        QT_TRANSLATE_NOOP("Readiness", "Move its files to a disk and unmount it, then check again.")},
    {"readiness.stack-unknown", false, QT_TRANSLATE_NOOP("Readiness", "Device that cannot be followed"),
        QT_TRANSLATE_NOOP("Readiness", "%1 uses %2, a kind of device that is not known here. What is written to it cannot be followed."),
        QT_TRANSLATE_NOOP("Readiness", "Take it out of use and check again, or shut the server down and migrate its disk images.")},
    {"readiness.system-stack", false, QT_TRANSLATE_NOOP("Readiness", "System volume"),
        QT_TRANSLATE_NOOP("Readiness", "%1 lies on %2. The image could not start from that."),
        QT_TRANSLATE_NOOP("Readiness", "Move it to a partition or to a linear logical volume, then check again.")},
    {"readiness.stack", false, QT_TRANSLATE_NOOP("Readiness", "Storage in layers"),
        QT_TRANSLATE_NOOP("Readiness", "%1 lies on %2. It is copied as it lies on the disks, with all of them or none."), ""},
    {"readiness.not-frozen", false, QT_TRANSLATE_NOOP("Readiness", "Volume that cannot be held still"),
        QT_TRANSLATE_NOOP("Readiness", "%1 (%2) is copied in a moment when nothing writes to it."),
        QT_TRANSLATE_NOOP("Readiness", "Avoid changes there during the final step.")},
    {"readiness.elsewhere", false, QT_TRANSLATE_NOOP("Readiness", "Not on this server"),
        QT_TRANSLATE_NOOP("Readiness", "These are not on disks of this server and are not migrated: %1."),
        QT_TRANSLATE_NOOP("Readiness", "Make sure that the instance can reach what it needs of them.")},
    {"readiness.disk-unreadable", false, QT_TRANSLATE_NOOP("Readiness", "Disk that cannot be understood"),
        QT_TRANSLATE_NOOP("Readiness", "%1 cannot be used: %2"),
        QT_TRANSLATE_NOOP("Readiness", "Repair it, or leave the disk out in the plan.")},
    {"readiness.disk-place", false, QT_TRANSLATE_NOOP("Readiness", "Identity of a disk"),
        QT_TRANSLATE_NOOP("Readiness", "Disk %1 has neither a serial number nor an id. It is recognized by its slot."),
        QT_TRANSLATE_NOOP("Readiness", "Leave it in its slot until the migration is finished.")},
    {"readiness.memory", true, QT_TRANSLATE_NOOP("Readiness", "Memory"), QT_TRANSLATE_NOOP("Readiness", "%1 are free."), ""},
    {"readiness.memory", false, QT_TRANSLATE_NOOP("Readiness", "Memory"),
        QT_TRANSLATE_NOOP("Readiness", "Only %1 are free. What changes last is kept in memory in the final step."),
        QT_TRANSLATE_NOOP("Readiness", "Stop programs that are not needed during the migration.")},
    {"readiness.clock", true, QT_TRANSLATE_NOOP("Readiness", "Clock"), QT_TRANSLATE_NOOP("Readiness", "It agrees with the cloud's clock."),
        ""},
    {"readiness.clock", false, QT_TRANSLATE_NOOP("Readiness", "Clock"), "", ""},
    {"readiness.clock-unknown", false, QT_TRANSLATE_NOOP("Readiness", "Clock"),
        QT_TRANSLATE_NOOP("Readiness", "It was not compared with the cloud's clock, because no answer told the time."), ""},
    {"readiness.address", true, QT_TRANSLATE_NOOP("Readiness", "Addresses of the cloud"),
        QT_TRANSLATE_NOOP("Readiness", "All of these answer: %1."), ""},
    {"readiness.address", false, QT_TRANSLATE_NOOP("Readiness", "Addresses of the cloud"), "", ""},
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
    {"readiness.snapshot-driver", false, QT_TRANSLATE_NOOP("Readiness", "Snapshot driver"),
        QT_TRANSLATE_NOOP("Readiness", "A server that runs needs it for block replication."),
        QT_TRANSLATE_NOOP("Readiness", "You are asked before it is installed.")},
    {"readiness.snapshot-driver-tested", true, QT_TRANSLATE_NOOP("Readiness", "Snapshot driver"),
        QT_TRANSLATE_NOOP("Readiness", "It was tested on every disk: what is written while the server runs is noticed."), ""},
    {"readiness.rsync-found", true, QT_TRANSLATE_NOOP("Readiness", "rsync"), QT_TRANSLATE_NOOP("Readiness", "rsync is installed."), ""},
    {"readiness.rsync", false, QT_TRANSLATE_NOOP("Readiness", "rsync"),
        QT_TRANSLATE_NOOP("Readiness", "rsync copies volumes file by file, and it is not installed."),
        QT_TRANSLATE_NOOP("Readiness", "You are asked before it is installed.")},
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
    if (*entry->evidence == '\0' && check.error) {
        const ErrorText words = describe(*check.error);
        return {translated(entry->title, check.args), words.message, words.remedy};
    }
    return {translated(entry->title, check.args), translated(entry->evidence, check.args), translated(entry->remedy, check.args)};
}

}
