#include "core/base/errortext.h"
#include "core/source/imageformat.h"
#include "core/source/partitiontable.h"
#include "core/source/tablecheck.h"
#include "tests/unit/maps/imagetools.h"

#include <QFile>
#include <QRandomGenerator>
#include <QTest>
#include <QtEndian>

using namespace edgelift;
using namespace edgelift::test;

/// Tables made by sfdisk, then damaged. No root needed.
class TableCheckTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oneGoodGptHeaderIsEnough_data();
    void oneGoodGptHeaderIsEnough();
    void gptWithLargeSectorsIsRead();
    void grownDiskKeepsItsTable();
    void emptyExtendedPartitionIsFine();
    void overlappingPartitionsAreRefused();
    void longChainOfLogicalPartitionsIsRead();
    void bootCodeOfAFilesystemIsNoTable();
    void changedTablesNeverHang_data();
    void changedTablesNeverHang();
    void changedQcow2HeadersNeverCrash();

private:
    QString make(const QString &script, int mebibytes = 64)
    {
        makeImage(m_image, quint64(mebibytes));
        shell(QStringLiteral("printf '%1' | sfdisk -q --no-reread --no-tell-kernel '%2'").arg(script, m_image));
        return m_image;
    }
    void overwrite(qint64 offset, const QByteArray &bytes)
    {
        QFile file(m_image);
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(offset < 0 ? file.size() + offset : offset));
        QCOMPARE(file.write(bytes), bytes.size());
    }
    QTemporaryDir m_folder;
    QString m_image = m_folder.filePath(QStringLiteral("disk.img"));
};

namespace {

const auto twoPartitions = QStringLiteral("label: gpt\\nsize=10M, type=L, name=first\\nsize=20M, type=L\\n");

QString problem(const Result<PartitionTable> &table)
{
    return table ? QStringLiteral("none") : codeName(table.error().code) + QLatin1Char(' ') + table.error().args.join(QLatin1Char('|'));
}

}

void TableCheckTest::oneGoodGptHeaderIsEnough_data()
{
    QTest::addColumn<qint64>("first");
    QTest::addColumn<qint64>("second");
    QTest::addColumn<bool>("readable");
    QTest::newRow("both") << qint64(0) << qint64(0) << true;
    QTest::newRow("primary header damaged") << qint64(512 + 40) << qint64(0) << true;
    QTest::newRow("primary list damaged") << qint64(1024 + 32) << qint64(0) << true;
    QTest::newRow("backup header damaged") << qint64(0) << qint64(-512 + 40) << true;
    QTest::newRow("both headers damaged") << qint64(512 + 40) << qint64(-512 + 40) << false;
    QTest::newRow("primary list and backup header damaged") << qint64(1024 + 32) << qint64(-512 + 40) << false;
}

void TableCheckTest::oneGoodGptHeaderIsEnough()
{
    QFETCH(qint64, first);
    QFETCH(qint64, second);
    QFETCH(bool, readable);
    make(twoPartitions);
    for (const qint64 place : {first, second}) {
        if (place != 0)
            overwrite(place, "\x5a");
    }
    const Result<PartitionTable> table = readPartitionTable(m_image, QStringLiteral("disk.img"));
    if (!readable) {
        QCOMPARE(codeName(table.error().code), QStringLiteral("PartitionTableDamaged"));
        QVERIFY(table.error().args.value(1).contains(QLatin1String("checksum")));
        return;
    }
    QVERIFY2(table, qPrintable(problem(table)));
    QCOMPARE(table->partitions.size(), 2);
    QCOMPARE(table->partitions.at(0).name, QStringLiteral("first"));
    QCOMPARE(table->partitions.at(0).offset, Bytes{1 << 20});
    QCOMPARE(table->partitions.at(1).size, Bytes{20 << 20});
    QCOMPARE(table->partitions.at(1).typeCode, QStringLiteral("0FC63DAF-8483-4772-8E79-3D69D8477DE4"));
    QCOMPARE(table->notes.size(), first == 0 && second == 0 ? 0 : 1);
}

