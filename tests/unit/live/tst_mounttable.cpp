#include "core/source/live/mounttable.h"

#include <QTest>
#include <random>

using namespace edgelift;

class MountTableTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyFieldIsRead()
    {
        const QList<MountEntry> found =
            parseMountInfo("36 35 98:3 /mnt1 /mnt2 rw,noatime master:1 propagate_from:2 - ext3 /dev/root rw,errors=continue\n");
        MountEntry wanted;
        wanted.id = 36;
        wanted.parent = 35;
        wanted.major = 98;
        wanted.minor = 3;
        wanted.root = QStringLiteral("/mnt1");
        wanted.mountPoint = QStringLiteral("/mnt2");
        wanted.options = {QStringLiteral("rw"), QStringLiteral("noatime")};
        wanted.fsType = QStringLiteral("ext3");
        wanted.source = QStringLiteral("/dev/root");
        wanted.superOptions = {QStringLiteral("rw"), QStringLiteral("errors=continue")};
        QCOMPARE(found, QList<MountEntry>{wanted});
    }
    void escapesAreResolved_data()
    {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QString>("path");
        QTest::newRow("blank") << QByteArray("/my\\040data") << QStringLiteral("/my data");
        QTest::newRow("tab") << QByteArray("/a\\011b") << QStringLiteral("/a\tb");
        QTest::newRow("newline") << QByteArray("/a\\012b") << QStringLiteral("/a\nb");
        QTest::newRow("backslash") << QByteArray("/a\\134040") << QStringLiteral("/a\\040");
        QTest::newRow("number sign") << QByteArray("/\\043a") << QStringLiteral("/#a");
        QTest::newRow("quotes") << QByteArray("/\"a'b\"") << QStringLiteral("/\"a'b\"");
        QTest::newRow("a dash") << QByteArray("/a/-") << QStringLiteral("/a/-");
        QTest::newRow("UTF-8") << QByteArray("/数据") << QStringLiteral("/数据");
        QTest::newRow("cut off") << QByteArray("/a\\04") << QStringLiteral("/a\\04");
        QTest::newRow("deleted") << QByteArray("/a//deleted") << QStringLiteral("/a//deleted");
    }
    void escapesAreResolved()
    {
        QFETCH(QByteArray, field);
        const QList<MountEntry> found = parseMountInfo("1 0 8:1 / " + field + " rw - ext4 /dev/sda1 rw");
        QCOMPARE(found.size(), 1);
        QTEST(found.constFirst().mountPoint, "path");
    }
    void aSourceMayBeEmpty()
    {
        const QList<MountEntry> found = parseMountInfo("30 25 0:27 / /dev/shm rw - tmpfs  rw,size=4k\n");
        QCOMPARE(found.size(), 1);
        QCOMPARE(found.constFirst().source, QString());
        QCOMPARE(found.constFirst().superOptions, (QStringList{QStringLiteral("rw"), QStringLiteral("size=4k")}));
    }
    void sixtyMountsOfAllKinds()
    {
        QByteArray table;
        for (int i = 0; i < 60; ++i)
            table += "1 0 8:" + QByteArray::number(i) + " / /mnt/" + QByteArray::number(i)
                + "\\040\\011\\012'\"\\134x rw shared:1 - ext4 /dev/x rw\n";
        const QList<MountEntry> found = parseMountInfo(table);
        QCOMPARE(found.size(), 60);
        QCOMPARE(found.constLast().mountPoint, QStringLiteral("/mnt/59 \t\n'\"\\x"));
    }
    void whatIsNotALineIsLeftOut()
    {
        for (const QByteArray &line :
            {QByteArray(), QByteArray("\n\n"), QByteArray("1 0 8:1 / /a rw"), QByteArray("1 0 8:1 / /a rw - ext4"),
                QByteArray("x 0 8:1 / /a rw - ext4 /dev/a rw"), QByteArray("1 0 8 / /a rw - ext4 /dev/a rw"),
                QByteArray("1 0 8:1:2 / /a rw - ext4 /dev/a rw"), QByteArray("1 0 -8:1 / /a rw - ext4 /dev/a rw"),
                QByteArray("1 0 8:1 / a rw - ext4 /dev/a rw"), QByteArray("99999999999 0 8:1 / /a rw - ext4 /dev/a rw")})
            QVERIFY2(parseMountInfo(line).isEmpty(), line.constData());
    }
    void swapIsFilesAndDevices()
    {
        QCOMPARE(
            parseSwaps("Filename\tType\tSize\tUsed\tPriority\n/dev/dm-1   partition\t8388604\t0\t-2\n/my\\040swap file 1 0 -3\n/dev/zram0 "
                       "partition 1 0 100\n"),
            (QStringList{QStringLiteral("/dev/dm-1"), QStringLiteral("/my swap"), QStringLiteral("/dev/zram0")}));
    }
    void theMountThatCountsIsTheLongestAndLast()
    {
        const QList<MountEntry> mounts = parseMountInfo("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
                                                        "2 1 8:2 / /var rw - ext4 /dev/sda2 rw\n"
                                                        "3 1 8:3 / /var/lib rw - ext4 /dev/sda3 rw\n"
                                                        "4 1 8:4 / /var rw - ext4 /dev/sda4 rw\n");
        QCOMPARE(mountOf(QStringLiteral("/etc/fstab"), mounts)->minor, 1U);
        QCOMPARE(mountOf(QStringLiteral("/var/x"), mounts)->minor, 4U);
        QCOMPARE(mountOf(QStringLiteral("/var/lib"), mounts)->minor, 3U);
        QCOMPARE(mountOf(QStringLiteral("/variable"), mounts)->minor, 1U);
        QVERIFY(!mountOf(QStringLiteral("relative"), {}));
    }
    void anyBytesEndSomehow()
    {
        std::mt19937 random(7);
        const QByteArray seed = "36 35 98:3 /mnt1 /mnt\\0402 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n";
        for (int round = 0; round < 20000; ++round) {
            QByteArray bytes = seed.repeated(2);
            for (int change = 0; change < 4; ++change) {
                const qsizetype at = qsizetype(random() % quint32(bytes.size()));
                if (random() % 3 == 0)
                    bytes.remove(at, qsizetype(random() % 8));
                else
                    bytes[at] = char(random());
            }
            for (const MountEntry &entry : parseMountInfo(bytes)) {
                QVERIFY(entry.mountPoint.startsWith(QLatin1Char('/')));
                (void)mountOf(entry.root, {entry});
            }
            (void)parseSwaps(bytes);
        }
    }
};

QTEST_APPLESS_MAIN(MountTableTest)
#include "tst_mounttable.moc"
