#include "core/agent/agentclient.h"
#include "core/agent/agentserver.h"

#include <QFile>
#include <QJsonDocument>
#include <QLocalSocket>
#include <QTemporaryDir>
#include <QtTest>
#include <future>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace edgelift;
using namespace std::chrono_literals;

namespace {

/// A server on a thread of its own, as the agent has it. Methods: echo, fail, slow, later (notifies from another thread).
class Served
{
public:
    explicit Served(const QString &path, AgentServer::Admission admission = {})
        : m_thread([this, path, admission] { serve(path, admission); })
    {
        m_listening.get_future().wait();
    }
    ~Served()
    {
        QMetaObject::invokeMethod(m_loop, &QEventLoop::quit, Qt::QueuedConnection);
        m_thread.join();
    }
    std::atomic<int> slowNow = 0;
    std::atomic<int> slowMost = 0;
    std::atomic<bool> flooded = false;

private:
    Result<QJsonObject> answer(const rpc::Request &request, const std::shared_ptr<EventOutlet> &outlet)
    {
        if (request.method == QLatin1String("fail"))
            return Error{ErrorCode::JobUnknown, Retry::Never, {QStringLiteral("j-1")}, {}};
        if (request.method == QLatin1String("slow")) {
            slowMost = std::max(slowMost.load(), ++slowNow);
            std::this_thread::sleep_for(20ms);
            --slowNow;
        }
        if (request.method == QLatin1String("later")) {
            for (int i = 0; i < 100; ++i)
                outlet->notify(QStringLiteral("event"), {{QStringLiteral("n"), i}});
        }
        if (request.method == QLatin1String("flood")) {
            const QString text(1 << 20, QLatin1Char('x'));
            for (int i = 0; i < 40; ++i)
                outlet->notify(QStringLiteral("event"), {{QStringLiteral("text"), text}});
            flooded = true;
        }
        return request.params;
    }
    void serve(const QString &path, const AgentServer::Admission &admission)
    {
        QEventLoop loop;
        m_loop = &loop;
        AgentServer server(
            [this](const rpc::Request &request, const std::shared_ptr<EventOutlet> &outlet) { return answer(request, outlet); }, admission);
        const Result<> listening = server.listen(path);
        if (!listening)
            qWarning("%s", qPrintable(listening.error().detail));
        m_listening.set_value();
        loop.exec();
    }
    QEventLoop *m_loop = nullptr;
    std::promise<void> m_listening;
    std::thread m_thread;
};

/// What the server answers to these bytes until it closes or a second passes.
QByteArray answerTo(const QString &path, const QByteArray &bytes)
{
    QLocalSocket socket;
    socket.connectToServer(path);
    if (!socket.waitForConnected(5000))
        return "not connected";
    socket.write(bytes);
    socket.waitForBytesWritten(5000);
    QByteArray out;
    while (!out.contains('\n') && socket.waitForReadyRead(5000))
        out += socket.readAll();
    return out + socket.readAll();
}

QByteArray hello(int version) { return rpc::requestLine(1, QStringLiteral("version"), {{QStringLiteral("interface"), version}}); }

int errorNumber(const QByteArray &line)
{
    return QJsonDocument::fromJson(line.left(line.indexOf('\n')))
        .object()
        .value(QStringLiteral("error"))
        .toObject()
        .value(QStringLiteral("code"))
        .toInt();
}

}

class TestAgentSocket : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void asksAndIsAnswered();
    void errorsArriveWhole();
    void notificationsArriveInOrder();
    void aStrangerIsTurnedAway();
    void anotherUserIsTurnedAwayByTheKernelsWord();
    void theSocketIsPrivate();
    void versionsMustAgree();
    void nothingIsAnsweredBeforeTheVersion();
    void hostileBytesDoNotDisturbOthers();
    void aMessageOverTheLimitClosesTheConnection();
    void requestsOfOneClientAreAnsweredInOrder();
    void aClientThatDoesNotReadIsClosed();
    void aDeadAgentsSocketIsReplaced();
    void aLivingAgentsSocketIsNot();
    void nobodyListens();
    void anAgentThatDoesNotAnswerTimesOut();

private:
    QString path(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    QTemporaryDir m_folder;
};

void TestAgentSocket::asksAndIsAnswered()
{
    const Served served(path("a"));
    Result<std::unique_ptr<AgentClient>> client = AgentClient::connect(path("a"));
    QVERIFY(client);
    QCOMPARE((*client)->about().value(QStringLiteral("interface")).toInt(), rpc::interfaceVersion);
    const QJsonObject params{{QStringLiteral("text"), QString(1 << 20, QLatin1Char('x'))}}; // many reads and writes
    for (int i = 0; i < 3; ++i)
        QCOMPARE(*(*client)->call(QStringLiteral("echo"), params), params);
}