void TableCheckTest::gptWithLargeSectorsIsRead()
{
    make(twoPartitions);
    // The same table as a disk with 4096-byte sectors has it: made of the one for 512 by hand.
    QFile file(m_image);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QByteArray header = file.readAll().mid(512, 92);
    QByteArray list(128 * 128, '\0');
    const QByteArray type = QByteArray::fromHex("af3dc60f838472478e793d69d8477de4");
    list.replace(0, 16, type);
    list.replace(16, 16, QByteArray(16, '\x11'));
    qToLittleEndian<quint64>(256, list.data() + 32);
    qToLittleEndian<quint64>(511, list.data() + 40);
    const auto sum = [](const QByteArray &bytes) {
        quint32 crc = ~0U;
        for (const char byte : bytes) {
            crc ^= quint8(byte);
            for (int bit = 0; bit < 8; ++bit)
                crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320 : 0);
        }
        return ~crc;
    };
    const quint64 last = quint64(file.size()) / 4096 - 1;
    qToLittleEndian<quint64>(last, header.data() + 32);
    qToLittleEndian<quint64>(6, header.data() + 40);
    qToLittleEndian<quint64>(last - 5, header.data() + 48);
    qToLittleEndian<quint32>(sum(list), header.data() + 88);
    qToLittleEndian<quint32>(0, header.data() + 16);
    qToLittleEndian<quint32>(sum(header), header.data() + 16);
    file.seek(512);
    file.write(QByteArray(512, '\0'));
    file.seek(4096);
    file.write(header.leftJustified(4096, '\0'));
    file.write(list);
    file.close();
    const Result<PartitionTable> table = readPartitionTable(m_image, QStringLiteral("disk.img"));
    QVERIFY2(table, qPrintable(problem(table)));
    QCOMPARE(table->sectorSize, 4096U);
    QCOMPARE(table->partitions.value(0).offset, Bytes{1 << 20});
    QCOMPARE(table->partitions.value(0).size, Bytes{1 << 20});
}

void TableCheckTest::grownDiskKeepsItsTable()
{
    make(twoPartitions);
    QVERIFY(QFile::resize(m_image, 100 << 20)); // as after `qemu-img resize`: the backup header is no longer at the end
    const Result<PartitionTable> table = readPartitionTable(m_image, QStringLiteral("disk.img"));
    QVERIFY2(table, qPrintable(problem(table)));
    QCOMPARE(table->partitions.size(), 2);
    QCOMPARE(table->notes, QStringList());
}

void TableCheckTest::emptyExtendedPartitionIsFine()
{
    make(QStringLiteral("label: dos\\n2048,20480,83\\n22528,20480,5\\n"));
    overwrite(22528 * 512, QByteArray(512, '\0'));
    const Result<PartitionTable> table = readPartitionTable(m_image, QStringLiteral("disk.img"));
    QVERIFY2(table, qPrintable(problem(table)));
    QCOMPARE(table->partitions.size(), 1);
    overwrite(22528 * 512, "x");
    QVERIFY(problem(readPartitionTable(m_image, QStringLiteral("d"))).contains(QLatin1String("no signature")));
}

void TableCheckTest::overlappingPartitionsAreRefused()
{
    make(QStringLiteral("label: dos\\n2048,20480,83\\n40960,20480,83\\n"));
    QByteArray start(4, '\0');
    qToLittleEndian<quint32>(4096, start.data());
    overwrite(446 + 16 + 8, start);
    QCOMPARE(
        problem(readPartitionTable(m_image, QStringLiteral("d"))), QStringLiteral("PartitionTableDamaged d|partitions 1 and 2 overlap"));
}

