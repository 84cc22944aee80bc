#include "core/base/process.h"
#include "core/receiver/tablefix.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

using namespace edgelift;
using namespace edgelift::receiver;

namespace {

constexpr qint64 MiB = 1 << 20;

QByteArray tool(const QString &program, const QStringList &arguments, const QByteArray &input = {})
{
    const Result<QByteArray> output = runChecked({program, arguments, input});
    if (!output)
        qWarning("%s: %s", qPrintable(program), qPrintable(output.error().detail));
    return output ? *output : QByteArray("failed");
}

/// The table in the form sfdisk prints and reads back, without what names the file.
QByteArray dump(const QString &path)
{
    QByteArrayList lines;
    for (const QByteArray &line : tool(QStringLiteral("sfdisk"), {QStringLiteral("--dump"), path}).split('\n')) {
        if (!line.startsWith("last-lba") && !line.startsWith("device"))
            lines.append(line);
    }
    return lines.join('\n');
}

QByteArray content(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}

class TestTableFix : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_disk;
    void makeDisk(qint64 bytes, const QByteArray &script);
    void resizeDisk(qint64 bytes) { QVERIFY(QFile::resize(m_disk, bytes)); }
    Result<TableFix> fix() { return moveBackupGptToEnd(m_disk, QStringLiteral("s0")); }

private Q_SLOTS:
    void movesTheBackupOfALargerDisk();
    void doingItAgainChangesNothing();
    void keepsAHybridMbrAndAttributes();
    void aDiskOfTheSameSizeIsNotTouched();
    void mbrAndTablelessDisksAreNotTouched_data();
    void mbrAndTablelessDisksAreNotTouched();
    void aDamagedPrimaryIsAnError();
    void aMissingDiskIsAnError();
};

void TestTableFix::makeDisk(qint64 bytes, const QByteArray &script)
{
    m_disk = m_folder.filePath(QStringLiteral("disk.raw"));
    QFile::remove(m_disk);
    QFile file(m_disk);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(bytes));
    file.close();
    if (!script.isEmpty())
        QVERIFY(tool(QStringLiteral("sfdisk"), {QStringLiteral("--quiet"), m_disk}, script) != "failed");
}

constexpr const char *gptScript =
    "label: gpt\nlabel-id: 11111111-2222-3333-4444-555555555555\n"
    "size=8MiB, type=21686148-6449-6E6F-744E-656564454649, name=\"bios boot\"\n"
    "size=32MiB, type=linux, uuid=AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE, name=\"root \xc3\xa4\", attrs=\"LegacyBIOSBootable GUID:63\"\n";

void TestTableFix::movesTheBackupOfALargerDisk()
{
    makeDisk(64 * MiB, gptScript);
    const QByteArray before = dump(m_disk);
    resizeDisk(96 * MiB);
    QVERIFY(!tool(QStringLiteral("sgdisk"), {QStringLiteral("--verify"), m_disk}).contains("No problems found"));
    const auto fixed = fix();
    QVERIFY(fixed);
    QCOMPARE(*fixed, TableFix::Relocated);
    const QByteArray verdict = tool(QStringLiteral("sgdisk"), {QStringLiteral("--verify"), m_disk});
    QVERIFY2(verdict.contains("No problems found"), verdict.constData());
    QVERIFY(tool(QStringLiteral("sfdisk"), {QStringLiteral("--verify"), m_disk}) != "failed");
    QCOMPARE(dump(m_disk), before); // disk GUID, partitions, names, attributes
    const QByteArray bytes = content(m_disk);
    QCOMPARE(bytes.mid(96 * MiB - 512, 8), QByteArray("EFI PART"));
    const quint32 protectiveSectors = qFromLittleEndian<quint32>(bytes.constData() + 446 + 12);
    QCOMPARE(protectiveSectors, quint32(96 * MiB / 512 - 1));
}

void TestTableFix::doingItAgainChangesNothing()
{
    makeDisk(64 * MiB, gptScript);
    resizeDisk(96 * MiB);
    QCOMPARE(*fix(), TableFix::Relocated);
    const QByteArray once = content(m_disk);
    QCOMPARE(*fix(), TableFix::NothingToDo);
    QVERIFY(content(m_disk) == once);
}

void TestTableFix::keepsAHybridMbrAndAttributes()
{
    makeDisk(64 * MiB, gptScript);
    QVERIFY(tool(QStringLiteral("sgdisk"), {QStringLiteral("--hybrid=2"), m_disk}) != "failed");
    const QByteArray bootRecord = content(m_disk).left(512);
    resizeDisk(96 * MiB);
    QCOMPARE(*fix(), TableFix::Relocated);
    QCOMPARE(content(m_disk).left(512), bootRecord);
}

void TestTableFix::aDiskOfTheSameSizeIsNotTouched()
{
    makeDisk(64 * MiB, gptScript);
    const QByteArray before = content(m_disk);
    QCOMPARE(*fix(), TableFix::NothingToDo);
    QVERIFY(content(m_disk) == before);
}

void TestTableFix::mbrAndTablelessDisksAreNotTouched_data()
{
    QTest::addColumn<QByteArray>("script");
    QTest::newRow("MBR") << QByteArray("label: dos\nsize=20MiB, type=83, bootable\nsize=20MiB, type=5\nsize=10MiB, type=83\n");
    QTest::newRow("no table") << QByteArray();
}

void TestTableFix::mbrAndTablelessDisksAreNotTouched()
{
    QFETCH(const QByteArray, script);
    makeDisk(64 * MiB, script);
    resizeDisk(96 * MiB);
    const QByteArray before = content(m_disk);
    const auto fixed = fix();
    QVERIFY(fixed);
    QCOMPARE(*fixed, TableFix::NothingToDo);
    QVERIFY(content(m_disk) == before);
}

void TestTableFix::aDamagedPrimaryIsAnError()
{
    makeDisk(64 * MiB, gptScript);
    resizeDisk(96 * MiB);
    QFile file(m_disk);
    QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(512 + 72) && file.write("\xff\xff", 2) == 2); // place of the entries
    file.close();
    const QByteArray before = content(m_disk);
    const auto fixed = fix();
    QVERIFY(!fixed);
    QCOMPARE(fixed.error().code, ErrorCode::TargetTableFailed);
    QCOMPARE(fixed.error().args, QStringList{QStringLiteral("s0")});
    QVERIFY(content(m_disk) == before);
}

void TestTableFix::aMissingDiskIsAnError()
{
    QCOMPARE(moveBackupGptToEnd(QStringLiteral("/nonexistent"), QStringLiteral("s0")).error().code, ErrorCode::TargetTableFailed);
}

QTEST_GUILESS_MAIN(TestTableFix)
#include "tst_tablefix.moc"
