#include "core/base/strictjson.h"
#include "core/layout/limitwindow.h"

#include <QJsonDocument>
#include <QTest>
#include <QTimeZone>

using namespace edgelift;

namespace {

QDateTime at(const char *time) { return QDateTime::fromString(QString::fromLatin1(time), Qt::ISODate); }

QList<LimitWindow> read(const QByteArray &json, QList<Error> &problems)
{
    const QJsonObject root = QJsonDocument::fromJson(R"({"schedule":)" + json + '}').object();
    StrictObject object(root, {}, problems);
    return readSchedule(object.objects(QStringLiteral("schedule")), QStringLiteral("schedule"), problems);
}

QString said(const QList<Error> &problems)
{
    QStringList lines;
    for (const Error &problem : problems)
        lines.append(QString::number(int(problem.code)) + QLatin1Char(' ') + problem.args.join(QLatin1Char('|')));
    return lines.join(QLatin1Char('\n'));
}

}

class TestLimitWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void holdsWhatTheWallClockSays_data();
    void holdsWhatTheWallClockSays();
    void firstThatHoldsWins();
    void summerTimeIsTheWallClocks();
    void readsWhatItWrites();
    void namesEveryProblem();
    void illegalOnesAreKnown();
};

void TestLimitWindow::holdsWhatTheWallClockSays_data()
{
    QTest::addColumn<QByteArray>("window");
    QTest::addColumn<QDateTime>("local");
    QTest::addColumn<bool>("holds");
    const QByteArray office = R"([{"days":["mon","tue","wed","thu","fri"],"from":"08:00","to":"18:00"}])";
    const QByteArray night = R"([{"days":["fri"],"from":"22:00","to":"06:00"}])";
    const QByteArray always = R"([{"from":"00:00","to":"24:00"}])";
    const QByteArray sunday = R"([{"days":["sun"],"from":"23:30","to":"00:30"}])";
    const QByteArray evening = R"([{"from":"18:00","to":"00:00"}])";
    const auto row = [](const char *name, const QByteArray &window, const char *local, bool holds) {
        QTest::newRow(name) << window << at(local) << holds;
    };
    row("first minute", office, "2026-11-23T08:00:00", true); // a Monday
    row("second before", office, "2026-11-23T07:59:59", false);
    row("last second", office, "2026-11-23T17:59:59", true);
    row("minute after", office, "2026-11-23T18:00:00", false);
    row("another day", office, "2026-11-28T09:00:00", false);
    row("evening it begins", night, "2026-11-27T22:00:00", true); // a Friday
    row("morning after", night, "2026-11-28T05:59:59", true);
    row("its end", night, "2026-11-28T06:00:00", false);
    row("morning of the day itself", night, "2026-11-27T05:00:00", false);
    row("evening of the next day", night, "2026-11-28T22:30:00", false);
    row("midnight", always, "2026-11-28T00:00:00", true);
    row("last minute of the day", always, "2026-11-28T23:59:59", true);
    row("end of the week", sunday, "2026-11-29T23:45:00", true);
    row("Monday after Sunday", sunday, "2026-11-30T00:29:59", true);
    row("Monday, later", sunday, "2026-11-30T00:30:00", false);
    row("until the coming midnight", evening, "2026-11-30T23:59:59", true);
    row("not beyond midnight", evening, "2026-12-01T00:00:00", false);
}

void TestLimitWindow::holdsWhatTheWallClockSays()
{
    QFETCH(QByteArray, window);
    QFETCH(QDateTime, local);
    QList<Error> problems;
    const QList<LimitWindow> schedule = read(window, problems);
    QCOMPARE(said(problems), QString());
    QTEST(schedule.at(0).contains(local), "holds");
}

void TestLimitWindow::firstThatHoldsWins()
{
    QList<Error> problems;
    const QList<LimitWindow> schedule = read(R"([{"days":["sat","sun"],"from":"00:00","to":"24:00","limitMbps":900},
        {"from":"08:00","to":"18:00","limitMbps":50,"diskMBps":20}, {"from":"17:00","to":"20:00","limitMbps":200}])",
        problems);
    QCOMPARE(said(problems), QString());
    QCOMPARE(windowAt(schedule, at("2026-11-28T09:00:00")), 0);
    QCOMPARE(windowAt(schedule, at("2026-11-23T09:00:00")), 1);
    QCOMPARE(windowAt(schedule, at("2026-11-23T17:30:00")), 1);
    QCOMPARE(windowAt(schedule, at("2026-11-23T18:00:00")), 2);
    QCOMPARE(windowAt(schedule, at("2026-11-23T21:00:00")), -1);
    QCOMPARE(windowAt({}, at("2026-11-23T21:00:00")), -1);
    QCOMPARE(schedule.at(1).diskMBps, 20);
}

