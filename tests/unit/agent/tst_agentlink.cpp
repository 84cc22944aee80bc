#include "core/agent/agentlink.h"
#include "core/agent/agentserver.h"

#include <QJsonDocument>
#include <QLocalServer>
#include <QLocalSocket>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <atomic>
#include <thread>

using namespace edgelift;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

/// An agent whose answers the test decides.
struct Agent
{
    std::atomic<int> calls = 0;
    std::atomic<int> interface = rpc::interfaceVersion;
    std::shared_ptr<EventOutlet> outlet;
    std::unique_ptr<AgentServer> server;

    bool listen(const QString &path)
    {
        server = std::make_unique<AgentServer>(
            [this](const rpc::Request &request, const std::shared_ptr<EventOutlet> &to) { return answer(request, to); });
        return bool(server->listen(path));
    }
    Result<QJsonObject> answer(const rpc::Request &request, const std::shared_ptr<EventOutlet> &to)
    {
        ++calls;
        if (request.method == key("version") && interface != rpc::interfaceVersion)
            return Error{ErrorCode::AgentVersion, Retry::AfterUserAction, {}, {}};
        if (request.method == key("version"))
            return QJsonObject{{key("product"), key("test")}};
        if (request.method == key("slow"))
            QThread::msleep(600);
        if (request.method == key("wrong"))
            return Error{ErrorCode::JobUnknown, Retry::Never, {key("j-1")}, {}};
        if (request.method == key("subscribe"))
            to->notify(key("event"), {{key("event"), key("phase")}, {key("job"), request.params.value(key("job"))}});
        return QJsonObject{{key("method"), request.method}};
    }
};

/// What a server says when polkit has to permit it, one answer a connection; what it was asked.
class Doorkeeper : public QObject
{
public:
    QList<QByteArray> answers; ///< the last one stays
    QList<bool> interactive;

    bool listen(const QString &path)
    {
        connect(&m_server, &QLocalServer::newConnection, this, [this] {
            QLocalSocket *socket = m_server.nextPendingConnection();
            connect(socket, &QLocalSocket::readyRead, this, [this, socket] { hear(socket); });
        });
        return m_server.listen(path);
    }

private:
    void hear(QLocalSocket *socket)
    {
        while (socket->canReadLine()) {
            const QJsonObject request = QJsonDocument::fromJson(socket->readLine()).object();
            if (request.value(key("method")).toString() != key("version"))
                continue;
            interactive.append(request.value(key("params")).toObject().value(key("interactive")).toBool());
            socket->write(rpc::notificationLine(key(rpc::authorizing), {}));
            socket->write(answers.size() > 1 ? answers.takeFirst() : answers.first());
        }
    }
    QLocalServer m_server;
};

struct Answer
{
    std::optional<Result<QJsonObject>> got;
    AgentLink::Reply reply()
    {
        return [this](const Result<QJsonObject> &result) { got = result; };
    }
};

}

