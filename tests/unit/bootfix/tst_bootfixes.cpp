#include "core/receiver/bootfix/bootconversion.h"
#include "core/receiver/bootfix/unifieddiff.h"
#include "tests/unit/bootfix/phonyguest.h"

#include <QTest>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::bootfix;
using namespace edgelift::test;

namespace {

constexpr char rootUuid[] = "11111111-0000-4000-8000-00000000000a";

/// A guest with nothing to do but what a test adds.
QByteArray soundGuest(const QByteArray &head = {})
{
    return head
        + "volume disk=0 part=1 fs=ext4 uuid=11111111-0000-4000-8000-00000000000a label=root mount=/\n"
          "volume disk=0 part=2 fs=swap uuid=11111111-0000-4000-8000-00000000000b newpartuuid=77770000-0002-4000-8000-000000000002\n"
          "volume disk=1 part=1 fs=xfs uuid=11111111-0000-4000-8000-00000000000c mount=/left dropped\n"
          "kernel 6.1 initramfs=/boot/initrd.img-6.1 has=virtio_blk,virtio_pci modules=virtio_blk,virtio_pci\n"
          "program /bin/sh\n"
          "program /usr/sbin/mkinitramfs\n"
          "--- /etc/os-release\nID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian\"\n"
          "--- /etc/fstab\nUUID=11111111-0000-4000-8000-00000000000a / ext4 defaults 0 1\n"
          "--- /boot/grub/grub.cfg\nlinux /boot/vmlinuz-6.1 root=UUID=11111111-0000-4000-8000-00000000000a ro console=ttyS0 net.ifnames=0 "
          "biosdevname=0\ninitrd /boot/initrd.img-6.1\n";
}

}

class BootFixesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oneFile_data();
    void oneFile();
    void notes_data();
    void notes();
    void flattenedNetworks_data();
    void flattenedNetworks();
    void immutableResolvConfIsFreed();
    void systemdBootIsEnoughForUefi();
    void existingLoadersAreLeftAlone();
    void subvolumesAreNamedNotNumbered_data();
    void subvolumesAreNamedNotNumbered();
    void differencesLikeDiffs_data();
    void differencesLikeDiffs();

private:
    Result<ConversionResult> convert(const PhonyGuest &guest, ConversionOptions options = {})
    {
        return BootConversion(m_runner, options).run(guest.root(), guest.layout, guest.journal());
    }
    FakeRunner m_runner;
};

