#include "core/receiver/writtenmap.h"

#include <QTemporaryDir>
#include <QTest>

using namespace edgelift;
using namespace edgelift::receiver;

class TestWrittenMap : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    static QByteArray boot(char c) { return QByteArray(36, c); }
    /// What would be on the disk if the machine died now: the file as it is, of a map nobody closed.
    QString copyAsAfterACrash(const QString &from) const
    {
        QString to = from + QStringLiteral(".crashed");
        QFile::remove(to);
        QFile::copy(from, to);
        return to;
    }

private Q_SLOTS:
    void aNewMapHoldsNothing();
    void marksAreSeenAtOnceAndCountedOnce();
    void marksSurviveAnOrderlyEnd();
    void exactMarksSurviveTheDeathOfTheProcess();
    void afterTheDeathOfTheMachineWholeUnitsCountAsWritten();
    void anOrderlyEndIsExactOnTheNextBootToo();
    void unitsFarApartAreAllRemembered();
    void marksOutsideTheDiskAreRefused();
    void anEarlierMapIsCarriedOver();
    void damagedFilesAreRefused_data();
    void damagedFilesAreRefused();
    void aDiskOfImpossibleSizeCostsNoMemory();
};

void TestWrittenMap::aNewMapHoldsNothing()
{
    const auto map = WrittenMap::create(path("new"), 100);
    QVERIFY(map);
    QCOMPARE((*map)->count(), 0U);
    QVERIFY(!(*map)->written(0));
    QVERIFY(!(*map)->written(99));
    QVERIFY(!(*map)->written(100));
}

void TestWrittenMap::marksAreSeenAtOnceAndCountedOnce()
{
    const auto map = WrittenMap::create(path("marks"), 1000);
    QVERIFY((*map)->mark(60, 10)); // over the edge of a word
    QVERIFY((*map)->mark(65, 10));
    QCOMPARE((*map)->count(), 15U);
    for (quint64 i = 0; i < 1000; ++i)
        QCOMPARE((*map)->written(i), i >= 60 && i < 75);
}

void TestWrittenMap::marksSurviveAnOrderlyEnd()
{
    QVERIFY((*WrittenMap::create(path("end"), 70))->mark(69, 1));
    const auto again = WrittenMap::open(path("end"), 70);
    QVERIFY(again);
    QVERIFY((*again)->written(69));
    QCOMPARE((*again)->count(), 1U);
}

void TestWrittenMap::exactMarksSurviveTheDeathOfTheProcess()
{
    const auto map = WrittenMap::create(path("process"), 5000, nullptr, boot('a'));
    QVERIFY((*map)->mark(700, 2));
    const auto again = WrittenMap::open(copyAsAfterACrash(path("process")), 5000, boot('a'));
    QVERIFY(again);
    QCOMPARE((*again)->count(), 2U);
    QVERIFY((*again)->written(701));
}

void TestWrittenMap::afterTheDeathOfTheMachineWholeUnitsCountAsWritten()
{
    const auto map = WrittenMap::create(path("machine"), 5000, nullptr, boot('a'));
    QVERIFY((*map)->mark(700, 2));
    const auto again = WrittenMap::open(copyAsAfterACrash(path("machine")), 5000, boot('b'));
    QVERIFY(again);
    for (quint64 i = 0; i < 5000; ++i)
        QCOMPARE((*again)->written(i), i >= 512 && i < 1024);
}

void TestWrittenMap::anOrderlyEndIsExactOnTheNextBootToo()
{
    QVERIFY((*WrittenMap::create(path("reboot"), 5000, nullptr, boot('a')))->mark(700, 2));
    QCOMPARE((*WrittenMap::open(path("reboot"), 5000, boot('b')))->count(), 2U);
}

void TestWrittenMap::unitsFarApartAreAllRemembered()
{
    constexpr quint64 extents = 512 * 200; // 200 units: four words of intents
    const auto map = WrittenMap::create(path("far"), extents, nullptr, boot('a'));
    QVERIFY((*map)->mark(0, extents));
    QCOMPARE((*map)->count(), extents);
    const auto again = WrittenMap::open(copyAsAfterACrash(path("far")), extents, boot('b'));
    QCOMPARE((*again)->count(), extents);
}

void TestWrittenMap::marksOutsideTheDiskAreRefused()
{
    const auto map = WrittenMap::create(path("outside"), 10);
    QVERIFY(!(*map)->mark(10, 1));
    QVERIFY(!(*map)->mark(9, 2));
    QVERIFY(!(*map)->mark(1, ~0ULL));
    QVERIFY((*map)->mark(10, 0));
    QCOMPARE((*map)->count(), 0U);
}

void TestWrittenMap::anEarlierMapIsCarriedOver()
{
    const auto earlier = WrittenMap::create(path("earlier"), 100);
    QVERIFY((*earlier)->mark(3, 1));
    QVERIFY((*earlier)->mark(99, 1));
    const auto larger = WrittenMap::create(path("larger"), 300, earlier->get());
    QCOMPARE((*larger)->count(), 2U);
    const auto smaller = WrittenMap::create(path("smaller"), 50, earlier->get());
    QCOMPARE((*smaller)->count(), 1U);
    QVERIFY((*smaller)->written(3));
}

void TestWrittenMap::damagedFilesAreRefused_data()
{
    QTest::addColumn<qint64>("at");
    QTest::addColumn<qint64>("size");
    QTest::addColumn<quint64>("extents");
    QTest::newRow("magic") << qint64(0) << qint64(-1) << quint64(100);
    QTest::newRow("closed flag without its checksum") << qint64(12) << qint64(-1) << quint64(100);
    QTest::newRow("boot id") << qint64(30) << qint64(-1) << quint64(100);
    QTest::newRow("cut in the header") << qint64(-1) << qint64(100) << quint64(100);
    QTest::newRow("cut in the bitmap") << qint64(-1) << qint64(4100) << quint64(100);
    QTest::newRow("empty") << qint64(-1) << qint64(0) << quint64(100);
    QTest::newRow("a disk of another size") << qint64(-1) << qint64(-1) << quint64(101);
}

void TestWrittenMap::damagedFilesAreRefused()
{
    QFETCH(const qint64, at);
    QFETCH(const qint64, size);
    QFETCH(const quint64, extents);
    QVERIFY(WrittenMap::create(path("damaged"), 100));
    QFile file(path("damaged"));
    QVERIFY(file.open(QIODevice::ReadWrite | QIODevice::Unbuffered));
    if (at >= 0)
        QVERIFY(file.seek(at) && file.write("X", 1) == 1);
    if (size >= 0)
        QVERIFY(file.resize(size));
    const auto map = WrittenMap::open(path("damaged"), extents);
    QVERIFY(!map);
    QCOMPARE(map.error().code, ErrorCode::StateUnreadable);
    QVERIFY(!WrittenMap::open(path("damaged"), extents)); // being refused did not make it sound
}

void TestWrittenMap::aDiskOfImpossibleSizeCostsNoMemory()
{
    QVERIFY(WrittenMap::create(path("huge"), 100));
    for (const quint64 extents : {quint64(0), 1ULL << 32, 1ULL << 44, ~0ULL}) {
        const auto map = WrittenMap::open(path("huge"), extents);
        QVERIFY(!map);
        QCOMPARE(map.error().code, ErrorCode::StateUnreadable);
    }
    QVERIFY(WrittenMap::open(path("huge"), 100));
}

QTEST_GUILESS_MAIN(TestWrittenMap)
#include "tst_writtenmap.moc"