class TestAgentLink final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { QVERIFY(m_folder.isValid()); }

    void answersArriveAndErrorsKeepTheirCode()
    {
        Agent agent;
        QVERIFY(agent.listen(path()));
        AgentLink link;
        link.open(path());
        QTRY_VERIFY(link.isOpen());
        QCOMPARE(link.about().value(key("product")).toString(), key("test"));
        Answer good;
        Answer bad;
        link.call(key("good"), {}, this, good.reply());
        link.call(key("wrong"), {}, this, bad.reply());
        QTRY_VERIFY(good.got && bad.got);
        QCOMPARE((**good.got).value(key("method")).toString(), key("good"));
        QCOMPARE(int(bad.got->error().code), int(ErrorCode::JobUnknown));
        QCOMPARE(bad.got->error().args, QStringList{key("j-1")});
    }
    void aSlowCallHoldsUpNoOther()
    {
        Agent agent;
        QVERIFY(agent.listen(path()));
        AgentLink link;
        link.open(path());
        Answer slow;
        Answer quick;
        link.call(key("slow"), {}, this, slow.reply());
        link.call(key("quick"), {}, this, quick.reply());
        QTRY_VERIFY(quick.got);
        QVERIFY(!slow.got);
        QTRY_VERIFY(slow.got);
    }
    void aCallThatTakesTooLongEnds()
    {
        Agent agent;
        QVERIFY(agent.listen(path()));
        AgentLink link;
        link.open(path());
        Answer slow;
        link.call(key("slow"), {}, this, slow.reply(), std::chrono::milliseconds(50));
        QTRY_VERIFY(slow.got);
        QCOMPARE(int(slow.got->error().code), int(ErrorCode::AgentUnreachable));
    }
    void nobodyThereIsSaidAndTriedAgain()
    {
        AgentLink link;
        QSignalSpy opened(&link, &AgentLink::openChanged);
        link.open(path());
        QTRY_COMPARE(int(link.trouble().code), int(ErrorCode::AgentUnreachable));
        QVERIFY(!link.isOpen());
        Answer none;
        link.call(key("good"), {}, this, none.reply());
        QTRY_VERIFY(none.got);
        QCOMPARE(int(none.got->error().code), int(ErrorCode::AgentUnreachable));
        Agent agent;
        QVERIFY(agent.listen(path()));
        QTRY_VERIFY(link.isOpen());
        QCOMPARE(opened.count(), 1);
    }
    void theAgentsRestartIsSurvivedAndTheJobFollowedAgain()
    {
        auto agent = std::make_unique<Agent>();
        QVERIFY(agent->listen(path()));
        AgentLink link;
        QSignalSpy events(&link, &AgentLink::event);
        link.open(path());
        QTRY_VERIFY(link.isOpen());
        link.follow(key("j-7"));
        QTRY_COMPARE(events.count(), 1);
        QCOMPARE(events.first().first().toJsonObject().value(key("job")).toString(), key("j-7"));
        agent.reset();
        QTRY_VERIFY(!link.isOpen());
        agent = std::make_unique<Agent>();
        QVERIFY(agent->listen(path()));
        QTRY_VERIFY(link.isOpen());
        QTRY_COMPARE(events.count(), 2);
    }
    void anotherVersionIsNoReasonToHangUpSilently()
    {
        Agent agent;
        agent.interface = rpc::interfaceVersion + 1;
        QVERIFY(agent.listen(path()));
        AgentLink link;
        link.open(path());
        QTRY_COMPARE(int(link.trouble().code), int(ErrorCode::AgentVersion));
        QVERIFY(!link.isOpen());
        agent.interface = rpc::interfaceVersion; // it was brought up to date
        QTRY_VERIFY(link.isOpen());
    }
    void whoIsRefusedIsAskedAgainOnlyWhenHeWants()
    {
        const Error denied{ErrorCode::PermissionDenied, Retry::AfterUserAction, {path()}, {}};
        Doorkeeper doorkeeper;
        doorkeeper.answers = {rpc::errorLine(1, denied), rpc::errorLine(QJsonValue(), denied), rpc::resultLine(1, {})};
        QVERIFY(doorkeeper.listen(path()));
        AgentLink link;
        link.open(path());
        QTRY_COMPARE(int(link.trouble().code), int(ErrorCode::PermissionDenied));
        QSignalSpy troubles(&link, &AgentLink::troubleChanged);
        link.authorize();
        QTRY_COMPARE(troubles.count(), 1); // at the door already
        QCOMPARE(int(link.trouble().code), int(ErrorCode::PermissionDenied));
        QTest::qWait(1500);
        QCOMPARE(doorkeeper.interactive, (QList<bool>{true, true})); // no dialog each second
        link.authorize();
        QTRY_VERIFY(link.isOpen());
        QCOMPARE(doorkeeper.interactive, (QList<bool>{true, true, true}));
    }
    void aLinkMayGoInTheMiddleOfACall()
    {
        Agent agent;
        QVERIFY(agent.listen(path()));
        for (int i = 0; i < 20; ++i) {
            AgentLink link;
            link.open(path());
            QTRY_VERIFY(link.isOpen());
            int answers = 0;
            for (const char *method : {"slow", "good", "slow"})
                link.call(key(method), {}, this, [&answers](const Result<QJsonObject> &) { ++answers; });
            QTRY_VERIFY(answers > 0);
        }
    }
    void nobodyIsToldWhoIsGone()
    {
        Agent agent;
        QVERIFY(agent.listen(path()));
        AgentLink link;
        link.open(path());
        bool called = false;
        {
            QObject asker;
            link.call(key("slow"), {}, &asker, [&called](const Result<QJsonObject> &) { called = true; });
        }
        Answer later;
        link.call(key("slow"), {}, this, later.reply());
        QTRY_VERIFY(later.got);
        QTest::qWait(100);
        QVERIFY(!called);
    }

private:
    QString path() const { return m_folder.filePath(QStringLiteral("agent.sock")); }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestAgentLink)
#include "tst_agentlink.moc"
