#include "core/guest/guestmounts.h"
#include "core/receiver/convert/conversion.h"
#include "core/receiver/convert/grubimage.h"
#include "tests/unit/bootfix/phonyguest.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTest>

using namespace edgelift;
using namespace edgelift::convert;
using namespace edgelift::test;
using Outcome = Conversion::Outcome;

namespace {

constexpr quint64 mib = 1 << 20;
const auto rootUuid = QStringLiteral("11111111-0000-4000-8000-00000000000a");

bool tool(const QString &program, const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    return process.waitForFinished(60000) && process.exitCode() == 0;
}

QByteArray hashOf(const QString &path)
{
    QFile file(path);
    QCryptographicHash hash(QCryptographicHash::Sha1);
    return file.open(QIODevice::ReadOnly) && hash.addData(&file) ? hash.result() : QByteArray();
}

}

/// A phony guest on a real filesystem on a disk: mounted, converted, unmounted.
class TestConversion : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_guest = std::make_unique<PhonyGuest>(PhonyGuest::load(QStringLiteral("debian12")));
        m_folder = std::make_unique<QTemporaryDir>();
        m_disk = m_folder->filePath(QStringLiteral("disk"));
        m_runner = std::make_unique<FakeRunner>();
    }

    void becomesWhatTheFixesSayAndThenStaysSo()
    {
        QVERIFY(makeDisk());
        const Result<Conversion> done = convert();
        QVERIFY2(done, done ? "" : qPrintable(done.error().detail));
        QCOMPARE(done->outcome, Outcome::Converted);
        QVERIFY(!done->report.value(QLatin1String("fixes")).toArray().isEmpty());
        QVERIFY(fileOnDisk(QStringLiteral("/etc/fstab")).contains("UUID=" + rootUuid.toLatin1()));
        QVERIFY(fileOnDisk(QStringLiteral("/etc/fstab.edgelift-orig")).contains("/dev/sda1\t/ "));
        QVERIFY(tool(QStringLiteral("e2fsck"), {QStringLiteral("-fn"), QStringLiteral("%1?offset=%2").arg(m_disk).arg(mib)}));

        const QByteArray after = hashOf(m_disk);
        const Result<Conversion> again = convert();
        QVERIFY(again);
        QCOMPARE(again->outcome, Outcome::Unchanged);
        QCOMPARE(hashOf(m_disk), after); // not a byte: it was only looked at
    }

    void whatWouldNotStartIsLeftAsItWas()
    {
        QVERIFY(QFile::remove(m_guest->path(QStringLiteral("/boot/grub/grub.cfg"))));
        m_guest->write(QStringLiteral("/boot/grub/menu.lst"), "kernel /boot/vmlinuz root=/dev/sda1\n");
        QVERIFY(makeDisk());
        const QByteArray before = hashOf(m_disk);
        const Result<Conversion> done = convert();
        QVERIFY(done);
        QCOMPARE(done->outcome, Outcome::Blocked);
        QVERIFY(!done->report.value(QLatin1String("blockers")).toArray().isEmpty());
        QCOMPARE(hashOf(m_disk), before);
    }

    void whatCannotBeMountedIsSkippedWithTheReason()
    {
        QVERIFY(makeDisk());
        QFile disk(m_disk);
        QVERIFY(disk.open(QIODevice::ReadWrite) && disk.seek(qint64(mib) + 1024));
        disk.write(QByteArray(4096, 'x')); // its superblock
        disk.close();
        const QByteArray before = hashOf(m_disk);
        const Result<Conversion> done = convert();
        QVERIFY(done);
        QCOMPARE(done->outcome, Outcome::Skipped);
        QCOMPARE(done->reason, QStringLiteral("mount"));
        QVERIFY(!done->args.value(0).isEmpty() && !done->args.value(1).isEmpty());
        QCOMPARE(hashOf(m_disk), before);

        ConvertOrder order = orderOf();
        order.places.clear(); // nothing of the server is in the image
        const Result<Conversion> rootless = Converter(work(), *m_runner).convert(order, {m_disk});
        QVERIFY(rootless);
        QCOMPARE(rootless->reason, QStringLiteral("no-root"));
    }

    void aFailingToolTakesEverythingBack()
    {
        QVERIFY(makeDisk());
        const QByteArray fstab = fileOnDisk(QStringLiteral("/etc/fstab"));
        m_runner->mode = FakeRunner::Mode::MakesNothing;
        const Result<Conversion> done = convert();
        QVERIFY(done);
        QCOMPARE(done->outcome, Outcome::Blocked); // no initramfs with the drivers
        QCOMPARE(fileOnDisk(QStringLiteral("/etc/fstab")), fstab);
        QVERIFY(fileOnDisk(QStringLiteral("/etc/fstab.edgelift-orig")).isEmpty());
    }

    void placesOutsideTheDiskAreSkipped()
    {
        QVERIFY(makeDisk());
        ConvertOrder order = orderOf();
        order.places[0].segments[0].offset = Bytes{1ULL << 40};
        const Result<Conversion> done = Converter(work(), *m_runner).convert(order, {m_disk});
        QVERIFY(done);
        QCOMPARE(done->outcome, Outcome::Skipped);
    }

    void aNewLayoutGetsItsBootLoader()
    {
        QVERIFY2(QFile::exists(QStringLiteral("/usr/lib/grub/i386-pc/boot.img")), "GRUB for BIOS is not installed");
        QVERIFY(makeDisk(false));
        QVERIFY(!startsByGrub(m_disk));
        const Result<Conversion> done = convert();
        QVERIFY2(done, done ? "" : qPrintable(done.error().detail));
        QCOMPARE(done->outcome, Outcome::Converted);
        QVERIFY(startsByGrub(m_disk));
        const QJsonObject loader = done->report.value(QLatin1String("loader")).toObject();
        QCOMPARE(loader.value(QLatin1String("prefix")).toString(), QStringLiteral("/boot/grub"));
        QCOMPARE(loader.value(QLatin1String("uuid")).toString(), rootUuid);
        QCOMPARE(loader.value(QLatin1String("firstSector")).toInt(), 1);
    }

    /// The old machine's firmware knew where the loader is; the new one looks in one place only. No kernel needs to know FAT for that.
    void aUefiServerGetsTheLoaderThatNewFirmwareLooksFor()
    {
        makeUefiGuest();
        QVERIFY(makeUefiDisk());
        const Result<Conversion> done = convert();
        QVERIFY2(done, done ? "" : qPrintable(done.error().detail));
        QCOMPARE(done->outcome, Outcome::Converted);
        QCOMPARE(fileOnEsp("::/EFI/BOOT/BOOTX64.EFI"), QByteArray("shim"));
        QCOMPARE(fileOnEsp("::/EFI/BOOT/grubx64.efi"), QByteArray("grub"));
        QCOMPARE(fileOnEsp("::/EFI/debian/shimx64.efi"), QByteArray("shim"));
        QVERIFY(tool(QStringLiteral("fsck.vfat"), {QStringLiteral("-n"), espCopy()}));

        const QByteArray after = hashOf(m_disk);
        const Result<Conversion> again = convert();
        QVERIFY(again);
        QCOMPARE(again->outcome, Outcome::Unchanged);
        QCOMPARE(hashOf(m_disk), after);
        QCOMPARE(QDir(work()).entryList(QDir::Files | QDir::NoDotAndDotDot), QStringList());
    }

    void anEspWithoutRoomIsAnErrorAndStaysAsItIs()
    {
        makeUefiGuest();
        QVERIFY(makeUefiDisk(QByteArray(7 << 20, 'x'))); // of 8 MiB
        const QByteArray before = espContent();
        const Result<Conversion> done = convert();
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::NoSpace);
        QCOMPARE(espContent(), before);
    }

    void anEspThatCannotBeReadIsTold()
    {
        makeUefiGuest();
        QVERIFY(makeUefiDisk());
        QFile disk(m_disk);
        QVERIFY(disk.open(QIODevice::ReadWrite) && disk.seek(qint64(espAt)));
        disk.write(QByteArray(512, 'x'));
        disk.close();
        const Result<Conversion> done = convert();
        QVERIFY2(done, done ? "" : qPrintable(done.error().detail));
        QCOMPARE(done->outcome, Outcome::Converted);
        QVERIFY(QJsonDocument(done->report).toJson().contains("esp-not-seen"));
    }

    void nothingIsLeftMountedOrAttached()
    {
        QVERIFY(makeDisk());
        QVERIFY(convert());
        QFile mounts(QStringLiteral("/proc/self/mounts"));
        QVERIFY(mounts.open(QIODevice::ReadOnly));
        QVERIFY(!mounts.readAll().contains(m_folder->path().toUtf8()));
        QProcess losetup;
        losetup.start(QStringLiteral("losetup"), {QStringLiteral("-j"), m_disk});
        QVERIFY(losetup.waitForFinished());
        QCOMPARE(losetup.readAll(), QByteArray());
    }

