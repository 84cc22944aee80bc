#include "core/receiver/convert/grubimage.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

using namespace edgelift;
using namespace edgelift::convert;

namespace {

constexpr qsizetype sector = 512;

QByteArray pattern(qsizetype size, char first)
{
    QByteArray bytes(size, Qt::Uninitialized);
    for (qsizetype i = 0; i < size; ++i)
        bytes[i] = char(first + i * 7);
    return bytes;
}

/// As boot.img is: messages with the name in them.
QByteArray bootImage()
{
    QByteArray image = pattern(sector, 1);
    image.replace(0x180, 5, "GRUB ");
    return image;
}

QByteArray coreImage(qsizetype size)
{
    QByteArray image = pattern(size, 3);
    qToLittleEndian(quint16(0x820), image.data() + 0x1fe); // as grub-mkimage leaves it
    return image;
}

}

/// The bytes of GRUB for BIOS, read back, and where they may be.
class TestGrubImage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsWrittenReadsBack()
    {
        const QByteArray before = pattern(sector, 9);
        const QByteArray boot = bootSectorFor(bootImage(), before, 34);
        const QByteArray core = coreFor(coreImage(70000), 34);
        QCOMPARE(core.size(), qsizetype(137 * sector)); // whole sectors
        const std::optional<EmbeddedCore> found = embeddedCore(boot, core.left(sector));
        QVERIFY(found);
        QCOMPARE(found->first, quint64(34));
        QCOMPARE(found->next, quint64(35));
        QCOMPARE(found->count, quint16(136));
        QCOMPARE(found->segment, quint16(0x820));
        QCOMPARE(boot.mid(0x1b8, 70), before.mid(0x1b8, 70)); // disk id, partition table
        QCOMPARE(boot.right(2), QByteArray("\x55\xaa"));
        QCOMPARE(quint8(boot.at(0x64)), quint8(0xff));
        QCOMPARE(boot.left(0x5c), bootImage().left(0x5c));
    }

    void otherBootSectorsAreNotTakenForGrub()
    {
        QCOMPARE(coreSectorOf(pattern(sector, 1)), quint64(0));
        QCOMPARE(coreSectorOf(QByteArray(sector, '\0')), quint64(0));
        QCOMPARE(coreSectorOf("GRUB "), quint64(0));
        QVERIFY(!embeddedCore(bootSectorFor(bootImage(), QByteArray(sector, '\0'), 1), QByteArray(sector, '\0')));
        QVERIFY(bootSectorFor(bootImage(), "short", 1).isEmpty());
        QVERIFY(bootSectorFor("short", QByteArray(sector, '\0'), 1).isEmpty());
        QVERIFY(coreFor("short", 1).isEmpty());
    }

    void goesWhereTheTableLeavesRoom_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<qulonglong>("first");
        QTest::addColumn<qulonglong>("sectors");
        QTest::newRow("MBR gap") << QByteArray("label: dos\nstart=2048, type=83, bootable\n") << 1ULL << 2047ULL;
        QTest::newRow("old MBR gap") << QByteArray("label: dos\nunit: sectors\nstart=63, size=4096, type=83\n") << 1ULL << 62ULL;
        QTest::newRow("BIOS boot partition") << QByteArray(
            "label: gpt\nstart=4096, size=2048, type=21686148-6449-6E6F-744E-656564454649\ntype=L\n")
                                             << 4096ULL << 2048ULL;
        QTest::newRow("GPT without one") << QByteArray("label: gpt\ntype=L\n") << 0ULL << 0ULL;
        QTest::newRow("no table") << QByteArray() << 0ULL << 0ULL;
    }
    void goesWhereTheTableLeavesRoom()
    {
        QFETCH(QByteArray, table);
        QFETCH(qulonglong, first);
        QFETCH(qulonglong, sectors);
        const QString disk = makeDisk(table);
        const QByteArray before = firstSector(disk);
        const Result<CoreArea> area = coreArea(disk);
        QCOMPARE(bool(area), sectors > 0);
        QVERIFY(!startsByGrub(disk));
        if (!area) {
            QCOMPARE(area.error().code, ErrorCode::TargetTableFailed);
            QVERIFY(!embedGrub(disk, bootImage(), coreImage(9000)));
            QCOMPARE(firstSector(disk), before);
            return;
        }
        QCOMPARE(area->first, first);
        QCOMPARE(area->sectors, sectors);
        const Result<EmbeddedCore> done = embedGrub(disk, bootImage(), coreImage(9000));
        QVERIFY(done);
        QCOMPARE(done->first, first);
        QVERIFY(startsByGrub(disk));
        QCOMPARE(firstSector(disk).mid(0x1b8, 70), before.mid(0x1b8, 70));
    }

    void doesNotOverwriteWhatFollows()
    {
        const QString disk = makeDisk("label: dos\nunit: sectors\nstart=63, size=4096, type=83\n");
        const QByteArray before = firstSector(disk);
        const Result<EmbeddedCore> done = embedGrub(disk, bootImage(), coreImage(63 * sector));
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::NoSpace);
        QCOMPARE(firstSector(disk), before);
        QVERIFY(embedGrub(disk, bootImage(), coreImage(62 * sector)));
    }

private:
    QString makeDisk(const QByteArray &table)
    {
        const QString path = m_folder.filePath(QStringLiteral("disk%1").arg(++m_disks));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || !file.resize(64 << 20))
            return {};
        file.close();
        QProcess sfdisk;
        sfdisk.start(QStringLiteral("sfdisk"), {QStringLiteral("-q"), path});
        sfdisk.write(table);
        sfdisk.closeWriteChannel();
        sfdisk.waitForFinished();
        return path;
    }
    static QByteArray firstSector(const QString &disk)
    {
        QFile file(disk);
        return file.open(QIODevice::ReadOnly) ? file.read(sector) : QByteArray();
    }
    QTemporaryDir m_folder;
    int m_disks = 0;
};

QTEST_GUILESS_MAIN(TestGrubImage)
#include "tst_grubimage.moc"