void TestAgentSocket::errorsArriveWhole()
{
    const Served served(path("b"));
    const auto client = AgentClient::connect(path("b"));
    const Result<QJsonObject> reply = (*client)->call(QStringLiteral("fail"));
    QCOMPARE(reply.error().code, ErrorCode::JobUnknown);
    QCOMPARE(reply.error().args, QStringList{QStringLiteral("j-1")});
}

void TestAgentSocket::notificationsArriveInOrder()
{
    const Served served(path("c"));
    const auto client = AgentClient::connect(path("c"));
    QVERIFY((*client)->call(QStringLiteral("later")));
    for (int i = 0; i < 100; ++i) {
        const auto next = (*client)->nextNotification(5s);
        QVERIFY(next && *next);
        QCOMPARE((*next)->params.value(QStringLiteral("n")).toInt(), i);
    }
    const auto none = (*client)->nextNotification(10ms);
    QVERIFY(none && !*none);
}

void TestAgentSocket::aStrangerIsTurnedAway()
{
    const Served served(path("d"), [](uid_t) { return false; });
    const auto client = AgentClient::connect(path("d"));
    QVERIFY(!client);
    QCOMPARE(client.error().code, ErrorCode::PermissionDenied);
}

void TestAgentSocket::anotherUserIsTurnedAwayByTheKernelsWord()
{
    QVERIFY2(::geteuid() == 0, "run as root: it becomes somebody else");
    const Served served(path("e"));
    QVERIFY(::chmod(QFile::encodeName(m_folder.path()).constData(), 0755) == 0); // as if somebody had opened the way
    QVERIFY(::chmod(QFile::encodeName(path("e")).constData(), 0666) == 0);
    QProcess stranger;
    stranger.start(QStringLiteral("setpriv"),
        {QStringLiteral("--reuid=65534"), QStringLiteral("--regid=65534"), QStringLiteral("--clear-groups"),
            QStringLiteral("/usr/bin/python3"), QStringLiteral("-c"),
            QStringLiteral("import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); print(s.recv(4096).decode())"),
            path("e")});
    QVERIFY(stranger.waitForFinished(30000));
    const QByteArray told = stranger.readAllStandardOutput();
    QVERIFY2(told.contains("PermissionDenied"), (told + stranger.readAllStandardError()).constData());
    QVERIFY(AgentClient::connect(path("e"))); // while we may
}

void TestAgentSocket::theSocketIsPrivate()
{
    const Served served(path("f"));
    struct stat info = {};
    QCOMPARE(::stat(QFile::encodeName(path("f")).constData(), &info), 0);
    QCOMPARE(info.st_mode & 077U, 0U);
}

void TestAgentSocket::versionsMustAgree()
{
    const Served served(path("g"));
    const QByteArray answer = answerTo(path("g"), hello(rpc::interfaceVersion + 1));
    QVERIFY2(answer.contains("AgentVersion"), answer.constData());
}

void TestAgentSocket::nothingIsAnsweredBeforeTheVersion()
{
    const Served served(path("h"));
    const QByteArray answer =
        answerTo(path("h"), rpc::requestLine(1, QStringLiteral("echo"), {{QStringLiteral("x"), QStringLiteral("secret")}}));
    QCOMPARE(errorNumber(answer), int(rpc::invalidRequest));
    QVERIFY(!answer.contains("secret"));
}

void TestAgentSocket::hostileBytesDoNotDisturbOthers()
{
    const Served served(path("i"));
    const auto client = AgentClient::connect(path("i"));
    QCOMPARE(errorNumber(answerTo(path("i"), "GET / HTTP/1.1\r\n\r\n")), int(rpc::parseError));
    QCOMPARE(errorNumber(answerTo(path("i"), "[]\n")), int(rpc::invalidRequest));
    QCOMPARE(errorNumber(answerTo(path("i"), QByteArray(1000, '\0') + '\n')), int(rpc::parseError));
    { // goes away in the middle of a request
        QLocalSocket rude;
        rude.connectToServer(path("i"));
        QVERIFY(rude.waitForConnected(5000));
        rude.write(hello(rpc::interfaceVersion) + rpc::requestLine(2, QStringLiteral("slow"), {}) + "{\"half");
        rude.waitForBytesWritten(5000);
        rude.abort();
    }
    QVERIFY((*client)->call(QStringLiteral("echo")));
}

