#include "core/base/errortext.h"
#include "core/migrate/jobwarning.h"
#include "core/migrate/live/rescanforecast.h"

#include <QTemporaryFile>
#include <QTest>

using namespace edgelift;
using namespace std::chrono_literals;

/// What is said before anything moves on a server whose writes nobody sees.
class RescanForecastTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void countsWhatIsInUseAndTimesIt();
    void nothingInUseTakesOnlyTheFreeze();
    void whatDoesNotFitIsRefusedInWords_data();
    void whatDoesNotFitIsRefusedInWords();
    void theWarningSaysHowLong();
};

void RescanForecastTest::countsWhatIsInUseAndTimesIt()
{
    QTemporaryFile disk(QStringLiteral("/var/tmp/tst_rescanforecast-XXXXXX"));
    constexpr quint64 size = 300ULL << 20;
    QVERIFY(disk.open() && disk.resize(size + 512)); // the last piece is a sector
    RangeSet used(ByteRange{4096, 200ULL << 20});
    used.add(ByteRange{size, 512});
    const Result<RescanForecast> forecast = forecastRescan({disk.fileName()}, {used}, 700ms);
    QVERIFY2(forecast, forecast ? "" : qPrintable(logLine(forecast.error())));
    QCOMPARE(forecast->used.count, (200ULL << 20) + 512);
    QVERIFY2(forecast->hold > 700ms, "reading takes some time");
    QCOMPARE(forecastRescan({QStringLiteral("/var/tmp/not-there")}, {used}, 0ms).error().code, ErrorCode::SourceUnreadable);
}

void RescanForecastTest::nothingInUseTakesOnlyTheFreeze()
{
    QTemporaryFile disk(QStringLiteral("/var/tmp/tst_rescanforecast-XXXXXX"));
    QVERIFY(disk.open() && disk.resize(1 << 20));
    const Result<RescanForecast> forecast = forecastRescan({disk.fileName()}, {RangeSet()}, 5ms);
    QVERIFY(bool(forecast));
    QCOMPARE(forecast->used.count, quint64(0));
    QVERIFY(forecast->hold >= 5ms && forecast->hold < 5s);
}

void RescanForecastTest::whatDoesNotFitIsRefusedInWords_data()
{
    QTest::addColumn<int>("hold");
    QTest::addColumn<int>("budget");
    QTest::addColumn<QString>("allowed"); // seconds; empty: it fits
    QTest::newRow("well within") << 1000 << 2000 << QString();
    QTest::newRow("just within, with what is kept back") << 1600 << 2000 << QString();
    QTest::newRow("too close") << 1601 << 2000 << QStringLiteral("2");
    QTest::newRow("more was allowed") << 40000 << 60000 << QString();
    QTest::newRow("more than allowed") << 40000 << 30000 << QStringLiteral("30");
    QTest::newRow("nobody may allow more than a minute") << 50000 << 600000 << QStringLiteral("60");
}

void RescanForecastTest::whatDoesNotFitIsRefusedInWords()
{
    QFETCH(int, hold);
    QFETCH(int, budget);
    QFETCH(QString, allowed);
    const std::optional<Error> obstacle =
        obstacleTo({Bytes{20ULL << 30}, std::chrono::milliseconds(hold)}, std::chrono::milliseconds(budget));
    QCOMPARE(obstacle.has_value(), !allowed.isEmpty());
    if (!obstacle)
        return;
    QCOMPARE(obstacle->code, ErrorCode::RescanTooLong);
    QCOMPARE(obstacle->retry, Retry::AfterUserAction);
    QCOMPARE(obstacle->args, (QStringList{QStringLiteral("20.0 GiB"), QString::number((hold + 999) / 1000), allowed}));
    const ErrorText text = describe(*obstacle);
    QVERIFY2(text.message.contains(QLatin1String("20.0 GiB")) && text.message.contains(allowed + QLatin1String(" seconds are allowed")),
        qPrintable(text.message));
    QVERIFY(text.remedy.contains(QLatin1String("freezeSeconds")));
}

void RescanForecastTest::theWarningSaysHowLong()
{
    const JobWarning warning = warnings::comparedWhileFrozen(12300ms);
    QCOMPARE(warning.id, QStringLiteral("compared-while-frozen"));
    QVERIFY2(describe(warning).contains(QLatin1String("about 13 seconds")), qPrintable(describe(warning)));
}

QTEST_GUILESS_MAIN(RescanForecastTest)
#include "tst_rescanforecast.moc"
