#include "core/agent/agentlink.h"

#include <QLocalSocket>

namespace edgelift {

namespace {

constexpr std::chrono::seconds tryAgainAfter{1};
constexpr std::chrono::seconds askAgainAfter{10}; ///< when we were refused: the group may change, or the rules
constexpr std::chrono::seconds greetingTimeout{10};
constexpr int keptConnections = 4;

QString key(const char *name) { return QString::fromLatin1(name); }

}

/// One socket; the agent answers its requests one after another, so it carries one call at a time.
class AgentLink::Connection final : public QObject
{
public:
    Connection(const QString &path, QObject *parent)
        : QObject(parent)
        , m_path(path)
    {
        m_timer.setSingleShot(true);
        QObject::connect(&m_timer, &QTimer::timeout, this, [this] { fail(unreachable(QStringLiteral("no answer in time"))); });
        QObject::connect(&m_socket, &QLocalSocket::connected, this, [this] { m_socket.write(m_waiting); });
        QObject::connect(&m_socket, &QLocalSocket::readyRead, this, [this] { read(); });
        QObject::connect(&m_socket, &QLocalSocket::disconnected, this, [this] { fail(unreachable(QStringLiteral("it hung up"))); });
        QObject::connect(&m_socket, &QLocalSocket::errorOccurred, this, [this](QLocalSocket::LocalSocketError error) { refused(error); });
    }

    ~Connection() override { m_socket.disconnect(this); } // it reports its own end, when the rest of this is gone already

    std::function<void(const rpc::Notification &)> onNotification;
    std::function<void(const Error &)> onLost; ///< the connection cannot be used any more

    /// Greets first on a new socket. `done` is called once, also when the connection breaks.
    void ask(const QString &method, const QJsonObject &params, std::chrono::milliseconds timeout, Reply done)
    {
        m_done = std::move(done);
        m_timer.start(timeout);
        m_waiting = rpc::requestLine(++m_id, method, params);
        if (m_socket.state() == QLocalSocket::ConnectedState) {
            m_socket.write(m_waiting);
            return;
        }
        if (method != key("version"))
            m_waiting.prepend(rpc::requestLine(0, key("version"), {{key("interface"), rpc::interfaceVersion}}));
        m_socket.connectToServer(m_path);
    }

private:
    Error unreachable(const QString &detail) const { return {ErrorCode::AgentUnreachable, Retry::AfterUserAction, {m_path}, detail}; }

    void refused(QLocalSocket::LocalSocketError error)
    {
        if (error == QLocalSocket::PeerClosedError)
            return; // disconnected() follows when all it said is read
        const bool denied = error == QLocalSocket::SocketAccessError;
        fail(
            {denied ? ErrorCode::PermissionDenied : ErrorCode::AgentUnreachable, Retry::AfterUserAction, {m_path}, m_socket.errorString()});
    }

    void read()
    {
        const QPointer<Connection> self(this);
        if (!m_buffer.append(m_socket.readAll()))
            return fail(unreachable(QStringLiteral("an endless line")));
        while (self) {
            const std::optional<QByteArray> line = m_buffer.next();
            if (!line)
                return;
            handle(*line);
        }
    }

    void handle(const QByteArray &line)
    {
        Result<std::variant<rpc::Reply, rpc::Notification>> said = rpc::parseServerLine(line);
        if (!said)
            return fail(said.error());
        if (const auto *notification = std::get_if<rpc::Notification>(&*said)) {
            if (notification->method == key(rpc::authorizing))
                m_timer.start(rpc::authorizingTime);
            else if (onNotification)
                onNotification(*notification);
            return;
        }
        const auto &reply = std::get<rpc::Reply>(*said);
        const Error *error = std::get_if<Error>(&reply.outcome);
        if (error && (reply.id.isNull() || reply.id.toInteger(-1) == 0)) // turned away, or the greeting was refused
            return fail(*error);
        if (reply.id.toInteger(-1) != m_id || !m_done)
            return;
        m_timer.stop();
        const Reply done = std::exchange(m_done, nullptr);
        if (error)
            done(*error);
        else
            done(std::get<QJsonObject>(reply.outcome));
    }

