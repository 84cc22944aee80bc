#include "app/wizard/models/checksmodel.h"
#include "app/wizard/pages/checkspage.h"
#include "app/wizard/pages/preparepage.h"
#include "app/wizard/state/session.h"
#include "core/layout/defaultplan.h"
#include "tests/gui/liveagent.h"
#include "tests/gui/pagechecks.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QTest>

using namespace edgelift;
using namespace edgelift::wizard;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

ServerFacts runningServer()
{
    ServerFacts facts = test::FakeSource::readyServer();
    facts.os.selinux = key("enforcing");
    facts.live.emplace();
    facts.live->bootId = key("b-1");
    facts.live->uses = {{UseFacts::Kind::Mount, key("/"), key("ext4"), key("8:3"), key("sys/p3"), {key("sys")}, {}, false}};
    facts.live->nics = {{key("eth0"), key("52:54:00:00:00:01"), key("virtio_net"), 1500, true, {key("192.0.2.2/24")}}};
    return facts;
}

}

class TestLiveSession final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void checksDoNotStopAtTheMachineBeingAlive();
    void whatCannotBeFollowedIsAProblemInWords();
    void whatCanBeFixedIsFixedOnTheChecks();
    void aFixThatLeadsNowhereIsNotOffered();
    void aFixThatFailsIsToldAndTriedAgain();
    void theQuestionsAreAskedAndAnswered();
    void thePlanIsAccepted();

private:
    void begin(const ServerFacts &facts)
    {
        m_session.reset();
        m_link.reset();
        m_agent = std::make_unique<test::LiveAgent>(facts);
        m_link = std::make_unique<AgentLink>();
        m_link->open(m_agent->path());
        QTRY_VERIFY(m_link->isOpen());
        m_session = std::make_unique<Session>(*m_link);
    }
    void inspect()
    {
        m_session->inspect();
        QTRY_COMPARE(m_session->inspection(), Session::Asked::Answered);
        QTRY_COMPARE(m_session->checking(), Session::Asked::Answered);
    }
    std::unique_ptr<test::LiveAgent> m_agent;
    std::unique_ptr<AgentLink> m_link;
    std::unique_ptr<Session> m_session;
};

void TestLiveSession::checksDoNotStopAtTheMachineBeingAlive()
{
    begin(runningServer());
    ChecksPage page(*m_session);
    page.resize(1000, 600);
    page.show();
    page.enter();
    QTRY_VERIFY(page.toDo().isEmpty());
    QTRY_COMPARE(m_session->inspection(), Session::Asked::Answered);
    QCOMPARE(m_session->facts(), runningServer());
    QCOMPARE(m_session->plan().disks, defaultPlan(runningServer()).disks);
    QCOMPARE(m_session->prompts().size(), 3);
    ChecksModel model(*m_session);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.count(Check::Severity::Blocker), 0);
    QCOMPARE(test::namelessControls(page), QStringList());
    page.grab().save(qEnvironmentVariable("EDGELIFT_SHOTS", key("/nonexistent")) + key("/live-checks.png"));
}

void TestLiveSession::whatCannotBeFollowedIsAProblemInWords()
{
    ServerFacts facts = runningServer();
    facts.live->obstacles = {{ObstacleFacts::Kind::Drbd, key("/srv/a\nb"), key("drbd0")}};
    begin(facts);
    ChecksModel model(*m_session);
    inspect();
    QTRY_COMPARE(model.count(Check::Severity::Blocker), 1);
    QVERIFY2(model.blocker().contains(key("DRBD")), qPrintable(model.blocker()));
    QVERIFY(model.blocker().contains(key("stop DRBD")));
}

/// A page of checks over a machine without rsync, which has a package manager.
struct ChecksOfAMachine
{
    ChecksOfAMachine(Session &session, test::LiveAgent &agent)
        : page(session)
    {
        agent.addProgram("apt-get");
        QObject::connect(&page, &Page::message, &page, [this](const Message &message) { told = message; });
        QObject::connect(&page, &Page::messageGone, &page, [this] { told.reset(); });
        page.resize(1000, 600);
        page.show();
        page.enter();
    }
    QPushButton *button(const char *name) const
    {
        const QList<QPushButton *> all = page.findChildren<QPushButton *>(key(name));
        const auto seen = std::find_if(all.begin(), all.end(), [](const QPushButton *each) { return each->isVisible(); });
        return seen == all.end() ? nullptr : *seen;
    }
    ChecksPage page;
    std::optional<Message> told;
};

