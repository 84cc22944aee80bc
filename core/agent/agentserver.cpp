#include "core/agent/agentserver.h"

#include "core/base/errortext.h"
#include "core/base/fd.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <QFile>
#include <QLocalServer>
#include <QLocalSocket>
#include <QThreadPool>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

namespace edgelift {

namespace {

std::optional<uid_t> peerOf(const QLocalSocket &socket)
{
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(int(socket.socketDescriptor()), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return std::nullopt;
    return credentials.uid;
}

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
        const std::lock_guard lock(m_mutex);
        if (m_context)
            QMetaObject::invokeMethod(
                m_context, [receiver = m_receiver, line, reply] { receiver(line, reply); }, Qt::QueuedConnection);
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
    Admission admission;
    Fd lock; ///< beside the socket; held as long as we listen
    QLocalServer server;
    QThreadPool pool;
    QList<Connection *> connections;
};

/// One client. Reads its next request only when the last one is answered, so a client's haste costs the client.
class AgentServer::Connection final : public QObject
{
public:
    Connection(QLocalSocket *socket, Parts &parts)
        : m_socket(socket)
        , m_parts(parts)
        , m_outlet(std::make_shared<Outlet>(this, [this](const QByteArray &line, bool reply) { deliver(line, reply); }))
    {
        m_socket->setParent(this);
        m_socket->setReadBufferSize(1 << 20);
        connect(m_socket, &QLocalSocket::readyRead, this, [this] { work(); });
        connect(m_socket, &QLocalSocket::disconnected, this, [this] { end(); });
        m_parts.connections.append(this);
        work();
    }
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
        m_parts.pool.start([request, handler = m_parts.handler, outlet = m_outlet] {
            const Result<QJsonObject> result = handler(request, outlet);
            outlet->post(result ? rpc::resultLine(request.id, *result) : rpc::errorLine(request.id, result.error()), true);
        });
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
    const std::shared_ptr<Outlet> m_outlet;
    rpc::LineBuffer m_buffer;
    bool m_busy = false;
    bool m_greeted = false;
};

AgentServer::AgentServer(Handler handler, Admission admission, QObject *parent)
    : QObject(parent)
    , m_parts(std::make_unique<Parts>())
{
    m_parts->handler = std::move(handler);
    m_parts->admission = admission ? std::move(admission) : [](uid_t user) { return user == 0 || user == ::geteuid(); };
    m_parts->server.setSocketOptions(QLocalServer::UserAccessOption);
    m_parts->pool.setMaxThreadCount(8); // inspections block; so that a status is still answered beside some of them
    connect(&m_parts->server, &QLocalServer::newConnection, this, [this] { admit(); });
}

AgentServer::~AgentServer()
{
    m_parts->server.close();
    const QList<Connection *> open = m_parts->connections;
    qDeleteAll(open);
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
        return ok();
    return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {path}, server.errorString()};
}

void AgentServer::admit()
{
    while (QLocalSocket *socket = m_parts->server.nextPendingConnection()) {
        const std::optional<uid_t> user = peerOf(*socket);
        const bool admitted = user && m_parts->admission(*user);
        if (admitted && m_parts->connections.size() < connectionLimit) {
            new Connection(socket, *m_parts); // owns itself until the client goes or the server ends
            continue;
        }
        log::warning("agent", QStringLiteral("a client was turned away"), {{QStringLiteral("user"), user ? qint64(*user) : -1}});
        const Error denied{ErrorCode::PermissionDenied, Retry::AfterUserAction, {m_parts->server.fullServerName()}, {}};
        const Error crowded{
            ErrorCode::AgentUnreachable, Retry::AfterWait, {m_parts->server.fullServerName()}, QStringLiteral("too many clients")};
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        socket->write(rpc::errorLine(QJsonValue(), admitted ? crowded : denied));
        socket->disconnectFromServer();
    }
}

}
