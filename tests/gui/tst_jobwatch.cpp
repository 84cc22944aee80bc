#include "app/wizard/state/jobwatch.h"
#include "tests/gui/fakeagent.h"

#include <QFile>
#include <QJsonArray>
#include <QSignalSpy>
#include <QtTest>

using namespace edgelift;
using wizard::JobWatch;
using State = JobWatch::State;
using Action = JobWatch::Action;

namespace {

constexpr int soon = 30000; ///< ms, on a busy machine

QJsonObject phaseEvent(const QString &phase)
{
    return {{QStringLiteral("event"), QStringLiteral("phase")}, {QStringLiteral("phase"), phase}};
}

}

/// A JobWatch in front of an agent that does what the test says.
class TestJobWatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void attachesToTheNewestJobOrSaysThereIsNone();
    void statesAndActions_data();
    void statesAndActions();
    void tellsProgressOnceASecond();
    void noticesStallsAndSlowness();
    void pausesAndResumes();
    void resumeDuringAPauseWaitsForItsEnd();
    void modifiesNowOrWhenItGoesOn();
    void failureKeepsItsEvidence();
    void survivesAnAgentThatComesBack();
    void savesDiagnostics();

private:
    void followJob(const QString &state, const QString &phase);

    std::unique_ptr<test::FakeAgent> m_agent;
    std::unique_ptr<AgentLink> m_link;
    std::unique_ptr<JobWatch> m_watch;
    qint64 m_now = 0;
};

void TestJobWatch::init()
{
    m_agent = std::make_unique<test::FakeAgent>();
    m_link = std::make_unique<AgentLink>();
    m_watch = std::make_unique<JobWatch>(*m_link);
    m_now = 0;
    m_watch->setClock([this] { return m_now; });
    m_link->open(m_agent->path());
    QTRY_VERIFY_WITH_TIMEOUT(m_link->isOpen(), soon);
}

void TestJobWatch::cleanup()
{
    m_watch.reset();
    m_link.reset();
    m_agent.reset();
}

void TestJobWatch::followJob(const QString &state, const QString &phase)
{
    m_agent->setJob(test::fakeJob(state, phase));
    m_watch->follow(QStringLiteral("j-1"));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->job().state, state, soon);
    QTRY_COMPARE_WITH_TIMEOUT(m_agent->calls(QStringLiteral("subscribe")).size(), 1, soon);
}

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
    QCOMPARE(m_watch->share(), 0.1);
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

void TestJobWatch::pausesAndResumes()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    m_watch->pause();
    QVERIFY(!m_watch->can(Action::Pause)); // not twice
    QTRY_COMPARE_WITH_TIMEOUT(m_agent->calls(QStringLiteral("pause")).size(), 1, soon);
    m_agent->setJob(test::fakeJob(QStringLiteral("Stopped"), QStringLiteral("copy")));
    m_agent->end(QStringLiteral("stopped"));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), State::Paused, soon);
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->can(Action::Resume), soon);
    m_agent->setJob(test::fakeJob(QStringLiteral("Running"), QStringLiteral("copy")));
    m_watch->resume();
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), State::Synchronizing, soon);
    QCOMPARE(m_agent->calls(QStringLiteral("resume")).size(), 1);

    m_agent->answer(QStringLiteral("pause"), Error{ErrorCode::JobStateWrong, Retry::Never, {QStringLiteral("j-1")}, {}});
    QSignalSpy failed(m_watch.get(), &JobWatch::actionFailed);
    m_watch->pause();
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, soon);
    QVERIFY(m_watch->can(Action::Pause));
}

void TestJobWatch::resumeDuringAPauseWaitsForItsEnd()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    m_watch->pause();
    m_watch->resume();
    QTRY_COMPARE_WITH_TIMEOUT(m_agent->calls(QStringLiteral("pause")).size(), 1, soon);
    QCOMPARE(m_agent->calls(QStringLiteral("resume")).size(), 0);
    m_agent->setJob(test::fakeJob(QStringLiteral("Stopped"), QStringLiteral("copy")));
    m_agent->end(QStringLiteral("stopped"));
    QTRY_COMPARE_WITH_TIMEOUT(m_agent->calls(QStringLiteral("resume")).size(), 1, soon);
}

