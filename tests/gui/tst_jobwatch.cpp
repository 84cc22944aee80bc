#include "tests/gui/watchtest.h"

#include <QJsonArray>
#include <QSignalSpy>

using namespace edgelift;
using wizard::JobWatch;
using State = JobWatch::State;
using Action = JobWatch::Action;

namespace {

QJsonObject phaseEvent(const QString &phase)
{
    return {{QStringLiteral("event"), QStringLiteral("phase")}, {QStringLiteral("phase"), phase}};
}

}

/// What a JobWatch knows of its job, and since when.
class TestJobWatch final : public test::WatchTest
{
    Q_OBJECT
private Q_SLOTS:
    void attachesToTheNewestJobOrSaysThereIsNone();
    void statesAndActions_data();
    void statesAndActions();
    void tellsProgressOnceASecond();
    void noticesStallsAndSlowness();
    void speedsAreOfNow();
    void sharesAreOfTheirPhase();
    void failureKeepsItsEvidence();
    void survivesAnAgentThatComesBack();
};

void TestJobWatch::attachesToTheNewestJobOrSaysThereIsNone()
{
    QSignalSpy attached(m_watch.get(), &JobWatch::attached);
    m_watch->attach();
    QTRY_COMPARE_WITH_TIMEOUT(attached.size(), 1, soon);
    QCOMPARE(attached.first().first().toBool(), false);
    QCOMPARE(m_watch->state(), State::None);

    m_agent->setJob(test::fakeJob(QStringLiteral("Running"), QStringLiteral("copy")));
    State toldWith = State::None; // whoever hears of it decides by the state what to show
    connect(m_watch.get(), &JobWatch::attached, this, [&] { toldWith = m_watch->state(); });
    m_watch->attach();
    QTRY_COMPARE_WITH_TIMEOUT(attached.size(), 2, soon);
    QCOMPARE(attached.last().first().toBool(), true);
    QCOMPARE(toldWith, State::Synchronizing);
    QCOMPARE(m_watch->job().sourceName, QStringLiteral("web01"));
}

void TestJobWatch::statesAndActions_data()
{
    QTest::addColumn<QString>("jobState");
    QTest::addColumn<QString>("phase");
    QTest::addColumn<State>("state");
    QTest::addColumn<QList<Action>>("actions");
    const auto row = [](const char *name, const char *jobState, const char *phase, State state, const QList<Action> &actions) {
        QTest::newRow(name) << QString::fromLatin1(jobState) << QString::fromLatin1(phase) << state << actions;
    };
    row("waiting", "Running", "connect", State::Preparing, {Action::Cancel});
    row("transit", "Running", "transit", State::Preparing, {Action::Cancel});
    row("synchronizing", "Running", "copy", State::Synchronizing, {Action::Pause, Action::Modify, Action::Cancel});
    row("paused", "Stopped", "copy", State::Paused, {Action::Resume, Action::Modify, Action::Cancel});
    row("processing", "Running", "image", State::Processing, {Action::Cancel});
    row("error", "InError", "copy", State::Error, {Action::Modify, Action::Retry, Action::Cancel});
    row("completed", "Finished", "done", State::Completed, {});
    row("cancelled", "Cancelled", "cleanup", State::Cancelled, {});
}

void TestJobWatch::statesAndActions()
{
    QFETCH(QString, jobState);
    QFETCH(QString, phase);
    QFETCH(State, state);
    QFETCH(QList<Action>, actions);
    followJob(jobState, phase);
    QCOMPARE(m_watch->state(), state);
    for (const Action action : {Action::Pause, Action::Resume, Action::Modify, Action::Retry, Action::Cancel})
        QVERIFY2(m_watch->can(action) == actions.contains(action), QMetaEnum::fromType<Action>().valueToKey(int(action)));
    m_agent->stop();
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), State::Offline, soon);
    QCOMPARE(m_watch->lastState(), state);
    for (const Action action : {Action::Pause, Action::Resume, Action::Modify, Action::Retry, Action::Cancel})
        QVERIFY(!m_watch->can(action));
}

void TestJobWatch::tellsProgressOnceASecond()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    QSignalSpy progressed(m_watch.get(), &JobWatch::progressed);
    for (int i = 1; i <= 10; ++i)
        m_agent->tell(test::fakeProgress(i * 1000, 100000, i * 500, 1000));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->progress().bytesDone.count, 10000ULL, soon);
    QCOMPARE(progressed.size(), 1); // the clock stands
    QCOMPARE(m_watch->share(), std::optional<double>(0.1));
    QCOMPARE(m_watch->remainingSeconds(), std::optional<qint64>(90));
    m_now = 2000;
    m_agent->tell(test::fakeProgress(30000, 100000, 15000, 1000));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->progress().bytesDone.count, 30000ULL, soon);
    QVERIFY(progressed.size() >= 2);
    QCOMPARE(m_watch->averageSpeed(), 14500.0); // from 1000 to 30000 in two seconds
    QCOMPARE(m_watch->wireSpeed(), 7250.0);
}

