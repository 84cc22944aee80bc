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
    explicit Served(const QString &path, const Gatekeeper &gatekeeper = {})
        : m_thread([this, path, gatekeeper] { serve(path, gatekeeper); })
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
    void serve(const QString &path, const Gatekeeper &gatekeeper)
    {
        QEventLoop loop;
        m_loop = &loop;
        AgentServer server(
            [this](const rpc::Request &request, const std::shared_ptr<EventOutlet> &outlet) { return answer(request, outlet); },
            gatekeeper);
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

/// Becomes the user 65534, connects and says hello so often; prints what is answered, a line each.
const char strangerScript[] = R"py(import json, os, socket, sys
path, times, interactive = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "yes"
print("process", os.getpid(), open("/proc/self/stat").read().rsplit(")", 1)[1].split()[19])
hello = {"jsonrpc": "2.0", "id": 1, "method": "version", "params": {"interface": %1, "interactive": interactive}}
for n in range(times):
    s = socket.socket(socket.AF_UNIX)
    try:
        s.connect(path)
    except PermissionError:
        print("no way to the socket")
        continue
    try:
        s.sendall(json.dumps(hello).encode() + b"\n")
    except BrokenPipeError: # turned away already; what it was told can still be read
        pass
    for line in s.makefile():
        print(line.strip())
        if "id" in json.loads(line):
            break
)py";

QByteArray strangerSays(const QString &path, gid_t group, int times = 1, bool interactive = false)
{
    QProcess stranger;
    stranger.start(QStringLiteral("setpriv"),
        {QStringLiteral("--reuid=65534"), QStringLiteral("--regid=65534"), QStringLiteral("--groups=%1").arg(group),
            QStringLiteral("/usr/bin/python3"), QStringLiteral("-c"), QString::fromLatin1(strangerScript).arg(rpc::interfaceVersion), path,
            QString::number(times), interactive ? QStringLiteral("yes") : QStringLiteral("no")});
    stranger.waitForFinished(60000);
    return stranger.readAllStandardOutput() + stranger.readAllStandardError();
}

/// Many connections of a user who is neither root nor in a group; prints how many were turned away, and keeps the others.
const char crowdScript[] = R"py(import socket, sys
kept, turned = [], 0
for n in range(70):
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    s.settimeout(0.05)
    try:
        s.sendall(bytes.fromhex(sys.argv[2]))
    except BrokenPipeError: # it was quicker
        pass
    try:
        turned += b"AgentUnreachable" in s.recv(4096)
    except TimeoutError:
        kept.append(s)
print(turned, flush=True)
sys.stdin.read()
)py";

constexpr gid_t ours = 54321; // of nobody else
constexpr gid_t others = 54322;

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
    void membersOfTheGroupAreLetIn();
    void polkitDecidesAboutOthers_data();
    void polkitDecidesAboutOthers();
    void strangersDoNotLockTheOwnerOut();
    void withoutPolkitNobodyIsAsked();
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
    void openTheWay() const { ::chmod(QFile::encodeName(m_folder.path()).constData(), 0755); }
    /// A program that stands in for polkit's.
    QString pkcheck(const QString &script) const
    {
        QFile file(path("pkcheck"));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate))
            return {};
        file.write("#!/bin/sh\n" + script.toUtf8() + '\n');
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        return file.fileName();
    }
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

void TestAgentSocket::membersOfTheGroupAreLetIn()
{
    QVERIFY2(::geteuid() == 0, "run as root: it becomes somebody else");
    openTheWay();
    const Served served(path("group"), Gatekeeper({ours, {}}));
    struct stat info = {};
    QCOMPARE(::stat(QFile::encodeName(path("group")).constData(), &info), 0);
    QCOMPARE(info.st_mode & 0777U, 0660U);
    QCOMPARE(info.st_gid, ours);
    const QByteArray member = strangerSays(path("group"), ours);
    QVERIFY2(member.contains("\"result\""), member.constData());
    QVERIFY(strangerSays(path("group"), others).contains("no way to the socket"));
    QVERIFY(::chmod(QFile::encodeName(path("group")).constData(), 0666) == 0); // the agent looks itself, too
    const QByteArray other = strangerSays(path("group"), others);
    QVERIFY2(other.contains("PermissionDenied"), other.constData());
}