void TestJobWatch::modifiesNowOrWhenItGoesOn()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    QSignalSpy modified(m_watch.get(), &JobWatch::modified);
    m_watch->modify({50, 3, true});
    QTRY_COMPARE_WITH_TIMEOUT(modified.size(), 1, soon);
    QCOMPARE(modified.first().first().toBool(), false);
    const QJsonObject sent = m_agent->calls(QStringLiteral("modify")).first();
    QCOMPARE(sent,
        (QJsonObject{{QStringLiteral("job"), QStringLiteral("j-1")}, {QStringLiteral("limitMbps"), 50}, {QStringLiteral("compression"), 3},
            {QStringLiteral("checksum"), true}}));

    m_agent->setJob(test::fakeJob(QStringLiteral("Stopped"), QStringLiteral("copy")));
    m_agent->end(QStringLiteral("stopped"));
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->can(Action::Resume), soon);
    m_watch->modify({20, {}, {}});
    QCOMPARE(modified.last().first().toBool(), true);
    QCOMPARE(m_agent->calls(QStringLiteral("modify")).size(), 1);
    m_agent->setJob(test::fakeJob(QStringLiteral("Running"), QStringLiteral("copy")));
    m_watch->resume();
    QTRY_COMPARE_WITH_TIMEOUT(m_agent->calls(QStringLiteral("modify")).size(), 2, soon);
    QCOMPARE(m_agent->calls(QStringLiteral("modify")).last().value(QStringLiteral("limitMbps")).toInt(), 20);
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
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->log().size(), 1, soon);
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
    for (const JobWatch::LogLine &line : m_watch->log())
        QVERIFY(!line.text().isEmpty());
}

void TestJobWatch::savesDiagnostics()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    const QByteArray zip = QByteArray("PK").append(QByteArray(5000, 'x'));
    m_agent->answer(QStringLiteral("diagnostics.list"),
        QJsonObject{{QStringLiteral("entries"),
            QJsonArray{QJsonObject{{QStringLiteral("name"), QStringLiteral("agent.log")}, {QStringLiteral("bytes"), 5002}}}}});
    m_agent->answer(QStringLiteral("diagnostics"), QJsonObject{{QStringLiteral("path"), QStringLiteral("/state/d.zip")}});
    m_agent->answer(QStringLiteral("diagnostics.read"), [zip](const QJsonObject &params) -> Result<QJsonObject> {
        const QByteArray part = zip.mid(params.value(QStringLiteral("offset")).toInteger(), 2000);
        return QJsonObject{{QStringLiteral("data"), QString::fromLatin1(part.toBase64())}, {QStringLiteral("size"), zip.size()}};
    });
    QList<JobWatch::DiagnosticsEntry> entries;
    m_watch->listDiagnostics(this, [&](const auto &list) { entries = list ? *list : entries; });
    QTRY_COMPARE_WITH_TIMEOUT(entries.size(), 1, soon);
    QCOMPARE(entries.first().name, QStringLiteral("agent.log"));
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("saved.zip"));
    std::optional<Result<>> done;
    m_watch->saveDiagnostics(path, this, [&](const Result<> &result) { done = result; });
    QTRY_VERIFY_WITH_TIMEOUT(done.has_value(), soon);
    QVERIFY(*done);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), zip);

    done.reset();
    m_watch->saveDiagnostics(folder.filePath(QStringLiteral("no/such/place.zip")), this, [&](const Result<> &result) { done = result; });
    QTRY_VERIFY_WITH_TIMEOUT(done.has_value(), soon);
    QVERIFY(!*done);
    QCOMPARE(done->error().code, ErrorCode::FileUnwritable);
}

QTEST_MAIN(TestJobWatch)
#include "tst_jobwatch.moc"
