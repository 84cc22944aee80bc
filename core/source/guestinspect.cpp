#include "core/guest/btrfssubvolumes.h"
#include "core/guest/osinspect.h"
#include "core/source/inspector.h"

#include <QFileInfo>
#include <algorithm>

namespace edgelift {

namespace {

const auto slash = QStringLiteral("/");

bool isLinuxContent(FsType fs)
{
    switch (fs) {
    case FsType::Ext2:
    case FsType::Ext3:
    case FsType::Ext4:
    case FsType::Xfs:
    case FsType::Btrfs:
    case FsType::Swap:
    case FsType::LvmPhysicalVolume:
    case FsType::MdMember:
    case FsType::Crypt:
        return true;
    case FsType::Empty:
    case FsType::Unknown:
    case FsType::Vfat:
        return false;
    }
    Q_UNREACHABLE();
}

}

/// A block device with the volume's bytes; stays until the inspection is over.
Result<QString> Inspector::loopOf(const VolumeFacts &volume)
{
    if (const auto known = m_loops.find(volume.id); known != m_loops.end())
        return known->second.path();
    Bytes offset;
    const Result<QString> path = viewOf(volume, &offset);
    Result<LoopDevice> loop = path ? LoopDevice::attach(*path, offset, volume.size) : Result<LoopDevice>(path.error());
    if (!loop)
        return loop.error();
    return m_loops.emplace(volume.id, loop.take()).first->second.path();
}

void Inspector::look(GuestMounts &mounts)
{
    for (VolumeFacts &volume : m_facts.volumes) {
        if (m_stop.stop_requested())
            return;
        if (volume.fs == FsType::Btrfs)
            listSubvolumes(volume, mounts);
        // A FAT can hold no root filesystem: it knows neither owners nor links.
        if (isMountable(volume.fs) && volume.fs != FsType::Vfat)
            lookAt(volume, mounts);
        mounts.unmountAll();
    }
    if (m_candidates.isEmpty())
        return;
    const auto named = std::find_if(m_candidates.begin(), m_candidates.end(), [](const Candidate &candidate) { return candidate.named; });
    const Candidate root = named == m_candidates.end() ? m_candidates.constFirst() : *named;
    if (m_candidates.size() > 1)
        note(root.volume, QStringLiteral("taken as root among %1 volumes that look like one").arg(m_candidates.size()));
    inspectRoot(root, mounts);
}

void Inspector::lookAt(const VolumeFacts &volume, GuestMounts &mounts)
{
    const Result<QString> device = loopOf(volume);
    const Result<QString> path = device ? mounts.mount(*device, volume.fs, {}, volume.id) : Result<QString>(device.error());
    const Result<GuestTree> tree = path ? GuestTree::open(*path) : Result<GuestTree>(path.error());
    if (!tree) {
        m_unreadable.insert(volume.id, tree.error());
        note(volume.id, QStringLiteral("cannot be looked into: %1").arg(tree.error().args.join(QStringLiteral(", "))));
        return;
    }
    if (isLinuxRoot(*tree)) {
        addCandidate(*tree, volume, {});
        return;
    }
    if (volume.fs != FsType::Btrfs)
        return;
    lookIntoSubvolumes(volume, *tree, *path);
    // The default subvolume may be one that is not the top: look from there, too.
    const Result<QString> top = mounts.mount(*device, volume.fs, QStringLiteral("subvolid=5"), volume.id);
    const Result<GuestTree> all = top ? GuestTree::open(*top) : Result<GuestTree>(top.error());
    if (all && m_candidates.isEmpty())
        lookIntoSubvolumes(volume, *all, *top);
}

/// Failing that is no error here: then the volume's files cannot be copied into a new one.
void Inspector::listSubvolumes(VolumeFacts &volume, GuestMounts &mounts)
{
    const Result<QString> device = loopOf(volume);
    const Result<QString> path =
        device ? mounts.mount(*device, volume.fs, topOption(volume.fs), volume.id) : Result<QString>(device.error());
    const Result<QList<SubvolumeFacts>> found = path ? btrfsSubvolumes(*path, volume.id) : Result<QList<SubvolumeFacts>>(path.error());
    if (found)
        volume.subvolumes = *found;
    else
        note(volume.id, QStringLiteral("its subvolumes cannot be listed: %1").arg(found.error().args.join(QStringLiteral(", "))));
}

void Inspector::lookIntoSubvolumes(const VolumeFacts &volume, const GuestTree &tree, const QString &mountPath)
{
    constexpr qsizetype mostNames = 256;
    const QStringList names = tree.list(slash).mid(0, mostNames);
    for (const QString &name : names) {
        const Result<GuestTree> inside =
            tree.isFolder(slash + name) ? GuestTree::open(mountPath + slash + name) : Result<GuestTree>(Error{});
        if (inside && isLinuxRoot(*inside))
            addCandidate(*inside, volume, QStringLiteral("subvol=") + name);
    }
}

void Inspector::addCandidate(const GuestTree &tree, const VolumeFacts &volume, const QString &subvolume)
{
    Candidate candidate{volume.id, subvolume, false};
    const QList<FstabEntry> entries = parseFstab(tree.read(QStringLiteral("/etc/fstab")));
    for (const FstabEntry &entry : entries) {
        if (entry.mountPoint != slash || resolveSpec(entry.spec, m_facts.volumes, m_names, m_diskIds) != m_facts.volume(volume.id))
            continue;
        const QString wanted = subvolumeOption(entry.options).remove(QLatin1String("subvol=/")).remove(QLatin1String("subvol="));
        const QString have = QString(subvolume).remove(QLatin1String("subvol="));
        candidate.named = have.isEmpty() || wanted.isEmpty() || wanted == have;
    }
    m_candidates.append(candidate);
}

void Inspector::inspectRoot(const Candidate &root, GuestMounts &mounts)
{
    const VolumeFacts volume = *m_facts.volume(root.volume);
    const Result<QString> device = loopOf(volume);
    const Result<QString> path = device ? mounts.mount(*device, volume.fs, root.subvolume, volume.id) : Result<QString>(device.error());
    const Result<GuestTree> tree = path ? GuestTree::open(*path) : Result<GuestTree>(path.error());
    if (!tree) {
        m_unreadable.insert(volume.id, tree.error());
        return;
    }
    m_facts.fstab = parseFstab(tree->read(QStringLiteral("/etc/fstab")));
    assignMountPoints();
    markBoot(root.volume);
    for (const char *point : {"/usr", "/boot", "/boot/efi", "/efi"})
        mountBelow(*tree, QString::fromLatin1(point), mounts);
    QStringList texts;
    m_facts.os = inspectOs(*tree, texts, m_stop);
    for (const QString &text : std::as_const(texts))
        note(root.volume, text);
    m_facts.sourceName = m_facts.os.hostName.isEmpty() ? m_disks.front().name : m_facts.os.hostName;
}

/// Mounts what the guest mounts at `point`. Failing that is no error: then less is known.
void Inspector::mountBelow(const GuestTree &tree, const QString &point, GuestMounts &mounts)
{
    const auto entry =
        std::find_if(m_facts.fstab.begin(), m_facts.fstab.end(), [&point](const FstabEntry &other) { return other.mountPoint == point; });
    if (entry == m_facts.fstab.end())
        return;
    const VolumeFacts *volume = resolveSpec(entry->spec, m_facts.volumes, m_names, m_diskIds);
    const Fd folder = tree.openFolder(point);
    if (!volume || !folder || !isMountable(volume->fs) || volume->segments.isEmpty())
        return;
    const Result<QString> device = loopOf(*volume);
    const QString target = QStringLiteral("/proc/self/fd/%1").arg(folder.get());
    const Result<> mounted =
        device ? mounts.mountOn(*device, volume->fs, subvolumeOption(entry->options), volume->id, target) : Result<>(device.error());
    if (!mounted)
        note(volume->id, QStringLiteral("cannot be looked into: %1").arg(mounted.error().args.join(QStringLiteral(", "))));
}

void Inspector::settleBootMode()
{
    const DiskFacts *system = m_facts.systemDisk();
    const PartitionTable found = m_tables.value(system->id);
    const bool esp = std::any_of(m_facts.volumes.begin(), m_facts.volumes.end(), [](const VolumeFacts &volume) { return isEsp(volume); });
    if (found.grubCode && esp)
        note(system->id, QStringLiteral("can start by BIOS and by UEFI; BIOS is assumed"));
    if (found.grubCode)
        m_facts.bootMode = BootMode::Bios;
    else if (esp)
        m_facts.bootMode = BootMode::Uefi;
    else
        m_facts.bootMode = found.bootCode ? BootMode::Bios : BootMode::Unknown;
}

/// What best explains that there is no root: something we cannot look into, another system, or simply none.
Error Inspector::noRoot() const
{
    for (const VolumeFacts &volume : m_facts.volumes) {
        if (m_unreadable.contains(volume.id))
            return m_unreadable.value(volume.id);
    }
    for (const VolumeFacts &volume : m_facts.volumes) {
        if (volume.fs == FsType::Crypt)
            return {ErrorCode::VolumeUnsupported, Retry::AfterUserAction, {volume.id, QStringLiteral("LUKS")}, {}};
        if (volume.fs == FsType::MdMember)
            return {ErrorCode::VolumeUnsupported, Retry::AfterUserAction, {volume.id, QStringLiteral("RAID (md)")}, {}};
    }
    QStringList names;
    for (const DiskFacts &disk : m_facts.disks)
        names.append(disk.name);
    const QString all = names.join(QStringLiteral(", "));
    const bool someLinux =
        std::any_of(m_facts.volumes.begin(), m_facts.volumes.end(), [](const VolumeFacts &volume) { return isLinuxContent(volume.fs); });
    return {someLinux ? ErrorCode::NoRootFilesystem : ErrorCode::NotLinux, Retry::AfterUserAction, {all}, {}};
}

}
