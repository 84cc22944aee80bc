#include "core/agent/agentserver.h"

#include "core/base/errortext.h"
#include "core/base/fd.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <QFile>
#include <QLocalServer>
#include <QLocalSocket>
#include <QThreadPool>
#include <QTimer>
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <stop_token>
#include <sys/file.h>
#include <unistd.h>

namespace edgelift {

namespace {

/// Carries lines from any thread to the connection, as long as there is one.
class Outlet final : public EventOutlet
{
public:
    using Receiver = std::function<void(const QByteArray &line, bool reply)>;
    Outlet(QObject *context, Receiver receiver)
        : m_context(context)
        , m_receiver(std::move(receiver))
    {
    }
    void notify(const QString &method, const QJsonObject &params) override { post(rpc::notificationLine(method, params), false); }
    void post(const QByteArray &line, bool reply)
    {
        run([receiver = m_receiver, line, reply] { receiver(line, reply); });
    }
    /// On the server's thread, unless the connection is gone by then.
    void run(const std::function<void()> &work)
    {
        const std::lock_guard lock(m_mutex);
        if (m_context)
            QMetaObject::invokeMethod(m_context, work, Qt::QueuedConnection);
    }
    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_context = nullptr;
    }

private:
    std::mutex m_mutex;
    QObject *m_context;
    const Receiver m_receiver;
};

}

struct AgentServer::Parts
{
    Handler handler;
    Gatekeeper gatekeeper;
    Fd lock; ///< beside the socket; held as long as we listen
    QLocalServer server;
    QThreadPool pool;
    QThreadPool asking; ///< waits for people; nobody else waits with it
    std::stop_source stopAsking;
    QList<Connection *> connections;

    [[nodiscard]] qsizetype connected(bool permitted) const;
};

/// One client. Reads its next request only when the last one is answered, so a client's haste costs the client.
class AgentServer::Connection final : public QObject
{
public:
    Connection(QLocalSocket *socket, Parts &parts, Peer peer, bool permitted)
        : m_socket(socket)
        , m_parts(parts)
        , m_peer(std::move(peer))
        , m_permitted(permitted)
        , m_outlet(std::make_shared<Outlet>(this, [this](const QByteArray &line, bool reply) { deliver(line, reply); }))
    {
        m_socket->setParent(this);
        m_socket->setReadBufferSize(1 << 20);
        connect(m_socket, &QLocalSocket::readyRead, this, [this] { work(); });
        connect(m_socket, &QLocalSocket::disconnected, this, [this] { end(); });
        m_parts.connections.append(this);
        if (!m_permitted)
            QTimer::singleShot(greetingTime, this, [this] {
                if (!m_greeted)
                    m_socket->abort();
            });
        work();
    }
    [[nodiscard]] bool isPermitted() const { return m_permitted; }
    ~Connection() override
    {
        m_outlet->close();
        m_socket->flush(); // the last words, as far as the client takes them at once
        m_parts.connections.removeOne(this);
    }

private:
    void end()
    {
        m_socket->disconnect(this);
        deleteLater();
    }
    void write(const QByteArray &line)
    {
        m_socket->write(line);
        if (m_socket->bytesToWrite() <= backlogLimit)
            return;
        log::warning("agent", QStringLiteral("a client does not read; closed"));
        m_socket->abort();
    }
    void refuse(const QByteArray &line)
    {
        m_busy = true; // for good: nothing more of this client is read
        write(line);
        m_socket->disconnectFromServer();
    }
    void deliver(const QByteArray &line, bool reply)
    {
        write(line);
        if (!reply)
            return;
        m_busy = false;
        work();
    }
    void work()
    {
        while (!m_busy) {
            if (const std::optional<QByteArray> line = m_buffer.next()) {
                take(*line);
                continue;
            }
            if (m_socket->bytesAvailable() == 0)
                return;
            if (m_buffer.append(m_socket->readAll()))
                continue;
            const rpc::Malformed tooLong{QJsonValue(), rpc::invalidRequest, QStringLiteral("a message may have at most 4 MiB")};
            refuse(rpc::errorLine(tooLong));
            return;
        }
    }
    void take(const QByteArray &line)
    {
        const std::variant<rpc::Request, rpc::Malformed> parsed = rpc::parseRequest(line);
        if (const auto *malformed = std::get_if<rpc::Malformed>(&parsed)) {
            write(rpc::errorLine(*malformed));
            return;
        }
        const rpc::Request &request = std::get<rpc::Request>(parsed);
        if (!m_greeted && !greet(request))
            return;
        m_busy = true;
        if (m_permitted)
            answer(request);
        else
            askFor(request);
    }
    void answer(const rpc::Request &request)
    {
        m_parts.pool.start([request, handler = m_parts.handler, outlet = m_outlet] {
            const Result<QJsonObject> result = handler(request, outlet);
            outlet->post(result ? rpc::resultLine(request.id, *result) : rpc::errorLine(request.id, result.error()), true);
        });
    }
    /// polkit decides whether this first request, and then the others, are answered.
    void askFor(const rpc::Request &request)
    {
        const bool interactive = request.params.value(QLatin1String("interactive")).toBool();
        if (interactive)
            write(rpc::notificationLine(QString::fromLatin1(rpc::authorizing), {})); // so that it waits longer than for a machine
        m_parts.asking.start([this, request, interactive, peer = m_peer, gatekeeper = m_parts.gatekeeper, outlet = m_outlet,
                                 stop = m_parts.stopAsking.get_token()] {
            const bool permitted = gatekeeper.permits(peer, interactive, stop);
            outlet->run([this, request, permitted] { decided(request, permitted); });
        });
    }
    void decided(const rpc::Request &request, bool permitted)
    {
        m_permitted = permitted;
        if (permitted)
            answer(request);
        else
            refuse(
                rpc::errorLine(request.id, {ErrorCode::PermissionDenied, Retry::AfterUserAction, {m_parts.server.fullServerName()}, {}}));
    }
    /// Both ends say which interface they speak before anything else, so that neither misunderstands the other.
    bool greet(const rpc::Request &request)
    {
        const int theirs = request.params.value(QLatin1String("interface")).toInt();
        m_greeted = request.method == QLatin1String("version") && theirs == rpc::interfaceVersion;
        if (m_greeted)
            return true;
        if (request.method != QLatin1String("version"))
            refuse(rpc::errorLine(rpc::Malformed{request.id, rpc::invalidRequest, QStringLiteral("the first request must be “version”")}));
        else
            refuse(rpc::errorLine(request.id,
                Error{ErrorCode::AgentVersion, Retry::AfterUserAction, {QString::number(rpc::interfaceVersion), QString::number(theirs)},
                    {}}));
        return false;
    }

