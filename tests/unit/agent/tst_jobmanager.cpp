#include "core/agent/jobmanager.h"
#include "fakeengine.h"

#include <QtTest>

using namespace edgelift;
using test::FakeOutlet;

namespace {

/// A manager over a fake engine. `hold` jobs run until they are released or stopped.
struct World
{
    test::FakeEngine engine;
    SourceHolder source{{QStringLiteral("/disk.img")}, test::openFake};
    JobManager jobs{engine, source};

    QString start()
    {
        const Result<QString> job = jobs.start(Plan(), *source.get(), Authorization());
        return job ? *job : QStringLiteral("error %1").arg(int(job.error().code));
    }
    QString startHeld()
    {
        engine.state.hold = true;
        return start();
    }
    std::shared_ptr<FakeOutlet> listenTo(const QString &job)
    {
        auto outlet = std::make_shared<FakeOutlet>();
        return jobs.subscribe(job, outlet) ? outlet : nullptr;
    }
    int runs(const QString &job)
    {
        const std::lock_guard lock(engine.state.mutex);
        return engine.state.jobs[job].runs;
    }
    JobState state(const QString &job) { return jobs.summary(job)->state; }
};

}

class TestJobManager : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tellsEverythingAndThenTheEnd();
    void aLateSubscriberMissesNothingThatMatters();
    void onlyOneJobRuns();
    void aPausedJobGoesOnWhereItWas();
    void aFailedJobCanBeRetried();
    void aFailedJobTakesAnotherLayout();
    void aFailureNobodyToldIsTold();
    void cancelStopsWhatRunsFirst();
    void cancelOfAStoppedJobNeedsNoSource();
    void modifyReachesTheRunningTransfer();
    void modifyReachesAJobThatRests_data();
    void modifyReachesAJobThatRests();
    void wrongStatesAreNamed();
    void anEmptyNameMeansTheNewestThatFits();
    void theEndOfTheAgentStopsTheJob();
    void aJobOfAnEarlierAgentKeepsNobodyWaiting();
    void aSubscriberThatWentIsForgotten();
    void whatAKilledAgentLeftGoesOnByItself_data();
    void whatAKilledAgentLeftGoesOnByItself();
    void aCopyOfTheServerDoesNotGoOn_data();
    void aCopyOfTheServerDoesNotGoOn();
    void anImageOnThisMachineIsBooted();
    void aTestBootMakesRoom();
};

void TestJobManager::tellsEverythingAndThenTheEnd()
{
    World world;
    const QString job = world.startHeld();
    const auto outlet = world.listenTo(job);
    world.engine.state.release();
    const QString told = outlet->untilEnded();
    QVERIFY2(told.startsWith(QLatin1String("phase progress")), qPrintable(told));
    QVERIFY2(told.endsWith(QLatin1String("finished ended:finished")), qPrintable(told));
    QCOMPARE(world.state(job), JobState::Finished);
}

void TestJobManager::aLateSubscriberMissesNothingThatMatters()
{
    World world;
    const QString job = world.startHeld();
    QTRY_COMPARE(world.runs(job), 1);
    const auto outlet = world.listenTo(job);
    QCOMPARE(outlet->now(), QStringLiteral("phase progress")); // of three progress events the last
    QCOMPARE(outlet->told().last().second.value(QStringLiteral("bytesDone")).toInt(), 3);
    QCOMPARE(world.jobs.progress().value(QStringLiteral("bytesDone")).toInt(), 3);
    world.engine.state.release();
    QCOMPARE(outlet->untilEnded(), QStringLiteral("phase progress finished ended:finished"));
    QCOMPARE(world.listenTo(job)->now(), QStringLiteral("phase finished ended:finished")); // after the end as well
    QVERIFY(world.jobs.progress().isEmpty());
}

void TestJobManager::onlyOneJobRuns()
{
    World world;
    const QString first = world.startHeld();
    QCOMPARE(world.start(), QStringLiteral("error %1").arg(int(ErrorCode::JobRunning)));
    QCOMPARE(world.jobs.resume(first).error().code, ErrorCode::JobRunning);
    const auto outlet = world.listenTo(first);
    world.engine.state.release();
    outlet->untilEnded();
    QCOMPARE(world.start(), QStringLiteral("j-2")); // and now there is room
}

