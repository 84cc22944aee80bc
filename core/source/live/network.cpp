#include "core/source/live/network.h"

#include "core/base/files.h"

#include <QDir>
#include <QFileInfo>
#include <arpa/inet.h>
#include <array>
#include <bit>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>

namespace edgelift {

namespace {

constexpr qsizetype mostEntries = 1000;

QByteArray attribute(const QString &path)
{
    const Result<QByteArray> content = readFile(path, 4096);
    return content ? content->trimmed() : QByteArray();
}

QString textOf(int family, const void *address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(family, address, text.data(), socklen_t(text.size())) ? QString::fromLatin1(text.data()) : QString();
}

template <class T>
int bitsOf(const T &mask)
{
    const auto *bytes = reinterpret_cast<const unsigned char *>(&mask);
    int bits = 0;
    for (size_t i = 0; i < sizeof mask; ++i)
        bits += std::popcount(bytes[i]);
    return bits;
}

/// "192.0.2.2/24"; empty for what is no address of a network.
QString shown(const ifaddrs &entry)
{
    if (!entry.ifa_addr || !entry.ifa_netmask)
        return {};
    if (entry.ifa_addr->sa_family == AF_INET) {
        const auto *address = reinterpret_cast<const sockaddr_in *>(entry.ifa_addr);
        const auto *mask = reinterpret_cast<const sockaddr_in *>(entry.ifa_netmask);
        return QStringLiteral("%1/%2").arg(textOf(AF_INET, &address->sin_addr)).arg(bitsOf(mask->sin_addr));
    }
    if (entry.ifa_addr->sa_family != AF_INET6)
        return {};
    const auto *address = reinterpret_cast<const sockaddr_in6 *>(entry.ifa_addr);
    const auto *mask = reinterpret_cast<const sockaddr_in6 *>(entry.ifa_netmask);
    if (IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr))
        return {};
    return QStringLiteral("%1/%2").arg(textOf(AF_INET6, &address->sin6_addr)).arg(bitsOf(mask->sin6_addr));
}

/// 32 hex digits as /proc/net/ipv6_route has them.
QString address6(const QByteArray &digits)
{
    const QByteArray bytes = QByteArray::fromHex(digits);
    return bytes.size() == 16 && digits.size() == 32 ? textOf(AF_INET6, bytes.constData()) : QString();
}

/// The rest of the lines "nameserver …".
QStringList serversIn(const QByteArray &resolvConf)
{
    QStringList servers;
    for (const QByteArray &raw : resolvConf.split('\n')) {
        const QList<QByteArray> words = raw.simplified().split(' ');
        if (words.constFirst() == "nameserver" && words.size() > 1 && servers.size() < mostEntries)
            servers.append(QString::fromUtf8(words.at(1)));
    }
    return servers;
}

}

QHash<QString, QStringList> localAddresses()
{
    ifaddrs *raw = nullptr;
    if (::getifaddrs(&raw) != 0)
        return {};
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs *)> list(raw, ::freeifaddrs);
    QHash<QString, QStringList> found;
    for (const ifaddrs *entry = list.get(); entry; entry = entry->ifa_next) {
        if (const QString text = shown(*entry); !text.isEmpty())
            found[QString::fromLocal8Bit(entry->ifa_name)].append(text);
    }
    return found;
}

QList<NicFacts> readNics(const QString &sys, const QHash<QString, QStringList> &addresses)
{
    QList<NicFacts> nics;
    const QString list = sys + QStringLiteral("/class/net/");
    const QStringList names = QDir(list).entryList(QDir::Dirs | QDir::System | QDir::NoDotAndDotDot, QDir::Name).mid(0, mostEntries);
    for (const QString &name : names) {
        const auto of = [&](const char *what) { return attribute(list + name + QLatin1String(what)); };
        if (of("/type").toInt() == ARPHRD_LOOPBACK)
            continue;
        NicFacts nic;
        nic.name = name;
        nic.mac = QString::fromLatin1(of("/address")).toLower();
        nic.driver = QFileInfo(QFileInfo(list + name + QStringLiteral("/device/driver")).canonicalFilePath()).fileName();
        nic.mtu = of("/mtu").toInt();
        nic.up = (of("/flags").toUInt(nullptr, 16) & IFF_UP) != 0;
        nic.addresses = addresses.value(name);
        nics.append(nic);
    }
    return nics;
}

QList<RouteFacts> parseRoutes4(const QByteArray &content)
{
    QList<RouteFacts> routes;
    for (const QByteArray &line : content.split('\n')) {
        // Iface Destination Gateway Flags RefCnt Use Metric Mask …, the addresses as numbers of this machine's byte order
        const QList<QByteArray> fields = line.simplified().split(' ');
        bool isRoute = fields.size() >= 8;
        std::array<in_addr, 3> addresses{};
        const std::array<int, 3> places{1, 2, 7};
        for (size_t i = 0; isRoute && i < places.size(); ++i)
            addresses[i].s_addr = fields.at(places[i]).toUInt(&isRoute, 16);
        const uint flags = isRoute ? fields.at(3).toUInt(nullptr, 16) : 0;
        if (!isRoute || !(flags & RTF_UP) || routes.size() >= mostEntries)
            continue;
        routes.append({QStringLiteral("%1/%2").arg(textOf(AF_INET, &addresses[0])).arg(bitsOf(addresses[2])),
            (flags & RTF_GATEWAY) ? textOf(AF_INET, &addresses[1]) : QString(), QString::fromUtf8(fields.constFirst())});
    }
    return routes;
}

QList<RouteFacts> parseRoutes6(const QByteArray &content)
{
    QList<RouteFacts> routes;
    for (const QByteArray &line : content.split('\n')) {
        // destination prefix source prefix gateway metric refs use flags device
        const QList<QByteArray> fields = line.simplified().split(' ');
        const QString nic = QString::fromUtf8(fields.value(9));
        const QString destination = address6(fields.constFirst());
        const uint flags = fields.value(8).toUInt(nullptr, 16);
        bool isNumber = false;
        const uint prefix = fields.value(1).toUInt(&isNumber, 16);
        const bool isOwn =
            nic == QLatin1String("lo") || destination.startsWith(QLatin1String("fe80:")) || destination.startsWith(QLatin1String("ff00:"));
        if (destination.isEmpty() || nic.isEmpty() || !isNumber || prefix > 128 || isOwn || !(flags & RTF_UP)
            || routes.size() >= mostEntries)
            continue;
        routes.append(
            {QStringLiteral("%1/%2").arg(destination).arg(prefix), (flags & RTF_GATEWAY) ? address6(fields.at(4)) : QString(), nic});
    }
    return routes;
}

QList<RouteFacts> readRoutes(const QString &proc)
{
    constexpr qint64 most = 4 << 20;
    const Result<QByteArray> four = readFile(proc + QStringLiteral("/net/route"), most);
    const Result<QByteArray> six = readFile(proc + QStringLiteral("/net/ipv6_route"), most);
    return (four ? parseRoutes4(*four) : QList<RouteFacts>()) + (six ? parseRoutes6(*six) : QList<RouteFacts>());
}

QStringList dnsServers(const QByteArray &resolvConf)
{
    const QStringList servers = serversIn(resolvConf);
    const bool isStub = servers.isEmpty() || servers == QStringList{QStringLiteral("127.0.0.53")};
    const Result<QByteArray> behind = isStub ? readFile(QStringLiteral("/run/systemd/resolve/resolv.conf"), 65536) : Error{};
    const QStringList real = behind ? serversIn(*behind) : QStringList();
    return real.isEmpty() ? servers : real;
}

}
