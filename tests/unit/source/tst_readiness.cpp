#include "core/source/readiness.h"

#include <QTest>

using namespace edgelift;

namespace {

/// A server with which everything is in order.
ServerFacts goodServer()
{
    ServerFacts facts;
    facts.sourceName = QStringLiteral("web01");
    facts.bootMode = BootMode::Bios;
    facts.os.id = QStringLiteral("debian");
    facts.os.prettyName = QStringLiteral("Debian GNU/Linux 12 (bookworm)");
    facts.os.architecture = QStringLiteral("x86_64");
    facts.os.boot = QStringLiteral("grub2");
    facts.os.cloudInit = true;
    facts.os.kernels = {{QStringLiteral("6.1.0-18-amd64"), QStringLiteral("/boot/initrd.img"), true, true}};
    DiskFacts disk;
    disk.id = QStringLiteral("d0");
    disk.name = QStringLiteral("disk.img");
    disk.size = Bytes{40ULL << 30};
    facts.disks = {disk};
    VolumeFacts root;
    root.id = QStringLiteral("d0/p1");
    root.disk = disk.id;
    root.number = 1;
    root.system = true;
    root.fs = FsType::Ext4;
    root.uuid = QStringLiteral("1234");
    root.mountPoint = QStringLiteral("/");
    facts.volumes = {root};
    facts.fstab = {{QStringLiteral("UUID=1234"), QStringLiteral("/"), QStringLiteral("ext4"), QStringLiteral("defaults")}};
    return facts;
}

void addDisks(ServerFacts &facts, int count, Bytes size)
{
    for (int i = 0; i < count; ++i) {
        DiskFacts disk;
        disk.id = QStringLiteral("extra%1").arg(i);
        disk.name = disk.id;
        disk.size = size;
        facts.disks.append(disk);
    }
}

}

using Change = void (*)(ServerFacts &);
Q_DECLARE_METATYPE(Change)

class ReadinessTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aGoodServerHasNothingToSay()
    {
        for (const Check &check : readinessChecks(goodServer()))
            QVERIFY2(check.severity == Check::Severity::Ok && !check.error, qPrintable(check.id));
    }
    void eachFactHasItsCheck_data();
    void eachFactHasItsCheck();
    void factsMayContainPlaceholders()
    {
        const Check check{QStringLiteral("readiness.fstab-missing"), Check::Severity::Warning,
            {QStringLiteral("LABEL=%2"), QStringLiteral("/srv")}, {}, {}};
        QVERIFY(describe(check).evidence.contains(QLatin1String("LABEL=%2")));
    }
};

