#include "tests/gui/sceneservers.h"

#include "tests/unit/layout/samplefacts.h"

namespace edgelift::test {

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

}

ServerFacts sampleServer()
{
    ServerFacts facts = twoDisks();
    facts.sourceName = key("web01.example.com");
    facts.os.prettyName = key("Debian GNU/Linux 12 (bookworm)");
    facts.os.boot = key("grub2");
    facts.os.kernels = {{key("6.1.0-40-amd64"), key("/boot/initrd.img-6.1.0-40-amd64"), true, true}};
    facts.disks[0].name = key("vda");
    facts.disks[1].name = key("vdb");
    return facts;
}

ServerFacts manyMounts()
{
    using namespace literals;
    ServerFacts facts = sampleServer();
    addDataDisks(facts, 1, 400_GiB);
    facts.disks.last().name = key("vdc");
    facts.volumes.removeLast();
    for (int i = 0; i < 54; ++i)
        facts.volumes.append(partition(facts.disks.last().id, i + 1, Bytes{(1_MiB).count + quint64(i) * (7_GiB).count}, 7_GiB, FsType::Ext4,
            QStringLiteral("/srv/customers/%1/data").arg(i + 1, 4, 10, QLatin1Char('0'))));
    return facts;
}

ServerFacts hostileServer()
{
    ServerFacts facts = sampleServer();
    const QString marks = QStringLiteral("\u202Egnp.exe\u202C \U0001F4BE\U0001F469\u200D\U0001F4BB");
    facts.sourceName = QString(253, QLatin1Char('w')) + QStringLiteral(".example.com");
    facts.os.hostName = facts.sourceName;
    facts.os.prettyName = QStringLiteral("L\tinux\n\"quoted\" ") + marks;
    facts.disks[1].name = QString(500, QLatin1Char('n'));
    facts.volumes[4].mountPoint = QStringLiteral("/data with\ttab\nand line “") + marks;
    facts.volumes[5].mountPoint = QLatin1Char('/') + QString(500, QLatin1Char('m'));
    return facts;
}

ServerFacts unreadyServer()
{
    using namespace literals;
    ServerFacts facts = sampleServer();
    facts.os.kernels = {{key("5.10.0-8-amd64"), key("/boot/initrd.img-5.10.0-8-amd64"), false, false}};
    facts.os.boot = key("systemd-boot");
    facts.os.selinux = key("enforcing");
    facts.fstab.append({key("/dev/sdb1"), key("/data"), key("xfs"), key("defaults")});
    facts.fstab.append({key("UUID=0b2c"), key("/mnt/gone"), key("ext4"), key("defaults")});
    addDataDisks(facts, 4, 600_GiB);
    return facts;
}

}