void BootFixesTest::oneFile_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    const auto row = [](const char *name, const char *path, const QByteArray &before, const QByteArray &after) {
        QTest::newRow(name) << QString::fromLatin1(path) << before << after;
    };
    const QByteArray root = QByteArray("UUID=") + rootUuid;
    row("fstab: no newline at the end", "/etc/fstab", "/dev/sda1 / ext4 defaults 0 1", root + " / ext4 defaults 0 1");
    row("fstab: CRLF", "/etc/fstab", "/dev/sda1 / ext4 defaults 0 1\r\n", root + " / ext4 defaults 0 1\r\n");
    row("fstab: CRLF and nofail", "/etc/fstab", root + " / ext4\r\nn:/ /n nfs ro\r\n", root + " / ext4\r\nn:/ /n nfs ro,nofail\r\n");
    row("fstab: three fields", "/etc/fstab", "LABEL=root /  ext4\n/dev/sdz1\t/z\text4\n",
        "LABEL=root /  ext4\n/dev/sdz1\t/z\text4 defaults,nofail\n");
    row("fstab: comments and odd lines stay", "/etc/fstab", "# /dev/sda1\n\n  \nbroken\n/dev/sda1 / ext4 rw 0 1 # why\n",
        "# /dev/sda1\n\n  \nbroken\n" + root + " / ext4 rw 0 1 # why\n");
    row("fstab: by-uuid and by-label paths stay", "/etc/fstab",
        QByteArray("/dev/disk/by-uuid/") + rootUuid + " / ext4 rw 0 1\n/dev/disk/by-label/root /b ext4 rw\n",
        QByteArray("/dev/disk/by-uuid/") + rootUuid + " / ext4 rw 0 1\n/dev/disk/by-label/root /b ext4 rw\n");
    row("fstab: left out by UUID, twice", "/etc/fstab",
        root + " / ext4 rw\nUUID=11111111-0000-4000-8000-00000000000C /left xfs rw\n/dev/sdb1 /l2 xfs rw\n",
        root + " / ext4 rw\n# edgelift: UUID=11111111-0000-4000-8000-00000000000C /left xfs rw\n# edgelift: /dev/sdb1 /l2 xfs rw\n");
    row("crypttab: swap with a new key each time", "/etc/crypttab", "cryptswap /dev/sda2 /dev/urandom swap\n",
        "cryptswap /dev/disk/by-partuuid/77770000-0002-4000-8000-000000000002 /dev/urandom swap\n");
    row("lvm.conf: a filter of several lines", "/etc/lvm/lvm.conf", "devices {\n filter = [ \"a|/dev/sd[ab]|\",\n  \"r|.*|\" ]\n}\n",
        "devices {\n# edgelift:  filter = [ \"a|/dev/sd[ab]|\",\n# edgelift:   \"r|.*|\" ]\n}\n");
    row("lvm.conf: a filter that lets ours through", "/etc/lvm/lvm.conf", "filter = [ \"r|/dev/cdrom|\", \"a|.*|\" ]\n",
        "filter = [ \"r|/dev/cdrom|\", \"a|.*|\" ]\n");
    row("GRUB defaults: single quotes, a comment", "/etc/default/grub", "GRUB_CMDLINE_LINUX='root=/dev/sda1 console=ttyS0' # x\n",
        "GRUB_CMDLINE_LINUX='root=" + root + " console=ttyS0' # x\n");
    row("GRUB defaults: a line that goes on is left", "/etc/default/grub.d/a.cfg",
        "GRUB_CMDLINE_LINUX_DEFAULT=\"root=/dev/sda1 \\\nquiet\"\n", "GRUB_CMDLINE_LINUX_DEFAULT=\"root=/dev/sda1 \\\nquiet\"\n");
    row("grub.cfg: Xen's kernel is a module", "/boot/grub/grub.cfg", "\tmodule\t/boot/vmlinuz-6.1 root=/dev/sda1 ro console=ttyS0\n",
        "\tmodule\t/boot/vmlinuz-6.1 root=" + root + " ro console=ttyS0\n");
    row("swap unit", "/etc/systemd/system/dev-sda2.swap", "[Swap]\nWhat=/dev/sda2\n",
        "[Swap]\nWhat=/dev/disk/by-uuid/11111111-0000-4000-8000-00000000000b\n");
    row("networkd: any name, jumbo frames go", "/etc/systemd/network/a.network",
        "[Match]\nName=ens3\n[Link]\nMTUBytes=9000\n[Network]\nAddress=10.0.0.2/24\nGateway=10.0.0.1\n",
        "[Match]\nName=e*\n\n[Link]\n[Network]\nDHCP=yes\n");
    row("keyfile: an old one without suffix", "/etc/NetworkManager/system-connections/Wired 1",
        "[connection]\ntype=802-3-ethernet\n[802-3-ethernet]\nmac-address=00:11\n[ipv4]\nmethod=manual\naddresses=10.0.0.2/"
        "24\n[ipv6]\nmethod=ignore\n",
        "[connection]\ntype=802-3-ethernet\n[802-3-ethernet]\n[ipv4]\nmethod=auto\n[ipv6]\nmethod=ignore\n");
    row("netplan: portable already", "/etc/netplan/a.yaml",
        "network:\n  version: 2\n  ethernets:\n    all:\n      match:\n        name: \"en*\"\n      dhcp4: true\n",
        "network:\n  version: 2\n  ethernets:\n    all:\n      match:\n        name: \"en*\"\n      dhcp4: true\n");
    row("ifupdown: two addresses of one NIC", "/etc/network/interfaces",
        "auto ens3 ens3:1\niface ens3 inet static\n address 10.0.0.2/24\n gateway 10.0.0.1\niface ens3 inet static\n address "
        "10.0.0.3/24\niface ens3:1 inet static\n address 10.0.0.4/24\n",
        "auto eth0\niface eth0 inet dhcp\n# edgelift:  address 10.0.0.2/24\n# edgelift:  gateway 10.0.0.1\n# edgelift: iface ens3 inet "
        "static\n# edgelift:  address 10.0.0.3/24\n# edgelift: iface ens3:1 inet static\n# edgelift:  address 10.0.0.4/24\n");
}

void BootFixesTest::subvolumesAreNamedNotNumbered_data()
{
    QTest::addColumn<bool>("tablesKept");
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::newRow("both") << false << QByteArray("ro,subvolid=257,subvol=/@data") << QByteArray("ro,subvol=/@data");
    QTest::newRow("number only") << false << QByteArray("subvolid=257") << QByteArray("subvol=/@data");
    QTest::newRow("a number that nobody knows") << false << QByteArray("subvolid=400") << QByteArray("subvolid=400,nofail");
    QTest::newRow("the top") << false << QByteArray("subvolid=5") << QByteArray("subvolid=5");
    QTest::newRow("copied as it was") << true << QByteArray("subvolid=257,subvol=/@data") << QByteArray("subvolid=257,subvol=/@data");
}