void TestJobWatch::noticesStallsAndSlowness()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    m_agent->tell(test::fakeProgress(1000, 100000, 500, 10));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->progress().bytesDone.count, 1000ULL, soon);
    m_now = 59000;
    QCOMPARE(m_watch->stalledSeconds(), 0);
    m_now = 61000;
    QCOMPARE(m_watch->stalledSeconds(), 61);
    QVERIFY(!m_watch->isSlow());
    m_now = 301000;
    m_agent->tell(test::fakeProgress(2000, 100000, 900, 10));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->progress().bytesDone.count, 2000ULL, soon);
    QCOMPARE(m_watch->stalledSeconds(), 0);
    QVERIFY(m_watch->isSlow());
    QJsonObject limited = test::fakeProgress(3000, 100000, 1200, 10);
    limited[QStringLiteral("limits")] = QJsonObject{{QStringLiteral("limitMbps"), 1}};
    m_agent->tell(limited);
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->progress().limits.limitMbps, 1, soon);
    QVERIFY(!m_watch->isSlow()); // as asked for
}

void TestJobWatch::speedsAreOfNow()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    m_agent->tell(test::fakeProgress(1000, 100000, 500, 1000));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->progress().bytesDone.count, 1000ULL, soon);
    m_now = 2000;
    m_agent->tell(test::fakeProgress(3000, 100000, 1500, 1000));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->progress().bytesDone.count, 3000ULL, soon);
    QCOMPARE(m_watch->diskSpeed(), 1000.0);
    QCOMPARE(m_watch->wireSpeed(), 500.0);
    QVERIFY(m_watch->remainingSeconds());
    m_now = 12000; // ten seconds without a byte
    QCOMPARE(m_watch->diskSpeed(), 0.0);
    QCOMPARE(m_watch->wireSpeed(), 0.0);
    QVERIFY(!m_watch->remainingSeconds());
    m_now = 5000;
    m_agent->setJob(test::fakeJob(QStringLiteral("Stopped"), QStringLiteral("copy")));
    m_agent->end(QStringLiteral("stopped"));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), State::Paused, soon);
    QCOMPARE(m_watch->diskSpeed(), 0.0);
}

void TestJobWatch::sharesAreOfTheirPhase()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    m_agent->tell(test::fakeProgress(100000, 100000, 500, 0));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->share(), std::optional<double>(1), soon);
    m_agent->tell(phaseEvent(QStringLiteral("export")));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->phase(), QStringLiteral("export"), soon);
    QVERIFY(!m_watch->share()); // the copy's 100 % say nothing of it
    QJsonObject percent = test::fakeProgress(100000, 100000, 500, 0);
    percent.insert(QStringLiteral("phase"), QStringLiteral("export"));
    percent.insert(QStringLiteral("percent"), 40);
    m_agent->tell(percent);
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->share(), std::optional<double>(0.4), soon);
}

void TestJobWatch::failureKeepsItsEvidence()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    const QJsonObject kept{{QStringLiteral("kind"), QStringLiteral("instance")}, {QStringLiteral("id"), QStringLiteral("i-transit")},
        {QStringLiteral("pricePerDay"), 12.5}, {QStringLiteral("currency"), QStringLiteral("CNY")}};
    m_agent->answer(QStringLiteral("resources"),
        QJsonObject{{QStringLiteral("jobs"), QJsonArray{QJsonObject{{QStringLiteral("resources"), QJsonArray{kept}}}}}});
    m_agent->tell({{QStringLiteral("event"), QStringLiteral("error")}, {QStringLiteral("number"), 212},
        {QStringLiteral("code"), QStringLiteral("EL-0212")}, {QStringLiteral("phase"), QStringLiteral("copy")},
        {QStringLiteral("retry"), QStringLiteral("afterWait")}, {QStringLiteral("detail"), QStringLiteral("reset by peer")},
        {QStringLiteral("args"), QJsonArray{QStringLiteral("192.0.2.1")}}, {QStringLiteral("kept"), QJsonArray{kept}}});
    m_agent->setJob(test::fakeJob(QStringLiteral("InError"), QStringLiteral("copy")));
    m_agent->end(QStringLiteral("failed"));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), State::Error, soon);
    QVERIFY(m_watch->error().has_value());
    QCOMPARE(m_watch->error()->code, ErrorCode::LinkLost);
    QCOMPARE(m_watch->errorPhase(), QStringLiteral("copy"));
    QVERIFY(m_watch->errorTime().isValid());
    QCOMPARE(m_watch->resources().size(), 1);
    QCOMPARE(m_watch->resources().first().pricePerDay, std::optional<double>(12.5));
    QVERIFY(m_watch->can(Action::Retry));
    m_agent->setJob(test::fakeJob(QStringLiteral("Running"), QStringLiteral("copy")));
    m_watch->retry();
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), State::Synchronizing, soon);
    QVERIFY(!m_watch->error());
    QVERIFY(m_watch->resources().isEmpty());
}

void TestJobWatch::survivesAnAgentThatComesBack()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    m_agent->tell(phaseEvent(QStringLiteral("copy")));
    m_agent->tell(test::fakeProgress(1000, 100000, 500, 1000));
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->progressTime().isValid(), soon);
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->log().written(), 1LL, soon);
    m_agent->stop();
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->isStale(), soon);
    QCOMPARE(m_watch->progress().bytesDone.count, 1000ULL); // still known, of an earlier time
    m_now = 5000;
    QCOMPARE(m_watch->offlineSeconds(), 5);
    m_agent->setJob(test::fakeJob(QStringLiteral("Running"), QStringLiteral("image")));
    m_agent->start();
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), State::Processing, soon);
    QCOMPARE(m_watch->offlineSeconds(), 0);
    m_agent->tell(phaseEvent(QStringLiteral("export")));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->phase(), QStringLiteral("export"), soon);
    for (const wizard::LogLine &line : m_watch->log().lines())
        QVERIFY(!line.text().isEmpty());
}

QTEST_MAIN(TestJobWatch)
#include "tst_jobwatch.moc"
