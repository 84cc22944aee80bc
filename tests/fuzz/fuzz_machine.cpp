#include "core/source/live/devicestack.h"
#include "core/source/live/network.h"
#include "fuzztarget.h"

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

/// Devices with names from a handful, so that they refer to each other in every way there is.
BlockDevices devicesFrom(Reader &in)
{
    static const QStringList names{QStringLiteral("sda"), QStringLiteral("sda1"), QStringLiteral("dm-0"), QStringLiteral("md0"),
        QStringLiteral("loop0"), QStringLiteral("nvme0n1"), QStringLiteral("drbd0"), QString()};
    const auto name = [&in] { return names.at(in.number<quint8>() % names.size()); };
    QList<BlockDevice> list;
    while (!in.atEnd() && list.size() < 16) {
        BlockDevice device;
        device.name = name();
        device.major = in.number<quint8>();
        device.minor = in.number<quint8>();
        device.size = Bytes{in.number<quint64>()};
        device.disk = name();
        device.start = Bytes{in.number<quint64>()};
        device.place = (in.number<quint8>() & 1 ? QStringLiteral("virtual/block/") : QString()) + device.name;
        device.slaves = {name(), name()};
        device.mapperUuid = in.number<quint8>() & 1 ? QStringLiteral("LVM-x") : QString();
        device.loopFile = QStringLiteral("/dev/") + name();
        device.loopOffset = Bytes{in.number<quint64>()};
        list.append(device);
    }
    return BlockDevices(list, {{name(), name()}});
}

}

/// What the kernel says about a machine: mount table, swap, routes, a resolv.conf, and devices.
FUZZ_TARGET(machine)
{
    Reader in(input);
    const QByteArray table = in.takeText().toByteArray();
    const QByteArray text = in.takeText().toByteArray();
    const BlockDevices devices = devicesFrom(in);
    const QList<MountEntry> mounts = parseMountInfo(table);
    expect(mounts.size() <= 10000, "the number of mounts is bounded");
    const DeviceStack stack(devices, mounts, {QStringLiteral("loop0")});
    QList<Placement> found;
    for (const MountEntry &mount : mounts.mid(0, 100)) {
        expect(mount.mountPoint.startsWith(QLatin1Char('/')), "a mount point is a path");
        found.append(stack.ofMount(mount));
    }
    for (const QString &swap : parseSwaps(text).mid(0, 100))
        found.append(stack.ofPath(swap));
    for (const BlockDevice &device : devices.all())
        found.append(stack.ofDevice(device));
    for (const Placement &placement : std::as_const(found)) {
        expect(placement.disk.isEmpty() || placement.disks.contains(placement.disk), "the disk is among the disks");
        for (const QString &name : placement.disks)
            expect(devices.byName(name), "a disk that was found is one of the devices");
    }
    (void)parseRoutes4(text);
    (void)parseRoutes6(text);
    (void)dnsServers("nameserver 192.0.2.1\n" + text);
}
