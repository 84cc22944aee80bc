#include "core/receiver/bootfix/kernelset.h"

#include "core/guest/initramfs.h"
#include "core/receiver/bootfix/cmdline.h"

#include <QCollator>
#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

const QStringList &cloudDrivers()
{
    static const QStringList names{QStringLiteral("nvme"), QStringLiteral("virtio_blk"), QStringLiteral("virtio_net"),
        QStringLiteral("virtio_pci"), QStringLiteral("virtio_scsi")};
    return names;
}

/// What says which kernel starts: grubenv's saved_entry, else the first entry of grub.cfg.
QString chosenEntry(Guest &guest)
{
    for (const char *path : {"/boot/grub2/grubenv", "/boot/grub/grubenv"}) {
        const QString saved = shellValue(guest.read(QLatin1String(path)).value_or(QByteArray()), "saved_entry");
        if (!saved.isEmpty())
            return saved;
    }
    static const QRegularExpression kernel(
        QStringLiteral("^\\s*linux(?:16|efi)?\\s+(\\S+)\\s.*root="), QRegularExpression::MultilineOption);
    for (const QString &path : grubConfigs(guest)) {
        const QRegularExpressionMatch match = kernel.match(QString::fromUtf8(guest.read(path).value_or(QByteArray())));
        if (match.hasMatch())
            return match.captured(1);
    }
    return {};
}

void markDefault(Guest &guest, QList<KernelNeed> &kernels)
{
    const QString entry = chosenEntry(guest);
    KernelNeed *best = nullptr;
    for (KernelNeed &kernel : kernels) { // the longest name that the entry contains: "5.10" is also in "5.10-rt"
        if (entry.contains(kernel.version) && (!best || kernel.version.size() > best->version.size()))
            best = &kernel;
    }
    QCollator order(QLocale::c());
    order.setNumericMode(true);
    for (KernelNeed &kernel : kernels) {
        if (entry.isEmpty() && (!best || order.compare(best->version, kernel.version) < 0))
            best = &kernel;
    }
    if (best || !kernels.isEmpty())
        (best ? best : &kernels.last())->isDefault = true;
}

QSet<QString> presentModules(const GuestTree &tree, const QString &initramfs)
{
    const Fd file = tree.openFile(initramfs);
    const Result<QSet<QString>> modules = initramfs.isEmpty() ? QSet<QString>() : initramfsModules(file.get(), initramfs, {});
    return modules ? *modules : QSet<QString>();
}

KernelNeed needOf(const GuestTree &tree, const KernelFacts &facts)
{
    KernelNeed kernel;
    kernel.version = facts.version;
    if (tree.isFile(facts.initramfs))
        kernel.initramfs = tree.canonical(facts.initramfs);
    const QSet<QString> builtIn = builtInModules(tree, facts.version);
    const QSet<QString> loadable = loadableModules(tree, facts.version);
    const QSet<QString> present = presentModules(tree, kernel.initramfs);
    for (const QString &driver : cloudDrivers()) {
        if (builtIn.contains(driver) || !loadable.contains(driver))
            continue;
        kernel.drivers.append(driver);
        if (!present.contains(driver))
            kernel.missing.append(driver);
    }
    kernel.starts = lackingForRoot(tree, facts.version, present).isEmpty();
    const QSet<QString> known = builtIn + loadable;
    kernel.fit = kernel.starts || (known.contains(QStringLiteral("virtio_blk")) && known.contains(QStringLiteral("virtio_pci")));
    return kernel;
}

}

QStringList lackingForRoot(const GuestTree &tree, const QString &version, const QSet<QString> &present)
{
    QStringList lacking;
    const QSet<QString> there = present + builtInModules(tree, version);
    for (const char *driver : {"virtio_blk", "virtio_pci"}) {
        if (!there.contains(QLatin1String(driver)))
            lacking.append(QLatin1String(driver));
    }
    return lacking;
}

QList<KernelNeed> kernelNeeds(Guest &guest)
{
    QList<KernelNeed> kernels;
    for (const KernelFacts &facts : guest.os().kernels) {
        // "/boot/vmlinuz" that nobody can name is a link to one that has a name.
        const bool nameless = facts.version.isEmpty() && guest.os().kernels.size() > 1;
        if (!nameless && !facts.version.startsWith(QLatin1String("0-rescue")))
            kernels.append(needOf(guest.root().tree(), facts));
    }
    markDefault(guest, kernels);
    return kernels;
}

std::optional<InitramfsTool> initramfsTool(const Guest &guest)
{
    using Kind = InitramfsTool::Kind;
    static const QList<std::pair<Kind, QStringList>> tools{
        {Kind::InitramfsTools, {QStringLiteral("/usr/sbin/mkinitramfs"), QStringLiteral("/sbin/mkinitramfs")}},
        {Kind::Dracut, {QStringLiteral("/usr/bin/dracut"), QStringLiteral("/usr/sbin/dracut"), QStringLiteral("/sbin/dracut")}},
        {Kind::Mkinitrd, {QStringLiteral("/sbin/mkinitrd"), QStringLiteral("/usr/sbin/mkinitrd")}}};
    // Debian's dracut takes the place of initramfs-tools but leaves mkinitramfs, which is of another package, on the disk.
    const bool byDracut = guest.isFile(QStringLiteral("/usr/bin/dracut")) && !guest.isFile(QStringLiteral("/usr/sbin/update-initramfs"));
    for (const auto &[kind, programs] : tools) {
        for (const QString &program : programs) {
            if (guest.isFile(program) && !(byDracut && kind == Kind::InitramfsTools))
                return InitramfsTool{kind, program};
        }
    }
    return std::nullopt;
}

QStringList initramfsCommand(const InitramfsTool &tool, const KernelNeed &kernel, const QString &output)
{
    const QString drivers = kernel.drivers.join(QLatin1Char(' '));
    switch (tool.kind) {
    case InitramfsTool::Kind::Dracut: // no --regenerate-all: one image that fails must not stop the others
        return {tool.program, QStringLiteral("--force"), QStringLiteral("--no-hostonly"), QStringLiteral("--add-drivers"), drivers, output,
            kernel.version};
    case InitramfsTool::Kind::InitramfsTools:
        return {tool.program, QStringLiteral("-o"), output, kernel.version};
    case InitramfsTool::Kind::Mkinitrd:
        return {tool.program, QStringLiteral("-k"), QStringLiteral("/boot/vmlinuz-") + kernel.version, QStringLiteral("-i"), output,
            QStringLiteral("-m"), drivers};
    }
    Q_UNREACHABLE();
}

}