void TestJobManager::aPausedJobGoesOnWhereItWas()
{
    World world;
    const QString job = world.startHeld();
    QTRY_COMPARE(world.runs(job), 1);
    const auto outlet = world.listenTo(job);
    QCOMPARE(*world.jobs.pause(job), job);
    QVERIFY(outlet->untilEnded().endsWith(QLatin1String("ended:stopped")));
    QCOMPARE(world.state(job), JobState::Stopped);
    world.engine.state.release();
    QCOMPARE(*world.jobs.resume({}), job);
    QTRY_COMPARE(world.state(job), JobState::Finished);
    QCOMPARE(world.runs(job), 2);
}

void TestJobManager::aFailedJobCanBeRetried()
{
    World world;
    world.engine.state.fail = Error{ErrorCode::LinkLost, Retry::AfterWait, {}, {}};
    const QString job = world.startHeld();
    const auto outlet = world.listenTo(job);
    world.engine.state.release();
    const QString told = outlet->untilEnded();
    QVERIFY2(told.endsWith(QLatin1String("error ended:failed")), qPrintable(told));
    QCOMPARE(told.count(QLatin1String("error")), 1);
    world.engine.state.fail.reset();
    QVERIFY(world.jobs.resume(job));
    QTRY_COMPARE(world.state(job), JobState::Finished);
}

void TestJobManager::aFailedJobTakesAnotherLayout()
{
    World world;
    world.engine.state.jobs[QStringLiteral("j-full")].state = JobState::InError;
    const QString job = QStringLiteral("j-full");
    Plan plan;
    plan.disks = {Plan::Disk{}};
    world.engine.state.layoutFails = Error{ErrorCode::PlanChangeRefused, Retry::AfterUserAction, {job, QStringLiteral("excludes")}, {}};
    QCOMPARE(world.jobs.resume(job, plan).error().code, ErrorCode::PlanChangeRefused);
    QCOMPARE(world.runs(job), 0);
    world.engine.state.layoutFails.reset();
    QCOMPARE(*world.jobs.resume(job, plan), job); // the refusal left room
    QTRY_COMPARE(world.state(job), JobState::Finished);
    QVERIFY(*world.jobs.plan(job) == plan);
}

void TestJobManager::aFailureNobodyToldIsTold()
{
    World world;
    world.engine.state.fail = Error{ErrorCode::NoSpace, Retry::AfterUserAction, {QStringLiteral("/var")}, {}};
    world.engine.state.tellsErrors = false;
    const QString job = world.startHeld();
    const auto outlet = world.listenTo(job);
    world.engine.state.release();
    QVERIFY(outlet->untilEnded().endsWith(QLatin1String("error ended:failed")));
    const QJsonObject error = outlet->told().at(outlet->told().size() - 2).second;
    QCOMPARE(error.value(QStringLiteral("code")).toString(), QStringLiteral("EL-0007"));
    QCOMPARE(error.value(QStringLiteral("job")).toString(), job);
}

void TestJobManager::cancelStopsWhatRunsFirst()
{
    World world;
    const QString job = world.startHeld();
    QTRY_COMPARE(world.runs(job), 1);
    const auto outlet = world.listenTo(job);
    QCOMPARE(*world.jobs.cancel({}), job);
    QVERIFY(outlet->untilEnded().endsWith(QLatin1String("phase ended:cancelled")));
    QCOMPARE(world.state(job), JobState::Cancelled);
    QCOMPARE(world.jobs.resume(job).error().code, ErrorCode::JobStateWrong);
}