void BootFixesTest::subvolumesAreNamedNotNumbered()
{
    QFETCH(bool, tablesKept);
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    const QByteArray lines = QByteArray("UUID=") + rootUuid + " / ext4 rw 0 1\nUUID=11111111-0000-4000-8000-00000000000e /data btrfs ";
    PhonyGuest guest =
        PhonyGuest::parse("volume disk=1 part=2 fs=btrfs uuid=11111111-0000-4000-8000-00000000000e mount=/data\n" + soundGuest());
    guest.layout.tablesKept = tablesKept;
    guest.layout.volumes[0].source.subvolumes = {{QStringLiteral("@data"), 257, false, false, false, false}};
    guest.write(QStringLiteral("/etc/fstab"), lines + before + " 0 0\n");
    const Result<ConversionResult> result = convert(guest);
    QVERIFY2(result, result ? "" : qPrintable(result.error().detail));
    QCOMPARE(guest.read(QStringLiteral("/etc/fstab")), lines + after + " 0 0\n");
}

void BootFixesTest::oneFile()
{
    QFETCH(QString, path);
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    // GRUB's entries may be the subject: then the root is right elsewhere, in /etc/kernel/cmdline.
    const PhonyGuest guest =
        PhonyGuest::parse(soundGuest() + "--- /etc/kernel/cmdline\nroot=UUID=" + rootUuid + " console=ttyS0 net.ifnames=0 biosdevname=0\n");
    guest.write(path, before);
    const Result<ConversionResult> result = convert(guest);
    QVERIFY(result && result->applied);
    QCOMPARE(guest.read(path), after);
    QVERIFY(convert(guest));
    QCOMPARE(guest.read(path), after); // and stays so
}

void BootFixesTest::notes_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("id");
    const auto row = [](const char *name, const QByteArray &text, NoteId id) { QTest::newRow(name) << text << int(id); };
    QByteArray legacy = soundGuest() + "--- /boot/grub/menu.lst\nkernel /vmlinuz root=/dev/sda1\n";
    legacy.replace("/boot/grub/grub.cfg", "/boot/grub/grub.conf");
    row("GRUB Legacy", legacy, NoteId::GrubLegacy);
    row("another loader", QByteArray(soundGuest()).replace("/boot/grub/grub.cfg", "/boot/extlinux/extlinux.conf"),
        NoteId::BootLoaderUnknown);
    row("UEFI without an ESP", soundGuest("mode uefi\n"), NoteId::EspMissing);
    row("UEFI without a loader", soundGuest("mode uefi\nfolder /boot/efi/EFI/debian\n"), NoteId::UefiLoaderMissing);
    row("LVM without its programs", QByteArray(soundGuest()).replace("mount=/\n", "mount=/ newlv=vg1/lv1\n"), NoteId::LvmToolsMissing);
    row("no root in the plan", QByteArray(soundGuest()).replace("mount=/\n", "mount=/elsewhere\n"), NoteId::RootUnknown);
    row("an unknown distribution", QByteArray(soundGuest()).replace("ID=debian", "ID=voidlinux"), NoteId::SystemUnknown);
    row("a full grubenv", soundGuest("grubenv /boot/grub/grubenv kernelopts=root=/dev/sda1 " + QByteArray(970, 'x') + "\n"),
        NoteId::GrubEnvironmentFull);
    row("names in other files", soundGuest() + "--- /etc/smartd.conf\n/dev/sda -a\n", NoteId::DeviceNameLeft);
    row("two managers",
        soundGuest(
            "link /etc/systemd/system/a.wants/NetworkManager.service x\nlink /etc/systemd/system/a.wants/systemd-networkd.service x\n"),
        NoteId::NetworkOwners);
    row("resolved that does not start", soundGuest("link /etc/resolv.conf /run/systemd/resolve/stub-resolv.conf\n"),
        NoteId::ResolverDangling);
    row("no network settings", soundGuest(), NoteId::NetworkUnknown);
    row("an entry of a kernel that is gone", soundGuest() + "linux /boot/vmlinuz-5.0 root=UUID=11111111-0000-4000-8000-00000000000a ro\n",
        NoteId::KernelFileMissing);
}

