#include "core/base/error.h"
#include "core/guest/initramfs.h"
#include "core/guest/osinspect.h"

#include <QtEndian>
#include <algorithm>

namespace edgelift {

namespace {

/// "6.1.0-18-amd64" out of a bzImage's own header (Documentation/arch/x86/boot.rst); empty for anything else.
QString versionInImage(const QByteArray &start)
{
    if (start.size() < 0x220 || start.mid(0x202, 4) != "HdrS")
        return {};
    const qsizetype at = 0x200 + qFromLittleEndian<quint16>(start.constData() + 0x20e);
    const QByteArray text = start.mid(at, 128);
    return QString::fromLatin1(text.left(std::max<qsizetype>(text.indexOf('\0'), 0))).section(QLatin1Char(' '), 0, 0);
}

/// The initramfs that belongs to /boot/vmlinuz-<suffix>, by the names that distributions use.
QString initramfsFor(const QString &suffix, const QStringList &files)
{
    const QString dash = suffix.isEmpty() ? QString() : QLatin1Char('-') + suffix;
    const QStringList names{QStringLiteral("initrd.img") + dash, QStringLiteral("initramfs%1.img").arg(dash),
        QStringLiteral("initrd") + dash, QStringLiteral("initramfs") + dash, QStringLiteral("initrd%1.img").arg(dash),
        QStringLiteral("initramfs-genkernel-x86_64") + dash};
    for (const QString &name : names) {
        if (files.contains(name))
            return QStringLiteral("/boot/") + name;
    }
    return {};
}

bool inModulesFolder(const GuestTree &tree, const QString &version, const QString &module)
{
    const QByteArray list = tree.read(QStringLiteral("/lib/modules/%1/modules.dep").arg(version), 16 << 20);
    return list.contains('/' + module.toLatin1() + ".ko");
}

/// Boot conversion makes the initramfs anew; it needs what this looks for.
bool canBeAdded(const GuestTree &tree, const QString &version, const QSet<QString> &present)
{
    static const QStringList tools{QStringLiteral("/usr/sbin/mkinitramfs"), QStringLiteral("/sbin/mkinitramfs"),
        QStringLiteral("/usr/bin/dracut"), QStringLiteral("/usr/sbin/dracut"), QStringLiteral("/sbin/dracut"),
        QStringLiteral("/sbin/mkinitrd"), QStringLiteral("/usr/sbin/mkinitrd")};
    const bool tool = std::any_of(tools.begin(), tools.end(), [&tree](const QString &path) { return tree.isFile(path); });
    const auto there = [&](const char *module) {
        return present.contains(QLatin1String(module)) || inModulesFolder(tree, version, QLatin1String(module));
    };
    return tool && there("virtio_blk") && there("virtio_pci");
}

KernelFacts inspectKernel(const GuestTree &tree, const QString &suffix, const QString &image, const QStringList &files, QStringList &notes,
    const std::stop_token &stop)
{
    const QString inside = versionInImage(tree.readStart(image, 65536));
    const auto hasModules = [&tree](const QString &version) { return tree.isFolder(QStringLiteral("/lib/modules/") + version); };
    const bool byName = !suffix.isEmpty() && (hasModules(suffix) || inside.isEmpty() || suffix.startsWith(QLatin1String("0-rescue")));
    KernelFacts kernel;
    kernel.version = byName ? suffix : inside;
    kernel.initramfs = initramfsFor(suffix, files);
    const QString modulesOf = hasModules(kernel.version) ? kernel.version : inside;
    QSet<QString> present = builtInModules(tree, modulesOf);
    if (!kernel.initramfs.isEmpty()) {
        const Fd fd = tree.openFile(kernel.initramfs);
        const Result<QSet<QString>> modules = initramfsModules(fd.get(), kernel.initramfs, stop);
        if (modules)
            present.unite(*modules);
        else
            notes.append(QStringLiteral("%1 cannot be listed: %2").arg(kernel.initramfs, modules.error().detail));
    }
    kernel.virtioBlk = present.contains(QStringLiteral("virtio_blk")) && present.contains(QStringLiteral("virtio_pci"));
    kernel.virtioNet = present.contains(QStringLiteral("virtio_net")) || inModulesFolder(tree, modulesOf, QStringLiteral("virtio_net"));
    kernel.virtioCanBeAdded = !kernel.virtioBlk && canBeAdded(tree, modulesOf, present);
    return kernel;
}

}

QSet<QString> builtInModules(const GuestTree &tree, const QString &version)
{
    QSet<QString> names;
    const QByteArray list = tree.read(QStringLiteral("/lib/modules/%1/modules.builtin").arg(version), 4 << 20);
    for (const QByteArray &line : list.split('\n')) {
        if (const QString name = moduleName(QString::fromLatin1(line.trimmed())); !name.isEmpty())
            names.insert(name);
    }
    const QByteArray config = tree.read(QStringLiteral("/boot/config-") + version, 4 << 20);
    for (const char *name : {"virtio_blk", "virtio_pci", "virtio_net"}) {
        if (config.contains('\n' + QByteArray("CONFIG_") + QByteArray(name).toUpper() + "=y\n"))
            names.insert(QString::fromLatin1(name));
    }
    return names;
}

QSet<QString> loadableModules(const GuestTree &tree, const QString &version)
{
    QSet<QString> names;
    const QByteArray list = tree.read(QStringLiteral("/lib/modules/%1/modules.dep").arg(version), 16 << 20);
    for (const QByteArray &line : list.split('\n')) {
        if (const QString name = moduleName(QString::fromLatin1(line.left(line.indexOf(':')))); !name.isEmpty())
            names.insert(name);
    }
    return names;
}

QList<KernelFacts> inspectKernels(const GuestTree &tree, QStringList &notes, const std::stop_token &stop)
{
    constexpr qsizetype mostKernels = 50;
    const QString folder = QStringLiteral("/boot");
    const QStringList files = tree.list(folder);
    QList<KernelFacts> kernels;
    for (const QString &file : files) {
        QString suffix;
        if (file.startsWith(QLatin1String("vmlinuz-")) || file.startsWith(QLatin1String("kernel-")))
            suffix = file.mid(file.indexOf(QLatin1Char('-')) + 1);
        else if (file != QLatin1String("vmlinuz") && file != QLatin1String("bzImage"))
            continue;
        const QString image = folder + QLatin1Char('/') + file;
        if (!tree.isFile(image) || kernels.size() >= mostKernels || stop.stop_requested())
            continue;
        const KernelFacts kernel = inspectKernel(tree, suffix, image, files, notes, stop);
        // "/boot/vmlinuz" is often a link to one that is listed under its version already.
        const bool known =
            std::any_of(kernels.begin(), kernels.end(), [&kernel](const KernelFacts &other) { return other.version == kernel.version; });
        if (!known || !suffix.isEmpty())
            kernels.append(kernel);
    }
    if (kernels.isEmpty())
        notes.append(QStringLiteral("no kernel was found below /boot"));
    return kernels;
}

}