void TestJobManager::cancelOfAStoppedJobNeedsNoSource()
{
    World world;
    world.engine.state.jobs[QStringLiteral("j-old")].state = JobState::InError;
    QCOMPARE(*world.jobs.cancel(QStringLiteral("j-old")), QStringLiteral("j-old"));
    QTRY_COMPARE(world.state(QStringLiteral("j-old")), JobState::Cancelled);
    QCOMPARE(world.engine.state.cleanUpsOpened, 1);
    QCOMPARE(world.runs(QStringLiteral("j-old")), 0);
}

void TestJobManager::modifyReachesTheRunningTransfer()
{
    World world;
    const QString job = world.startHeld();
    QVERIFY(world.jobs.modify(job, {std::nullopt, 3, true, 40, std::nullopt, true, QList<LimitWindow>{LimitWindow{}}}));
    const Plan::Transfer transfer = world.engine.state.transfer(job);
    QCOMPARE(transfer.compression, 3);
    QCOMPARE(transfer.checksum, true);
    QCOMPARE(transfer.diskMBps, 40);
    QCOMPARE(transfer.backOff, true);
    QCOMPARE(transfer.schedule.size(), 1);
    QCOMPARE(transfer.limitMbps, Plan::Transfer().limitMbps); // not named, not changed
    QCOMPARE(transfer.niceness, Plan::Transfer().niceness);
    QCOMPARE(transfer.freezeSeconds, Plan::Transfer().freezeSeconds);
}

void TestJobManager::modifyReachesAJobThatRests_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<bool>("possible");
    QTest::newRow("paused") << int(JobState::Stopped) << true;
    QTest::newRow("failed") << int(JobState::InError) << true;
    QTest::newRow("never run") << int(JobState::Ready) << true;
    QTest::newRow("of another process") << int(JobState::Running) << false;
    QTest::newRow("finished") << int(JobState::Finished) << false;
    QTest::newRow("cancelled") << int(JobState::Cancelled) << false;
}

void TestJobManager::modifyReachesAJobThatRests()
{
    QFETCH(int, state);
    QFETCH(bool, possible);
    World world;
    const QString job = QStringLiteral("j-old");
    world.engine.state.jobs[job].state = JobState(state);
    TuningChange first;
    first.limitMbps = 25;
    const Result<QString> done = world.jobs.modify(job, first);
    QCOMPARE(bool(done), possible);
    if (!possible) {
        QCOMPARE(done.error().code, ErrorCode::JobStateWrong);
        return;
    }
    TuningChange second;
    second.niceness = 9;
    QCOMPARE(*world.jobs.modify({}, second), job);
    QCOMPARE(world.engine.state.transfer(job).limitMbps, 25); // the second builds on the first
    QCOMPARE(world.engine.state.transfer(job).niceness, 9);
    QCOMPARE(world.runs(job), 0);
    world.engine.state.transferFails = Error{ErrorCode::NoSpace, Retry::AfterUserAction, {}, {}};
    QCOMPARE(world.jobs.modify(job, first).error().code, ErrorCode::NoSpace);
}

void TestJobManager::wrongStatesAreNamed()
{
    World world;
    const QString nowhere = QStringLiteral("j-nowhere");
    for (const Result<QString> &result :
        {world.jobs.pause(nowhere), world.jobs.resume(nowhere), world.jobs.cancel(nowhere), world.jobs.modify(nowhere, {})})
        QCOMPARE(result.error().code, ErrorCode::JobUnknown);
    QCOMPARE(world.jobs.resources(nowhere).error().code, ErrorCode::JobUnknown);
    world.engine.state.jobs[QStringLiteral("j-done")].state = JobState::Finished;
    const QString done = QStringLiteral("j-done");
    for (const Result<QString> &result :
        {world.jobs.pause(done), world.jobs.resume(done), world.jobs.cancel(done), world.jobs.modify(done, {})}) {
        QCOMPARE(result.error().code, ErrorCode::JobStateWrong);
        QCOMPARE(result.error().args, (QStringList{done, QStringLiteral("Finished")}));
    }
    QCOMPARE(*world.jobs.reportPath(done), QStringLiteral("/reports/j-done"));
}

