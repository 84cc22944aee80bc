#include "app/wizard/models/checksmodel.h"
#include "app/wizard/state/draft.h"
#include "app/wizard/state/session.h"
#include "core/agent/apijson.h"
#include "core/layout/defaultplan.h"
#include "core/layout/factsjson.h"
#include "core/layout/planfile.h"
#include "tests/gui/fakeagent.h"
#include "tests/unit/layout/samplefacts.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <future>

using namespace edgelift;
using namespace edgelift::wizard;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

QJsonObject reached(Check::Severity clock)
{
    const std::optional<Error> off =
        clock == Check::Severity::Ok ? std::nullopt : std::optional(Error{ErrorCode::ClockSkew, Retry::AfterUserAction, {key("900")}, {}});
    return {{key("checks"),
        apijson::array(QList<Check>{{key("readiness.clock"), clock, {key("900")}, {}, off},
            {key("readiness.address"), Check::Severity::Ok, {key("ens.aliyuncs.com")}, {}, {}}})}};
}

}

class TestSession final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_agent = std::make_unique<test::FakeAgent>();
        m_link = std::make_unique<AgentLink>();
        m_link->open(m_agent->path());
        QTRY_VERIFY(m_link->isOpen());
        m_session = std::make_unique<Session>(*m_link);
        m_agent->answer(key("inspect"), QJsonObject{{key("facts"), toJson(m_facts)}});
        m_agent->answer(key("check"),
            QJsonObject{{key("checks"),
                            QJsonArray{QJsonObject{{key("id"), key("readiness.architecture")}, {key("severity"), key("ok")},
                                           {key("args"), QJsonArray{key("x86_64")}}},
                                QJsonObject{{key("id"), key("readiness.fstab-device")}, {key("severity"), key("warning")},
                                    {key("args"), QJsonArray{key("/dev/sda\n1"), key("/srv")}}}}},
                {key("prompts"), QJsonArray()}});
        m_agent->answer(key("check.cloud"), reached(Check::Severity::Ok));
    }
    void cleanup()
    {
        m_session.reset();
        m_link.reset();
        m_agent.reset();
    }

    void inspectionGivesFactsAndAPlan()
    {
        QSignalSpy plans(m_session.get(), &Session::planChanged);
        m_session->inspect();
        QCOMPARE(m_session->inspection(), Session::Asked::Waiting);
        QTRY_COMPARE(m_session->inspection(), Session::Asked::Answered);
        QCOMPARE(m_session->facts(), m_facts);
        QCOMPARE(m_session->plan(), defaultPlan(m_facts));
        QCOMPARE(plans.count(), 1);
    }
    void aSecondInspectionKeepsWhatWasChosen()
    {
        m_session->inspect();
        QTRY_COMPARE(m_session->inspection(), Session::Asked::Answered);
        Plan plan = m_session->plan();
        plan.image.namePrefix = key("mine");
        m_session->setPlan(plan);
        m_session->inspect();
        QTRY_COMPARE(m_session->inspection(), Session::Asked::Answered);
        QCOMPARE(m_session->plan().image.namePrefix, key("mine"));
    }
    void checksAreShownWithTheirRemedyAndHarmless()
    {
        ChecksModel model(*m_session);
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        m_session->inspect();
        QTRY_COMPARE(model.rowCount(), 5); // and the clock, the addresses and the cloud account
        QCOMPARE(model.count(Check::Severity::Warning), 1);
        QVERIFY(model.blocker().isEmpty());
        const QString finding = model.index(0, ChecksModel::Finding).data().toString(); // worst first
        QVERIFY2(finding.contains(QStringLiteral("/dev/sda␤1")), qPrintable(finding));
        QVERIFY2(finding.contains(key("UUID=")), qPrintable(finding));
    }
    void aServerThatCannotBeReadIsAProblem()
    {
        m_agent->answer(key("check"), Error{ErrorCode::LiveSourceUnsupported, Retry::Never, {}, {}});
        m_agent->answer(key("inspect"), Error{ErrorCode::LiveSourceUnsupported, Retry::Never, {}, {}});
        ChecksModel model(*m_session);
        m_session->inspect();
        QTRY_COMPARE(m_session->inspection(), Session::Asked::Failed);
        QTRY_VERIFY(!model.blocker().isEmpty());
        QCOMPARE(int(m_session->inspectionError().code), int(ErrorCode::LiveSourceUnsupported));
    }
    void aSilentCloudHoldsUpNothing()
    {
        std::promise<void> end;
        m_agent->answer(key("check.cloud"), [ended = end.get_future().share()](const QJsonObject &) -> Result<QJsonObject> {
            ended.wait();
            return reached(Check::Severity::Blocker);
        });
        ChecksModel model(*m_session);
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        m_session->inspect();
        QTRY_COMPARE(m_session->inspection(), Session::Asked::Answered);
        QTRY_COMPARE(model.rowCount(), 4);
        QCOMPARE(m_session->reaching(), Session::Asked::Waiting);
        QVERIFY(model.blocker().isEmpty());
        const QPersistentModelIndex warning(model.index(0, ChecksModel::Finding));
        const QString finding = warning.data().toString();
        end.set_value();
        QTRY_COMPARE(model.rowCount(), 5);
        QVERIFY(warning.isValid()); // what was read, or had the focus, stays
        QCOMPARE(warning.data().toString(), finding);
        QVERIFY2(model.blocker().contains(key("timedatectl")), qPrintable(model.blocker()));
        QCOMPARE(model.index(0, 0).data(ChecksModel::SeverityRole).toInt(), int(Check::Severity::Blocker)); // worst first
    }
    void theAddressesFollowWhoPays()
    {
        Credential credential;
        credential.code = Secret("one");
        m_session->setCredential(credential);
        m_session->inspect();
        QTRY_COMPARE(m_session->reaching(), Session::Asked::Answered);
        const auto last = [this] { return m_agent->calls(key("check.cloud")).last(); };
        QCOMPARE(last().value(key("code")).toString(), key("one")); // it names the service
        m_agent->answer(key("cloud.options"), QJsonObject{{key("endpoint"), key("http://127.0.0.1:7")}});
        m_session->reachCloud();
        QTRY_COMPARE(m_agent->calls(key("check.cloud")).size(), 2); // asked again: the service said where the cloud is
        QCOMPARE(last().value(key("endpoint")).toString(), key("http://127.0.0.1:7"));
        QCOMPARE(last().value(key("code")).toString(), key("one"));
        m_agent->answer(key("cloud.options"), QJsonObject{{key("endpoint"), QString()}});
        m_session->reachCloud();
        QTRY_COMPARE(m_agent->calls(key("check.cloud")).size(), 3);
        QVERIFY(!last().contains(key("code"))); // Alibaba Cloud's own
        QTRY_COMPARE(m_session->reaching(), Session::Asked::Answered);
        credential.method = Credential::Method::AccessKey;
        credential.keySecret = Secret("secret");
        m_session->setCredential(credential);
        QCOMPARE(m_session->reaching(), Session::Asked::Not);
        m_session->reachAddresses();
        QTRY_COMPARE(m_agent->calls(key("check.cloud")).size(), 4);
        QVERIFY(!last().contains(key("accessKey")) && !last().contains(key("code")));
    }
    void onlyTheLastQuestionToTheCloudCounts()
    {
        m_agent->answer(key("cloud.options"), [](const QJsonObject &) -> Result<QJsonObject> {
            QThread::msleep(300);
            return QJsonObject{};
        });
        Credential credential;
        credential.code = Secret("one");
        m_session->setCredential(credential);
        m_session->reachCloud();
        credential.code = Secret("two");
        m_session->setCredential(credential); // what the first code reaches is no longer asked for
        QCOMPARE(m_session->cloud(), Session::Asked::Not);
        QTest::qWait(800);
        QCOMPARE(m_session->cloud(), Session::Asked::Not);
        m_session->reachCloud();
        QTRY_COMPARE(m_session->cloud(), Session::Asked::Answered);
        QCOMPARE(m_agent->calls(key("cloud.options")).last().value(key("code")).toString(), key("two"));
    }
    void anotherCodeForgetsTheImport()
    {
        Credential credential;
        credential.code = Secret("one");
        m_session->setCredential(credential);
        m_agent->answer(key("import"), QJsonObject{{key("sourceId"), key("s-one")}});
        m_session->importSource();
        QTRY_COMPARE(m_session->sourceId(), key("s-one"));
        QSignalSpy changes(m_session.get(), &Session::importChanged);
        m_session->setCredential(credential); // the page stores what it has, changed or not
        QCOMPARE(m_session->sourceId(), key("s-one"));
        QCOMPARE(changes.count(), 0);
        credential.code = Secret("two");
        m_session->setCredential(credential); // perhaps of another account
        QCOMPARE(m_session->sourceId(), QString());
        QCOMPARE(m_session->import(), Session::Asked::Not);
        QCOMPARE(changes.count(), 1);
        m_agent->answer(key("import"), [](const QJsonObject &params) -> Result<QJsonObject> {
            if (params.value(QStringLiteral("code")) == QStringLiteral("two"))
                QThread::msleep(300);
            return QJsonObject{{QStringLiteral("sourceId"), QLatin1String("s-") + params.value(QStringLiteral("code")).toString()}};
        });
        m_session->importSource();
        credential.code = Secret("three");
        m_session->setCredential(credential); // while the answer to the second is on its way
        m_session->importSource();
        QTRY_COMPARE(m_session->sourceId(), key("s-three"));
        QTest::qWait(600);
        QCOMPARE(m_session->sourceId(), key("s-three"));
    }
    void aRefusedPlanSaysWhy()
    {
        m_session->inspect();
        QTRY_COMPARE(m_session->inspection(), Session::Asked::Answered);
        m_agent->answer(key("plan.validate"),
            QJsonObject{{key("refused"), true},
                {key("error"), rpc::toJson({ErrorCode::LayoutChangeUnsupported, Retry::Never, {key("/srv")}, {}})}});
        m_session->validate();
        QTRY_COMPARE(m_session->validation(), Session::Asked::Failed);
        QCOMPARE(int(m_session->validationError().code), int(ErrorCode::LayoutChangeUnsupported));
        Plan plan = m_session->plan();
        plan.image.namePrefix = key("other");
        m_session->setPlan(plan);
        QCOMPARE(m_session->validation(), Session::Asked::Not); // that was about another plan
    }
    void startingTellsTheJobOrTheReason()
    {
        QSignalSpy started(m_session.get(), &Session::started);
        QSignalSpy failed(m_session.get(), &Session::startFailed);
        m_agent->answer(key("migrate"), QJsonObject{{key("job"), key("j-1")}});
        m_session->start();
        QTRY_COMPARE(started.count(), 1);
        QCOMPARE(started.first().first().toString(), key("j-1"));
        m_agent->answer(key("migrate"), Error{ErrorCode::JobRunning, Retry::AfterWait, {}, {}});
        m_session->start();
        QTRY_COMPARE(failed.count(), 1);
        QVERIFY(!m_session->isStarting());
    }

    void aDraftComesBackWithoutSecrets()
    {
        const QString path = m_folder->filePath(key("state/settings.json"));
        Draft draft;
        draft.page = key("disks");
        draft.plan = defaultPlan(m_facts);
        draft.method = Credential::Method::AccessKey;
        draft.sourceId = key("s-1");
        draft.decisions.insert(key("rsync"), key("yes"));
        draft.saved = QDateTime(QDate(2026, 11, 23), QTime(12, 0), Qt::UTC);
        QVERIFY(bool(saveDraft(path, draft)));
        QCOMPARE(QFile::permissions(path) & 0x0077, QFile::Permissions());
        const std::optional<Draft> back = loadDraft(path);
        QVERIFY(back);
        QCOMPARE(*back->plan, *draft.plan);
        QCOMPARE(back->page, draft.page);
        QCOMPARE(back->method, draft.method);
        QCOMPARE(back->decisions, draft.decisions);
        QCOMPARE(back->saved, draft.saved);
    }
    void aDamagedDraftIsNone()
    {
        const QString path = m_folder->filePath(key("settings.json"));
        QVERIFY(!loadDraft(path));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"version\": 1, \"plan\": {\"version\"");
        file.close();
        QVERIFY(!loadDraft(path));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"version\": 99}");
        file.close();
        QVERIFY(!loadDraft(path));
    }

private:
    const ServerFacts m_facts = test::twoDisks();
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<test::FakeAgent> m_agent;
    std::unique_ptr<AgentLink> m_link;
    std::unique_ptr<Session> m_session;
};

QTEST_MAIN(TestSession)
#include "tst_session.moc"
