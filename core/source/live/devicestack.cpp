#include "core/source/live/devicestack.h"

#include <algorithm>

namespace edgelift {

namespace {

using Kind = ObstacleFacts::Kind;

constexpr int deepest = 32; // of a stack; the kernel allows far less

bool named(const BlockDevice &device, const char *prefix) { return device.name.startsWith(QLatin1String(prefix)); }
bool isVirtual(const BlockDevice &device) { return device.place.startsWith(QLatin1String("virtual/block/")); }
bool isLoop(const BlockDevice &device) { return isVirtual(device) && named(device, "loop"); }
bool isMemory(const BlockDevice &device) { return isVirtual(device) && (named(device, "zram") || named(device, "ram")); }
bool isMapper(const BlockDevice &device) { return !device.mapperName.isEmpty() || named(device, "dm-"); }
bool isRaid(const BlockDevice &device) { return !device.raidLevel.isEmpty() || (isVirtual(device) && named(device, "md")); }
bool isNvmeHead(const BlockDevice &device) { return device.place.startsWith(QLatin1String("virtual/nvme-subsystem/")); }
/// The kernel makes requests of what is written to them, as to a disk.
bool isRequestBased(const BlockDevice &device) { return named(device, "nbd") || named(device, "nullb") || named(device, "ublkb"); }
bool isMultipath(const BlockDevice &device) { return device.mapperUuid.contains(QLatin1String("mpath-")); }

/// "dm-3 (mpatha)"
QString shown(const BlockDevice &device)
{
    return device.mapperName.isEmpty() ? device.name : QStringLiteral("%1 (%2)").arg(device.name, device.mapperName);
}

/// What a layer is called for people; empty for a partition and a disk, which are none.
QString layerName(const BlockDevice &device)
{
    if (isLoop(device))
        return QStringLiteral("%1 (%2)").arg(device.name, device.loopFile);
    if (isRaid(device))
        return QStringLiteral("%1 (RAID, %2)").arg(device.name, device.raidLevel);
    if (!isMapper(device))
        return device.slaves.isEmpty() ? QString() : device.name;
    const QString kind = device.mapperUuid.section(QLatin1Char('-'), 0, 0);
    return QStringLiteral("%1 (%2, %3)").arg(device.name, kind.isEmpty() ? QStringLiteral("device-mapper") : kind, device.mapperName);
}

}

/// One way down.
struct DeviceStack::Walk
{
    Placement found;
    QSet<QString> seen;
    int depth = 0;
    Bytes offset; ///< of what is looked for, in the device that is looked at now
    bool direct = true; ///< so far it is one run of bytes
};

DeviceStack::DeviceStack(const BlockDevices &devices, const QList<MountEntry> &mounts, const QStringList &own)
    : m_devices(devices)
    , m_mounts(mounts)
    , m_own(own)
{
}

bool DeviceStack::isStacked(const BlockDevice &device)
{
    const bool over = isMapper(device) || isRaid(device) || (isVirtual(device) && (named(device, "bcache") || named(device, "drbd")));
    return over || !device.slaves.isEmpty();
}

bool DeviceStack::isDisk(const BlockDevice &device) const
{
    if (m_own.contains(device.name))
        return true;
    // Boot areas of flash memory are no disks, persistent memory is refused, and no server lives on discs and floppies.
    const bool other = named(device, "sr") || named(device, "fd") || named(device, "pmem")
        || (named(device, "mmcblk") && (device.name.contains(QLatin1String("boot")) || device.name.contains(QLatin1String("rpmb"))));
    return device.disk.isEmpty() && !device.hidden && device.size.count > 0 && !other && !isStacked(device)
        && (!isVirtual(device) || isRequestBased(device));
}

bool DeviceStack::isElsewhere(const MountEntry &mount)
{
    static const QStringList networks{QStringLiteral("nfs"), QStringLiteral("nfs4"), QStringLiteral("cifs"), QStringLiteral("smb3"),
        QStringLiteral("ceph"), QStringLiteral("lustre"), QStringLiteral("afs"), QStringLiteral("9p"), QStringLiteral("virtiofs"),
        QStringLiteral("glusterfs"), QStringLiteral("beegfs"), QStringLiteral("gpfs"), QStringLiteral("ncpfs"), QStringLiteral("coda")};
    return networks.contains(mount.fsType) || mount.fsType == QLatin1String("fuse") || mount.fsType.startsWith(QLatin1String("fuse."));
}

/// What no write can be followed on (peers.md 4b), whatever lies below it.
void DeviceStack::judge(const BlockDevice &device, Walk &walk) const
{
    const auto refuse = [&](Kind kind) { walk.found.obstacles.append({kind, {}, shown(device)}); };
    if (m_own.contains(device.name) || !device.disk.isEmpty()) // of a partition its disk is judged
        return;
    if (isMultipath(device))
        refuse(Kind::Multipath);
    if (isNvmeHead(device))
        refuse(Kind::NvmeMultipath);
    if (named(device, "drbd"))
        refuse(Kind::Drbd);
    if (named(device, "pmem"))
        refuse(Kind::PersistentMemory);
    if (isMemory(device))
        refuse(Kind::MemoryDisk);
}

void DeviceStack::judgeLeaf(const BlockDevice &device, Walk &walk) const
{
    const bool judged = !walk.found.obstacles.isEmpty();
    const bool strange = isStacked(device) || (isVirtual(device) && !isRequestBased(device));
    if (!judged && strange && !m_own.contains(device.name))
        walk.found.obstacles.append({Kind::Unknown, {}, shown(device)});
    for (const BlockDevice &other : m_devices.all()) {
        const bool twin = !device.wwn.isEmpty() && other.wwn == device.wwn && other.name != device.name && other.size == device.size;
        if (!judged && twin && other.disk.isEmpty() && !other.hidden && !isStacked(other))
            walk.found.obstacles.append({Kind::SeveralPaths, {}, QStringLiteral("%1, %2").arg(device.name, other.name)});
    }
    if (!isDisk(device))
        return;
    walk.found.disks.append(device.name);
    if (walk.direct) {
        walk.found.disk = device.name;
        walk.found.offset = walk.offset;
    }
}

void DeviceStack::descendLoop(const BlockDevice &device, Walk &walk) const
{
    if (const BlockDevice *below = m_devices.byPath(device.loopFile)) {
        const bool fits = !__builtin_add_overflow(walk.offset.count, device.loopOffset.count, &walk.offset.count);
        walk.direct = walk.direct && fits;
        descend(*below, walk);
        return;
    }
    walk.direct = false;
    const MountEntry *home = device.loopFile.startsWith(QLatin1Char('/')) ? mountOf(device.loopFile, m_mounts) : nullptr;
    const BlockDevice *below = home ? m_devices.byNumber(home->major, home->minor) : nullptr;
    if (home && !below && home->major == 0)
        below = m_devices.byPath(home->source);
    if (below)
        descend(*below, walk);
    else if (!home || !isElsewhere(*home))
        walk.found.obstacles.append({Kind::Unknown, {}, layerName(device)});
}

void DeviceStack::descend(const BlockDevice &device, Walk &walk) const
{
    if (walk.seen.contains(device.name) || walk.depth >= deepest)
        return;
    walk.seen.insert(device.name);
    ++walk.depth;
    judge(device, walk);
    const bool own = m_own.contains(device.name);
    const BlockDevice *disk = device.disk.isEmpty() ? nullptr : m_devices.byName(device.disk);
    if (const QString layer = own ? QString() : layerName(device); !layer.isEmpty())
        walk.found.layers.append(layer);
    if (walk.depth == 1 && device.mapperUuid.startsWith(QLatin1String("LVM-"))) {
        walk.found.mapperName = device.mapperName;
        walk.found.mapperUuid = device.mapperUuid;
    }
    if (disk && !own) {
        walk.direct = walk.direct && !__builtin_add_overflow(walk.offset.count, device.start.count, &walk.offset.count);
        descend(*disk, walk);
    } else if (isLoop(device) && !own) {
        descendLoop(device, walk);
    } else if (!device.slaves.isEmpty() && !own) {
        const bool before = std::exchange(walk.direct, false);
        for (const QString &name : device.slaves) {
            if (const BlockDevice *slave = m_devices.byName(name))
                descend(*slave, walk);
            else
                walk.found.obstacles.append({Kind::Unknown, {}, name});
        }
        walk.direct = before;
    } else {
        judgeLeaf(device, walk);
    }
    --walk.depth;
}

Placement DeviceStack::finished(Walk &walk) const
{
    Placement &found = walk.found;
    found.disks.removeDuplicates();
    found.disks.sort();
    found.layers.removeDuplicates();
    return found;
}

Placement DeviceStack::ofDevice(const BlockDevice &device) const
{
    Walk walk;
    descend(device, walk);
    return finished(walk);
}

Placement DeviceStack::ofMount(const MountEntry &mount) const
{
    static const QStringList severalDevices{QStringLiteral("btrfs"), QStringLiteral("zfs"), QStringLiteral("bcachefs")};
    static const QStringList clusters{QStringLiteral("gfs2"), QStringLiteral("gfs"), QStringLiteral("ocfs2")};
    Walk walk;
    const BlockDevice *device = mount.major == 0 ? m_devices.byPath(mount.source) : m_devices.byNumber(mount.major, mount.minor);
    if (device)
        descend(*device, walk);
    else if (mount.major != 0 || severalDevices.contains(mount.fsType))
        walk.found.obstacles.append({Kind::Unknown, {}, mount.source});
    if (device && mount.major == 0) {
        for (const QString &name : m_devices.btrfsDevices(device->name)) { // a filesystem of several devices
            const BlockDevice *part = m_devices.byName(name);
            walk.direct = walk.direct && name == device->name;
            if (part)
                descend(*part, walk);
        }
    }
    const QString dax = QStringLiteral("dax");
    const QStringList options = mount.options + mount.superOptions;
    if (options.contains(dax) || options.contains(QStringLiteral("dax=always")))
        walk.found.obstacles.append({Kind::Dax, {}, mount.source});
    if (clusters.contains(mount.fsType))
        walk.found.obstacles.append({Kind::Cluster, {}, QStringLiteral("%1 (%2)").arg(mount.source, mount.fsType)});
    return finished(walk);
}

Placement DeviceStack::ofPath(const QString &path) const
{
    Walk walk;
    if (const BlockDevice *device = m_devices.byPath(path)) {
        descend(*device, walk);
    } else if (const MountEntry *home = mountOf(path, m_mounts)) {
        Placement below = ofMount(*home);
        below.disk.clear();
        below.mapperName.clear();
        below.mapperUuid.clear();
        below.layers.prepend(path);
        return below;
    }
    return finished(walk);
}

}
