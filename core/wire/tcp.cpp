#include "core/wire/tcp.h"

#include "core/wire/address.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace edgelift::wire {

namespace {
constexpr int unsentAtMost = 128 << 10; // bytes

QString errnoText(int number) { return QString::fromLocal8Bit(std::strerror(number)); }
}

Error receiverUnreachable(const QString &host, quint16 port, const QString &why)
{
    return {ErrorCode::ReceiverUnreachable, Retry::AfterWait, {host, QString::number(port)}, why};
}

void setTcpOptions(int fd)
{
    const auto set = [fd](int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    // What waits in the kernel leaves at the link's speed, whatever limit comes after it: on a slow link megabytes would be seconds.
    set(IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsentAtMost);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 15);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
    set(IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, 60000); // also bounds a peer that accepts no byte: it may be syncing a slow disk
}

Polled pollBoth(int socket, int wake, short events, std::optional<TcpClock::time_point> deadline)
{
    for (;;) {
        std::array<pollfd, 2> fds{pollfd{socket, events, 0}, pollfd{wake, POLLIN, 0}};
        int rest = -1;
        if (deadline) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - TcpClock::now()).count();
            rest = int(std::clamp<qint64>(left, 0, 3600 * 1000));
        }
        const int ready = ::poll(fds.data(), fds.size(), rest);
        if (ready < 0 && errno != EINTR)
            return Polled::Failed;
        if (ready > 0 && fds[1].revents != 0)
            return Polled::Woken;
        if (ready > 0)
            return Polled::Ready;
        if (ready == 0 && deadline && TcpClock::now() >= *deadline)
            return Polled::Timeout;
    }
}

Result<Fd> connectTcp(const QString &host, quint16 port, TcpClock::time_point deadline, int wake)
{
    const std::optional<SocketAddress> address = SocketAddress::parse(host, port);
    if (!address)
        return receiverUnreachable(host, port, QStringLiteral("not a numeric address"));
    Fd fd(::socket(address->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd)
        return receiverUnreachable(host, port, errnoText(errno));
    if (::connect(fd.get(), address->get(), address->length()) != 0 && errno != EINPROGRESS)
        return receiverUnreachable(host, port, errnoText(errno));
    const Polled ready = pollBoth(fd.get(), wake, POLLOUT, deadline);
    if (ready != Polled::Ready)
        return receiverUnreachable(host, port, ready == Polled::Timeout ? QStringLiteral("no answer in time") : QStringLiteral("stopped"));
    int problem = 0;
    socklen_t length = sizeof problem;
    ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &problem, &length);
    if (problem != 0)
        return receiverUnreachable(host, port, errnoText(problem));
    return fd;
}

}
