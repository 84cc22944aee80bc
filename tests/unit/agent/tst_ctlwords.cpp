#include "app/ctl/words.h"

#include <QtTest>

using namespace edgelift::ctl;

namespace {

QJsonObject progress(double done, double total, double speed = 0, const QJsonValue &remaining = QJsonValue())
{
    return {{QStringLiteral("event"), QStringLiteral("progress")}, {QStringLiteral("bytesDone"), done},
        {QStringLiteral("bytesTotal"), total}, {QStringLiteral("speed"), speed}, {QStringLiteral("remainingSeconds"), remaining}};
}

}

class TestCtlWords : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sizesAreShort_data();
    void sizesAreShort();
    void remainingTimesAreWords_data();
    void remainingTimesAreWords();
    void theProgressLineSaysItAll();
    void whatDoesNotFitIsLeftOut();
    void aHundredPercentMeansAll();
    void unknownAndHostileNumbersAreHarmless_data();
    void unknownAndHostileNumbersAreHarmless();
    void limitsInForceAreNamed();
};

void TestCtlWords::sizesAreShort_data()
{
    QTest::addColumn<double>("bytes");
    QTest::addColumn<QString>("text");
    QTest::newRow("zero") << 0.0 << "0 B";
    QTest::newRow("bytes") << 1023.0 << "1023 B";
    QTest::newRow("KiB") << 1024.0 << "1.0 KiB";
    QTest::newRow("MiB") << 26.4 * 1048576 << "26.4 MiB";
    QTest::newRow("GiB") << 216.0 * (1 << 30) << "216.0 GiB";
    QTest::newRow("beyond") << 5e18 << "4547473.5 TiB";
}

void TestCtlWords::sizesAreShort()
{
    QFETCH(double, bytes);
    QTEST(sizeText(bytes), "text");
}

void TestCtlWords::remainingTimesAreWords_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("zero") << qint64(0) << "less than 1 min";
    QTest::newRow("59 s") << qint64(59) << "less than 1 min";
    QTest::newRow("10 min") << qint64(600) << "about 10 min";
    QTest::newRow("59 min 40 s") << qint64(3580) << "about 1 h";
    QTest::newRow("3 h 10") << qint64(11400) << "about 3 h 10 min";
    QTest::newRow("2 days") << qint64(2 * 86400) << "about 48 h";
    QTest::newRow("more") << qint64(2 * 86400 + 1) << "more than 2 days";
    QTest::newRow("negative") << qint64(-5) << "less than 1 min";
}

void TestCtlWords::remainingTimesAreWords()
{
    QFETCH(qint64, seconds);
    QTEST(remainingText(seconds), "text");
}

void TestCtlWords::theProgressLineSaysItAll()
{
    const double gib = 1 << 30;
    QCOMPARE(progressLine(progress(216 * gib, 512 * gib, 26.4 * 1048576, 11400), 120),
        QStringLiteral("[################----------------------]   42.1 %  216.0 GiB of 512.0 GiB  26.4 MiB/s  about 3 h 10 min left"));
    QCOMPARE(progressLine({{QStringLiteral("percent"), 50}}, 60), QStringLiteral("[#########---------]   50.0 %"));
}

void TestCtlWords::whatDoesNotFitIsLeftOut()
{
    const QJsonObject event = progress(1e9, 2e9, 1e6, 1000);
    for (int width = 1; width < 150; ++width)
        QVERIFY2(progressLine(event, width).size() <= std::max(width, 20), qPrintable(QString::number(width)));
    QVERIFY(progressLine(event, 20).contains(QLatin1String("50.0 %")));
    QVERIFY(!progressLine(event, 40).contains(QLatin1String("left")));
}

void TestCtlWords::aHundredPercentMeansAll()
{
    QVERIFY(progressLine(progress(999999, 1000000), 80).contains(QLatin1String("99.9 %")));
    QVERIFY(progressLine(progress(1000000, 1000000), 80).contains(QLatin1String("100.0 %")));
    QVERIFY(progressLine(progress(0, 0), 80).contains(QLatin1String("100.0 %"))); // nothing to copy
}

void TestCtlWords::unknownAndHostileNumbersAreHarmless_data()
{
    QTest::addColumn<QJsonObject>("event");
    QTest::newRow("nothing") << QJsonObject();
    QTest::newRow("more than all") << progress(3, 2, 1e300, 1e18);
    QTest::newRow("negative") << progress(-5, 10, -1, -1);
    QTest::newRow("texts") << QJsonObject{
        {QStringLiteral("bytesDone"), QStringLiteral("x")}, {QStringLiteral("bytesTotal"), QStringLiteral("y")}};
    QTest::newRow("percent") << QJsonObject{{QStringLiteral("percent"), 5000}};
}

void TestCtlWords::unknownAndHostileNumbersAreHarmless()
{
    QFETCH(QJsonObject, event);
    QVERIFY(progressLine(event, 80).size() <= 80);
    QVERIFY(!progressLine(event, 80).contains(QLatin1String("nan")));
}

void TestCtlWords::limitsInForceAreNamed()
{
    QJsonObject event = progress(50, 100);
    QVERIFY(limitTexts(event).isEmpty());
    event.insert(QStringLiteral("limits"),
        QJsonObject{{QStringLiteral("limitMbps"), 50}, {QStringLiteral("diskMBps"), 20}, {QStringLiteral("niceness"), 10},
            {QStringLiteral("window"), QStringLiteral("mon 08:00–18:00")}, {QStringLiteral("backOffMBps"), 11.4}});
    QCOMPARE(limitTexts(event).join(QStringLiteral(", ")),
        QStringLiteral("back-off: reading 12 MB/s, limit 50 Mbit/s, disk limit 20 MB/s, niceness 10, time plan mon 08:00–18:00"));
    QVERIFY(progressLine(event, 120).contains(QStringLiteral("  back-off: reading 12 MB/s  limit 50 Mbit/s")));
    event.insert(QStringLiteral("limits"), QJsonObject{{QStringLiteral("limitMbps"), 0}, {QStringLiteral("backOffMBps"), QJsonValue()}});
    QVERIFY(limitTexts(event).isEmpty());
}

QTEST_APPLESS_MAIN(TestCtlWords)
#include "tst_ctlwords.moc"
