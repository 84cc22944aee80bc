#include "core/receiver/alignedbuffer.h"
#include "core/receiver/targetdisks.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <sys/stat.h>

using namespace edgelift;
using namespace edgelift::receiver;

class TestTargetDisks : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    void addFile(const QString &name, qint64 bytes) const
    {
        QFile file(name);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(bytes));
    }
    AttachedDisks disks() const { return AttachedDisks(path("by-id"), path("sys")); }

private Q_SLOTS:
    void initTestCase();
    void findsADiskByItsLink();
    void findsADiskByTheKernelsSerial();
    void aDiskThatIsNotThereIsNamed_data();
    void aDiskThatIsNotThereIsNamed();
    void aDiskIsHeldByOneAtATime();
    void aFolderIsNoDisk();
    void writesAlignedAndUnalignedParts();
    void zeroedSpaceIsGivenBack();
    void readsBeyondTheEndFail();
};

void TestTargetDisks::initTestCase()
{
    QVERIFY(QDir(m_folder.path()).mkpath(QStringLiteral("by-id")) && QDir(m_folder.path()).mkpath(QStringLiteral("sys/nvme0n1/device")));
    addFile(path("disk.raw"), 1 << 20);
    QVERIFY(QFile::link(path("disk.raw"), path("by-id/virtio-bp1abc")));
    QFile serial(path("sys/nvme0n1/device/serial"));
    QVERIFY(serial.open(QIODevice::WriteOnly) && serial.write("bp1nvme   \n") > 0);
}

void TestTargetDisks::findsADiskByItsLink()
{
    const auto medium = disks().open(QStringLiteral("bp1abc"));
    QVERIFY(medium);
    QCOMPARE((*medium)->size(), Bytes{1 << 20});
    QCOMPARE((*medium)->path(), QFileInfo(path("disk.raw")).canonicalFilePath());
}

void TestTargetDisks::findsADiskByTheKernelsSerial()
{
    const auto medium = disks().open(QStringLiteral("bp1nvme")); // found, but there is no such device on this machine
    QVERIFY(!medium);
    QVERIFY2(medium.error().detail.contains(QLatin1String("/dev/nvme0n1")) || QFile::exists(QStringLiteral("/dev/nvme0n1")),
        qPrintable(medium.error().detail));
}

void TestTargetDisks::aDiskThatIsNotThereIsNamed_data()
{
    QTest::addColumn<QString>("serial");
    QTest::newRow("unknown") << QStringLiteral("bp1other");
    QTest::newRow("empty") << QString();
    QTest::newRow("a way out of the folder") << QStringLiteral("x/../../disk.raw");
    QTest::newRow("dots") << QStringLiteral("..");
    QTest::newRow("too long") << QString(65, QLatin1Char('a'));
}

void TestTargetDisks::aDiskThatIsNotThereIsNamed()
{
    QFETCH(const QString, serial);
    const auto medium = disks().open(serial);
    QVERIFY(!medium);
    QCOMPARE(medium.error().code, ErrorCode::TargetDiskMissing);
    QCOMPARE(medium.error().args, QStringList{serial});
}

void TestTargetDisks::aDiskIsHeldByOneAtATime()
{
    auto first = disks().open(QStringLiteral("bp1abc"));
    QVERIFY(first);
    const auto second = disks().open(QStringLiteral("bp1abc"));
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::TargetDiskBusy);
    first.take().reset();
    QVERIFY(disks().open(QStringLiteral("bp1abc")));
}

void TestTargetDisks::aFolderIsNoDisk()
{
    QVERIFY(QDir(m_folder.path()).mkpath(QStringLiteral("by-id/virtio-folder")));
    QVERIFY(!disks().open(QStringLiteral("folder")));
}

void TestTargetDisks::writesAlignedAndUnalignedParts()
{
    addFile(path("by-id/virtio-odd"), 3 * 4096 + 700);
    const auto medium = disks().open(QStringLiteral("odd")).take();
    const AlignedBuffer buffer(4 * 4096);
    const auto bytes = buffer.first(3 * 4096 + 700);
    for (size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = char(i * 7 + i / 251);
    QCOMPARE(medium->write(bytes, 0), 0); // aligned, with a tail
    QCOMPARE(medium->write(bytes.first(100), 5000), 0); // neither
    std::memcpy(bytes.data() + 5000, bytes.data(), 100);
    const AlignedBuffer other(4 * 4096);
    const auto back = other.first(bytes.size());
    QCOMPARE(medium->read(back, 0), 0);
    QVERIFY(std::memcmp(back.data(), bytes.data(), bytes.size()) == 0);
    QCOMPARE(medium->read(back.first(50), 5050), 0);
    QVERIFY(std::memcmp(back.data(), bytes.data() + 5050, 50) == 0);
    QCOMPARE(medium->sync(), 0);
}

void TestTargetDisks::zeroedSpaceIsGivenBack()
{
    addFile(path("by-id/virtio-zero"), 8 << 20);
    const auto medium = disks().open(QStringLiteral("zero")).take();
    const AlignedBuffer buffer(4 << 20);
    std::memset(buffer.first(4 << 20).data(), 0x5a, 4 << 20);
    QCOMPARE(medium->write(buffer.first(4 << 20), 1 << 20), 0);
    QCOMPARE(medium->zero(2 << 20, 2 << 20), 0);
    QCOMPARE(medium->sync(), 0);
    struct stat facts
    {
    };
    QCOMPARE(::stat(QFile::encodeName(path("by-id/virtio-zero")).constData(), &facts), 0);
    QVERIFY2(facts.st_blocks * 512 <= 3 << 20, qPrintable(QString::number(facts.st_blocks * 512)));
    const AlignedBuffer other(4 << 20);
    QCOMPARE(medium->read(other.first(4 << 20), 1 << 20), 0);
    const QByteArray back(other.first(4 << 20).data(), 4 << 20);
    QCOMPARE(back.left(1 << 20).count('\x5a'), 1 << 20);
    QCOMPARE(back.mid(1 << 20, 2 << 20).count('\0'), 2 << 20);
    QCOMPARE(back.mid(3 << 20).count('\x5a'), 1 << 20);
}

void TestTargetDisks::readsBeyondTheEndFail()
{
    const auto medium = disks().open(QStringLiteral("bp1abc")).take();
    const AlignedBuffer buffer(1 << 20);
    QCOMPARE(medium->read(buffer.first(1 << 20), 1 << 19), EIO);
}

QTEST_GUILESS_MAIN(TestTargetDisks)
#include "tst_targetdisks.moc"