void BootFixesTest::notes()
{
    QFETCH(QByteArray, text);
    QFETCH(int, id);
    const PhonyGuest guest = PhonyGuest::parse(text);
    const QMap<QString, QByteArray> before = guest.snapshot();
    const Result<ConversionResult> result = convert(guest);
    QVERIFY(result);
    const QList<ConversionNote> told = result->notes(levelOf(NoteId(id)));
    QVERIFY(std::any_of(told.begin(), told.end(), [id](const ConversionNote &note) { return int(note.id) == id; }));
    const bool blocks = levelOf(NoteId(id)) == NoteLevel::Blocker;
    QCOMPARE(result->applied, !blocks);
    if (blocks)
        QCOMPARE(guest.snapshot(), before);
}

void BootFixesTest::flattenedNetworks_data()
{
    QTest::addColumn<QByteArray>("files");
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("after");
    QTest::newRow("netplan bond") << QByteArray("--- /etc/netplan/a.yaml\nnetwork:\n  ethernets:\n    ens3: {}\n  bonds:\n    bond0:\n     "
                                                " interfaces: [ens3]\n      dhcp4: true\n")
                                  << QStringLiteral("/etc/netplan/50-edgelift.yaml")
                                  << QByteArray("# Written by Edgelift: the first NIC by whatever name gets its address by "
                                                "DHCP.\nnetwork:\n  version: 2\n  renderer: networkd\n"
                                                "  ethernets:\n    edgelift:\n      match:\n        name: \"e*\"\n      dhcp4: true\n");
    QTest::newRow("NetworkManager VLAN") << QByteArray(
        "--- "
        "/etc/NetworkManager/system-connections/v.nmconnection\n[connection]\nid=v\ntype=vlan\n[ipv4]\nmethod=manual\naddress1=10.0.0.2/"
        "24,10.0.0.1\n"
        "--- /etc/NetworkManager/system-connections/e.nmconnection\n[connection]\nid=e\ntype=ethernet\n[ipv4]\nmethod=disabled\n")
                                         << QStringLiteral("/etc/NetworkManager/system-connections/edgelift.nmconnection")
                                         << QByteArray(
                                                "[connection]\nid=edgelift\ntype=ethernet\n\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n");
    QTest::newRow("ifcfg bridge") << QByteArray(
        "--- /etc/sysconfig/network-scripts/ifcfg-br0\nDEVICE=br0\nTYPE=Bridge\nONBOOT=yes\nIPADDR=10.0.0.2\nGATEWAY=10.0.0.1\n"
        "--- /etc/sysconfig/network-scripts/ifcfg-ens3\nDEVICE=ens3\nBRIDGE=br0\nONBOOT=yes\n")
                                  << QStringLiteral("/etc/sysconfig/network-scripts/ifcfg-eth0")
                                  << QByteArray("NAME=eth0\nDEVICE=eth0\nBOOTPROTO=dhcp\nONBOOT=yes\n");
    QTest::newRow("wicked bond") << QByteArray(
        "--- /etc/sysconfig/network/ifcfg-bond0\nBONDING_MASTER='yes'\nSTARTMODE='auto'\nIPADDR='10.0.0.2/24'\n"
        "--- /etc/sysconfig/network/ifcfg-em1\nSTARTMODE='hotplug'\nBOOTPROTO='none'\n")
                                 << QStringLiteral("/etc/sysconfig/network/ifcfg-eth0")
                                 << QByteArray("BOOTPROTO='dhcp'\nSTARTMODE='auto'\n");
    QTest::newRow("networkd bond") << QByteArray(
        "--- /etc/systemd/network/b.netdev\n[NetDev]\nName=bond0\nKind=bond\n"
        "--- /etc/systemd/network/b.network\n[Match]\nName=bond0\n[Network]\nAddress=10.0.0.2/24\nGateway=10.0.0.1\n"
        "--- /etc/systemd/network/s.network\n[Match]\nName=ens3\n[Network]\nBond=bond0\n"
        "--- /etc/systemd/system/multi-user.target.wants/systemd-networkd.service\n")
                                   << QStringLiteral("/etc/systemd/network/90-edgelift.network")
                                   << QByteArray("# Written by Edgelift: the first NIC by whatever name gets its address by "
                                                 "DHCP.\n[Match]\nName=e*\n\n[Network]\nDHCP=yes\n");
}

