#include "core/agent/agentclient.h"

#include <QFile>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace edgelift {

namespace {

using Clock = std::chrono::steady_clock;

QString reason() { return QString::fromLocal8Bit(std::strerror(errno)); }

int millisecondsTo(Clock::time_point deadline)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return int(std::clamp<qint64>(left, 0, 1'000'000));
}

/// True when the socket is ready; false at the deadline or after a signal.
bool waitFor(int socket, short events, Clock::time_point deadline)
{
    pollfd entry{socket, events, 0};
    return ::poll(&entry, 1, millisecondsTo(deadline)) > 0;
}

}

AgentClient::AgentClient(Fd socket, QString path)
    : m_socket(std::move(socket))
    , m_path(std::move(path))
{
}

Error AgentClient::lost(const QString &detail) const { return {ErrorCode::AgentUnreachable, Retry::AfterUserAction, {m_path}, detail}; }

Result<std::unique_ptr<AgentClient>> AgentClient::connect(const QString &path, std::chrono::milliseconds timeout)
{
    const QByteArray name = QFile::encodeName(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const Error unreachable{ErrorCode::AgentUnreachable, Retry::AfterUserAction, {path}, {}};
    if (name.isEmpty() || size_t(name.size()) >= sizeof address.sun_path)
        return unreachable;
    std::memcpy(address.sun_path, name.constData(), size_t(name.size()));
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        const bool denied = errno == EACCES || errno == EPERM;
        return Error{denied ? ErrorCode::PermissionDenied : ErrorCode::AgentUnreachable, Retry::AfterUserAction, {path}, reason()};
    }
    std::unique_ptr<AgentClient> client(new AgentClient(std::move(socket), path));
    const Result<QJsonObject> about = client->call(
        QStringLiteral("version"), {{QStringLiteral("interface"), rpc::interfaceVersion}, {QStringLiteral("interactive"), true}}, timeout);
    if (!about)
        return about.error();
    client->m_about = *about;
    return client;
}

Result<> AgentClient::send(const QByteArray &line, Clock::time_point deadline)
{
    for (qsizetype done = 0; done < line.size();) {
        const ssize_t put = ::send(m_socket.get(), line.constData() + done, size_t(line.size() - done), MSG_NOSIGNAL);
        if (put > 0) {
            done += put;
            continue;
        }
        if (put < 0 && errno != EAGAIN && errno != EINTR) {
            if (errno == EPIPE) // what it said before it hung up is worth more than the fact
                return ok();
            return lost(reason());
        }
        if (!waitFor(m_socket.get(), POLLOUT, deadline) && Clock::now() >= deadline)
            return lost(QStringLiteral("it does not read"));
    }
    return ok();
}

Result<bool> AgentClient::receive(Clock::time_point deadline)
{
    if (!waitFor(m_socket.get(), POLLIN, deadline))
        return false;
    char bytes[65536];
    const ssize_t got = ::recv(m_socket.get(), bytes, sizeof bytes, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (got <= 0)
        return lost(got == 0 ? QStringLiteral("it closed the connection") : reason());
    if (!m_buffer.append(QByteArray(bytes, got)))
        return lost(QStringLiteral("its answer is too long"));
    return true;
}

Result<QJsonObject> AgentClient::call(const QString &method, const QJsonObject &params, std::chrono::milliseconds timeout)
{
    Clock::time_point deadline = Clock::now() + timeout;
    const qint64 id = ++m_lastId;
    if (const Result<> sent = send(rpc::requestLine(id, method, params), deadline); !sent)
        return sent.error();
    for (;;) {
        while (const std::optional<QByteArray> line = m_buffer.next()) {
            Result<std::variant<rpc::Reply, rpc::Notification>> parsed = rpc::parseServerLine(*line);
            if (!parsed)
                return parsed.error();
            if (const auto *notification = std::get_if<rpc::Notification>(&*parsed)) {
                if (notification->method == QLatin1String(rpc::authorizing))
                    deadline = Clock::now() + rpc::authorizingTime;
                else
                    m_waiting.append(*notification);
                continue;
            }
            const auto &reply = std::get<rpc::Reply>(*parsed);
            if (const auto *error = std::get_if<Error>(&reply.outcome); error && (reply.id.isNull() || reply.id == QJsonValue(id)))
                return *error;
            if (reply.id == QJsonValue(id))
                return std::get<QJsonObject>(reply.outcome);
        } // an answer to a call that timed out earlier is passed over
        const Result<bool> more = receive(deadline);
        if (!more)
            return more.error();
        if (!*more && Clock::now() >= deadline)
            return lost(QStringLiteral("no answer to “%1” in time").arg(method));
    }
}

Result<std::optional<rpc::Notification>> AgentClient::nextNotification(std::chrono::milliseconds timeout)
{
    using Found = std::optional<rpc::Notification>;
    const Clock::time_point deadline = Clock::now() + timeout;
    for (;;) {
        if (!m_waiting.isEmpty())
            return Found(m_waiting.takeFirst());
        while (const std::optional<QByteArray> line = m_buffer.next()) {
            Result<std::variant<rpc::Reply, rpc::Notification>> parsed = rpc::parseServerLine(*line);
            if (!parsed)
                return parsed.error();
            if (auto *notification = std::get_if<rpc::Notification>(&*parsed))
                return Found(std::move(*notification));
        }
        const Result<bool> more = receive(deadline);
        if (!more)
            return more.error();
        if (!*more)
            return Found();
    }
}

}
