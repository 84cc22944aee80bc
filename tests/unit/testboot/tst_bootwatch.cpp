#include "core/testboot/bootwatch.h"

#include <QTest>
#include <QtEndian>

using namespace edgelift::testboot;

namespace {

const QString mac = QStringLiteral("52:54:00:ed:6e:01");

QByteArray record(const QByteArray &packet)
{
    QByteArray head(16, '\0');
    qToLittleEndian(quint32(packet.size()), head.data() + 8);
    qToLittleEndian(quint32(packet.size()), head.data() + 12);
    return head + packet;
}

QByteArray ip(bool fromMachine, quint8 protocol, const QByteArray &inner)
{
    const QByteArray ours = QByteArray::fromHex("525400ed6e01");
    const QByteArray others = QByteArray::fromHex("52550a000202");
    QByteArray head(20, '\0');
    head[0] = 0x45;
    head[9] = char(protocol);
    return (fromMachine ? others + ours : ours + others) + QByteArray::fromHex("0800") + head + inner;
}

QByteArray tcp(bool fromMachine, char flags)
{
    QByteArray segment(20, '\0');
    segment[13] = flags;
    return ip(fromMachine, 6, segment);
}

QByteArray dhcp(char type)
{
    QByteArray message(240, '\0');
    message.replace(16, 4, QByteArray::fromHex("0a00020f"));
    message += QByteArray("\0\x35\x01", 3) + type + QByteArray("\x33\x04\0\0\0\1\xff", 7);
    return ip(false, 17, QByteArray::fromHex("0043004400000000") + message);
}

QByteArray capture(const QList<QByteArray> &packets)
{
    QByteArray file(24, '\0');
    for (const QByteArray &packet : packets)
        file += record(packet);
    return file;
}

}

/// What a console and packets tell of a machine that starts.
class TestBootWatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void consoleTellsHowFarItCame_data()
    {
        QTest::addColumn<QByteArray>("console");
        QTest::addColumn<int>("stage");
        QTest::addColumn<QString>("trouble");
        const auto row = [](const char *name, const char *console, BootStage stage, const char *trouble = "") {
            QTest::newRow(name) << QByteArray(console) << int(stage) << QString::fromLatin1(trouble);
        };
        row("nothing", "", BootStage::Nothing);
        row("firmware only", "SeaBIOS (version 1.16)\r\nBooting from Hard Disk...\r\n", BootStage::Nothing);
        row("no loader", "No bootable device.\r\n", BootStage::Nothing, "No bootable device.");
        row("GRUB", "\x1b[2J\x1b[01;01HGNU GRUB  version 2.06\r\n", BootStage::Loader);
        row("GRUB in trouble", "Welcome to GRUB!\r\nerror: no such device: 1234.\r\ngrub rescue> ", BootStage::Loader,
            "error: no such device: 1234.");
        row("GRUB for UEFI without a screen", "Welcome to GRUB!\r\nerror: no suitable video mode found.\r\nBooting in blind mode\r\n",
            BootStage::Loader);
        row("what GRUB missed did not stop it", "error: file `/boot/grub/unicode.pf2' not found.\r\n[    0.000000] Linux version 6.1.0\r\n",
            BootStage::Kernel);
        row("kernel", "[    0.000000] Linux version 6.1.0\r\n", BootStage::Kernel);
        row("no root", "[    2.1] x\r\nGave up waiting for root file system device.\r\nALERT!  UUID=1 does not exist.\r\n(initramfs) ",
            BootStage::Nothing, "Gave up waiting for root file system device.");
        row("dracut is not the root yet", "[    0.000000] Linux version 5.14\r\nWelcome to Rocky Linux 9 dracut-057 (Initramfs)!\r\n",
            BootStage::Kernel);
        row("panic", "[    1.500000] Kernel panic - not syncing: VFS: Unable to mount root fs\r\n", BootStage::Kernel,
            "[    1.500000] Kernel panic - not syncing: VFS: Unable to mount root fs");
        row("root", "Welcome to \x1b[1mDebian GNU/Linux 12 (bookworm)\x1b[0m!\r\n", BootStage::Root);
        row("emergency", "Welcome to Debian GNU/Linux 12!\r\nYou are in emergency mode. After logging in\r\n", BootStage::Root,
            "You are in emergency mode. After logging in");
        row("login, all quiet before", "\r\nDebian GNU/Linux 12 web1 ttyS0\r\n\r\nweb1 login: ", BootStage::Login);
        row("a message about logins", "systemd says: no login: yet\r\n", BootStage::Nothing);
    }
    void consoleTellsHowFarItCame()
    {
        QFETCH(QByteArray, console);
        QFETCH(int, stage);
        QFETCH(QString, trouble);
        for (const qsizetype piece : {qsizetype(1), qsizetype(7), console.size() + 1}) { // as a pipe cuts it
            ConsoleWatch watch;
            for (qsizetype at = 0; at < console.size(); at += piece)
                watch.take(console.mid(at, piece));
            QCOMPARE(int(watch.stage()), stage);
            if (piece > console.size())
                QCOMPARE(watch.trouble(), trouble);
            QCOMPARE(watch.trouble().isEmpty(), trouble.isEmpty());
        }
    }

    void aBusyMachineIsNotTheImagesFault()
    {
        ConsoleWatch watch;
        watch.take("[    0.052000] Kernel panic - not syncing: IO-APIC + timer doesn't work!  Boot with apic=debug and send a report.\r\n");
        QVERIFY(isMachinesFault(watch.trouble()));
        QVERIFY(!isMachinesFault(QStringLiteral("[    1.500000] Kernel panic - not syncing: VFS: Unable to mount root fs")));
    }

    void endlessLinesCostNoMemory()
    {
        ConsoleWatch watch;
        for (int i = 0; i < 1000; ++i)
            watch.take(QByteArray(1000, 'x'));
        watch.take("\nhost login: ");
        QCOMPARE(watch.stage(), BootStage::Login);
    }

    void packetsTellOfAddressAndAnswers()
    {
        const auto signs = [](const QList<QByteArray> &packets) { return networkSigns(capture(packets), mac); };
        QVERIFY(signs({}).address.isEmpty() && !signs({}).answered);
        QVERIFY(signs({dhcp(2)}).address.isEmpty()); // only an offer
        QCOMPARE(signs({dhcp(2), dhcp(5)}).address, QStringLiteral("10.0.2.15"));
        QVERIFY(!signs({tcp(false, 0x12)}).answered); // somebody else's
        QVERIFY(!signs({tcp(true, 0x02)}).answered); // it asks, which is no answer
        QVERIFY(signs({tcp(true, 0x12)}).answered);
        QVERIFY(signs({tcp(true, 0x14)}).answered); // refused: the machine is there
    }

    void damagedCapturesAreBorne()
    {
        const QByteArray whole = capture({dhcp(5), tcp(true, 0x12)});
        for (qsizetype length = 0; length <= whole.size(); ++length)
            (void)networkSigns(whole.left(length), mac);
        QByteArray wrong = whole;
        qToLittleEndian(quint32(0xffffffff), wrong.data() + 24 + 8);
        QVERIFY(!networkSigns(wrong, mac).answered);
        for (qsizetype at = 24; at < whole.size(); ++at) {
            QByteArray changed = whole;
            changed[at] = char(0xff);
            (void)networkSigns(changed, mac);
        }
    }
};

QTEST_GUILESS_MAIN(TestBootWatch)
#include "tst_bootwatch.moc"
