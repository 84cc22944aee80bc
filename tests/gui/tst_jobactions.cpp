#include "app/wizard/state/jobfiles.h"
#include "core/layout/planfile.h"
#include "tests/gui/watchtest.h"

#include <QApplication>
#include <QFile>
#include <QJsonArray>
#include <QSignalSpy>
#include <QWidget>

using namespace edgelift;
using wizard::JobWatch;
using State = JobWatch::State;
using Action = JobWatch::Action;

/// What a JobWatch does with its job.
class TestJobActions final : public test::WatchTest
{
    Q_OBJECT
private Q_SLOTS:
    void pausesAndResumes();
    void resumeDuringAPauseWaitsForItsEnd();
    void aPauseThatFailsResumesNothing();
    void whatIsUnderWayOutlivesTheWindow();
    void modifiesNowOrWhenItGoesOn();
    void theJobsPlanIsItsOwn();
    void aFailedRemovalIsNothingToGoOnWith();
    void aRetryKnowsTheErrorBefore();
    void savesDiagnostics();
};

void TestJobActions::pausesAndResumes()
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
    QTRY_COMPARE_WITH_TIMEOUT(m_agent->calls(QStringLiteral("resume")).size(), 1, soon);

    m_agent->answer(QStringLiteral("pause"), Error{ErrorCode::JobStateWrong, Retry::Never, {QStringLiteral("j-1")}, {}});
    QSignalSpy failed(m_watch.get(), &JobWatch::actionFailed);
    m_watch->pause();
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, soon);
    QVERIFY(m_watch->can(Action::Pause));
}

void TestJobActions::resumeDuringAPauseWaitsForItsEnd()
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

void TestJobActions::aPauseThatFailsResumesNothing()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    m_agent->answer(QStringLiteral("pause"), Error{ErrorCode::JobStateWrong, Retry::Never, {QStringLiteral("j-1")}, {}});
    m_watch->pause();
    m_watch->resume(); // asked for before the refusal came
    QTRY_VERIFY_WITH_TIMEOUT(!m_watch->isBusy(), soon);
    m_watch->resume(); // and after it
    m_agent->setJob(test::fakeJob(QStringLiteral("Stopped"), QStringLiteral("copy")));
    m_agent->end(QStringLiteral("stopped")); // by somebody else
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->can(Action::Resume), soon);
    QTest::qWait(100);
    QCOMPARE(m_agent->calls(QStringLiteral("resume")).size(), 0);
}

/// The program ends with its last window, but not between a pause and the resume that was promised with it.
void TestJobActions::whatIsUnderWayOutlivesTheWindow()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    m_watch->pause();
    m_watch->resume();
    QTRY_COMPARE_WITH_TIMEOUT(m_agent->calls(QStringLiteral("pause")).size(), 1, soon);
    QVERIFY(m_watch->isGoingOn());
    QTimer::singleShot(200, this, [this] {
        m_agent->setJob(test::fakeJob(QStringLiteral("Stopped"), QStringLiteral("copy")));
        m_agent->end(QStringLiteral("stopped"));
    });
    QTimer::singleShot(soon, qApp, &QCoreApplication::quit); // it would stay for ever
    QWidget window;
    window.show();
    QTimer::singleShot(50, &window, &QWidget::close);
    QElapsedTimer since;
    since.start();
    QApplication::exec(); // until the last window is closed and nobody wants it to stay
    QVERIFY2(since.elapsed() < soon, "it stayed although all was said");
    QCOMPARE(m_agent->calls(QStringLiteral("resume")).size(), 1);
}

void TestJobActions::modifiesNowOrWhenItGoesOn()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    QSignalSpy modified(m_watch.get(), &JobWatch::modified);
    m_watch->modify({50, 3, true, 9});
    QTRY_COMPARE_WITH_TIMEOUT(modified.size(), 1, soon);
    QCOMPARE(modified.first().first().toBool(), false);
    const QJsonObject sent = m_agent->calls(QStringLiteral("modify")).first();
    QCOMPARE(sent,
        (QJsonObject{{QStringLiteral("job"), QStringLiteral("j-1")}, {QStringLiteral("limitMbps"), 50}, {QStringLiteral("compression"), 3},
            {QStringLiteral("checksum"), true}, {QStringLiteral("freezeSeconds"), 9}}));

    m_agent->setJob(test::fakeJob(QStringLiteral("Stopped"), QStringLiteral("copy")));
    m_agent->end(QStringLiteral("stopped"));
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->can(Action::Resume), soon);
    m_watch->modify({20, {}, {}, {}});
    QTRY_COMPARE_WITH_TIMEOUT(modified.size(), 2, soon);
    QCOMPARE(modified.last().first().toBool(), true);
    QCOMPARE(m_agent->calls(QStringLiteral("modify")).size(), 2); // the agent keeps it: this window may be closed by then
    QCOMPARE(m_agent->calls(QStringLiteral("modify")).last(),
        (QJsonObject{{QStringLiteral("job"), QStringLiteral("j-1")}, {QStringLiteral("limitMbps"), 20}}));
}

