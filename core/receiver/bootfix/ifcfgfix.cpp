#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/networktext.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

/// The two dialects of ifcfg files.
struct Dialect
{
    QString folder;
    bool suse = false;
};

const Dialect &redHat()
{
    static const Dialect dialect{QStringLiteral("/etc/sysconfig/network-scripts"), false};
    return dialect;
}

const Dialect &suse()
{
    static const Dialect dialect{QStringLiteral("/etc/sysconfig/network"), true};
    return dialect;
}

struct IfcfgFile
{
    QString path;
    QString device;
    QByteArray content;
    QString value(const char *key) const { return shellValue(content, key); }
};

QList<IfcfgFile> ifcfgFiles(Guest &guest, const Dialect &dialect)
{
    static const QRegularExpression name(QStringLiteral("^ifcfg-([^~]+?)$"));
    static const QRegularExpression leftover(QStringLiteral("\\.(?:bak|old|orig|rpmnew|rpmsave|rpmorig|scpmbackup)$|~$"));
    QList<IfcfgFile> files;
    for (const QString &path : guest.files(dialect.folder)) {
        const QRegularExpressionMatch match = name.match(leafName(path));
        if (!match.hasMatch() || leftover.match(path).hasMatch() || match.captured(1) == QLatin1String("lo")
            || match.captured(1) == QLatin1String("template"))
            continue;
        const std::optional<QByteArray> content = guest.read(path);
        if (!content)
            continue;
        const QString device = shellValue(*content, "DEVICE");
        files.append({path, dialect.suse || device.isEmpty() ? match.captured(1) : device, *content});
    }
    return files;
}

bool isPartOfOther(const IfcfgFile &file)
{
    for (const char *key : {"MASTER", "BRIDGE_UUID", "TEAM_MASTER", "TEAM_MASTER_UUID", "BRIDGE"}) {
        if (!file.value(key).isEmpty() && file.value(key) != QLatin1String("yes"))
            return true;
    }
    return file.value("SLAVE") == QLatin1String("yes");
}

/// A bond, bridge, team or VLAN.
bool isStacked(const IfcfgFile &file)
{
    const QString type = file.value("TYPE") + file.value("DEVICETYPE");
    static const QRegularExpression kinds(QStringLiteral("Bond|Bridge|Vlan|Team|OVS"), QRegularExpression::CaseInsensitiveOption);
    return kinds.match(type).hasMatch() || file.value("VLAN") == QLatin1String("yes") || file.value("BRIDGE") == QLatin1String("yes")
        || file.value("BONDING_MASTER") == QLatin1String("yes") || !file.value("ETHERDEVICE").isEmpty();
}

bool isStarted(const IfcfgFile &file, bool suseDialect)
{
    const QString mode = file.value(suseDialect ? "STARTMODE" : "ONBOOT");
    return suseDialect ? mode == QLatin1String("auto") || mode == QLatin1String("onboot") || mode == QLatin1String("hotplug")
                       : mode == QLatin1String("yes") || mode == QLatin1String("on");
}

const IfcfgFile *primaryOf(const QList<IfcfgFile> &files, bool suseDialect)
{
    const auto rank = [suseDialect](const IfcfgFile &file) {
        if (isPartOfOther(file) || file.device.contains(QLatin1Char(':')))
            return 0;
        const bool gateway = !file.value("GATEWAY").isEmpty() || !file.value("GATEWAY0").isEmpty();
        const bool address = file.value("BOOTPROTO").startsWith(QLatin1String("dhcp")) || !file.value("IPADDR").isEmpty()
            || !file.value("IPADDR0").isEmpty();
        return 1 + (gateway ? 8 : 0) + (isStarted(file, suseDialect) ? 4 : 0) + (address ? 2 : 0);
    };
    const IfcfgFile *best = nullptr;
    for (const IfcfgFile &file : files) {
        if (rank(file) > (best ? rank(*best) : 0))
            best = &file;
    }
    return best;
}

bool bindsOld(const QString &key)
{
    static const QRegularExpression pattern(
        QStringLiteral("^(?:HWADDR|MACADDR|LLADDR|UUID|IPADDR\\w*|PREFIX\\w*|NETMASK\\w*|NETWORK\\w*|BROADCAST\\w*|GATEWAY\\w*|DNS\\d*|"
                       "REMOTE_IPADDR\\w*|IPV6ADDR\\w*|IPV6_DEFAULTGW|SRCADDR|ARPCHECK|BOOTPROTO|ONBOOT|STARTMODE|DEVICE|NAME)$"));
    return pattern.match(key).hasMatch();
}

/// DHCP under the first NIC's name; everything that is about the old address and card goes.
QByteArray asDhcp(const IfcfgFile &file, bool suseDialect)
{
    const QByteArray nic = firstNic().toLatin1();
    const bool keepsName = !file.value("NAME").isEmpty() && file.value("NAME") != file.device;
    QByteArray after = editLines(file.content, [keepsName](QByteArray &line) {
        const QString key = QString::fromUtf8(line.left(line.indexOf('='))).trimmed();
        const bool jumbo = key == QLatin1String("MTU") && isJumbo(shellValue(line, "MTU"));
        const bool drop = line.contains('=') && (bindsOld(key) || jumbo) && !(keepsName && key == QLatin1String("NAME"));
        return drop ? LineEdit::Drop : LineEdit::Keep;
    });
    if (!after.isEmpty() && !after.endsWith('\n'))
        after += '\n';
    if (suseDialect)
        return after + "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n";
    return after + (keepsName ? QByteArray() : "NAME=" + nic + '\n') + "DEVICE=" + nic + "\nBOOTPROTO=dhcp\nONBOOT=yes\n";
}

