#include "core/source/live/network.h"
#include "tests/unit/live/phonymachine.h"

#include <QDir>
#include <QTest>
#include <random>

using namespace edgelift;
using namespace edgelift::test;

class NetworkTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void devicesWithTheirAddresses()
    {
        PhonyMachine machine;
        const auto nic = [&machine](const QString &name, const char *attribute, const QByteArray &value) {
            machine.write(QStringLiteral("/sys/class/net/%1/%2").arg(name, QLatin1String(attribute)), value);
        };
        nic(QStringLiteral("lo"), "type", "772\n");
        nic(QStringLiteral("eth0"), "type", "1\n");
        nic(QStringLiteral("eth0"), "address", "52:54:00:AB:CD:EF\n");
        nic(QStringLiteral("eth0"), "mtu", "9000\n");
        nic(QStringLiteral("eth0"), "flags", "0x1003\n");
        QDir().mkpath(machine.path(QStringLiteral("/sys/drivers/virtio_net")));
        QDir().mkpath(machine.path(QStringLiteral("/sys/class/net/eth0/device")));
        QFile::link(QStringLiteral("../../../../drivers/virtio_net"), machine.path(QStringLiteral("/sys/class/net/eth0/device/driver")));
        nic(QStringLiteral("br0"), "type", "1\n");
        nic(QStringLiteral("br0"), "flags", "0x1002\n");
        const QStringList addresses{QStringLiteral("192.0.2.7/24"), QStringLiteral("2001:db8::7/64")};
        const QList<NicFacts> found = readNics(machine.view().sys, {{QStringLiteral("eth0"), addresses}});
        const QList<NicFacts> wanted{{QStringLiteral("br0"), {}, {}, 0, false, {}},
            {QStringLiteral("eth0"), QStringLiteral("52:54:00:ab:cd:ef"), QStringLiteral("virtio_net"), 9000, true, addresses}};
        QCOMPARE(found, wanted);
    }
    void routesOfBothFamilies()
    {
        const QByteArray four = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
                                "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
                                "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
                                "eth1\t0000000A\t00000000\t0000\t0\t0\t0\t000000FF\t0\t0\t0\n";
        QCOMPARE(parseRoutes4(four),
            (QList<RouteFacts>{{QStringLiteral("0.0.0.0/0"), QStringLiteral("192.0.2.1"), QStringLiteral("eth0")},
                {QStringLiteral("192.0.2.0/24"), {}, QStringLiteral("eth0")}})); // the third is not up
        const QByteArray zeros(32, '0');
        const QByteArray six = zeros + " 00 " + zeros
            + " 00 20010db8000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n" + "20010db8000000000000000000000000 40 "
            + zeros + " 00 " + zeros + " 00000100 00000001 00000000 00000001     eth0\n" + "fe800000000000000000000000000000 40 " + zeros
            + " 00 " + zeros + " 00000100 00000001 00000000 00000001     eth0\n" + zeros + " 00 " + zeros + " 00 " + zeros
            + " ffffffff 00000001 00000000 00200200       lo\n";
        QCOMPARE(parseRoutes6(six),
            (QList<RouteFacts>{{QStringLiteral("::/0"), QStringLiteral("2001:db8::1"), QStringLiteral("eth0")},
                {QStringLiteral("2001:db8::/64"), {}, QStringLiteral("eth0")}}));
    }
    void nameServers()
    {
        QCOMPARE(dnsServers("# x\nsearch a b\nnameserver 192.0.2.53\n nameserver\t2001:db8::53 \nnameserver\noptions ndots:2\n"),
            (QStringList{QStringLiteral("192.0.2.53"), QStringLiteral("2001:db8::53")}));
    }
    void anyBytesEndSomehow()
    {
        std::mt19937 random(3);
        const QByteArray seed = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\nnameserver 192.0.2.53\n" + QByteArray(32, '0')
            + " 00 " + QByteArray(32, '0') + " 00 20010db8000000000000000000000001 00000400 00000001 00000000 00000003 eth0\n";
        for (int round = 0; round < 20000; ++round) {
            QByteArray bytes = seed;
            for (int change = 0; change < 4; ++change) {
                const qsizetype at = qsizetype(random() % quint32(bytes.size()));
                if (random() % 3 == 0)
                    bytes.remove(at, qsizetype(random() % 8));
                else
                    bytes[at] = char(random());
            }
            for (const RouteFacts &route : parseRoutes4(bytes) + parseRoutes6(bytes))
                QVERIFY(route.destination.contains(QLatin1Char('/')));
            (void)dnsServers(bytes);
        }
    }
    void thisMachineHasALoopbackAddress() { QVERIFY(localAddresses().value(QStringLiteral("lo")).contains(QStringLiteral("127.0.0.1/8"))); }
};

QTEST_APPLESS_MAIN(NetworkTest)
#include "tst_network.moc"
