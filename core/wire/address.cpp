#include "core/wire/address.h"

#include <array>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>

namespace edgelift::wire {

std::optional<SocketAddress> SocketAddress::parse(const QString &host, quint16 port)
{
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    if (::getaddrinfo(host.toLatin1().constData(), QByteArray::number(port).constData(), &hints, &found) != 0)
        return std::nullopt;
    SocketAddress address;
    address.m_length = found->ai_addrlen;
    std::memcpy(&address.m_storage, found->ai_addr, found->ai_addrlen);
    ::freeaddrinfo(found);
    return address;
}

QString hostOf(const sockaddr_storage &address)
{
    std::array<char, NI_MAXHOST> host{};
    const socklen_t length = address.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    ::getnameinfo(reinterpret_cast<const sockaddr *>(&address), length, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST);
    QString text = QString::fromLatin1(host.data());
    if (text.startsWith(QLatin1String("::ffff:")) && text.contains(QLatin1Char('.')))
        text.remove(0, 7);
    return text;
}

quint16 portOf(const sockaddr_storage &address)
{
    const auto *raw = reinterpret_cast<const char *>(&address);
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6 *>(raw)->sin6_port);
    return ntohs(reinterpret_cast<const sockaddr_in *>(raw)->sin_port);
}

}