bool isPlainDhcp(const IfcfgFile &file, bool suseDialect)
{
    static const char *const bound[] = {"HWADDR", "MACADDR", "LLADDR", "UUID", "IPADDR", "GATEWAY", "DNS1"};
    return file.device == firstNic() && file.value("BOOTPROTO").startsWith(QLatin1String("dhcp")) && isStarted(file, suseDialect)
        && leafName(file.path) == QStringLiteral("ifcfg-") + firstNic() && !isJumbo(file.value("MTU"))
        && std::none_of(std::begin(bound), std::end(bound), [&file](const char *key) { return !file.value(key).isEmpty(); });
}

void removeRoutes(Guest &guest, const Dialect &dialect, const QString &device)
{
    for (const char *kind : {"route-", "route6-", "rule-", "rule6-", "ifroute-", "ifrule-"}) {
        const QString path = dialect.folder + QLatin1Char('/') + QLatin1String(kind) + device;
        if (guest.isFile(path)) {
            guest.found(path);
            guest.note(NoteId::RoutesDropped, {path});
            guest.remove(path);
        }
    }
}

/// Another NIC may not exist in the new machine: waiting for it would delay or fail the network's start.
void stop(Guest &guest, const IfcfgFile &file, bool suseDialect)
{
    if (!isStarted(file, suseDialect) || isStacked(file) || isPartOfOther(file))
        return;
    guest.note(NoteId::OtherNic, {file.device});
    guest.write(file.path, editLines(file.content, [suseDialect](QByteArray &line) {
        if (line.startsWith(suseDialect ? "STARTMODE=" : "ONBOOT="))
            line = suseDialect ? "STARTMODE='off'" : "ONBOOT=no";
        return LineEdit::Keep;
    }));
}

/// Gateways that stand outside the files of interfaces.
void dropGlobalRoutes(Guest &guest, const Dialect &dialect)
{
    static const QRegularExpression gateway(QStringLiteral("^GATEWAY(?:DEV)?="));
    static const QRegularExpression defaultRoute(QStringLiteral("^\\s*(?:default|0\\.0\\.0\\.0(?:/0)?)\\s"));
    const QString path = dialect.suse ? QStringLiteral("/etc/sysconfig/network/routes") : QStringLiteral("/etc/sysconfig/network");
    const std::optional<QByteArray> content = guest.isFile(path) ? guest.read(path) : std::nullopt;
    if (!content)
        return;
    guest.write(path, editLines(*content, [&](QByteArray &line) {
        if ((dialect.suse ? defaultRoute : gateway).match(QString::fromUtf8(line)).hasMatch()) {
            guest.found(path + QStringLiteral(": ") + QString::fromUtf8(line));
            line = commented(line);
        }
        return LineEdit::Keep;
    }));
}

void convert(Guest &guest, const Dialect &dialect)
{
    const QList<IfcfgFile> files = ifcfgFiles(guest, dialect);
    const IfcfgFile *primary = primaryOf(files, dialect.suse);
    if (!primary)
        return;
    guest.found(primary->path);
    const bool stacked = isStacked(*primary);
    guest.networkKnown = true;
    if (stacked && !guest.options().flattenNetwork) {
        guest.note(NoteId::NetworkStacked, {primary->device});
        guest.pinNicNames =
            std::any_of(files.begin(), files.end(), [](const IfcfgFile &file) { return file.device == firstNic(); }); // then it stays so
        return;
    }
    guest.pinNicNames = true;
    const QString target = dialect.folder + QStringLiteral("/ifcfg-") + firstNic();
    for (const IfcfgFile &file : files) {
        const bool part =
            file.device.startsWith(primary->device + QLatin1Char(':')) || (stacked && (isPartOfOther(file) || isStacked(file)));
        if (&file == primary || part || file.path == target) {
            if (file.path != target)
                guest.remove(file.path);
            if (&file != primary && !part)
                guest.note(NoteId::OtherNic, {file.device});
        } else {
            stop(guest, file, dialect.suse);
        }
    }
    IfcfgFile base = *primary;
    if (stacked)
        base.content.clear();
    if (!isPlainDhcp(*primary, dialect.suse))
        guest.write(target, asDhcp(base, dialect.suse));
    removeRoutes(guest, dialect, primary->device);
    dropGlobalRoutes(guest, dialect);
}

}

bool ifcfgApplies(Guest &guest) { return !ifcfgFiles(guest, redHat()).isEmpty(); }
void fixIfcfg(Guest &guest) { convert(guest, redHat()); }

bool wickedApplies(Guest &guest) { return !ifcfgFiles(guest, suse()).isEmpty(); }

void fixWicked(Guest &guest)
{
    convert(guest, suse());
    for (const char *name : {"duid.xml", "iaid.xml"}) {
        const QString path = QStringLiteral("/var/lib/wicked/") + QLatin1String(name);
        if (guest.isFile(path)) {
            guest.found(path);
            guest.remove(path);
        }
    }
    for (const QString &path : guest.files(QStringLiteral("/var/lib/wicked"), QStringLiteral(".xml"))) {
        if (leafName(path).startsWith(QLatin1String("lease-")))
            guest.remove(path);
    }
    const QString servers =
        shellValue(guest.read(QStringLiteral("/etc/sysconfig/network/config")).value_or(QByteArray()), "NETCONFIG_DNS_STATIC_SERVERS");
    if (!servers.isEmpty())
        guest.note(NoteId::NameServerOfOldSite, {servers});
}

}
