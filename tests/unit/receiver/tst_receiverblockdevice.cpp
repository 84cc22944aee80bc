#include "core/base/process.h"
#include "core/receiver/alignedbuffer.h"
#include "core/receiver/tablefix.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::receiver;

/// What only a real block device has: the kernel's claim, zeroing by the driver, relocation of the table on a device node.
class TestReceiverBlockDevice : public QObject
{
    Q_OBJECT

    static constexpr quint64 MiB = 1U << 20;
    QTemporaryDir m_folder;
    QString m_device;
    QString file() const { return m_folder.filePath(QStringLiteral("disk.raw")); }
    static Result<QByteArray> tool(const char *program, const QStringList &arguments, const QByteArray &input = {})
    {
        return runChecked({QString::fromLatin1(program), arguments, input});
    }
    Result<std::unique_ptr<Medium>> open() const { return DiskMedium::open(m_device, QStringLiteral("s0")); }

private Q_SLOTS:
    void init();
    void cleanup();
    void writesZerosAndReadsBack();
    void aMountedDiskIsNotTouched();
    void aDiskWhoseFileSystemIsMountedLaterIsHeld();
    void theTableOfALargerDeviceIsMoved();
};

void TestReceiverBlockDevice::init()
{
    QVERIFY2(::geteuid() == 0, "run as root: it makes loop devices");
    QFile disk(file());
    QVERIFY(disk.open(QIODevice::WriteOnly | QIODevice::Truncate) && disk.resize(96 * MiB));
    disk.close();
    const auto made = tool("losetup", {QStringLiteral("--find"), QStringLiteral("--show"), file()});
    QVERIFY2(bool(made), "no loop device");
    m_device = QString::fromUtf8(made->trimmed());
}

void TestReceiverBlockDevice::cleanup()
{
    if (!m_device.isEmpty())
        QVERIFY(tool("losetup", {QStringLiteral("--detach"), m_device}));
    m_device.clear();
}

void TestReceiverBlockDevice::writesZerosAndReadsBack()
{
    const auto medium = open().take();
    QCOMPARE(medium->size(), Bytes{96 * MiB});
    const AlignedBuffer buffer(4 * MiB);
    const auto bytes = buffer.first(4 * MiB);
    std::memset(bytes.data(), 0x5a, bytes.size());
    QCOMPARE(medium->write(bytes, 92 * MiB), 0);
    QCOMPARE(medium->write(bytes.first(3 * MiB - 512), 8 * MiB), 0); // with a tail of less than a page
    QCOMPARE(medium->zero(93 * MiB, 3 * MiB), 0);
    QCOMPARE(medium->sync(), 0);
    QCOMPARE(medium->read(bytes, 92 * MiB), 0);
    const QByteArray back(bytes.data(), qsizetype(bytes.size()));
    QCOMPARE(back.left(MiB).count('\x5a'), qsizetype(MiB));
    QCOMPARE(back.mid(MiB).count('\0'), qsizetype(3 * MiB));
    QCOMPARE(medium->read(bytes.first(3 * MiB - 512), 8 * MiB), 0);
    QCOMPARE(QByteArray(bytes.data(), 3 * MiB - 512).count('\x5a'), qsizetype(3 * MiB - 512));
}

void TestReceiverBlockDevice::aMountedDiskIsNotTouched()
{
    QVERIFY(tool("mkfs.ext4", {QStringLiteral("-q"), m_device}));
    const QString place = m_folder.filePath(QStringLiteral("mnt"));
    QVERIFY(QDir().mkpath(place));
    QVERIFY(tool("mount", {m_device, place}));
    const auto refused = open();
    QVERIFY(tool("umount", {place}));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::TargetDiskBusy);
    QCOMPARE(refused.error().args, QStringList{QStringLiteral("s0")});
    QVERIFY(open());
}

void TestReceiverBlockDevice::aDiskWhoseFileSystemIsMountedLaterIsHeld()
{
    QVERIFY(tool("mkfs.ext4", {QStringLiteral("-q"), m_device}));
    const QString place = m_folder.filePath(QStringLiteral("mnt"));
    QVERIFY(QDir().mkpath(place));
    const auto medium = open().take();
    const auto mounted = tool("mount", {m_device, place});
    if (mounted)
        QVERIFY(tool("umount", {place}));
    QVERIFY(!mounted);
}

void TestReceiverBlockDevice::theTableOfALargerDeviceIsMoved()
{
    QVERIFY(tool("losetup", {QStringLiteral("--detach"), m_device}));
    QVERIFY(QFile::resize(file(), 64 * MiB));
    QVERIFY(tool("sfdisk", {QStringLiteral("--quiet"), file()}, "label: gpt\nsize=32MiB, name=root\n"));
    QVERIFY(QFile::resize(file(), 96 * MiB));
    m_device = QString::fromUtf8(tool("losetup", {QStringLiteral("--find"), QStringLiteral("--show"), file()})->trimmed());
    {
        const auto medium = open().take(); // as in a session: held while libfdisk opens it too
        const auto fixed = moveBackupGptToEnd(m_device, QStringLiteral("s0"));
        QVERIFY2(fixed, fixed ? "" : qPrintable(fixed.error().detail));
        QCOMPARE(*fixed, TableFix::Relocated);
        QCOMPARE(medium->sync(), 0);
    }
    const auto verdict = tool("sgdisk", {QStringLiteral("--verify"), m_device});
    QVERIFY(verdict);
    QVERIFY2(verdict->contains("No problems found"), verdict->constData());
}

QTEST_GUILESS_MAIN(TestReceiverBlockDevice)
#include "tst_receiverblockdevice.moc"