void TestJobManager::anEmptyNameMeansTheNewestThatFits()
{
    World world;
    QCOMPARE(world.jobs.resume({}).error().code, ErrorCode::JobUnknown);
    const auto add = [&world](const char *id, JobState state, int age) {
        world.engine.state.jobs[QString::fromLatin1(id)].state = state;
        world.engine.state.jobs[QString::fromLatin1(id)].created = QDateTime::fromSecsSinceEpoch(5000 - age, Qt::UTC);
    };
    add("j-oldest", JobState::Stopped, 3);
    add("j-middle", JobState::InError, 2);
    add("j-newest", JobState::Finished, 1);
    QCOMPARE(*world.jobs.cancel({}), QStringLiteral("j-middle"));
    QCOMPARE(world.jobs.summary({})->id, QStringLiteral("j-newest"));
}

void TestJobManager::theEndOfTheAgentStopsTheJob()
{
    test::FakeEngine engine;
    engine.state.hold = true;
    SourceHolder source({QStringLiteral("/disk.img")}, test::openFake);
    const auto outlet = std::make_shared<FakeOutlet>();
    {
        JobManager jobs(engine, source);
        const QString job = *jobs.start(Plan(), *source.get(), Authorization());
        QVERIFY(jobs.subscribe(job, outlet));
        jobs.shutDown();
        QVERIFY2(outlet->now().endsWith(QLatin1String("ended:stopped")), qPrintable(outlet->now()));
        QVERIFY(!jobs.start(Plan(), *source.get(), Authorization()));
    }
    QCOMPARE(engine.state.jobs[QStringLiteral("j-1")].state, JobState::Stopped);
}

void TestJobManager::aJobOfAnEarlierAgentKeepsNobodyWaiting()
{
    World world;
    world.engine.state.jobs[QStringLiteral("j-old")].state = JobState::InError;
    QCOMPARE(world.listenTo(QStringLiteral("j-old"))->now(), QStringLiteral("ended:failed"));
}

void TestJobManager::aSubscriberThatWentIsForgotten()
{
    World world;
    const QString job = world.startHeld();
    auto gone = world.listenTo(job);
    const std::weak_ptr<FakeOutlet> weak = gone;
    gone.reset();
    QVERIFY(weak.expired());
    const auto stays = world.listenTo(job);
    world.engine.state.release();
    QVERIFY(stays->untilEnded().endsWith(QLatin1String("ended:finished")));
}

void TestJobManager::whatAKilledAgentLeftGoesOnByItself_data()
{
    QTest::addColumn<bool>("interrupted");
    QTest::addColumn<bool>("cancelling");
    QTest::newRow("killed while it copied") << true << false;
    QTest::newRow("killed while it cleaned up") << true << true;
    QTest::newRow("stopped by somebody") << false << false;
}

void TestJobManager::whatAKilledAgentLeftGoesOnByItself()
{
    QFETCH(bool, interrupted);
    QFETCH(bool, cancelling);
    World world;
    test::FakeState::Job &old = world.engine.state.jobs[QStringLiteral("j-old")];
    old.state = JobState::Stopped;
    old.interrupted = interrupted;
    old.cancelling = cancelling;
    const QList<JobWarning> found{warnings::thawedAtStart({QStringLiteral("/srv")})};
    const Result<QString> resumed = world.jobs.resumeInterrupted(found);
    QVERIFY(resumed);
    QCOMPARE(*resumed, interrupted ? QStringLiteral("j-old") : QString());
    if (interrupted)
        QVERIFY(world.listenTo(QStringLiteral("j-old"))->untilEnded().contains(QLatin1String("ended")));
    QCOMPARE(world.runs(QStringLiteral("j-old")), interrupted && !cancelling ? 1 : 0);
    QCOMPARE(world.engine.state.jobs[QStringLiteral("j-old")].cancels, cancelling ? 1 : 0);
    QCOMPARE(world.engine.state.jobs[QStringLiteral("j-old")].warned, interrupted && !cancelling ? found : QList<JobWarning>());
}