void TableCheckTest::longChainOfLogicalPartitionsIsRead()
{
    QString script = QStringLiteral("label: dos\\n2048,,5\\n");
    for (int i = 0; i < 40; ++i)
        script += QStringLiteral("%1,1024,83\\n").arg(4096 + i * 3072);
    make(script);
    const Result<PartitionTable> table = readPartitionTable(m_image, QStringLiteral("disk.img"));
    QVERIFY2(table, qPrintable(problem(table)));
    QCOMPARE(table->partitions.size(), 40);
    QCOMPARE(table->partitions.last().number, 44);
}

void TableCheckTest::bootCodeOfAFilesystemIsNoTable()
{
    makeImage(m_image, 20);
    shell(QStringLiteral("mkfs.vfat '%1' >/dev/null").arg(m_image));
    const Result<PartitionTable> table = readPartitionTable(m_image, QStringLiteral("disk.img"));
    QVERIFY2(table, qPrintable(problem(table)));
    QCOMPARE(table->type, TableType::None);
}

void TableCheckTest::changedTablesNeverHang_data()
{
    QTest::addColumn<QString>("script");
    QTest::newRow("GPT") << twoPartitions;
    QTest::newRow("MBR") << QStringLiteral("label: dos\\n2048,20480,83\\n22528,,5\\n24576,10240,83\\n36864,10240,83\\n51200,10240,83\\n");
}

void TableCheckTest::changedTablesNeverHang()
{
    QFETCH(QString, script);
    make(script);
    QFile file(m_image);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray original = file.readAll();
    QList<qsizetype> interesting;
    for (qsizetype i = 0; i < original.size(); ++i) {
        if (original.at(i) != '\0' || (i % 512 >= 446 && i < 512))
            interesting.append(i);
    }
    QRandomGenerator random(5);
    for (int round = 0; round < 1000; ++round) {
        QMap<qsizetype, char> changes;
        for (int i = 1 + random.bounded(4); i > 0; --i)
            changes.insert(interesting.at(random.bounded(int(interesting.size()))), char(random.bounded(256)));
        int reads = 0;
        const auto reader = [&](quint64 offset, quint64 length) {
            ++reads;
            if (offset > quint64(original.size()) || length > quint64(original.size()) - offset)
                return QByteArray();
            QByteArray bytes = original.mid(qsizetype(offset), qsizetype(length));
            for (auto it = changes.begin(); it != changes.end(); ++it) {
                if (it.key() >= qsizetype(offset) && it.key() < qsizetype(offset + length))
                    bytes[it.key() - qsizetype(offset)] = it.value();
            }
            return bytes;
        };
        const Result<TableCheck> check = checkTable(reader, Bytes{quint64(original.size())}, QStringLiteral("d"));
        QVERIFY(reads < 2000);
        QVERIFY(check || check.error().code == ErrorCode::PartitionTableDamaged || check.error().code == ErrorCode::PartitionTableLoops);
    }
}

void TableCheckTest::changedQcow2HeadersNeverCrash()
{
    shell(QStringLiteral("qemu-img create -q -f raw '%1.base' 1M; qemu-img create -q -f qcow2 -b '%1.base' -F raw '%1'").arg(m_image));
    QFile file(m_image);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray original = file.read(65536);
    const Result<Qcow2Header> header = parseQcow2(original);
    QCOMPARE(header->backingFile, m_image + QStringLiteral(".base"));
    QCOMPARE(header->backingFormat, QStringLiteral("raw"));
    QCOMPARE(header->size, Bytes{1 << 20});
    QRandomGenerator random(3);
    for (int round = 0; round < 3000; ++round) {
        QByteArray bytes = original.left(random.bounded(10) == 0 ? random.bounded(600) : 65536);
        for (int i = 1 + random.bounded(4); i > 0 && !bytes.isEmpty(); --i)
            bytes[random.bounded(std::min(600, int(bytes.size())))] = char(random.bounded(256));
        const Result<Qcow2Header> found = parseQcow2(bytes);
        QVERIFY(!found || found->backingFile.size() <= 1023);
        QVERIFY(imageFormatName(bytes, bytes.right(512)).size() < 40);
    }
}

QTEST_GUILESS_MAIN(TableCheckTest)
#include "tst_tablecheck.moc"
