#include "core/simcloud/instanceaddress.h"

#include "core/base/ids.h"

#include <arpa/inet.h>
#include <cstddef>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace edgelift {

namespace {

constexpr int attempts = 1000;

/// Held as long as the descriptor lives; invalid when somebody else has it.
Fd lockAddress(const QString &address)
{
    Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const QByteArray text = "edgelift-instance-" + address.toLatin1();
    std::memcpy(name.sun_path + 1, text.constData(), size_t(text.size())); // the first byte stays 0: the abstract name space
    const auto length = socklen_t(offsetof(sockaddr_un, sun_path) + 1 + size_t(text.size()));
    if (fd && ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&name), length) != 0)
        fd.reset();
    return fd;
}

bool portFree(const QString &address, quint16 port)
{
    const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); // connections of an earlier instance may linger
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    ::inet_pton(AF_INET, address.toLatin1().constData(), &name.sin_addr);
    return fd && ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&name), sizeof name) == 0;
}

bool isOurs(const QString &address)
{
    in_addr parsed{};
    return ::inet_pton(AF_INET, address.toLatin1().constData(), &parsed) == 1 && (ntohl(parsed.s_addr) >> 16) == ((127U << 8) | 88U);
}

QString randomAddress()
{
    const QByteArray bytes = randomBytes(2);
    return QStringLiteral("127.88.%1.%2").arg(quint8(bytes.at(0))).arg(1 + quint8(bytes.at(1)) % 254);
}

}

QString InstanceAddresses::reserve(const QString &wanted)
{
    const std::lock_guard lock(m_mutex);
    for (int n = 0; n < attempts; ++n) {
        const QString address = n == 0 && isOurs(wanted) ? wanted : randomAddress();
        if (m_held.contains(address))
            continue;
        Fd held = lockAddress(address);
        if (!held || !portFree(address, 8080) || !portFree(address, 8703))
            continue;
        m_held.insert(address, std::make_shared<Fd>(std::move(held)));
        return address;
    }
    return {};
}

void InstanceAddresses::release(const QString &address)
{
    const std::lock_guard lock(m_mutex);
    m_held.remove(address);
}

}