void TestAgentSocket::aMessageOverTheLimitClosesTheConnection()
{
    const Served served(path("j"));
    QLocalSocket socket;
    socket.connectToServer(path("j"));
    QVERIFY(socket.waitForConnected(5000));
    const QByteArray chunk(1 << 20, 'x');
    for (int i = 0; i < 6 && socket.state() == QLocalSocket::ConnectedState; ++i) {
        socket.write(chunk);
        socket.waitForBytesWritten(5000);
    }
    QVERIFY(socket.state() == QLocalSocket::UnconnectedState || socket.waitForDisconnected(5000));
    QVERIFY(AgentClient::connect(path("j")));
}

void TestAgentSocket::requestsOfOneClientAreAnsweredInOrder()
{
    Served served(path("k"));
    QLocalSocket socket;
    socket.connectToServer(path("k"));
    QVERIFY(socket.waitForConnected(5000));
    socket.write(hello(rpc::interfaceVersion));
    for (int i = 2; i < 12; ++i)
        socket.write(rpc::requestLine(i, QStringLiteral("slow"), {}));
    QByteArray answers;
    while (answers.count('\n') < 11 && socket.waitForReadyRead(5000))
        answers += socket.readAll();
    int expected = 1;
    for (const QByteArray &line : answers.split('\n')) {
        if (!line.isEmpty())
            QCOMPARE(QJsonDocument::fromJson(line).object().value(QStringLiteral("id")).toInt(), expected++);
    }
    QCOMPARE(expected, 12);
    QCOMPARE(served.slowMost.load(), 1); // one at a time, however many it sends
}

void TestAgentSocket::aClientThatDoesNotReadIsClosed()
{
    Served served(path("l"));
    QLocalSocket lazy;
    lazy.setReadBufferSize(1); // 0 would read everything
    lazy.connectToServer(path("l"));
    QVERIFY(lazy.waitForConnected(5000));
    lazy.write(hello(rpc::interfaceVersion) + rpc::requestLine(2, QStringLiteral("flood"), {})); // 40 MiB come back
    lazy.waitForBytesWritten(5000);
    const auto client = AgentClient::connect(path("l"));
    QTRY_VERIFY_WITH_TIMEOUT(served.flooded, 60000);
    QVERIFY((*client)->call(QStringLiteral("echo"))); // others are served meanwhile; its answer comes after the flood was written
    lazy.setReadBufferSize(0);
    qint64 got = 0;
    while (lazy.waitForReadyRead(1000))
        got += lazy.readAll().size();
    QVERIFY2(got < 20 << 20, qPrintable(QString::number(got)));
}

void TestAgentSocket::aDeadAgentsSocketIsReplaced()
{
    const QByteArray name = QFile::encodeName(path("m"));
    const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.constData(), size_t(name.size()));
    QCOMPARE(::bind(left, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    ::close(left); // the file stays, as after a crash
    const Served served(path("m"));
    QVERIFY(AgentClient::connect(path("m")));
}

void TestAgentSocket::aLivingAgentsSocketIsNot()
{
    const Served served(path("n"));
    AgentServer second([](const rpc::Request &, const std::shared_ptr<EventOutlet> &) -> Result<QJsonObject> { return QJsonObject(); });
    QCOMPARE(second.listen(path("n")).error().code, ErrorCode::UsageWrong);
    QVERIFY(AgentClient::connect(path("n")));
    QCOMPARE(second.listen(path("no/folder/n")).error().code, ErrorCode::FileUnwritable);
}

void TestAgentSocket::nobodyListens()
{
    QCOMPARE(AgentClient::connect(path("nowhere")).error().code, ErrorCode::AgentUnreachable);
    QCOMPARE(AgentClient::connect(QString(300, QLatin1Char('x'))).error().code, ErrorCode::AgentUnreachable);
    QCOMPARE(AgentClient::connect({}).error().code, ErrorCode::AgentUnreachable);
}

void TestAgentSocket::anAgentThatDoesNotAnswerTimesOut()
{
    const QByteArray name = QFile::encodeName(path("o"));
    const Fd silent(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.constData(), size_t(name.size()));
    QCOMPARE(::bind(silent.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    QCOMPARE(::listen(silent.get(), 1), 0);
    QElapsedTimer time;
    time.start();
    QCOMPARE(AgentClient::connect(path("o"), 100ms).error().code, ErrorCode::AgentUnreachable);
    QVERIFY(time.elapsed() < 10000);
}

QTEST_GUILESS_MAIN(TestAgentSocket)
#include "tst_agentsocket.moc"
