#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/networktext.h"
#include "core/receiver/bootfix/services.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

const auto rulesFolder = QStringLiteral("/etc/udev/rules.d");
const auto generatorName = QStringLiteral("75-persistent-net-generator.rules");

void removeRules(Guest &guest)
{
    for (const QString &path : guest.files(rulesFolder, QStringLiteral(".rules"))) {
        if (leafName(path).endsWith(QLatin1String("persistent-net.rules"))) {
            guest.found(path);
            guest.remove(path);
            continue;
        }
        static const QRegularExpression named(
            QStringLiteral("^[^#]*SUBSYSTEM==\"net\".*(?:ATTR\\{address\\}|ATTRS\\{address\\}|KERNELS)==.*NAME=\""));
        const std::optional<QByteArray> content = guest.read(path);
        if (!content)
            continue;
        guest.write(path, editLines(*content, [&guest, &path](QByteArray &line) {
            if (named.match(QString::fromUtf8(line)).hasMatch()) {
                guest.found(path + QStringLiteral(": ") + QString::fromUtf8(line));
                line = commented(line);
            }
            return LineEdit::Keep;
        }));
    }
}

}

void fixNicRules(Guest &guest)
{
    removeRules(guest);
    // It would write 70-persistent-net.rules anew, with eth1 for the NIC it does not know yet. An empty file of its name hides it.
    const bool generates = guest.isFile(QStringLiteral("/lib/udev/rules.d/") + generatorName);
    if (generates)
        guest.write(rulesFolder + QLatin1Char('/') + generatorName, {});
    const auto folder = QStringLiteral("/etc/systemd/network");
    for (const QString &path : guest.files(folder, QStringLiteral(".link"))) {
        const QByteArray content = guest.read(path).value_or(QByteArray());
        const bool bound = !iniValue(content, QStringLiteral("match"), QStringLiteral("macaddress")).isEmpty()
            || !iniValue(content, QStringLiteral("match"), QStringLiteral("permanentmacaddress")).isEmpty()
            || !iniValue(content, QStringLiteral("match"), QStringLiteral("path")).isEmpty();
        if (bound) {
            guest.found(path);
            guest.remove(path);
        }
    }
    if (guest.isFile(QStringLiteral("/etc/iftab"))) {
        guest.found(QStringLiteral("/etc/iftab"));
        guest.remove(QStringLiteral("/etc/iftab"));
    }
}

/// NetworkManager-config-server and the like: without a profile for the new NIC it would get no address.
void fixManagerDefaults(Guest &guest)
{
    QStringList paths = guest.files(QStringLiteral("/usr/lib/NetworkManager/conf.d"), QStringLiteral(".conf"));
    paths += guest.files(QStringLiteral("/etc/NetworkManager/conf.d"), QStringLiteral(".conf"));
    paths.append(QStringLiteral("/etc/NetworkManager/NetworkManager.conf"));
    for (const QString &path : std::as_const(paths)) {
        const QByteArray content = guest.read(path).value_or(QByteArray());
        if (iniValue(content, QStringLiteral("main"), QStringLiteral("no-auto-default")).isEmpty())
            continue;
        guest.found(path);
        guest.write(QStringLiteral("/etc/NetworkManager/conf.d/90-edgelift.conf"),
            "# Written by Edgelift: the new NIC gets an address by DHCP also when no profile is for it.\n[main]\nno-auto-default=\n");
        return;
    }
}

/// The last look at the network: somebody must care for the NIC, and only one.
void checkNetwork(Guest &guest)
{
    QStringList owners;
    for (const char *name : {"NetworkManager", "systemd-networkd", "networking", "network", "wicked"}) {
        if (isEnabled(guest, {QLatin1String(name)}))
            owners.append(QLatin1String(name));
    }
    guest.found(owners.isEmpty() ? QStringLiteral("no network service") : owners.join(QStringLiteral(", ")));
    const bool byManager = owners.contains(QStringLiteral("NetworkManager")); // makes a DHCP profile by itself
    // EL7 and its relatives start both, and the second leaves to the first what that has.
    if (owners.size() > 1 && owners != QStringList{QStringLiteral("NetworkManager"), QStringLiteral("network")})
        guest.note(NoteId::NetworkOwners, {owners.join(QStringLiteral(", "))});
    if (!guest.networkKnown && !byManager)
        guest.note(NoteId::NetworkUnknown);
}

}
