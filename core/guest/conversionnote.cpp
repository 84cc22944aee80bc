#include "core/guest/conversionnote.h"

#include <QCoreApplication>
#include <algorithm>
#include <iterator>

namespace edgelift {

namespace {

struct Row
{
    NoteId id;
    NoteLevel level;
    const char *name;
    const char *text; ///< %1, %2 are ConversionNote::args
};

constexpr auto information = NoteLevel::Information;
constexpr auto warning = NoteLevel::Warning;
constexpr auto blocker = NoteLevel::Blocker;

constexpr Row rows[] = {
    {NoteId::AgentDisabled, information, "agent-disabled",
        QT_TRANSLATE_NOOP("ConversionNote", "The service %2 of the old platform (%1) no longer starts. It is still installed.")},
    {NoteId::ArchitectureUnfit, blocker, "architecture-unfit",
        QT_TRANSLATE_NOOP("ConversionNote", "The system is built for %1; instances are x86_64.")},
    {NoteId::BootEntriesMissing, blocker, "boot-entries-missing",
        QT_TRANSLATE_NOOP("ConversionNote",
            "No boot entry was found. Run the distribution's boot loader configuration on the source, then migrate again.")},
    {NoteId::BootLoaderUnknown, blocker, "boot-loader-unknown",
        QT_TRANSLATE_NOOP("ConversionNote",
            "The boot loader “%1” cannot be made to start on the target. Install GRUB 2 on the source, then migrate again.")},
    {NoteId::CryptLeftOut, warning, "crypt-left-out",
        QT_TRANSLATE_NOOP(
            "ConversionNote", "The encrypted volume %1 on %2 is not in the image; its line in /etc/crypttab is out of effect.")},
    {NoteId::DefaultInitramfsMissing, blocker, "default-initramfs-missing",
        QT_TRANSLATE_NOOP("ConversionNote",
            "The default kernel %1 has neither drivers for virtio disks built in nor an initramfs. Make one on the source, then migrate "
            "again.")},
    {NoteId::DefaultKernelWithoutVirtio, blocker, "default-kernel-without-virtio",
        QT_TRANSLATE_NOOP("ConversionNote",
            "The default kernel %1 has no drivers for virtio disks. Install a kernel that has them on the source, then migrate again.")},
    {NoteId::DeviceNameLeft, warning, "device-name-left",
        QT_TRANSLATE_NOOP("ConversionNote", "%1 names %2, which is another disk or none on the new machine. Change it there.")},
    {NoteId::EntryWithOtherRoot, warning, "entry-with-other-root",
        QT_TRANSLATE_NOOP(
            "ConversionNote", "A boot entry in %1 starts from %2, which is not this image's root filesystem. It was left as it is.")},
    {NoteId::EspMissing, blocker, "esp-missing",
        QT_TRANSLATE_NOOP("ConversionNote", "The image is to start by UEFI, but no EFI system partition with a loader was found.")},
    {NoteId::EspNotSeen, warning, "esp-not-seen",
        QT_TRANSLATE_NOOP("ConversionNote",
            "The EFI system partition could not be looked into. If it has no EFI\\BOOT\\BOOTX64.EFI, the image does not start.")},
    {NoteId::FileSkipped, warning, "file-skipped",
        QT_TRANSLATE_NOOP("ConversionNote", "%1 is not a plain file of usual size. It was left as it is.")},
    {NoteId::FirewallActive, information, "firewall-active",
        QT_TRANSLATE_NOOP("ConversionNote", "%1 starts with the system. Make sure that it lets you in at the new address.")},
    {NoteId::FstabUnreadable, blocker, "fstab-unreadable",
        QT_TRANSLATE_NOOP("ConversionNote", "/etc/fstab is not a plain file of usual size. Mend it on the source, then migrate again.")},
    {NoteId::FstabWrong, blocker, "fstab-wrong",
        QT_TRANSLATE_NOOP(
            "ConversionNote", "/etc/fstab mounts %1 at %2, which the image does not have. The system would stop while starting.")},
    {NoteId::GrubEnvironmentFull, blocker, "grub-environment-full",
        QT_TRANSLATE_NOOP(
            "ConversionNote", "%1 has no room for the new kernel arguments. Shorten kernelopts there on the source, then migrate again.")},
    {NoteId::GrubLegacy, blocker, "grub-legacy",
        QT_TRANSLATE_NOOP("ConversionNote",
            "The system starts by GRUB Legacy (0.97), which cannot find its root filesystem by UUID and is not supported. Change to GRUB 2 "
            "on the source, then migrate again.")},
    {NoteId::HostKeysKept, warning, "host-keys-kept",
        QT_TRANSLATE_NOOP("ConversionNote",
            "The copy has a new machine-id but still the SSH host keys of its original. Make new ones with “ssh-keygen -A” after deleting "
            "the old ones.")},
    {NoteId::IdentityKept, information, "identity-kept",
        QT_TRANSLATE_NOOP(
            "ConversionNote", "Machine-id and SSH host keys were kept: the server moves. Do not run it beside its original.")},
    {NoteId::InitramfsFailed, warning, "initramfs-failed",
        QT_TRANSLATE_NOOP(
            "ConversionNote", "A new initramfs for kernel %1 could not be made (%2). The old one was kept; this kernel may not start.")},
    {NoteId::InitramfsKept, warning, "initramfs-kept",
        QT_TRANSLATE_NOOP(
            "ConversionNote", "The system has no program to make a new initramfs. The old ones start on virtio disks and were kept.")},
    {NoteId::InitramfsMissing, warning, "initramfs-missing",
        QT_TRANSLATE_NOOP(
            "ConversionNote", "Kernel %1 has neither drivers for virtio disks built in nor an initramfs; it will not start.")},
    {NoteId::InitramfsToolMissing, blocker, "initramfs-tool-missing",
        QT_TRANSLATE_NOOP("ConversionNote",
            "The initramfs has no drivers for virtio disks, and the system has neither dracut, initramfs-tools nor mkinitrd. Install one "
            "of them on the source, then migrate again.")},
    {NoteId::DefaultInitramfsFailed, blocker, "default-initramfs-failed",
        QT_TRANSLATE_NOOP("ConversionNote",
            "A new initramfs for the default kernel %1 could not be made (%2). Make one with virtio_blk and virtio_pci on the source, then "
            "migrate again.")},
    {NoteId::KernelFileMissing, warning, "kernel-file-missing",
        QT_TRANSLATE_NOOP("ConversionNote", "A boot entry in %1 names %2, which is not in /boot.")},
    {NoteId::KernelMissing, blocker, "kernel-missing", QT_TRANSLATE_NOOP("ConversionNote", "No kernel was found in /boot.")},
    {NoteId::KernelWithoutVirtio, warning, "kernel-without-virtio",
        QT_TRANSLATE_NOOP("ConversionNote", "Kernel %1 has no drivers for virtio disks; it will not start. It is not the default.")},
    {NoteId::LvmToolsMissing, blocker, "lvm-tools-missing",
        QT_TRANSLATE_NOOP("ConversionNote",
            "The plan puts volumes on LVM, but the system has no LVM programs. Install lvm2 on the source or choose plain partitions.")},
    {NoteId::MountElsewhere, information, "mount-elsewhere",
        QT_TRANSLATE_NOOP("ConversionNote", "%1 (%2) comes from another machine. The system now starts also when it cannot be had.")},
    {NoteId::MountLeftOut, warning, "mount-left-out",
        QT_TRANSLATE_NOOP("ConversionNote", "%1 (%2) is not in the image; it is no longer mounted.")},
    {NoteId::MountUnknown, warning, "mount-unknown",
        QT_TRANSLATE_NOOP("ConversionNote", "What %1 (%2) stands for in the image is not known. The system now starts also without it.")},
    {NoteId::NameServerOfOldSite, warning, "name-server-of-old-site",
        QT_TRANSLATE_NOOP("ConversionNote", "The name server %1 is set by hand. Check that it answers from the new place.")},
    {NoteId::NetworkOwners, warning, "network-owners",
        QT_TRANSLATE_NOOP("ConversionNote", "Several services manage the network: %1. Keep one of them.")},
    {NoteId::NetworkStacked, warning, "network-stacked",
        QT_TRANSLATE_NOOP("ConversionNote",
            "The way out leads over %1, a bond, bridge or VLAN. Its settings were left as they are; the image may not be reachable until "
            "you change them or let Edgelift replace them by plain DHCP.")},
    {NoteId::NetworkUnknown, warning, "network-unknown",
        QT_TRANSLATE_NOOP("ConversionNote", "No network settings that Edgelift knows were found. The image may not be reachable.")},
    {NoteId::OtherNic, warning, "other-nic",
        QT_TRANSLATE_NOOP("ConversionNote", "The network interface %1 is no longer started by itself: the new machine may not have it.")},
    {NoteId::ProcessorLevel, information, "processor-level",
        QT_TRANSLATE_NOOP("ConversionNote", "%1 needs a processor of level %2. Choose an instance type that has it.")},
    {NoteId::ResolverDangling, warning, "resolver-dangling",
        QT_TRANSLATE_NOOP("ConversionNote", "/etc/resolv.conf leads to %1, but systemd-resolved does not start with the system.")},
    {NoteId::RootNotFoundByEntries, blocker, "root-not-found-by-entries",
        QT_TRANSLATE_NOOP("ConversionNote", "No boot entry names the image's root filesystem.")},
    {NoteId::RootUnknown, blocker, "root-unknown", QT_TRANSLATE_NOOP("ConversionNote", "The plan has no volume for the root filesystem.")},
    {NoteId::RoutesDropped, warning, "routes-dropped",
        QT_TRANSLATE_NOOP("ConversionNote", "The routes in %1 belong to the old network and are out of effect.")},
    {NoteId::SelinuxRelabelsAtStart, warning, "selinux-relabels-at-start",
        QT_TRANSLATE_NOOP("ConversionNote",
            "SELinux labels are restored when the image starts for the first time. That can take several minutes, and the system restarts "
            "once.")},
    {NoteId::SshNotEnabled, warning, "ssh-not-enabled", QT_TRANSLATE_NOOP("ConversionNote", "No SSH server starts with the system.")},
    {NoteId::SshRestricted, warning, "ssh-restricted",
        QT_TRANSLATE_NOOP("ConversionNote", "SSH is restricted by an address in %1: “%2”. Check that it lets you in at the new address.")},
    {NoteId::SwapLeftOut, information, "swap-left-out",
        QT_TRANSLATE_NOOP("ConversionNote", "The swap area %2 is not in the image; it is no longer used.")},
    {NoteId::SystemUnknown, warning, "system-unknown",
        QT_TRANSLATE_NOOP("ConversionNote",
            "The distribution “%1” is not one Edgelift was made for. What is common to all was done; test the image well.")},
    {NoteId::UefiLoaderMissing, blocker, "uefi-loader-missing",
        QT_TRANSLATE_NOOP("ConversionNote", "The image is to start by UEFI, but the EFI system partition has no loader for x86_64.")},
};

const Row &rowOf(NoteId id)
{
    return *std::find_if(std::begin(rows), std::end(rows), [id](const Row &row) { return row.id == id; });
}

}

NoteLevel levelOf(NoteId id) { return rowOf(id).level; }

QString nameOf(NoteId id) { return QString::fromLatin1(rowOf(id).name); }

std::optional<NoteId> noteFromName(const QString &name)
{
    for (const Row &row : rows) {
        if (name == QLatin1String(row.name))
            return row.id;
    }
    return std::nullopt;
}

const QList<NoteId> &allNotes()
{
    static const QList<NoteId> all = [] {
        QList<NoteId> ids;
        for (const Row &row : rows)
            ids.append(row.id);
        return ids;
    }();
    return all;
}

QString describe(const ConversionNote &note)
{
    const QString form = QCoreApplication::translate("ConversionNote", rowOf(note.id).text);
    QString out;
    for (qsizetype i = 0; i < form.size(); ++i) { // not QString::arg: a fact may contain "%1" itself
        const bool place = form.at(i) == QLatin1Char('%') && i + 1 < form.size() && form.at(i + 1).isDigit();
        out += place ? note.args.value(form.at(++i).digitValue() - 1) : QString(form.at(i));
    }
    return out;
}

}
