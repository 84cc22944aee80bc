#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/networktext.h"
#include "core/receiver/bootfix/services.h"

namespace edgelift::bootfix {

namespace {

const auto networkdFolder = QStringLiteral("/etc/systemd/network");

struct NetworkFile
{
    QString path;
    QByteArray content;
    QString value(const char *section, const char *key) const { return iniValue(content, QLatin1String(section), QLatin1String(key)); }
};

bool isPartOfOther(const NetworkFile &file)
{
    return !file.value("network", "bond").isEmpty() || !file.value("network", "bridge").isEmpty();
}

bool byDhcp(const NetworkFile &file)
{
    const QString dhcp = file.value("network", "dhcp").toLower();
    return dhcp == QLatin1String("yes") || dhcp == QLatin1String("true") || dhcp == QLatin1String("ipv4") || dhcp == QLatin1String("both");
}

bool isPortable(const NetworkFile &file)
{
    static const QStringList names{anyNic(), QStringLiteral("en* eth*"), QStringLiteral("eth* en*"), QStringLiteral("*")};
    const bool anyName = names.contains(file.value("match", "name")) || file.value("match", "type") == QLatin1String("ether");
    return anyName && byDhcp(file) && file.value("match", "macaddress").isEmpty() && file.value("match", "driver").isEmpty()
        && file.value("network", "address").isEmpty() && file.value("network", "gateway").isEmpty();
}

/// Interfaces that are made of others: the kinds of .netdev files.
QStringList stackedNames(Guest &guest)
{
    static const QStringList kinds{QStringLiteral("bond"), QStringLiteral("bridge"), QStringLiteral("vlan"), QStringLiteral("team")};
    QStringList names;
    for (const QString &path : guest.files(networkdFolder, QStringLiteral(".netdev"))) {
        const QByteArray content = guest.read(path).value_or(QByteArray());
        if (kinds.contains(iniValue(content, QStringLiteral("netdev"), QStringLiteral("kind"))))
            names.append(iniValue(content, QStringLiteral("netdev"), QStringLiteral("name")));
    }
    return names;
}

const NetworkFile *primaryOf(const QList<NetworkFile> &files)
{
    const auto rank = [](const NetworkFile &file) {
        const bool gateway = !file.value("network", "gateway").isEmpty() || !file.value("route", "gateway").isEmpty();
        const bool loop = file.value("match", "name") == QLatin1String("lo");
        return loop || isPartOfOther(file) ? 0 : gateway ? 3 : byDhcp(file) ? 2 : 1;
    };
    const NetworkFile *best = nullptr;
    for (const NetworkFile &file : files) {
        if (rank(file) > (best ? rank(*best) : 0))
            best = &file;
    }
    return best;
}

QByteArray asDhcp(const QByteArray &content)
{
    static const QStringList dropped{QStringLiteral("match"), QStringLiteral("address"), QStringLiteral("route"),
        QStringLiteral("routingpolicyrule"), QStringLiteral("neighbor"), QStringLiteral("dhcpserver")};
    static const QStringList keys{
        QStringLiteral("dhcp"), QStringLiteral("address"), QStringLiteral("gateway"), QStringLiteral("dns"), QStringLiteral("dhcpserver")};
    const QByteArray rest = editIni(content, [](const IniLine &at, QByteArray &) {
        const bool out = dropped.contains(at.section) || (at.section == QLatin1String("network") && keys.contains(at.key))
            || (at.section == QLatin1String("link")
                && (at.key == QLatin1String("macaddress") || (at.key == QLatin1String("mtubytes") && isJumbo(at.value))));
        return out ? LineEdit::Drop : LineEdit::Keep;
    });
    return "[Match]\nName=" + anyNic().toLatin1() + "\n\n" + withIniValue(rest, "Network", "DHCP", "yes");
}

void stop(Guest &guest, const NetworkFile &file)
{
    const QString name = file.value("match", "name");
    const bool waits = file.value("link", "requiredforonline") != QLatin1String("no");
    if (name == QLatin1String("lo") || isPartOfOther(file) || !waits)
        return;
    guest.note(NoteId::OtherNic, {name.isEmpty() ? file.path : name});
    guest.write(file.path, withIniValue(file.content, "Link", "RequiredForOnline", "no"));
}

/// Some file that gives a virtio NIC of any name its address, the vendor's included: those of Amazon are for Amazon's drivers only.
bool isServed(Guest &guest)
{
    for (const char *folder : {"/etc/systemd/network", "/usr/lib/systemd/network", "/lib/systemd/network"}) {
        for (const QString &path : guest.files(QLatin1String(folder), QStringLiteral(".network"))) {
            const NetworkFile file{path, guest.read(path).value_or(QByteArray())};
            if (isPortable(file) && file.value("match", "virtualization").isEmpty() && file.value("match", "kind").isEmpty())
                return true;
        }
    }
    return false;
}

void convert(Guest &guest, const QList<NetworkFile> &files, const NetworkFile &primary)
{
    guest.found(primary.path);
    for (const NetworkFile &file : files) {
        if (&file != &primary)
            stop(guest, file);
        else if (!isPortable(file))
            guest.write(file.path, asDhcp(file.content));
    }
}

}

bool networkdApplies(Guest &guest)
{
    return isEnabled(guest, {QStringLiteral("systemd-networkd")}) || !guest.files(networkdFolder, QStringLiteral(".network")).isEmpty();
}

void fixNetworkd(Guest &guest)
{
    QList<NetworkFile> files;
    for (const QString &path : guest.files(networkdFolder, QStringLiteral(".network"))) {
        if (const std::optional<QByteArray> content = guest.read(path))
            files.append({path, *content});
    }
    const QStringList stacked = stackedNames(guest);
    if (!stacked.isEmpty() && !guest.options().flattenNetwork) {
        guest.note(NoteId::NetworkStacked, {stacked.join(QStringLiteral(", "))});
        guest.networkKnown = true;
        return;
    }
    if (!stacked.isEmpty()) {
        for (const QString &path : guest.files(networkdFolder, QStringLiteral(".netdev")))
            guest.remove(path);
        for (const NetworkFile &file : std::as_const(files))
            guest.remove(file.path);
        files.clear();
    }
    if (const NetworkFile *primary = primaryOf(files))
        convert(guest, files, *primary);
    if (!isEnabled(guest, {QStringLiteral("systemd-networkd")}))
        return;
    const bool byNetplan = !guest.files(QStringLiteral("/etc/netplan"), QStringLiteral(".yaml")).isEmpty();
    if (!byNetplan && !isServed(guest)) {
        guest.write(networkdFolder + QStringLiteral("/90-edgelift.network"),
            "# Written by Edgelift: the first NIC by whatever name gets its address by DHCP.\n"
            "[Match]\nName="
                + anyNic().toLatin1() + "\n\n[Network]\nDHCP=yes\n");
    }
    guest.networkKnown = true;
}

}