void ReadinessTest::eachFactHasItsCheck_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("id");
    QTest::addColumn<int>("severity");
    QTest::addColumn<int>("code"); ///< 0: none
    const auto row = [](const char *name, const char *id, Check::Severity severity, int code, Change change) {
        QTest::newRow(name) << change << QString::fromLatin1(id) << int(severity) << code;
    };
    using S = Check::Severity;
    row("aarch64", "readiness.architecture", S::Blocker, int(ErrorCode::ArchitectureUnsupported),
        [](ServerFacts &f) { f.os.architecture = QStringLiteral("aarch64"); });
    row("architecture unknown", "readiness.architecture-unknown", S::Warning, 0, [](ServerFacts &f) { f.os.architecture.clear(); });
    row("no root", "readiness.os", S::Blocker, int(ErrorCode::NoRootFilesystem), [](ServerFacts &f) { f.volumes[0].system = false; });
    row("no GRUB", "readiness.boot-loader", S::Blocker, int(ErrorCode::BootLoaderMissing), [](ServerFacts &f) { f.os.boot.clear(); });
    row("no boot code", "readiness.boot-loader", S::Blocker, int(ErrorCode::BootLoaderMissing),
        [](ServerFacts &f) { f.bootMode = BootMode::Unknown; });
    row("GRUB legacy", "readiness.boot-loader-other", S::Warning, 0, [](ServerFacts &f) { f.os.boot = QStringLiteral("grub-legacy"); });
    row("UEFI", "readiness.boot-mode", S::Info, 0, [](ServerFacts &f) { f.bootMode = BootMode::Uefi; });
    row("no virtio", "readiness.virtio", S::Blocker, int(ErrorCode::VirtioMissing),
        [](ServerFacts &f) { f.os.kernels[0].virtioBlk = false; });
    row("no virtio, but it can be added", "readiness.virtio-added", S::Warning, 0, [](ServerFacts &f) {
        f.os.kernels[0].virtioBlk = false;
        f.os.kernels[0].virtioCanBeAdded = true;
    });
    row("no virtio in the newest", "readiness.virtio", S::Blocker, int(ErrorCode::VirtioMissing), [](ServerFacts &f) {
        f.os.kernels.append({QStringLiteral("6.10.0-1-amd64"), {}, false, true});
        f.os.kernels.append({QStringLiteral("0-rescue-1"), {}, true, true});
    });
    row("no virtio in an old one", "readiness.virtio-old", S::Warning, 0, [](ServerFacts &f) {
        f.os.kernels.append({QStringLiteral("5.10.0-9-amd64"), {}, false, true});
    });
    row("no network driver", "readiness.virtio-net", S::Warning, 0, [](ServerFacts &f) { f.os.kernels[0].virtioNet = false; });
    row("no kernel", "readiness.kernel-unknown", S::Warning, 0, [](ServerFacts &f) { f.os.kernels.clear(); });
    row("device name", "readiness.fstab-device", S::Warning, 0, [](ServerFacts &f) { f.fstab[0].spec = QStringLiteral("/dev/sda1"); });
    row("missing volume", "readiness.fstab-missing", S::Warning, 0, [](ServerFacts &f) {
        f.fstab.append({QStringLiteral("UUID=9"), QStringLiteral("/srv"), QStringLiteral("xfs"), QStringLiteral("defaults")});
    });
    row("five data disks", "readiness.data-disks", S::Warning, 0, [](ServerFacts &f) { addDisks(f, 5, Bytes{1 << 30}); });
    row("large data disk", "readiness.data-disk-size", S::Warning, 0, [](ServerFacts &f) { addDisks(f, 1, Bytes{(500ULL << 30) + 1}); });
    row("SELinux", "readiness.selinux", S::Info, 0, [](ServerFacts &f) { f.os.selinux = QStringLiteral("enforcing"); });
    row("no cloud-init", "readiness.no-cloud-init", S::Info, 0, [](ServerFacts &f) { f.os.cloudInit = false; });
    row("four data disks of 500 GiB", "readiness.disks", S::Ok, 0, [](ServerFacts &f) { addDisks(f, 4, Bytes{500ULL << 30}); });
    row("entry that may be missing", "readiness.fstab", S::Ok, 0, [](ServerFacts &f) {
        f.fstab.append({QStringLiteral("UUID=9"), QStringLiteral("/usb"), QStringLiteral("xfs"), QStringLiteral("nofail")});
    });
    row("what is no disk", "readiness.fstab", S::Ok, 0, [](ServerFacts &f) {
        f.fstab.append({QStringLiteral("tmpfs"), QStringLiteral("/tmp"), QStringLiteral("tmpfs"), QStringLiteral("defaults")});
        f.fstab.append({QStringLiteral("/dev/sr0"), QStringLiteral("/media/cdrom"), QStringLiteral("iso9660"), QStringLiteral("ro")});
        f.fstab.append({QStringLiteral("PARTUUID=1"), QStringLiteral("none"), QStringLiteral("swap"), QStringLiteral("sw")});
    });
}

void ReadinessTest::eachFactHasItsCheck()
{
    QFETCH(Change, change);
    QFETCH(QString, id);
    QFETCH(int, severity);
    QFETCH(int, code);
    ServerFacts facts = goodServer();
    change(facts);
    const QList<Check> checks = readinessChecks(facts);
    bool found = false;
    for (const Check &check : checks) {
        QVERIFY2(check.error.has_value() == (check.severity == Check::Severity::Blocker), qPrintable(check.id));
        const CheckText text = describe(check);
        QVERIFY2(!text.title.isEmpty() && text.title != check.id && !text.evidence.isEmpty(), qPrintable(check.id));
        QVERIFY2(!text.evidence.contains(QLatin1Char('%')), qPrintable(text.evidence));
        QVERIFY2(check.severity < Check::Severity::Warning || !text.remedy.isEmpty(), qPrintable(check.id));
        found = found || (check.id == id && int(check.severity) == severity && (check.error ? int(check.error->code) : 0) == code);
    }
    QVERIFY2(found, qPrintable(id));
}

QTEST_GUILESS_MAIN(ReadinessTest)
#include "tst_readiness.moc"
