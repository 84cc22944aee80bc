#include "core/wire/tlslistener.h"

#include "core/wire/address.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>

namespace edgelift::wire {

namespace {
constexpr int backlog = 64;

QString errnoText(int number) { return QString::fromLocal8Bit(std::strerror(number)); }

/// Whether accept() failed because of that one connection, or for want of descriptors, so that the listener itself goes on.
bool isPassing(int number)
{
    switch (number) {
    case EAGAIN:
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
        return true;
    default:
        return false;
    }
}
}

Result<TlsListener> TlsListener::listen(const QString &address, quint16 port)
{
    const auto refused = [&](const QString &why) {
        return Error{ErrorCode::ReceiverUnreachable, Retry::AfterUserAction, {address, QString::number(port)}, why};
    };
    const std::optional<SocketAddress> where = SocketAddress::parse(address, port);
    if (!where)
        return refused(QStringLiteral("not a numeric address"));
    TlsListener listener;
    listener.m_socket.reset(::socket(where->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int fd = listener.m_socket.get();
    const int on = 1;
    if (fd < 0 || ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 || ::bind(fd, where->get(), where->length()) != 0
        || ::listen(fd, backlog) != 0)
        return refused(errnoText(errno));
    sockaddr_storage own{};
    socklen_t length = sizeof own;
    if (::getsockname(fd, reinterpret_cast<sockaddr *>(&own), &length) != 0)
        return refused(errnoText(errno));
    listener.m_port = portOf(own);
    return listener;
}

Result<TlsListener::Connection> TlsListener::accept(std::chrono::milliseconds timeout, const std::stop_token &stop) const
{
    const Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    const std::stop_callback onStop(stop, [fd = wake.get()] {
        const quint64 one = 1;
        [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
    });
    std::array<pollfd, 2> fds{pollfd{m_socket.get(), POLLIN, 0}, pollfd{wake.get(), POLLIN, 0}};
    const int ready = ::poll(fds.data(), fds.size(), int(std::clamp<qint64>(timeout.count(), 0, 3600 * 1000)));
    if (ready <= 0 || fds[1].revents != 0)
        return Connection{};
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    Fd socket(::accept4(m_socket.get(), reinterpret_cast<sockaddr *>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket && isPassing(errno))
        return Connection{};
    if (!socket)
        return Error{ErrorCode::Internal, Retry::AfterWait, {}, QStringLiteral("accept: ") + errnoText(errno)};
    return Connection{std::move(socket), hostOf(peer)};
}

}