/// Berlin: 25 October 2026, 03:00 becomes 02:00 again; 29 March, 02:00 becomes 03:00.
void TestLimitWindow::summerTimeIsTheWallClocks()
{
    const QTimeZone berlin("Europe/Berlin");
    QVERIFY2(berlin.isValid(), "the time zones of the system are missing");
    QList<Error> problems;
    const LimitWindow window = read(R"([{"from":"02:15","to":"02:45"}])", problems).at(0);
    const auto holds = [&](const char *utc) {
        QDateTime time = at(utc);
        time.setTimeSpec(Qt::UTC);
        return window.contains(time.toTimeZone(berlin));
    };
    QVERIFY(holds("2026-10-25T00:30:00")); // 02:30 in summer time
    QVERIFY(!holds("2026-10-25T00:50:00"));
    QVERIFY(holds("2026-10-25T01:30:00")); // 02:30 again
    for (int minute = 0; minute < 120; ++minute) { // 01:00 to 04:00: there is no 02:30
        QDateTime time = at("2026-03-29T00:00:00").addSecs(minute * 60);
        time.setTimeSpec(Qt::UTC);
        QVERIFY(!window.contains(time.toTimeZone(berlin)));
    }
}

void TestLimitWindow::readsWhatItWrites()
{
    const QList<LimitWindow> schedule{
        {0b0010001, 22 * 60, 6 * 60, 100, 7}, {LimitWindow::everyDay, 0, LimitWindow::minutesOfDay, 0, 0}, {64, 1, 2, 3, 4}};
    QList<Error> problems;
    QVERIFY(read(QJsonDocument(toJson(schedule)).toJson(), problems) == schedule);
    QCOMPARE(said(problems), QString());
    QCOMPARE(describe(schedule.at(0)), QStringLiteral("mon, fri 22:00–06:00"));
    QCOMPARE(describe(schedule.at(1)), QStringLiteral("every day 00:00–24:00"));
}

void TestLimitWindow::namesEveryProblem()
{
    QList<Error> problems;
    static_cast<void>(read(R"([{"days":["mon","monday"],"from":"8:00","to":"24:01","limitMbps":-1},
        {"days":[],"from":"24:00","too":"06:00"}, {"from":"08:00","to":"08:00","diskMBps":"all"}, {"days":"mon","from":7,"to":"09:60"}])",
        problems));
    QCOMPARE(said(problems),
        QStringLiteral("54 schedule[0].days|monday|mon, tue, wed, thu, fri, sat, sun\n"
                       "54 schedule[0].from|8:00|00:00 to 23:59\n"
                       "54 schedule[0].to|24:01|00:01 to 24:00\n"
                       "54 schedule[0].limitMbps|-1|0 to 100000\n"
                       "54 schedule[1].days|[]|mon, tue, wed, thu, fri, sat, sun\n"
                       "54 schedule[1].from|24:00|00:00 to 23:59\n"
                       "54 schedule[1].to|missing|this key must be there\n"
                       "52 schedule[1].too|to\n"
                       "54 schedule[2].diskMBps|\"all\"|a whole number\n"
                       "54 schedule[2].to|08:00|another time than “from”\n"
                       "54 schedule[3].days|\"mon\"|a list of texts\n"
                       "54 schedule[3].from|7|a text in quotes\n"
                       "54 schedule[3].to|09:60|00:01 to 24:00"));
}

void TestLimitWindow::illegalOnesAreKnown()
{
    QVERIFY(LimitWindow{}.isLegal());
    QVERIFY(!(LimitWindow{0, 0, 60, 0, 0}).isLegal());
    QVERIFY(!(LimitWindow{1, 60, 60, 0, 0}).isLegal());
    QVERIFY(!(LimitWindow{1, -1, 60, 0, 0}).isLegal());
    QVERIFY(!(LimitWindow{1, 0, 1441, 0, 0}).isLegal());
    QVERIFY(!(LimitWindow{128, 0, 60, 0, 0}).isLegal());
}

QTEST_GUILESS_MAIN(TestLimitWindow)
#include "tst_limitwindow.moc"