void TestJobActions::theJobsPlanIsItsOwn()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    Plan plan;
    plan.transfer.limitMbps = 77;
    m_agent->answer(QStringLiteral("plan.show"), QJsonObject{{QStringLiteral("plan"), toJson(plan)}});
    std::optional<Result<Plan>> told;
    m_watch->askPlan(this, [&](const Result<Plan> &result) { told = result; });
    QTRY_VERIFY_WITH_TIMEOUT(told.has_value(), soon);
    QCOMPARE(**told, plan);
    told.reset();
    m_agent->answer(QStringLiteral("plan.show"), QJsonObject{{QStringLiteral("plan"), QJsonObject{{QStringLiteral("version"), 99}}}});
    m_watch->askPlan(this, [&](const Result<Plan> &result) { told = result; });
    QTRY_VERIFY_WITH_TIMEOUT(told.has_value(), soon);
    QCOMPARE(told->error().code, ErrorCode::PlanVersion);
}

void TestJobActions::aFailedRemovalIsNothingToGoOnWith()
{
    QJsonObject job = test::fakeJob(QStringLiteral("InError"), QStringLiteral("cleanup"));
    job.insert(QStringLiteral("cancelling"), true);
    m_agent->setJob(job);
    m_watch->follow(QStringLiteral("j-1"));
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->isCancelFailed(), soon);
    QVERIFY(!m_watch->can(Action::Retry));
    QVERIFY(!m_watch->can(Action::Modify));
    QVERIFY(m_watch->can(Action::Cancel));
    job.insert(QStringLiteral("state"), QStringLiteral("Stopped")); // stopped in the middle of it, by edgeliftctl
    m_agent->setJob(job);
    m_watch->follow(QStringLiteral("j-1"));
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), State::Paused, soon);
    QVERIFY(!m_watch->can(Action::Resume));
    QVERIFY(m_watch->can(Action::Cancel));
}

void TestJobActions::aRetryKnowsTheErrorBefore()
{
    const Error lost{ErrorCode::LinkLost, Retry::AfterWait, {QStringLiteral("192.0.2.1")}, {}};
    const auto fail = [this](const Error &error) {
        QJsonObject job = test::fakeJob(QStringLiteral("InError"), QStringLiteral("copy"));
        job.insert(QStringLiteral("error"), rpc::toJson(error));
        m_agent->setJob(job);
    };
    fail(lost);
    m_watch->follow(QStringLiteral("j-1"));
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->error().has_value(), soon);
    QVERIFY(!m_watch->retriedAt().isValid());
    m_agent->setJob(test::fakeJob(QStringLiteral("Running"), QStringLiteral("copy")));
    m_watch->retry();
    QTRY_COMPARE_WITH_TIMEOUT(m_watch->state(), State::Synchronizing, soon);
    QVERIFY(!m_watch->isSameErrorAgain()); // there is none now
    fail(lost);
    m_agent->end(QStringLiteral("failed"));
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->error().has_value(), soon);
    QVERIFY(m_watch->retriedAt().isValid());
    QVERIFY(m_watch->isSameErrorAgain());
}

void TestJobActions::savesDiagnostics()
{
    followJob(QStringLiteral("Running"), QStringLiteral("copy"));
    const QByteArray zip = QByteArray("PK").append(QByteArray(5000, 'x'));
    m_agent->answer(QStringLiteral("diagnostics.list"),
        QJsonObject{{QStringLiteral("entries"),
            QJsonArray{QJsonObject{{QStringLiteral("name"), QStringLiteral("agent.log")}, {QStringLiteral("bytes"), 5002}}}}});
    m_agent->answer(QStringLiteral("diagnostics"), QJsonObject{{QStringLiteral("path"), QStringLiteral("/state/d.zip")}});
    m_agent->answer(QStringLiteral("diagnostics.read"), [zip](const QJsonObject &params) -> Result<QJsonObject> {
        const QByteArray part = zip.mid(params.value(QStringLiteral("offset")).toInteger(), 2000);
        return QJsonObject{{QStringLiteral("data"), QString::fromLatin1(part.toBase64())}, {QStringLiteral("bytes"), zip.size()}};
    });
    QList<wizard::DiagnosticsEntry> entries;
    wizard::jobfiles::listDiagnostics(*m_link, this, [&](const auto &list) { entries = list ? *list : entries; });
    QTRY_COMPARE_WITH_TIMEOUT(entries.size(), 1, soon);
    QCOMPARE(entries.first().name, QStringLiteral("agent.log"));
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("saved.zip"));
    std::optional<Result<>> done;
    wizard::jobfiles::saveDiagnostics(*m_link, path, this, [&](const Result<> &result) { done = result; });
    QTRY_VERIFY_WITH_TIMEOUT(done.has_value(), soon);
    QVERIFY(*done);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), zip);

    done.reset();
    wizard::jobfiles::saveDiagnostics(
        *m_link, folder.filePath(QStringLiteral("no/such/place.zip")), this, [&](const Result<> &result) { done = result; });
    QTRY_VERIFY_WITH_TIMEOUT(done.has_value(), soon);
    QVERIFY(!*done);
    QCOMPARE(done->error().code, ErrorCode::FileUnwritable);

    m_agent->answer(QStringLiteral("diagnostics.read"), // an agent that loses the file in the middle of it
        QJsonObject{{QStringLiteral("data"), QString()}, {QStringLiteral("bytes"), 5002}});
    done.reset();
    const QString torn = folder.filePath(QStringLiteral("torn.zip"));
    wizard::jobfiles::saveDiagnostics(*m_link, torn, this, [&](const Result<> &result) { done = result; });
    QTRY_VERIFY_WITH_TIMEOUT(done.has_value(), soon);
    QCOMPARE(done->error().code, ErrorCode::FileUnreadable);
    QVERIFY(!QFile::exists(torn));
}

QTEST_MAIN(TestJobActions)
#include "tst_jobactions.moc"
