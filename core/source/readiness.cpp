#include "core/source/readiness.h"

#include "core/guest/fstab.h"
#include "core/source/live/livechecks.h"

#include <QCollator>
#include <QLocale>
#include <algorithm>

namespace edgelift {

namespace {

using Severity = Check::Severity;

Check passed(const char *id, const QStringList &args = {}) { return {QLatin1String(id), Severity::Ok, args, {}, {}}; }
Check told(const char *id, Severity severity, const QStringList &args = {}) { return {QLatin1String(id), severity, args, {}, {}}; }
Check mendable(const char *id, const char *prompt) { return {QLatin1String(id), Severity::Info, {}, QLatin1String(prompt), {}}; }
Check blocked(const char *id, const QStringList &args, ErrorCode code, const QStringList &errorArgs)
{
    return {QLatin1String(id), Severity::Blocker, args, {}, Error{code, Retry::AfterUserAction, errorArgs, {}}};
}

QString systemDiskName(const ServerFacts &facts)
{
    const DiskFacts *disk = facts.systemDisk();
    return disk ? disk->name : facts.sourceName;
}

void checkSystem(const ServerFacts &facts, QList<Check> &checks)
{
    const QString disk = systemDiskName(facts);
    if (!facts.systemDisk() && !hasRunningRoot(facts))
        checks.append(blocked("readiness.os", {disk}, ErrorCode::NoRootFilesystem, {disk}));
    else
        checks.append(passed("readiness.os", {facts.os.prettyName.isEmpty() ? facts.os.id : facts.os.prettyName}));
    const QString architecture = facts.os.architecture;
    if (architecture == QLatin1String("x86_64"))
        checks.append(passed("readiness.architecture", {architecture}));
    else if (architecture.isEmpty())
        checks.append(told("readiness.architecture-unknown", Severity::Warning));
    else
        checks.append(blocked("readiness.architecture", {architecture}, ErrorCode::ArchitectureUnsupported, {disk, architecture}));
}

void checkBoot(const ServerFacts &facts, QList<Check> &checks)
{
    const QString disk = systemDiskName(facts);
    if (facts.os.boot.isEmpty() || facts.bootMode == BootMode::Unknown)
        checks.append(blocked("readiness.boot-loader", {disk}, ErrorCode::BootLoaderMissing, {disk}));
    else if (facts.os.boot == QLatin1String("grub2"))
        checks.append(passed("readiness.boot-loader", {facts.os.boot}));
    else
        checks.append(told("readiness.boot-loader-other", Severity::Warning, {facts.os.boot}));
    if (facts.bootMode == BootMode::Uefi)
        checks.append(told("readiness.boot-mode", Severity::Info, {QStringLiteral("UEFI")}));
}

/// Only the newest kernel must be able to start in the cloud: it is the one a boot loader takes.
void checkKernels(const ServerFacts &facts, QList<Check> &checks)
{
    if (facts.os.kernels.isEmpty()) {
        checks.append(told("readiness.kernel-unknown", Severity::Warning));
        return;
    }
    QCollator numbers{QLocale::c()};
    numbers.setNumericMode(true);
    const auto rescue = [](const KernelFacts &kernel) { return kernel.version.startsWith(QLatin1String("0-rescue")); };
    const auto newest = std::max_element(facts.os.kernels.begin(), facts.os.kernels.end(), [&](const KernelFacts &a, const KernelFacts &b) {
        return rescue(a) != rescue(b) ? rescue(a) : numbers.compare(a.version, b.version) < 0;
    });
    for (auto kernel = facts.os.kernels.begin(); kernel != facts.os.kernels.end(); ++kernel) {
        if (kernel->virtioBlk)
            checks.append(passed("readiness.virtio", {kernel->version}));
        else if (kernel == newest && kernel->virtioCanBeAdded)
            checks.append(told("readiness.virtio-added", Severity::Warning, {kernel->version}));
        else if (kernel == newest)
            checks.append(blocked("readiness.virtio", {kernel->version}, ErrorCode::VirtioMissing, {kernel->version}));
        else
            checks.append(told("readiness.virtio-old", Severity::Warning, {kernel->version}));
        if (!kernel->virtioNet)
            checks.append(told("readiness.virtio-net", Severity::Warning, {kernel->version}));
    }
}

/// False for what is no volume of ours by nature, and for what facts cannot tell (partition UUIDs are not in them).
bool shouldResolve(const FstabEntry &entry)
{
    static const QStringList removable{
        QStringLiteral("/dev/cdrom"), QStringLiteral("/dev/sr"), QStringLiteral("/dev/fd"), QStringLiteral("/dev/dvd")};
    const auto starts = [&entry](const QString &text) { return entry.spec.startsWith(text); };
    const bool device = starts(QStringLiteral("/dev/")) || starts(QStringLiteral("UUID=")) || starts(QStringLiteral("LABEL="));
    const QStringList options = entry.options.split(QLatin1Char(','));
    const bool optional = options.contains(QLatin1String("noauto")) || options.contains(QLatin1String("nofail"));
    return device && !optional && !starts(QStringLiteral("/dev/disk/by-part")) && !std::any_of(removable.begin(), removable.end(), starts);
}

/// True when one of the disks has what the entry names, or something is mounted there or swapped to.
bool isFound(const FstabEntry &entry, const ServerFacts &facts)
{
    QStringList order; // of images, by which names of devices are understood; a machine that runs has its own
    for (const DiskFacts &disk : facts.live ? QList<DiskFacts>() : facts.disks)
        order.append(disk.id);
    const bool mounted = std::any_of(
        facts.volumes.begin(), facts.volumes.end(), [&entry](const VolumeFacts &volume) { return volume.mountPoint == entry.mountPoint; });
    const QList<UseFacts> uses = facts.live ? facts.live->uses : QList<UseFacts>();
    const bool used = std::any_of(uses.begin(), uses.end(),
        [&entry](const UseFacts &use) { return use.place == (use.kind == UseFacts::Kind::Swap ? entry.spec : entry.mountPoint); });
    return mounted || used || resolveSpec(entry.spec, facts.volumes, {}, order);
}

void checkFstab(const ServerFacts &facts, QList<Check> &checks)
{
    const qsizetype before = checks.size();
    for (const FstabEntry &entry : facts.fstab) {
        if (isKernelDeviceName(entry.spec))
            checks.append(told("readiness.fstab-device", Severity::Warning, {entry.spec, entry.mountPoint}));
        if (!isFound(entry, facts) && shouldResolve(entry))
            checks.append(told("readiness.fstab-missing", Severity::Warning, {entry.spec, entry.mountPoint}));
    }
    if (checks.size() == before)
        checks.append(passed("readiness.fstab"));
}

/// Warnings, because the plan can leave disks out; core/layout refuses a plan that does not.
void checkDisks(const ServerFacts &facts, QList<Check> &checks)
{
    const qsizetype before = checks.size();
    const DiskFacts *system = facts.systemDisk();
    const int dataDisks = int(facts.disks.size()) - (system ? 1 : 0);
    if (dataDisks > maxDataDisks)
        checks.append(told("readiness.data-disks", Severity::Warning, {QString::number(dataDisks), QString::number(maxDataDisks)}));
    for (const DiskFacts &disk : facts.disks) {
        if (&disk != system && disk.size > maxDataDiskSize)
            checks.append(
                told("readiness.data-disk-size", Severity::Warning, {disk.name, QLocale().formattedDataSize(qint64(disk.size.count))}));
    }
    if (checks.size() == before)
        checks.append(passed("readiness.disks", {QString::number(facts.disks.size())}));
}

/// The seed's questions, and what is good to know.
void checkComfort(const ServerFacts &facts, const QStringList &trackedDisks, QList<Check> &checks)
{
    if (facts.os.selinux == QLatin1String("enforcing") || facts.os.selinux == QLatin1String("permissive"))
        checks.append(told("readiness.selinux", Severity::Info, {facts.os.selinux}));
    else
        checks.append(passed("readiness.selinux-off"));
    checks.append(facts.os.cloudInit ? passed("readiness.cloud-init") : told("readiness.no-cloud-init", Severity::Info));
    if (!facts.live) {
        checks.append(passed("readiness.snapshot-driver"));
        checks.append(passed("readiness.rsync"));
        return;
    }
    checks.append(isTracked(facts, trackedDisks) ? passed("readiness.snapshot-driver-tested")
                                                 : mendable("readiness.snapshot-driver", "snapshot-driver"));
    checks.append(facts.os.rsync ? passed("readiness.rsync-found") : mendable("readiness.rsync", "rsync"));
}

}

bool isTracked(const ServerFacts &facts, const QStringList &trackedDisks)
{
    const auto tested = [&trackedDisks](const DiskFacts &disk) { return trackedDisks.contains(disk.id); };
    return facts.live && !facts.disks.isEmpty() && std::all_of(facts.disks.begin(), facts.disks.end(), tested);
}

QList<Check> readinessChecks(const ServerFacts &facts, const QStringList &trackedDisks)
{
    QList<Check> checks;
    checkSystem(facts, checks);
    checkBoot(facts, checks);
    checkKernels(facts, checks);
    checkFstab(facts, checks);
    checkDisks(facts, checks);
    addLiveChecks(facts, checks);
    checkComfort(facts, trackedDisks, checks);
    return checks;
}

}