void TestJobManager::aCopyOfTheServerDoesNotGoOn_data()
{
    QTest::addColumn<QString>("begunOn");
    QTest::addColumn<QString>("here");
    QTest::addColumn<bool>("cancelling");
    QTest::addColumn<bool>("goesOn");
    QTest::newRow("the same machine") << QStringLiteral("a") << QStringLiteral("a") << false << true;
    QTest::newRow("its copy") << QStringLiteral("a") << QStringLiteral("b") << false << false;
    QTest::newRow("its copy, made during the clean-up") << QStringLiteral("a") << QStringLiteral("b") << true << false;
    QTest::newRow("hardware without an id") << QStringLiteral("a") << QString() << false << true;
    QTest::newRow("a job of an older agent") << QString() << QStringLiteral("b") << false << true;
}

void TestJobManager::aCopyOfTheServerDoesNotGoOn()
{
    QFETCH(QString, begunOn);
    QFETCH(QString, here);
    QFETCH(bool, cancelling);
    QFETCH(bool, goesOn);
    test::FakeEngine engine;
    SourceHolder source({}, [here](const QStringList &, const std::stop_token &) -> Result<std::unique_ptr<Source>> {
        ServerFacts facts = test::FakeSource::readyServer();
        facts.live.emplace().hardwareId = here;
        return std::unique_ptr<Source>(std::make_unique<test::FakeSource>(facts));
    });
    JobManager jobs(engine, source);
    test::FakeState::Job &old = engine.state.jobs[QStringLiteral("j-old")];
    old.state = JobState::Stopped;
    old.interrupted = true;
    old.cancelling = cancelling;
    old.hardwareId = begunOn;
    const Result<QString> resumed = jobs.resumeInterrupted();
    QCOMPARE(bool(resumed), goesOn);
    QVERIFY(goesOn || resumed.error().code == ErrorCode::SourceChanged);
    jobs.shutDown();
    QCOMPARE(engine.state.jobs[QStringLiteral("j-old")].runs + engine.state.jobs[QStringLiteral("j-old")].cancels, goesOn ? 1 : 0);
}

void TestJobManager::anImageOnThisMachineIsBooted()
{
    World elsewhere;
    JobManager jobs(elsewhere.engine, elsewhere.source, true);
    const auto run = [&](JobManager &manager) {
        elsewhere.engine.state.hold = true;
        const QString job = *manager.start(Plan(), *elsewhere.source.get(), Authorization());
        auto outlet = std::make_shared<FakeOutlet>();
        const bool listens = bool(manager.subscribe(job, outlet));
        elsewhere.engine.state.release();
        return listens ? outlet : nullptr;
    };
    QVERIFY(run(jobs)->untilEnded().endsWith(QLatin1String("finished ended:finished")));
    elsewhere.engine.state.image = QStringLiteral("/images/image.json");
    run(elsewhere.jobs)->untilEnded();
    const auto told = run(jobs);
    QTRY_VERIFY2(told->now().endsWith(QLatin1String("finished ended:finished bootCheck bootCheck")), qPrintable(told->now()));
    QCOMPARE(elsewhere.engine.state.boots, 1); // not by the manager that does not boot, not for the image that lies elsewhere
}

void TestJobManager::aTestBootMakesRoom()
{
    World world;
    JobManager jobs(world.engine, world.source, true);
    world.engine.state.image = QStringLiteral("/images/image.json");
    world.engine.state.heldBoots = 2;
    const auto boots = [&world] {
        const std::lock_guard lock(world.engine.state.mutex);
        return world.engine.state.boots;
    };
    const QString first = *jobs.start(Plan(), *world.source.get(), Authorization());
    QTRY_COMPARE(boots(), 1);
    const Result<QString> second = jobs.start(Plan(), *world.source.get(), Authorization()); // a migration is worth more
    QVERIFY(second);
    QTRY_COMPARE(boots(), 2);
    const Result<QJsonObject> asked = jobs.checkBoot(first, {});
    QVERIFY(asked); // and so is one that somebody waits for
    QCOMPARE(asked->value(QLatin1String("works")), true);
}

QTEST_GUILESS_MAIN(TestJobManager)
#include "tst_jobmanager.moc"
