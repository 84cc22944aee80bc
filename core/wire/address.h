#pragma once
#include <QString>
#include <optional>
#include <sys/socket.h>

namespace edgelift::wire {

/// A numeric IPv4 or IPv6 address with its port. Names are not looked up: that would block without a time limit.
class SocketAddress
{
public:
    [[nodiscard]] static std::optional<SocketAddress> parse(const QString &host, quint16 port);
    int family() const { return m_storage.ss_family; }
    const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&m_storage); }
    socklen_t length() const { return m_length; }

private:
    sockaddr_storage m_storage{};
    socklen_t m_length = 0;
};

/// "192.0.2.1" of a socket's peer or own address; an IPv4 address that arrived through IPv6 is shown as IPv4.
[[nodiscard]] QString hostOf(const sockaddr_storage &address);
[[nodiscard]] quint16 portOf(const sockaddr_storage &address);

}