void TestLiveSession::whatCanBeFixedIsFixedOnTheChecks()
{
    ServerFacts facts = runningServer();
    facts.os.rsync = false;
    begin(facts);
    const ChecksOfAMachine checks(*m_session, *m_agent);
    QTRY_VERIFY(checks.button("fix-rsync") && checks.button("fix-rsync")->isEnabled()); // once the server is read as well
    checks.button("fix-rsync")->setFocus();
    QTest::keyClick(checks.button("fix-rsync"), Qt::Key_Space);
    const auto *question = checks.page.findChild<QLabel *>(key("fixQuestion"));
    QTRY_VERIFY(question->isVisible());
    QVERIFY2(question->text().contains(key("apt-get -y install rsync")), qPrintable(question->text()));
    QVERIFY(m_agent->ran.isEmpty()); // told first
    QTest::mouseClick(checks.button("fixKeep"), Qt::LeftButton);
    QTRY_VERIFY(!question->isVisible());
    QVERIFY(m_agent->ran.isEmpty());
    QTest::mouseClick(checks.button("fix-rsync"), Qt::LeftButton);
    QTRY_VERIFY(checks.button("fixConfirm"));
    QTest::mouseClick(checks.button("fixConfirm"), Qt::LeftButton);
    QTRY_VERIFY(!checks.button("fix-rsync")); // it is looked at again, and rsync is there
    QCOMPARE(m_agent->ran, QStringList{key("/usr/bin/apt-get -y install rsync")});
    QVERIFY(!checks.told);
    QTRY_VERIFY(checks.button("fix-snapshot-driver")); // once it has been looked at
    QCOMPARE(test::namelessControls(checks.page), QStringList());
}

void TestLiveSession::aFixThatLeadsNowhereIsNotOffered()
{
    ServerFacts facts = runningServer();
    facts.os.rsync = false; // and this machine has no package manager
    begin(facts);
    ChecksPage page(*m_session);
    page.show();
    page.enter();
    QTRY_VERIFY(page.findChild<QPushButton *>(key("fix-snapshot-driver")));
    QVERIFY(!page.findChild<QPushButton *>(key("fix-rsync")));
}

void TestLiveSession::aFixThatFailsIsToldAndTriedAgain()
{
    ServerFacts facts = runningServer();
    facts.os.rsync = false;
    begin(facts);
    m_agent->engine.trackingProblem = Error{ErrorCode::TrackerUnavailable, Retry::AfterUserAction, {}, {}};
    m_agent->isOffline = true;
    const ChecksOfAMachine checks(*m_session, *m_agent);
    for (const char *fix : {"snapshot-driver", "rsync"}) {
        const QByteArray name = QByteArray("fix-") + fix;
        QTRY_VERIFY(checks.button(name) && checks.button(name)->isEnabled());
        QTest::mouseClick(checks.button(name), Qt::LeftButton);
        QTRY_VERIFY(checks.button("fixConfirm"));
        QTest::mouseClick(checks.button("fixConfirm"), Qt::LeftButton);
        QTRY_VERIFY(checks.told && checks.told->error);
        m_agent->engine.trackingProblem.reset();
        m_agent->isOffline = false;
        checks.told->actions.first().run();
        QTRY_VERIFY(!checks.button(name));
        QVERIFY(!checks.told);
        m_agent->isOffline = true;
    }
    QVERIFY(!m_session->prompts().first().needed); // the driver is not asked about again
}

void TestLiveSession::theQuestionsAreAskedAndAnswered()
{
    begin(runningServer());
    inspect();
    Credential credential;
    credential.method = Credential::Method::AccessKey;
    credential.keyId = key("LTAI");
    credential.keySecret = Secret("verysecret");
    credential.endpoint = key("http://127.0.0.1:1");
    m_session->setCredential(credential);
    PreparePage page(*m_session);
    page.resize(900, 700);
    page.show();
    page.enter();
    QTRY_COMPARE(page.findChildren<QRadioButton *>().size(), 7); // driver, rsync and SELinux have answers to choose from
    QVERIFY(page.findChild<QRadioButton *>(key("snapshot-driver-yes"))->isChecked());
    QVERIFY(page.findChild<QRadioButton *>(key("selinux-leave"))->isChecked());
    QVERIFY(page.findChild<QRadioButton *>(key("rsync-no"))->isChecked()); // this machine has no package manager
    QVERIFY(page.toDo().isEmpty());
    QCOMPARE(test::namelessControls(page), QStringList());
    page.next();
    QTRY_COMPARE(m_session->import(), Session::Asked::Answered);
    QTRY_COMPARE(m_session->sourceId(), key("s-keys"));
    QVERIFY(m_agent->ran.isEmpty()); // SELinux stays as it is
    QString shown;
    for (const QLabel *label : page.findChildren<QLabel *>())
        shown += label->isVisible() ? label->text() : QString();
    QVERIFY2(shown.contains(key("Import Source Server [")), qPrintable(shown));
    page.grab().save(qEnvironmentVariable("EDGELIFT_SHOTS", key("/nonexistent")) + key("/live-prepare.png"));
}

void TestLiveSession::thePlanIsAccepted()
{
    begin(runningServer());
    inspect();
    m_session->validate();
    QTRY_COMPARE(m_session->validation(), Session::Asked::Answered);
}

QTEST_MAIN(TestLiveSession)
#include "tst_livesession.moc"