    void fail(const Error &error)
    {
        m_timer.stop();
        m_socket.disconnect(this);
        m_socket.abort();
        deleteLater();
        if (const Reply done = std::exchange(m_done, nullptr))
            done(error);
        if (const auto tell = std::exchange(onLost, nullptr))
            tell(error);
    }

    const QString m_path;
    QLocalSocket m_socket;
    QTimer m_timer;
    rpc::LineBuffer m_buffer;
    QByteArray m_waiting; ///< what to say once connected
    qint64 m_id = 0;
    Reply m_done;
};

AgentLink::AgentLink(QObject *parent)
    : QObject(parent)
{
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, [this] { reach(false); });
}

AgentLink::~AgentLink() { close(); }

void AgentLink::open(const QString &path)
{
    close();
    m_path = path;
    reach(true);
}

void AgentLink::authorize()
{
    m_again.stop();
    reach(true);
}

void AgentLink::close()
{
    m_again.stop();
    const QString path = std::exchange(m_path, {});
    delete m_watch;
    for (Connection *connection : std::exchange(m_idle, {}))
        delete connection;
    if (!path.isEmpty() && std::exchange(m_open, false))
        Q_EMIT openChanged(false);
}

void AgentLink::reach(bool interactive)
{
    if (m_path.isEmpty() || m_watch)
        return;
    m_watch = new Connection(m_path, this);
    m_watch->onNotification = [this](const rpc::Notification &told) {
        if (told.method == key("event"))
            Q_EMIT event(told.params);
        else if (told.method == key("ended"))
            Q_EMIT ended(told.params.value(key("job")).toString(), told.params.value(key("end")).toString());
    };
    m_watch->onLost = [this](const Error &error) { lost(error); };
    m_watch->ask(key("version"), {{key("interface"), rpc::interfaceVersion}, {key("interactive"), interactive}}, greetingTimeout,
        [this](const Result<QJsonObject> &about) { greeted(about); });
}

void AgentLink::greeted(const Result<QJsonObject> &about)
{
    if (!about) {
        if (about.error().code != ErrorCode::AgentUnreachable && m_watch) { // it answers, but not to us: that is no broken connection
            m_watch->onLost = nullptr;
            m_watch->deleteLater();
            lost(about.error());
        }
        return;
    }
    m_about = *about;
    m_open = true;
    subscribe();
    Q_EMIT openChanged(true);
}

void AgentLink::lost(const Error &error)
{
    m_watch.clear();
    m_trouble = error;
    m_again.start(error.code == ErrorCode::PermissionDenied ? askAgainAfter : tryAgainAfter);
    if (std::exchange(m_open, false))
        Q_EMIT openChanged(false);
    Q_EMIT troubleChanged();
}

void AgentLink::subscribe()
{
    if (m_open && m_watch && !m_followed.isEmpty())
        m_watch->ask(key("subscribe"), {{key("job"), m_followed}}, greetingTimeout, [](const Result<QJsonObject> &) {});
}

void AgentLink::follow(const QString &job)
{
    m_followed = job;
    subscribe();
}

AgentLink::Connection *AgentLink::idleConnection()
{
    if (!m_idle.isEmpty())
        return m_idle.takeLast();
    return new Connection(m_path, this);
}

void AgentLink::call(const QString &method, const QJsonObject &params, QObject *context, Reply reply, std::chrono::milliseconds timeout)
{
    Connection *connection = idleConnection();
    connection->onLost = [this, connection](const Error &) { m_idle.removeOne(connection); };
    const QPointer<QObject> asker(context);
    connection->ask(method, params, timeout, [this, connection, asker, reply](const Result<QJsonObject> &result) {
        const bool usable = result || result.error().code != ErrorCode::AgentUnreachable;
        if (usable && connection->onLost && m_idle.size() < keptConnections)
            m_idle.append(connection);
        else if (usable)
            connection->deleteLater();
        if (asker)
            reply(result);
    });
}

}
