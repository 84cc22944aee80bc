#include "core/stream/files/rsyncclient.h"

#include <QTest>

using namespace edgelift;

namespace {

FileVolume volume()
{
    FileVolume one;
    one.name = QStringLiteral("/srv");
    return one;
}

}

/// What rsync's own words tell.
class TestRsyncClient final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void countsWhatChanged_data();
    void countsWhatChanged();
    void whatItComplainsAboutIsNotItsNumbers();
    void whatVanishedIsCounted();
};

void TestRsyncClient::countsWhatChanged_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<quint64>("changed");
    QTest::addColumn<quint64>("bytes");
    QTest::newRow("rsync 3.2") << QByteArray("\nNumber of files: 5,012 (reg: 5,000, dir: 12)\nNumber of created files: 1,203 (reg: 1,203)\n"
                                             "Number of deleted files: 17 (reg: 15, dir: 2)\nNumber of regular files transferred: 1,204\n"
                                             "Total file size: 9,999,999 bytes\nTotal transferred file size: 1,234,567 bytes\n")
                               << quint64(1221) << quint64(1234567);
    QTest::newRow("rsync 3.0") << QByteArray("\nNumber of files: 5012\nNumber of files transferred: 4\nTotal file size: 9999 bytes\n"
                                             "Total transferred file size: 1234 bytes\n")
                               << quint64(4) << quint64(1234);
    QTest::newRow("no numbers") << QByteArray() << quint64(0) << quint64(0);
}

void TestRsyncClient::countsWhatChanged()
{
    QFETCH(const QByteArray, words);
    QFETCH(const quint64, changed);
    QFETCH(const quint64, bytes);
    const Result<FileCopyEnd> end = rsyncEnd(volume(), 0, words);
    QVERIFY(end);
    QCOMPARE(end->changed, changed);
    QCOMPARE(end->changedBytes, bytes);
    QCOMPARE(end->words, QString());
    QVERIFY(!end->vanished);
}

void TestRsyncClient::whatItComplainsAboutIsNotItsNumbers()
{
    const QByteArray words(
        "rsync: read errors mapping \"/srv/a\": Input/output error (5)\n\nNumber of files: 5\nNumber of deleted files: 3\n");
    const Result<FileCopyEnd> end = rsyncEnd(volume(), 23, words);
    QVERIFY(!end);
    QCOMPARE(end.error().code, ErrorCode::FileCopyFailed);
    QVERIFY(end.error().args.at(1).startsWith(QLatin1String("rsync: read errors")));
    QVERIFY(!end.error().detail.contains(QLatin1String("Number of")));
}

void TestRsyncClient::whatVanishedIsCounted()
{
    const QByteArray words(
        "file has vanished: \"/srv/a\"\nfile has vanished: \"/srv/b\"\nrsync warning: some files vanished before they could be "
        "transferred (code 24) at main.c(1338) [sender=3.2.7]\n\nNumber of files: 5\n"
        "Number of regular files transferred: 2\n");
    const Result<FileCopyEnd> end = rsyncEnd(volume(), 24, words);
    QVERIFY(end);
    QVERIFY(end->vanished);
    QCOMPARE(end->gone, quint64(2));
    QCOMPARE(end->changed, quint64(2));
    QCOMPARE(end->words, QStringLiteral("file has vanished: \"/srv/a\""));
}

QTEST_GUILESS_MAIN(TestRsyncClient)
#include "tst_rsyncclient.moc"
