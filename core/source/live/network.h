#pragma once
#include "core/layout/livefacts.h"

#include <QByteArray>
#include <QHash>

namespace edgelift {

/// "192.0.2.2/24" of this machine by the name of the device; link-local ones of IPv6 are left out.
[[nodiscard]] QHash<QString, QStringList> localAddresses();
/// The network devices below `sys`, without the loopback device. At most 1000.
[[nodiscard]] QList<NicFacts> readNics(const QString &sys, const QHash<QString, QStringList> &addresses);

/// Of /proc/net/route and /proc/net/ipv6_route; those to the machine itself are left out. At most 1000 each. Pure.
[[nodiscard]] QList<RouteFacts> parseRoutes4(const QByteArray &content);
[[nodiscard]] QList<RouteFacts> parseRoutes6(const QByteArray &content);
[[nodiscard]] QList<RouteFacts> readRoutes(const QString &proc);

/// Of a resolv.conf. Where that names systemd's own server, those it asks are taken.
[[nodiscard]] QStringList dnsServers(const QByteArray &resolvConf);

}