void BootFixesTest::flattenedNetworks()
{
    QFETCH(QByteArray, files);
    QFETCH(QString, path);
    QFETCH(QByteArray, after);
    const PhonyGuest asked = PhonyGuest::parse(soundGuest() + files);
    ConversionOptions options;
    options.flattenNetwork = true;
    QVERIFY(convert(asked, options));
    QCOMPARE(asked.read(path), after);
    const QMap<QString, QByteArray> once = asked.snapshot();
    QVERIFY(convert(asked, options));
    QCOMPARE(asked.snapshot(), once);
    const PhonyGuest left = PhonyGuest::parse(soundGuest() + files);
    const QMap<QString, QByteArray> before = left.snapshot();
    const Result<ConversionResult> result = convert(left);
    QVERIFY(result);
    QCOMPARE(left.snapshot(), before);
    QCOMPARE(result->notes(NoteLevel::Warning).value(0).id, NoteId::NetworkStacked);
}

void BootFixesTest::immutableResolvConfIsFreed()
{
    const PhonyGuest guest = PhonyGuest::parse(soundGuest() + "--- /etc/resolv.conf\nnameserver 10.0.0.53\n");
    const Result<GuestRoot> root = GuestRoot::open(guest.root());
    const QString path = QStringLiteral("/etc/resolv.conf");
    if (::geteuid() != 0)
        QSKIP("needs root");
    QVERIFY(root->setImmutable(path, true));
    const Result<ConversionResult> result = convert(guest);
    QVERIFY(result && result->applied);
    QVERIFY(!root->look(path).immutable);
    QCOMPARE(guest.read(path), QByteArray("nameserver 10.0.0.53\n"));
    QVERIFY(result->notes(NoteLevel::Warning).contains({NoteId::NameServerOfOldSite, {QStringLiteral("10.0.0.53")}}));
}

void BootFixesTest::systemdBootIsEnoughForUefi()
{
    QByteArray text = soundGuest("mode uefi\nbinary /boot/efi/EFI/systemd/systemd-bootx64.efi\n");
    text.replace("/boot/grub/grub.cfg", "/boot/efi/loader/entries/debian.conf")
        .replace("linux /boot/vmlinuz-6.1 root=UUID=11111111-0000-4000-8000-00000000000a", "linux /vmlinuz-6.1\noptions root=/dev/sda1");
    const PhonyGuest guest = PhonyGuest::parse(text + "--- /boot/efi/loader/loader.conf\ntimeout 3\n");
    const Result<ConversionResult> result = convert(guest);
    QVERIFY(result && result->applied);
    QVERIFY(guest.read(QStringLiteral("/boot/efi/loader/entries/debian.conf")).contains(QByteArray("options root=UUID=") + rootUuid));
    QCOMPARE(guest.read(QStringLiteral("/boot/efi/EFI/BOOT/BOOTX64.EFI")),
        guest.read(QStringLiteral("/boot/efi/EFI/systemd/systemd-bootx64.efi")));
}

void BootFixesTest::existingLoadersAreLeftAlone()
{
    const PhonyGuest guest =
        PhonyGuest::parse(soundGuest("mode uefi\nbinary /boot/efi/efi/Boot/bootx64.efi\nbinary /boot/efi/efi/debian/grubx64.efi\n"));
    const QMap<QString, QByteArray> before = guest.snapshot();
    QVERIFY(convert(guest));
    QCOMPARE(guest.snapshot(), before);
}

void BootFixesTest::differencesLikeDiffs_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<QByteArray>("diff");
    const QByteArray head = "--- a/f\n+++ b/f\n";
    QTest::newRow("equal") << QByteArray("a\n") << QByteArray("a\n") << QByteArray();
    QTest::newRow("new") << QByteArray() << QByteArray("a\n") << QByteArray("--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n");
    QTest::newRow("gone") << QByteArray("a\nb\n") << QByteArray() << QByteArray("--- a/f\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n");
    QTest::newRow("no newline") << QByteArray("a") << QByteArray("b")
                                << head + "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n";
    QTest::newRow("binary") << QByteArray("a\0", 2) << QByteArray("b") << QByteArray("Binary files a/f and b/f differ\n");
    QTest::newRow("two places") << QByteArray("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n")
                                << QByteArray("1\nx\n3\n4\n5\n6\n7\n8\n9\n10\n11\n")
                                << head + "@@ -1,5 +1,5 @@\n 1\n-2\n+x\n 3\n 4\n 5\n@@ -9,4 +9,3 @@\n 9\n 10\n 11\n-12\n";
    QTest::newRow("two near places") << QByteArray("1\n2\n3\n4\n5\n6\n7\n8\n") << QByteArray("x\n2\n3\n4\n5\n6\n7\ny\n")
                                     << head + "@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n";
}

void BootFixesTest::differencesLikeDiffs()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    QFETCH(QByteArray, diff);
    QCOMPARE(unifiedDiff("/f", before, after), diff);
}

QTEST_GUILESS_MAIN(BootFixesTest)
#include "tst_bootfixes.moc"
