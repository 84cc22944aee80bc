#include "core/base/fd.h"
#include "core/guest/initramfs.h"
#include "tests/unit/maps/imagetools.h"
#include "tests/unit/source/guestimage.h"

#include <QFile>
#include <QRandomGenerator>
#include <QTest>
#include <fcntl.h>

using namespace edgelift;
using namespace edgelift::test;

class InitramfsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyCompressionIsListed_data();
    void everyCompressionIsListed();
    void whatIsNoInitramfsIsAnError_data();
    void whatIsNoInitramfsIsAnError();
    void changedBytesNeverCrash();
    void namesOfModules();

private:
    Result<QSet<QString>> list() const
    {
        const Fd fd(::open(QFile::encodeName(m_file).constData(), O_RDONLY | O_CLOEXEC));
        return initramfsModules(fd.get(), QStringLiteral("/boot/initrd.img"), {});
    }
    QTemporaryDir m_folder;
    QString m_file = m_folder.filePath(QStringLiteral("initrd.img"));
};

void InitramfsTest::everyCompressionIsListed_data()
{
    QTest::addColumn<QString>("compressor");
    for (const char *command : {"", "gzip -n", "zstd -q", "xz --check=crc32", "lz4 -q -l", "lz4 -q", "lzma", "bzip2"})
        QTest::newRow(*command ? command : "none") << QString::fromLatin1(command);
}

void InitramfsTest::everyCompressionIsListed()
{
    QFETCH(QString, compressor);
    makeInitramfs(m_file, {QStringLiteral("virtio_blk"), QStringLiteral("virtio-pci")}, compressor);
    const Result<QSet<QString>> modules = list();
    QVERIFY2(modules, modules ? "" : qPrintable(modules.error().detail));
    QCOMPARE(*modules, (QSet<QString>{QStringLiteral("virtio_blk"), QStringLiteral("virtio_pci")}));
}

void InitramfsTest::whatIsNoInitramfsIsAnError_data()
{
    QTest::addColumn<QString>("make");
    QTest::newRow("random") << QStringLiteral("head -c 100000 /dev/urandom >'%1'");
    QTest::newRow("an archive cut off") << QStringLiteral("truncate -s 20000 '%1'");
    QTest::newRow("compressed part cut off") << QStringLiteral("truncate -s -3000 '%1'");
    QTest::newRow("compressed, but no archive") << QStringLiteral("head -c 100000 /dev/urandom | gzip >'%1'");
}

void InitramfsTest::whatIsNoInitramfsIsAnError()
{
    QFETCH(QString, make);
    makeInitramfs(m_file, {QStringLiteral("virtio_blk")}, QStringLiteral("zstd -q"));
    shell(make.arg(m_file));
    QVERIFY(!list());
}

void InitramfsTest::changedBytesNeverCrash()
{
    QRandomGenerator random(17);
    for (const char *compressor : {"", "zstd -q", "lz4 -q -l"}) {
        makeInitramfs(m_file, {QStringLiteral("virtio_blk")}, QString::fromLatin1(compressor));
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::ReadWrite));
        const QByteArray original = file.readAll();
        for (int round = 0; round < 150; ++round) {
            QByteArray bytes = original;
            for (int i = 1 + random.bounded(5); i > 0; --i) // half of them in headers and names
                bytes[random.bounded(random.bounded(2) ? 600 : int(bytes.size()))] = char(random.bounded(256));
            file.seek(0);
            file.write(bytes);
            file.flush();
            const Result<QSet<QString>> modules = list();
            QVERIFY(!modules || modules->size() < 10);
        }
    }
}

void InitramfsTest::namesOfModules()
{
    QCOMPARE(moduleName(QStringLiteral("kernel/drivers/block/virtio_blk.ko")), QStringLiteral("virtio_blk"));
    QCOMPARE(moduleName(QStringLiteral("a/virtio-blk.ko.zst")), QStringLiteral("virtio_blk"));
    QCOMPARE(moduleName(QStringLiteral("a/virtio_blk.kother")), QString());
    QCOMPARE(moduleName(QStringLiteral("a/.ko")), QString());
    QCOMPARE(moduleName(QStringLiteral("a/virtio_blk.conf")), QString());
}

QTEST_GUILESS_MAIN(InitramfsTest)
#include "tst_initramfs.moc"