void TestAgentSocket::polkitDecidesAboutOthers_data()
{
    QTest::addColumn<int>("exitCode"); // of pkcheck
    QTest::addColumn<bool>("interactive");
    QTest::addColumn<bool>("admitted");
    QTest::newRow("yes") << 0 << false << true;
    QTest::newRow("yes, after a password") << 0 << true << true;
    QTest::newRow("no") << 1 << false << false;
    QTest::newRow("a password would do") << 2 << false << false;
    QTest::newRow("the dialog was closed") << 3 << true << false;
    QTest::newRow("no polkit there") << 127 << false << false;
}

void TestAgentSocket::polkitDecidesAboutOthers()
{
    QVERIFY2(::geteuid() == 0, "run as root: it becomes somebody else");
    QFETCH(const int, exitCode);
    QFETCH(const bool, interactive);
    QFETCH(const bool, admitted);
    openTheWay();
    const QString asked = path("asked");
    QFile::remove(asked);
    const Served served(path("polkit"), Gatekeeper({{}, pkcheck(QStringLiteral("echo \"$@\" >> %1; exit %2").arg(asked).arg(exitCode))}));
    const QByteArray told = strangerSays(path("polkit"), others, 2, interactive);
    QCOMPARE(told.count("\"result\""), admitted ? 2 : 0);
    QCOMPARE(told.count("PermissionDenied"), admitted ? 0 : 2);
    QCOMPARE(told.count("authorizing"), interactive ? 2 : 0);

    const QList<QByteArray> process = told.split('\n').value(0).split(' ');
    QFile file(asked);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QList<QByteArray> questions = file.readAll().trimmed().split('\n');
    QCOMPARE(questions.size(), admitted ? 1 : 2); // a yes holds as long as the process
    const QByteArray expected = "--action-id io.github.edgelift.manage --process " + process.value(1) + ',' + process.value(2) + ",65534";
    QCOMPARE(questions.first(), interactive ? expected + " --allow-user-interaction" : expected);
    QVERIFY(AgentClient::connect(path("polkit"))); // root is never asked about
}

void TestAgentSocket::strangersDoNotLockTheOwnerOut()
{
    QVERIFY2(::geteuid() == 0, "run as root: it becomes somebody else");
    openTheWay();
    QProcess crowd;
    QElapsedTimer time;
    {
        const Served served(path("crowd"), Gatekeeper({{}, pkcheck(QStringLiteral("exec sleep 600"))}));
        crowd.start(QStringLiteral("setpriv"),
            {QStringLiteral("--reuid=65534"), QStringLiteral("--regid=65534"), QStringLiteral("--clear-groups"),
                QStringLiteral("/usr/bin/python3"), QStringLiteral("-c"), QString::fromLatin1(crowdScript), path("crowd"),
                QString::fromLatin1(hello(rpc::interfaceVersion).toHex())});
        QVERIFY(crowd.waitForReadyRead(60000));
        QCOMPARE(crowd.readAll().trimmed().toInt(), 70 - AgentServer::strangerLimit);
        QVERIFY(AgentClient::connect(path("crowd"), 5s));
        time.start();
    }
    QVERIFY2(time.elapsed() < 20000, "the server ends although they all wait"); // each pkcheck has a second to end
    crowd.closeWriteChannel();
    QVERIFY(crowd.waitForFinished(10000));
}

void TestAgentSocket::withoutPolkitNobodyIsAsked()
{
    QVERIFY2(::geteuid() == 0, "run as root: it becomes somebody else");
    openTheWay();
    const Served served(path("none"), Gatekeeper({{}, path("no-such-program")}));
    const QByteArray told = strangerSays(path("none"), others);
    QVERIFY2(told.contains("PermissionDenied"), told.constData());
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
