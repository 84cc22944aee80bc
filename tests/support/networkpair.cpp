#include "tests/support/networkpair.h"

#include "tests/support/simulation.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <sys/stat.h>
#include <unistd.h>

namespace edgelift::test {

namespace {

bool ip(const QString &words) { return runTool(QStringLiteral("ip"), words.split(QLatin1Char(' ')), 30).has_value(); }

/// 127.0.0.0/8 may come in through a cable only where that is allowed.
bool allowLoopbackAddresses(const QString &space)
{
    return runTool(QStringLiteral("ip"),
        {QStringLiteral("netns"), QStringLiteral("exec"), space, QStringLiteral("sh"), QStringLiteral("-c"),
            QStringLiteral("for f in all veth; do echo 1 > /proc/sys/net/ipv4/conf/$f/route_localnet; done")},
        30)
        .has_value();
}

bool sameFile(const QByteArray &a, const QByteArray &b)
{
    struct stat first
    {
    };
    struct stat second
    {
    };
    return ::stat(a.constData(), &first) == 0 && ::stat(b.constData(), &second) == 0 && first.st_ino == second.st_ino
        && first.st_dev == second.st_dev;
}

}

NetworkPair::NetworkPair()
    : m_name(QStringLiteral("efl%1").arg(::getpid()))
    , m_sourceAddress(QStringLiteral("10.77.0.2"))
{
    const QString a = source();
    const QString b = cloud();
    // The source's loopback stays down: its own 127.0.0.0/8 would win over the route below.
    m_valid = ip(QStringLiteral("netns add ") + a) && ip(QStringLiteral("netns add ") + b)
        && ip(QStringLiteral("link add veth netns %1 type veth peer name veth netns %2").arg(a, b))
        && ip(QStringLiteral("-n %1 addr add %2/24 dev veth").arg(a, m_sourceAddress))
        && ip(QStringLiteral("-n %1 link set veth up").arg(a)) && ip(QStringLiteral("-n %1 addr add 10.77.0.1/24 dev veth").arg(b))
        && ip(QStringLiteral("-n %1 link set veth up").arg(b)) && ip(QStringLiteral("-n %1 link set lo up").arg(b))
        && allowLoopbackAddresses(a) && allowLoopbackAddresses(b)
        && ip(QStringLiteral("-n %1 route add 127.88.0.0/16 via 10.77.0.1").arg(a));
}

NetworkPair::~NetworkPair()
{
    ip(QStringLiteral("netns del ") + source());
    ip(QStringLiteral("netns del ") + cloud());
}

bool NetworkPair::cut() { return ip(QStringLiteral("-n %1 link set veth down").arg(cloud())); }
bool NetworkPair::mend() { return ip(QStringLiteral("-n %1 link set veth up").arg(cloud())); }

bool NetworkPair::swallowAnswers(bool on)
{
    return ip(
        QStringLiteral("-n %1 route %2 blackhole %3").arg(cloud(), on ? QStringLiteral("add") : QStringLiteral("del"), m_sourceAddress));
}

bool NetworkPair::moveSourceTo(const QString &address)
{
    const bool moved = ip(QStringLiteral("-n %1 addr flush dev veth").arg(source()))
        && ip(QStringLiteral("-n %1 addr add %2/24 dev veth").arg(source(), address))
        && ip(QStringLiteral("-n %1 route replace 127.88.0.0/16 via 10.77.0.1").arg(source()));
    m_sourceAddress = address;
    return moved;
}

quint64 NetworkPair::sentBySource() const
{
    // /sys shows the namespace of whoever mounted it; /proc/net of the process that looks.
    const auto table = runTool(QStringLiteral("ip"),
        {QStringLiteral("netns"), QStringLiteral("exec"), source(), QStringLiteral("cat"), QStringLiteral("/proc/net/dev")}, 30);
    for (const QByteArray &line : table.value_or(QByteArray()).split('\n')) {
        if (line.trimmed().startsWith("veth:"))
            return line.simplified().split(' ').value(9).toULongLong();
    }
    return 0;
}

QList<pid_t> NetworkPair::inCloud(const QByteArray &program) const
{
    const QByteArray space = "/run/netns/" + cloud().toLatin1();
    QList<pid_t> found;
    for (const QString &pid : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        QFile line(QStringLiteral("/proc/%1/cmdline").arg(pid));
        if (!pid.at(0).isDigit() || !line.open(QIODevice::ReadOnly))
            continue;
        const QList<QByteArray> words = line.readAll().split('\0');
        const bool isShell = words.first().endsWith("sh");
        if (!isShell && words.mid(0, 4).join(' ').contains(program) && sameFile("/proc/" + pid.toLatin1() + "/ns/net", space))
            found.append(pid.toInt());
    }
    return found;
}

}