    QLocalSocket *m_socket;
    Parts &m_parts;
    const Peer m_peer;
    bool m_permitted;
    const std::shared_ptr<Outlet> m_outlet;
    rpc::LineBuffer m_buffer;
    bool m_busy = false;
    bool m_greeted = false;
};

qsizetype AgentServer::Parts::connected(bool permitted) const
{
    return std::count_if(
        connections.begin(), connections.end(), [permitted](const Connection *each) { return each->isPermitted() == permitted; });
}

AgentServer::AgentServer(Handler handler, Gatekeeper gatekeeper, QObject *parent)
    : QObject(parent)
    , m_parts(std::make_unique<Parts>())
{
    m_parts->handler = std::move(handler);
    m_parts->gatekeeper = std::move(gatekeeper);
    m_parts->asking.setMaxThreadCount(strangerLimit);
    m_parts->server.setSocketOptions(QLocalServer::UserAccessOption);
    m_parts->pool.setMaxThreadCount(8); // inspections block; so that a status is still answered beside some of them
    connect(&m_parts->server, &QLocalServer::newConnection, this, [this] { admit(); });
}

AgentServer::~AgentServer()
{
    m_parts->server.close();
    const QList<Connection *> open = m_parts->connections;
    qDeleteAll(open);
    m_parts->stopAsking.request_stop();
    m_parts->asking.waitForDone();
    m_parts->pool.waitForDone();
}

Result<> AgentServer::listen(const QString &path)
{
    const QString lockPath = path + QLatin1String(".lock"); // Qt would put our socket in the place of a living agent's
    Fd lock(::open(QFile::encodeName(lockPath).constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock)
        return errnoError(errno, ErrorCode::FileUnwritable, lockPath);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return Error{ErrorCode::UsageWrong, Retry::AfterUserAction, {QStringLiteral("Another agent already answers on %1.").arg(path)}, {}};
    m_parts->lock = std::move(lock);
    QLocalServer &server = m_parts->server;
    QLocalServer::removeServer(path); // its owner died
    if (server.listen(path))
        return m_parts->gatekeeper.openSocket(path);
    return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {path}, server.errorString()};
}

void AgentServer::admit()
{
    using Verdict = Gatekeeper::Verdict;
    while (QLocalSocket *socket = m_parts->server.nextPendingConnection()) {
        const std::optional<Peer> peer = peerOf(int(socket->socketDescriptor()));
        const Verdict verdict = peer ? m_parts->gatekeeper.judge(*peer) : Verdict::Refused;
        const bool permitted = verdict == Verdict::Admitted;
        const bool room = m_parts->connected(permitted) < (permitted ? connectionLimit : strangerLimit);
        if (verdict != Verdict::Refused && room) {
            new Connection(socket, *m_parts, *peer, permitted); // owns itself until the client goes or the server ends
            continue;
        }
        log::warning("agent", QStringLiteral("a client was turned away"), {{QStringLiteral("user"), peer ? qint64(peer->user) : -1}});
        const Error denied{ErrorCode::PermissionDenied, Retry::AfterUserAction, {m_parts->server.fullServerName()}, {}};
        const Error crowded{
            ErrorCode::AgentUnreachable, Retry::AfterWait, {m_parts->server.fullServerName()}, QStringLiteral("too many clients")};
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        socket->write(rpc::errorLine(QJsonValue(), verdict == Verdict::Refused ? denied : crowded));
        socket->disconnectFromServer();
    }
}

}
