#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/networktext.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

const auto netplanFolder = QStringLiteral("/etc/netplan");

/// Where the keys of a YAML file stand ("network/ethernets/ens3/dhcp4"), by indentation: netplan's files are mappings of mappings. What is
/// written in braces stays part of a value; such a file is told apart by its text.
QStringList keyPaths(const QByteArray &content)
{
    static const QRegularExpression keyLine(QStringLiteral("^( *)([^\\s#'\"-][^:]*|\"[^\"]+\"|'[^']+')\\s*:(?:\\s|$)"));
    QList<std::pair<qsizetype, QString>> open;
    QStringList paths;
    for (const QByteArray &raw : content.split('\n')) {
        const QRegularExpressionMatch match = keyLine.match(QString::fromUtf8(raw));
        if (!match.hasMatch())
            continue;
        const qsizetype indent = match.capturedLength(1);
        while (!open.isEmpty() && open.constLast().first >= indent)
            open.removeLast();
        open.append({indent, match.captured(2).remove(QLatin1Char('"')).remove(QLatin1Char('\'')).trimmed()});
        QStringList parts;
        for (const auto &part : std::as_const(open))
            parts.append(part.second);
        paths.append(parts.join(QLatin1Char('/')));
    }
    return paths;
}

QStringList childrenOf(const QStringList &paths, const QString &parent)
{
    QStringList children;
    for (const QString &path : paths) {
        if (path.startsWith(parent + QLatin1Char('/')) && !path.mid(parent.size() + 1).contains(QLatin1Char('/')))
            children.append(path.mid(parent.size() + 1));
    }
    return children;
}

struct Netplan
{
    QStringList ethernets;
    QStringList stacked;
    QString primary; ///< the first with a gateway, else the first
    bool portable = true; ///< every NIC gets DHCP by whatever name
    bool byManager = false;
};

void readFile(const QByteArray &content, Netplan &plan)
{
    static const QRegularExpression bound(QStringLiteral("macaddress|set-name|addresses\\s*:|gateway[46]\\s*:|routes\\s*:|\\{"));
    static const QRegularExpression dhcp(QStringLiteral("dhcp4\\s*:\\s*(?:true|yes|on)"));
    const QStringList paths = keyPaths(content);
    const QString root = QStringLiteral("network/ethernets");
    const QString text = QString::fromUtf8(content);
    for (const QString &name : childrenOf(paths, root)) {
        const QString own = root + QLatin1Char('/') + name;
        plan.ethernets.append(name);
        const bool gateway = paths.contains(own + QStringLiteral("/gateway4")) || paths.contains(own + QStringLiteral("/routes"));
        if (plan.primary.isEmpty() || gateway)
            plan.primary = name;
        const bool anyName = paths.contains(own + QStringLiteral("/match/name")) || paths.contains(own + QStringLiteral("/match/driver"));
        plan.portable = plan.portable && anyName && dhcp.match(text).hasMatch();
    }
    for (const char *kind : {"bonds", "bridges", "vlans"})
        plan.stacked += childrenOf(paths, QStringLiteral("network/") + QLatin1String(kind));
    plan.portable = plan.portable && !bound.match(text).hasMatch();
    plan.byManager = plan.byManager || text.contains(QLatin1String("renderer: NetworkManager"));
}

QByteArray dhcpPlan(bool byManager)
{
    return "# Written by Edgelift: the first NIC by whatever name gets its address by DHCP.\n"
           "network:\n  version: 2\n  renderer: "
        + QByteArray(byManager ? "NetworkManager" : "networkd") + "\n  ethernets:\n    edgelift:\n      match:\n        name: \""
        + anyNic().toLatin1() + "\"\n      dhcp4: true\n";
}

}

bool netplanApplies(Guest &guest) { return !guest.files(netplanFolder, QStringLiteral(".yaml")).isEmpty(); }

void fixNetplan(Guest &guest)
{
    const QStringList files = guest.files(netplanFolder, QStringLiteral(".yaml"));
    Netplan plan;
    for (const QString &path : files)
        readFile(guest.read(path).value_or(QByteArray()), plan);
    guest.found(QStringLiteral("%1: %2").arg(netplanFolder, (plan.ethernets + plan.stacked).join(QStringLiteral(", "))));
    if (!plan.stacked.isEmpty() && !guest.options().flattenNetwork) {
        guest.note(NoteId::NetworkStacked, {plan.stacked.join(QStringLiteral(", "))});
        guest.networkKnown = true;
        return;
    }
    const bool leftToManager = plan.ethernets.isEmpty() && plan.stacked.isEmpty(); // "renderer: NetworkManager" and nothing else
    guest.networkKnown = guest.networkKnown || !leftToManager;
    if (plan.portable || leftToManager)
        return;
    for (const QString &name : std::as_const(plan.ethernets)) {
        if (name != plan.primary)
            guest.note(NoteId::OtherNic, {name});
    }
    for (const QString &path : files)
        guest.remove(path);
    guest.write(netplanFolder + QStringLiteral("/50-edgelift.yaml"), dhcpPlan(plan.byManager), 0600);
}

}
