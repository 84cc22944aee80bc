#pragma once
#include "core/layout/serverfacts.h"

/// Servers for the tests of core/layout.
namespace edgelift::test {

inline VolumeFacts partition(const QString &disk, int number, Bytes offset, Bytes size, FsType fs, const QString &mount)
{
    VolumeFacts volume;
    volume.id = QStringLiteral("%1/p%2").arg(disk).arg(number);
    volume.disk = disk;
    volume.number = number;
    volume.segments = {{disk, offset, size}};
    volume.size = size;
    volume.used = Bytes{size.count / 4};
    volume.fs = fs;
    volume.mountPoint = mount;
    volume.boot = mount == QLatin1String("/boot");
    volume.system = mount == QLatin1String("/");
    return volume;
}

inline DiskFacts disk(const QString &id, Bytes size) { return {id, id + QStringLiteral(".img"), size, 512, TableType::Gpt, {}}; }

/// A 30 GiB system disk with bios_grub, /boot, root (an odd number of bytes) and swap, and a data disk of 40 GiB with /data and /srv.
inline ServerFacts twoDisks()
{
    using namespace literals;
    const QString sys = QStringLiteral("sys");
    const QString data = QStringLiteral("data");
    ServerFacts facts;
    facts.sourceName = QStringLiteral("web.img");
    facts.os.hostName = QStringLiteral("web-01");
    facts.os.id = QStringLiteral("debian");
    facts.os.architecture = QStringLiteral("x86_64");
    facts.os.lvm = true;
    facts.os.kernels = {{QStringLiteral("6.1.0-13-amd64"), QStringLiteral("/boot/initrd.img"), true, true}};
    facts.bootMode = BootMode::Bios;
    facts.disks = {disk(sys, 30_GiB), disk(data, 40_GiB)};
    facts.volumes = {partition(sys, 1, 1_MiB, 1_MiB, FsType::Empty, {}),
        partition(sys, 2, 2_MiB, 512_MiB, FsType::Ext4, QStringLiteral("/boot")),
        partition(sys, 3, 514_MiB, Bytes{(20_GiB).count + 512}, FsType::Ext4, QStringLiteral("/")),
        partition(sys, 4, 25_GiB, 2_GiB, FsType::Swap, {}), partition(data, 1, 1_MiB, 10_GiB, FsType::Xfs, QStringLiteral("/data")),
        partition(data, 2, 11_GiB, 8_GiB, FsType::Ext4, QStringLiteral("/srv"))};
    facts.volumes[0].boot = true;
    facts.fstab = {{QStringLiteral("UUID=1"), QStringLiteral("/"), QStringLiteral("ext4"), QStringLiteral("defaults")}};
    return facts;
}

/// Adds data disks "extra0", "extra1", … of `size`, each with one filesystem.
inline void addDataDisks(ServerFacts &facts, int count, Bytes size)
{
    for (int i = 0; i < count; ++i) {
        const QString id = QStringLiteral("extra%1").arg(i);
        facts.disks.append(disk(id, size));
        facts.volumes.append(
            partition(id, 1, Bytes{1U << 20}, Bytes{size.count - (2U << 20)}, FsType::Ext4, QStringLiteral("/mnt/%1").arg(id)));
    }
}

/// One volume group over two disks of 20 GiB: root on the first, one volume with parts on both, and a second disk with nothing else.
inline ServerFacts spanningGroup()
{
    using namespace literals;
    const QString a = QStringLiteral("a");
    const QString b = QStringLiteral("b");
    ServerFacts facts;
    facts.sourceName = QStringLiteral("lvm.img");
    facts.disks = {disk(a, 20_GiB), disk(b, 20_GiB)};
    facts.volumes = {partition(a, 1, 1_MiB, 1_GiB, FsType::Ext4, QStringLiteral("/boot")),
        partition(a, 2, 2_GiB, 18_GiB, FsType::LvmPhysicalVolume, {}), partition(b, 1, 1_MiB, 19_GiB, FsType::LvmPhysicalVolume, {})};
    VolumeFacts root = partition(a, 0, 2_GiB, 8_GiB, FsType::Xfs, QStringLiteral("/"));
    root.id = QStringLiteral("vg0/root");
    root.kind = VolumeFacts::Kind::LogicalVolume;
    VolumeFacts big = root;
    big.id = QStringLiteral("vg0/big");
    big.mountPoint = QStringLiteral("/big");
    big.system = false;
    big.segments = {{a, 10_GiB, 10_GiB}, {b, 1_MiB, 15_GiB}};
    big.size = 25_GiB;
    facts.volumes += {root, big};
    facts.groups = {{QStringLiteral("vg0"), 4_MiB, {facts.volumes[1].id, facts.volumes[2].id}}};
    return facts;
}

}
