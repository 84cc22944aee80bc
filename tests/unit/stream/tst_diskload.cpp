#include "core/stream/diskload.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <sys/sysmacros.h>

using namespace edgelift;

namespace {

/// A sysfs with vda (254:0) and its partition (254:1), vdb (254:16), dm-0 on both (252:0), and dm-1 on dm-0 (252:1).
class FakeSys
{
public:
    FakeSys()
    {
        device("254:0", "vda");
        device("254:1", "vda/vda1");
        file("devices/vda/vda1/partition", "1\n");
        device("254:16", "vdb");
        device("252:0", "dm-0");
        slave("dm-0", "vda/vda1");
        slave("dm-0", "vdb");
        device("252:1", "dm-1");
        slave("dm-1", "dm-0");
    }
    QString path() const { return m_folder.path(); }
    QStringList names(unsigned major, unsigned minor) const
    {
        QStringList out;
        for (const QString &found : DeviceLoad::statFiles(makedev(major, minor), path()))
            out.append(QDir(QFileInfo(path()).canonicalFilePath() + QLatin1String("/devices")).relativeFilePath(found));
        return out;
    }

private:
    void file(const char *name, const QByteArray &content)
    {
        const QString where = m_folder.filePath(QString::fromLatin1(name));
        QDir().mkpath(QFileInfo(where).path());
        QFile out(where);
        QVERIFY(out.open(QIODevice::WriteOnly) && out.write(content) == content.size());
    }
    void device(const QByteArray &number, const QByteArray &name)
    {
        file("devices/" + name + "/stat", "1 2 3 4 5 6 7 8 9 10 11\n");
        QDir().mkpath(m_folder.filePath(QStringLiteral("dev/block")));
        QVERIFY(
            QFile::link(QStringLiteral("../../devices/") + QLatin1String(name), m_folder.filePath(QLatin1String("dev/block/" + number))));
    }
    void slave(const QByteArray &above, const QByteArray &below)
    {
        const QString folder = m_folder.filePath(QLatin1String("devices/" + above + "/slaves"));
        QDir().mkpath(folder);
        QVERIFY(QFile::link(
            QStringLiteral("../../") + QLatin1String(below), folder + QLatin1Char('/') + QLatin1String(below.split('/').last())));
    }
    QTemporaryDir m_folder;
};

}

class TestDiskLoad : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findsTheHardware();
    void readsTheKernelsNumbers();
    void refusesOtherNumbers();
    void realDisksCount();
};

void TestDiskLoad::findsTheHardware()
{
    const FakeSys sys;
    const QString vda = QStringLiteral("vda/stat");
    const QString vdb = QStringLiteral("vdb/stat");
    QCOMPARE(sys.names(254, 0), QStringList{vda});
    QCOMPARE(sys.names(254, 1), QStringList{vda}); // others may use its other partitions
    QCOMPARE(sys.names(252, 0), (QStringList{vda, vdb}));
    QCOMPARE(sys.names(252, 1), (QStringList{vda, vdb}));
    QCOMPARE(sys.names(9, 9), QStringList());
    QCOMPARE(sys.names(0, 0), QStringList());
}

void TestDiskLoad::readsTheKernelsNumbers()
{
    const auto counters = DeviceLoad::parse(
        "   24211      118  2096234    10120    51009    47015  4071072   120551        2   40212   135391  7 0 8 9 10 11\n");
    QVERIFY(counters);
    QCOMPARE(counters->reads, 24211);
    QCOMPARE(counters->readBytes, 2096234 * 512);
    QCOMPARE(counters->readMs, 10120);
    QCOMPARE(counters->writes, 51009);
    QCOMPARE(counters->inFlight, 2);
}

void TestDiskLoad::refusesOtherNumbers()
{
    QVERIFY(!DeviceLoad::parse(""));
    QVERIFY(!DeviceLoad::parse("1 2 3 4 5 6 7 8 9 10\n"));
    QVERIFY(!DeviceLoad::parse("a b c d e f g h i j k\n"));
}

void TestDiskLoad::realDisksCount()
{
    QVERIFY(!DeviceLoad({QStringLiteral("/proc/version")}).read()); // on no disk
    QVERIFY(!DeviceLoad({}).read());
    QStringList disks;
    for (const QString &name : QDir(QStringLiteral("/sys/block")).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile number(QStringLiteral("/sys/block/%1/dev").arg(name));
        QVERIFY(number.open(QIODevice::ReadOnly));
        const QList<QByteArray> parts = number.readAll().trimmed().split(':');
        const dev_t device = makedev(parts.value(0).toUInt(), parts.value(1).toUInt());
        for (const QString &file : DeviceLoad::statFiles(device)) {
            QFile stat(file);
            QVERIFY2(stat.open(QIODevice::ReadOnly), qPrintable(file));
            QVERIFY2(DeviceLoad::parse(stat.readAll()), qPrintable(file));
            disks.append(file);
        }
    }
    QVERIFY(!disks.isEmpty());
}

QTEST_GUILESS_MAIN(TestDiskLoad)
#include "tst_diskload.moc"
