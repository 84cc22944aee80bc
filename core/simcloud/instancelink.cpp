#include "core/simcloud/instancelink.h"

#include "core/base/log.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace edgelift {

namespace {

using namespace std::chrono_literals;
constexpr quint16 ports[] = {8080, 8703};
constexpr int backlog = 64;
constexpr int receiveBuffer = 256 << 10; ///< what waits in front of a slow way is invisible to both ends: little
constexpr std::chrono::milliseconds askEvery = 200ms;
constexpr std::chrono::milliseconds idle = 50ms; ///< the longest wait: a stop or a change is seen after it

sockaddr_in socketAddress(const QString &host, quint16 port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host.toLatin1().constData(), &address.sin_addr);
    return address;
}

Fd makeSocket()
{
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); // earlier connections may linger
    return fd;
}

Fd listenAt(const QString &host, quint16 port)
{
    Fd fd = makeSocket();
    const sockaddr_in address = socketAddress(host, port);
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer); // its connections get it too
    if (::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 || ::listen(fd.get(), backlog) != 0)
        fd.reset();
    return fd;
}

/// On its way to be connected; invalid when that failed already.
Fd connectTo(const QString &host, quint16 port)
{
    Fd fd = makeSocket();
    const sockaddr_in address = socketAddress(host, port);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 && errno != EINPROGRESS)
        fd.reset();
    return fd;
}

}

InstanceLink::InstanceLink(QString shown, QString real, Ask ask)
    : m_shown(std::move(shown))
    , m_real(std::move(real))
    , m_ask(std::move(ask))
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{
}

InstanceLink::~InstanceLink()
{
    m_thread.request_stop();
    m_thread.join();
}

void InstanceLink::run(const std::stop_token &stop)
{
    Clock::time_point asked;
    for (bool down = false; !stop.stop_requested();) {
        const Clock::time_point now = Clock::now();
        if (now - asked >= askEvery) {
            const Quality quality = m_ask();
            m_there.setRate(quality.bytesPerSecond);
            m_back.setRate(quality.bytesPerSecond);
            down = quality.down;
            asked = now;
        }
        if (down) {
            m_listeners.clear();
            m_connections.clear();
            std::this_thread::sleep_for(idle);
        } else {
            listen();
            pass(now);
        }
    }
}

void InstanceLink::listen()
{
    for (const quint16 port : ports) {
        if (m_listeners.contains(port))
            continue;
        if (Fd fd = listenAt(m_shown, port))
            m_listeners.emplace(port, std::move(fd));
        else if (!std::exchange(m_complained, true))
            log::warning("simcloud", QStringLiteral("no way to the instance"),
                {{QStringLiteral("address"), m_shown}, {QStringLiteral("port"), port},
                    {QStringLiteral("reason"), QString::fromLocal8Bit(std::strerror(errno))}});
    }
}

void InstanceLink::pass(Clock::time_point now)
{
    m_there.fill(now);
    m_back.fill(now);
    std::vector<pollfd> waiting;
    std::chrono::milliseconds longest = idle;
    for (const auto &[port, fd] : m_listeners)
        waiting.push_back({fd.get(), POLLIN, 0});
    for (const LinkConnection &connection : m_connections) {
        connection.addTo(waiting);
        longest = std::min(longest, connection.pause());
    }
    if (::poll(waiting.data(), waiting.size(), int(longest.count())) < 0)
        return;
    // Under a limit the first takes all there is: who got something goes to the end of the queue.
    std::list<LinkConnection> served;
    for (auto each = m_connections.begin(); each != m_connections.end();) {
        const auto connection = each++;
        if (connection->pass())
            served.splice(served.end(), m_connections, connection);
    }
    m_connections.splice(m_connections.end(), served);
    std::erase_if(m_connections, [](const LinkConnection &connection) { return connection.isOver(); });
    for (const auto &[port, fd] : m_listeners)
        acceptOne(port);
}

void InstanceLink::acceptOne(quint16 port)
{
    Fd near(::accept4(m_listeners.at(port).get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!near)
        return; // nobody, or gone already
    const int on = 1;
    Fd far = connectTo(m_real, port);
    for (const int each : {near.get(), far.get()})
        ::setsockopt(each, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // no delay but ours
    m_connections.emplace_back(std::move(near), std::move(far), m_there, m_back);
}

}
