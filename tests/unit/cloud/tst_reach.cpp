#include "core/cloud/reach.h"

#include <QLocale>
#include <QtTest>
#include <atomic>
#include <condition_variable>
#include <mutex>

using namespace edgelift;
using namespace std::chrono_literals;

namespace {

class StandingClock final : public Clock
{
public:
    QDateTime now() const override { return QDateTime(QDate(2025, 6, 1), QTime(8, 30), Qt::UTC); }
    bool sleep(std::chrono::milliseconds, const std::stop_token &) const override { return true; }
};

/// Answers by host: "silent" says nothing until it is stopped, "mute" took the request, "gone" is not there, "late-60" and
/// "early-60" have clocks that are a minute behind and ahead of ours.
class Hosts final : public HttpTransport
{
public:
    Result<HttpReply> send(const HttpRequest &request, const std::stop_token &stop) override
    {
        const QString host = request.url.host();
        {
            std::unique_lock lock(m_mutex);
            seen.append(request.url.toString());
            pins.append(request.certificatePin);
            m_changed.notify_all();
            const bool answers = m_changed.wait(lock, stop, [&] {
                if (host.startsWith(QLatin1String("together"))) // answers when the others have been asked as well
                    return seen.size() == together;
                return !host.startsWith(QLatin1String("silent"));
            });
            if (!answers || host == QLatin1String("mute"))
                return Error{ErrorCode::CloudTimedOut, Retry::AfterWait, {host}, {}};
        }
        if (host == QLatin1String("gone"))
            return Error{ErrorCode::CloudUnreachable, Retry::AfterWait, {host, QStringLiteral("refused")}, {}};
        const qint64 off = host.section(QLatin1Char('-'), 1).toLongLong();
        const QDateTime told = StandingClock().now().addSecs(host.startsWith(QLatin1String("early")) ? off : -off);
        const QString date = QLocale::c().toString(told, QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
        return HttpReply{403, {{"Date", host == QLatin1String("timeless") ? QByteArray() : date.toLatin1()}}, {}};
    }

    QStringList seen;
    QList<QByteArray> pins;
    qsizetype together = 0; ///< so many ask at once

private:
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
};

QList<Address> at(const QStringList &hosts)
{
    QList<Address> out;
    for (const QString &host : hosts)
        out.append({QUrl(QLatin1String("https://") + host + QLatin1String("/a/path?query")), {}});
    return out;
}

}

class TestReach : public QObject
{
    Q_OBJECT
    StandingClock m_clock;

private Q_SLOTS:
    void anyAnswerWillDo();
    void theClockIsCompared_data();
    void theClockIsCompared();
    void allAreAskedAtOnce();
    void aSilentOneCostsTheTimeLimitOnce();
    void aStopEndsTheWaiting();
    void onePlaceIsAskedOnce();
};

void TestReach::anyAnswerWillDo()
{
    Hosts hosts;
    const QList<Reached> reached =
        reach(hosts, m_clock, at({QStringLiteral("good"), QStringLiteral("gone"), QStringLiteral("mute")}), 5s, {});
    QCOMPARE(reached.size(), 3);
    QVERIFY(!reached.at(0).error); // 403: nothing was signed
    QCOMPARE(reached.at(0).host, QStringLiteral("good"));
    QCOMPARE(reached.at(1).error->args, (QStringList{QStringLiteral("gone"), QStringLiteral("refused")}));
    QCOMPARE(int(reached.at(2).error->code), int(ErrorCode::CloudUnreachable)); // whether it got the request is all the same here
    QCOMPARE(reached.at(2).error->args, (QStringList{QStringLiteral("mute"), QStringLiteral("no-answer")}));
    hosts.seen.sort();
    QCOMPARE(hosts.seen.first(), QStringLiteral("https://gone/"));
}

void TestReach::theClockIsCompared_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("skew");
    QTest::newRow("the same") << QStringLiteral("late-0") << 0;
    QTest::newRow("within the second of its Date") << QStringLiteral("late-1") << 0;
    QTest::newRow("ours is ahead") << QStringLiteral("late-60") << 60;
    QTest::newRow("ours is behind") << QStringLiteral("early-61") << -61;
}

void TestReach::theClockIsCompared()
{
    QFETCH(QString, host);
    QFETCH(int, skew);
    Hosts hosts;
    const QList<Reached> reached = reach(hosts, m_clock, at({host, QStringLiteral("timeless"), QStringLiteral("gone")}), 5s, {});
    QCOMPARE(reached.at(0).skewSeconds.value_or(-1000), qint64(skew));
    QVERIFY(!reached.at(1).skewSeconds);
    QVERIFY(!reached.at(2).skewSeconds);
}

void TestReach::allAreAskedAtOnce()
{
    Hosts hosts;
    hosts.together = 3;
    const QStringList names{QStringLiteral("together1"), QStringLiteral("together2"), QStringLiteral("together3")};
    for (const Reached &each : reach(hosts, m_clock, at(names), 60s, {}))
        QVERIFY(!each.error);
}

void TestReach::aSilentOneCostsTheTimeLimitOnce()
{
    Hosts hosts;
    QElapsedTimer timer;
    timer.start();
    const QStringList names{QStringLiteral("silent1"), QStringLiteral("good"), QStringLiteral("silent2"), QStringLiteral("silent3")};
    const QList<Reached> reached = reach(hosts, m_clock, at(names), 300ms, {});
    QVERIFY(timer.elapsed() >= 300);
    QVERIFY2(timer.elapsed() < 10000, qPrintable(QString::number(timer.elapsed()))); // on a busy machine
    QVERIFY(!reached.at(1).error);
    for (const int silent : {0, 2, 3})
        QCOMPARE(reached.at(silent).error->args.value(1), QStringLiteral("no-answer"));
}

void TestReach::aStopEndsTheWaiting()
{
    Hosts hosts;
    std::stop_source stop;
    stop.request_stop();
    QElapsedTimer timer;
    timer.start();
    QVERIFY(reach(hosts, m_clock, at({QStringLiteral("silent")}), 60s, stop.get_token()).first().error);
    QVERIFY(timer.elapsed() < 30000);
}

void TestReach::onePlaceIsAskedOnce()
{
    Hosts hosts;
    const QList<Address> addresses{{QUrl(QStringLiteral("http://one:8000/a")), "pin"}, {QUrl(QStringLiteral("http://one:8000/b")), "pin"},
        {QUrl(QStringLiteral("http://one:8001/")), {}}};
    const QList<Reached> reached = reach(hosts, m_clock, addresses, 5s, {});
    QCOMPARE(reached.size(), 2);
    QCOMPARE(reached.at(0).host, QStringLiteral("one:8000"));
    QCOMPARE(hosts.seen.size(), 2);
    QVERIFY(hosts.pins.contains("pin"));
}

QTEST_GUILESS_MAIN(TestReach)
#include "tst_reach.moc"
