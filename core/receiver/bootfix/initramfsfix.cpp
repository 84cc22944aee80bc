#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/kernelset.h"
#include "core/receiver/bootfix/textlines.h"

namespace edgelift::bootfix {

namespace {

/// What every kernel's drivers have in common, for the tools' own configuration: later kernels bring the same.
QStringList allDrivers(const QList<KernelNeed> &kernels)
{
    QStringList drivers;
    for (const KernelNeed &kernel : kernels)
        drivers += kernel.drivers;
    drivers.sort();
    drivers.removeDuplicates();
    return drivers;
}

bool configureInitramfsTools(Guest &guest, const QStringList &drivers)
{
    const auto modulesPath = QStringLiteral("/etc/initramfs-tools/modules");
    QByteArray modules = guest.read(modulesPath).value_or(QByteArray());
    const QList<QByteArray> lines = modules.split('\n');
    for (const QString &driver : drivers) {
        if (!lines.contains(driver.toLatin1()))
            modules += (modules.isEmpty() || modules.endsWith('\n') ? "" : "\n") + driver.toLatin1() + '\n';
    }
    bool changed = guest.write(modulesPath, modules);
    // "dep" takes the drivers of the machine the tool runs on, which is neither the old one nor the new.
    QStringList paths{QStringLiteral("/etc/initramfs-tools/initramfs.conf")};
    paths += guest.files(QStringLiteral("/etc/initramfs-tools/conf.d"));
    for (const QString &path : std::as_const(paths)) {
        const std::optional<QByteArray> content = guest.read(path);
        if (!content)
            continue;
        const QByteArray after = editLines(*content, [&guest, &path](QByteArray &line) {
            if (line.startsWith("MODULES=") && shellValue(line, "MODULES") != QLatin1String("most")) {
                guest.found(path + QStringLiteral(": ") + QString::fromUtf8(line));
                line = "MODULES=most";
            }
            return LineEdit::Keep;
        });
        changed = guest.write(path, after) || changed;
    }
    return changed;
}

bool configureDracut(Guest &guest, const QStringList &drivers)
{
    return guest.write(QStringLiteral("/etc/dracut.conf.d/edgelift.conf"),
        "# Written by Edgelift: the drivers of a cloud instance, not those of the machine dracut runs on.\n"
        "hostonly=\"no\"\n"
        "add_drivers+=\" "
            + drivers.join(QLatin1Char(' ')).toLatin1() + " \"\n");
}

/// INITRD_MODULES of SUSE's old mkinitrd.
bool configureMkinitrd(Guest &guest, const QStringList &drivers)
{
    const auto path = QStringLiteral("/etc/sysconfig/kernel");
    const std::optional<QByteArray> content = guest.read(path);
    if (!content)
        return false;
    return guest.write(path, editLines(*content, [&drivers](QByteArray &line) {
        if (!line.startsWith("INITRD_MODULES="))
            return LineEdit::Keep;
        QStringList modules = shellValue(line, "INITRD_MODULES").split(QLatin1Char(' '), Qt::SkipEmptyParts);
        for (const QString &driver : drivers) {
            if (!modules.contains(driver))
                modules.append(driver);
        }
        line = "INITRD_MODULES=\"" + modules.join(QLatin1Char(' ')).toUtf8() + '"';
        return LineEdit::Keep;
    }));
}

bool configure(Guest &guest, const InitramfsTool &tool, const QStringList &drivers)
{
    switch (tool.kind) {
    case InitramfsTool::Kind::Dracut:
        return configureDracut(guest, drivers);
    case InitramfsTool::Kind::InitramfsTools:
        return configureInitramfsTools(guest, drivers);
    case InitramfsTool::Kind::Mkinitrd:
        return configureMkinitrd(guest, drivers);
    }
    Q_UNREACHABLE();
}

/// True when some kernel does not start without a new image.
bool tellLacking(Guest &guest, const QList<KernelNeed> &kernels)
{
    bool mustBuild = false;
    for (const KernelNeed &kernel : kernels) {
        if (kernel.missing.isEmpty() || !kernel.fit)
            continue;
        guest.rebuildReasons.insert(QStringLiteral("drivers"));
        mustBuild = mustBuild || !kernel.starts;
        guest.found(QStringLiteral("%1 lacks %2").arg(kernel.initramfs, kernel.missing.join(QStringLiteral(", "))));
        if (kernel.initramfs.isEmpty() && !kernel.starts)
            guest.note(kernel.isDefault ? NoteId::DefaultInitramfsMissing : NoteId::InitramfsMissing, {kernel.version});
    }
    return mustBuild;
}

/// x86-64-v2 and v3 are asked for by whole distributions; the instance type must have them.
void noteProcessor(Guest &guest)
{
    if (guest.family() == Family::RedHat && guest.major() >= 10)
        guest.note(NoteId::ProcessorLevel, {guest.os().prettyName, QStringLiteral("x86-64-v3")});
    else if (guest.family() == Family::RedHat && guest.major() == 9)
        guest.note(NoteId::ProcessorLevel, {guest.os().prettyName, QStringLiteral("x86-64-v2")});
}

}

void fixKernelFit(Guest &guest)
{
    const QList<KernelNeed> kernels = kernelNeeds(guest);
    if (!guest.os().architecture.isEmpty() && guest.os().architecture != QLatin1String("x86_64"))
        guest.note(NoteId::ArchitectureUnfit, {guest.os().architecture});
    if (kernels.isEmpty())
        guest.note(NoteId::KernelMissing);
    for (const KernelNeed &kernel : kernels) {
        guest.found(kernel.version + (kernel.isDefault ? QStringLiteral(" (default)") : QString()));
        if (!kernel.fit)
            guest.note(kernel.isDefault ? NoteId::DefaultKernelWithoutVirtio : NoteId::KernelWithoutVirtio, {kernel.version});
    }
    noteProcessor(guest);
}

/// Plans the images that are made anew, as soon as one lacks a driver or something in them changes; initramfsbuild.cpp makes them.
void fixInitramfs(Guest &guest)
{
    const QList<KernelNeed> kernels = kernelNeeds(guest);
    const bool mustBuild = tellLacking(guest, kernels);
    if (guest.rebuildReasons.isEmpty() && !guest.needsLvmInInitramfs)
        return;
    const std::optional<InitramfsTool> tool = initramfsTool(guest);
    if (!tool) {
        guest.note(mustBuild ? NoteId::InitramfsToolMissing : NoteId::InitramfsKept);
        return;
    }
    QStringList drivers = allDrivers(kernels);
    if (guest.needsLvmInInitramfs)
        drivers.append(QStringLiteral("dm_mod")); // also the sign, on a second run, that this was done
    if (configure(guest, *tool, drivers) && guest.needsLvmInInitramfs)
        guest.rebuildReasons.insert(QStringLiteral("lvm"));
    QStringList reasons(guest.rebuildReasons.begin(), guest.rebuildReasons.end());
    reasons.sort();
    for (const QString &reason : std::as_const(reasons))
        guest.found(QStringLiteral("to be made anew: ") + reason);
}

}