private:
    static constexpr quint64 espAt = 72 * mib; // behind the root
    static constexpr quint64 espSize = 8 * mib;

    void makeUefiGuest()
    {
        m_guest->layout.bootMode = BootMode::Uefi;
        bootfix::ConvertedVolume esp;
        esp.source.id = QStringLiteral("disk0/p2");
        esp.source.fs = FsType::Vfat;
        esp.source.mountPoint = QStringLiteral("/boot/efi");
        esp.source.uuid = esp.uuid = QStringLiteral("ABCD-0001");
        m_guest->layout.volumes.append(esp);
        m_guest->write(
            QStringLiteral("/etc/fstab"), m_guest->read(QStringLiteral("/etc/fstab")) + "UUID=ABCD-0001 /boot/efi vfat umask=0077 0 1\n");
        QVERIFY(QDir().mkpath(m_guest->path(QStringLiteral("/boot/efi"))));
    }
    bool makeUefiDisk(const QByteArray &shim = "shim")
    {
        QFile disk(m_disk);
        if (!makeDisk() || !disk.open(QIODevice::ReadWrite) || !disk.resize(qint64(espAt + espSize)))
            return false;
        disk.close();
        const auto put = [this](const QString &name, const QByteArray &content) {
            const QString esp = QStringLiteral("%1@@%2").arg(m_disk).arg(espAt);
            return tool(QStringLiteral("mcopy"), {QStringLiteral("-i"), esp, QStringLiteral("-"), QStringLiteral("::/EFI/debian/") + name},
                content);
        };
        return tool(QStringLiteral("mkfs.vfat"),
                   {QStringLiteral("-i"), QStringLiteral("ABCD0001"), QStringLiteral("--offset"), QString::number(espAt / 512), m_disk,
                       QString::number(espSize / 1024)})
            && tool(QStringLiteral("mmd"),
                {QStringLiteral("-i"), QStringLiteral("%1@@%2").arg(m_disk).arg(espAt), QStringLiteral("::/EFI"),
                    QStringLiteral("::/EFI/debian")})
            && put(QStringLiteral("shimx64.efi"), shim) && put(QStringLiteral("grubx64.efi"), "grub");
    }
    QByteArray espContent() const
    {
        QFile disk(m_disk);
        return disk.open(QIODevice::ReadOnly) && disk.seek(qint64(espAt)) ? disk.read(qint64(espSize)) : QByteArray();
    }
    QString espCopy() const
    {
        QFile copy(m_folder->filePath(QStringLiteral("esp")));
        return copy.open(QIODevice::WriteOnly) && copy.write(espContent()) == qint64(espSize) ? copy.fileName() : QString();
    }
    QByteArray fileOnEsp(const char *path) const
    {
        QProcess mtype;
        mtype.start(QStringLiteral("mtype"), {QStringLiteral("-i"), QStringLiteral("%1@@%2").arg(m_disk).arg(espAt), QLatin1String(path)});
        mtype.waitForFinished();
        return mtype.readAllStandardOutput();
    }
    QString work() const { return m_folder->filePath(QStringLiteral("work")); }
    /// One MBR partition with the guest's files; with a boot sector that looks like GRUB's unless `grub` is false.
    bool makeDisk(bool grub = true)
    {
        QFile disk(m_disk);
        if (!disk.open(QIODevice::WriteOnly) || !disk.resize(64 << 20))
            return false;
        disk.close();
        const bool made = tool(QStringLiteral("sfdisk"), {QStringLiteral("-q"), m_disk}, "label: dos\nstart=2048, type=83, bootable\n")
            && tool(QStringLiteral("mkfs.ext4"),
                {QStringLiteral("-q"), QStringLiteral("-F"), QStringLiteral("-U"), rootUuid, QStringLiteral("-E"),
                    QStringLiteral("offset=%1").arg(mib), QStringLiteral("-d"), m_guest->root(), m_disk, QStringLiteral("63M")});
        if (!made || !grub)
            return made;
        QByteArray boot(512, 'b');
        boot.replace(0x180, 5, "GRUB ");
        return bool(embedGrub(m_disk, boot, QByteArray(9000, 'c')));
    }
    ConvertOrder orderOf() const
    {
        ConvertOrder order;
        order.epoch = 1;
        order.sourceDisks = m_guest->layout.sourceDisks;
        order.tablesKept = true;
        order.bootMode = m_guest->layout.bootMode;
        for (const bootfix::ConvertedVolume &volume : m_guest->layout.volumes) {
            order.source.volumes.append(volume.source);
            if (volume.source.mountPoint == QLatin1String("/"))
                order.places.append(
                    {volume.source.id, {{QStringLiteral("0"), Bytes{mib}, Bytes{63 * mib}}}, 1, {}, volume.uuid, volume.label, {}});
            else if (volume.source.fs == FsType::Vfat)
                order.places.append(
                    {volume.source.id, {{QStringLiteral("0"), Bytes{espAt}, Bytes{espSize}}}, 2, {}, volume.uuid, volume.label, {}});
            else if (volume.migrated) // is not looked into: it need not be there
                order.places.append(
                    {volume.source.id, {{QStringLiteral("1"), Bytes{mib}, Bytes{mib}}}, 1, {}, volume.uuid, volume.label, {}});
        }
        return order;
    }
    Result<Conversion> convert()
    {
        ConvertOrder order = orderOf();
        order.tablesKept = startsByGrub(m_disk);
        return Converter(work(), *m_runner).convert(order, {m_disk});
    }
    QByteArray fileOnDisk(const QString &path) const
    {
        QProcess debugfs;
        debugfs.start(QStringLiteral("debugfs"),
            {QStringLiteral("-R"), QStringLiteral("cat %1").arg(path), QStringLiteral("%1?offset=%2").arg(m_disk).arg(mib)});
        debugfs.waitForFinished();
        return debugfs.readAllStandardOutput();
    }

    std::unique_ptr<PhonyGuest> m_guest;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeRunner> m_runner;
    QString m_disk;
};

QTEST_GUILESS_MAIN(TestConversion)
#include "tst_conversion.moc"
