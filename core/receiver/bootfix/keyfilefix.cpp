#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/networktext.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

const auto keyfileFolder = QStringLiteral("/etc/NetworkManager/system-connections");

struct Keyfile
{
    QString path;
    QByteArray content;
    QString value(const char *section, const char *key) const { return iniValue(content, QLatin1String(section), QLatin1String(key)); }
    QString name() const
    {
        const QString nic = value("connection", "interface-name");
        return nic.isEmpty() ? value("connection", "id") : nic;
    }
};

bool isEthernet(const Keyfile &file)
{
    const QString type = file.value("connection", "type");
    return type == QLatin1String("ethernet") || type == QLatin1String("802-3-ethernet");
}

bool isPartOfOther(const Keyfile &file)
{
    return !file.value("connection", "master").isEmpty() || !file.value("connection", "controller").isEmpty();
}

bool isStacked(const Keyfile &file)
{
    static const QStringList kinds{
        QStringLiteral("bond"), QStringLiteral("bridge"), QStringLiteral("vlan"), QStringLiteral("team"), QStringLiteral("ovs-interface")};
    return kinds.contains(file.value("connection", "type"));
}

bool isStarted(const Keyfile &file) { return file.value("connection", "autoconnect") != QLatin1String("false"); }

const Keyfile *primaryOf(const QList<Keyfile> &files)
{
    const auto rank = [](const Keyfile &file) {
        if (isPartOfOther(file) || !(isEthernet(file) || isStacked(file)))
            return 0;
        const bool gateway = !file.value("ipv4", "gateway").isEmpty() || file.value("ipv4", "address1").contains(QLatin1Char(','));
        return 1 + (gateway ? 8 : 0) + (isStarted(file) ? 4 : 0) + (file.value("ipv4", "method") != QLatin1String("disabled") ? 2 : 0);
    };
    const Keyfile *best = nullptr;
    for (const Keyfile &file : files) {
        if (rank(file) > (best ? rank(*best) : 0))
            best = &file;
    }
    return best;
}

/// Any NIC, any address: what names the old ones goes.
QByteArray asDhcp(const QByteArray &content)
{
    static const QStringList cardKeys{QStringLiteral("mac-address"), QStringLiteral("cloned-mac-address"),
        QStringLiteral("mac-address-blacklist"), QStringLiteral("mac-address-denylist")};
    static const QRegularExpression addressKey(
        QStringLiteral("^(?:address\\d*|addresses|gateway|dns\\d*|route\\d+.*|routes|routing-rule.*)$"));
    return editIni(content, [](const IniLine &at, QByteArray &line) {
        const bool card = (at.section == QLatin1String("ethernet") || at.section == QLatin1String("802-3-ethernet"))
            && (cardKeys.contains(at.key) || (at.key == QLatin1String("mtu") && isJumbo(at.value)));
        const bool name = at.section == QLatin1String("connection")
            && (at.key == QLatin1String("interface-name") || at.key == QLatin1String("autoconnect"));
        const bool ip = at.section == QLatin1String("ipv4") || at.section == QLatin1String("ipv6");
        if (card || name || at.section == QLatin1String("match") || (ip && addressKey.match(at.key).hasMatch()))
            return LineEdit::Drop;
        const bool fourAlways = at.section == QLatin1String("ipv4");
        if (ip && at.key == QLatin1String("method") && at.value != QLatin1String("auto")
            && (fourAlways || at.value == QLatin1String("manual")))
            line = "method=auto";
        return LineEdit::Keep;
    });
}

void stop(Guest &guest, const Keyfile &file)
{
    if (!isEthernet(file) || isPartOfOther(file) || !isStarted(file))
        return;
    guest.note(NoteId::OtherNic, {file.name()});
    const QByteArray without = editIni(file.content, [](const IniLine &at, QByteArray &) {
        return at.section == QLatin1String("connection") && at.key == QLatin1String("autoconnect") ? LineEdit::Drop : LineEdit::Keep;
    });
    guest.write(file.path, withIniValue(without, "connection", "autoconnect", "false"));
}

}

bool keyfilesApply(Guest &guest) { return !guest.files(keyfileFolder).isEmpty(); }

void fixKeyfiles(Guest &guest)
{
    QList<Keyfile> files;
    for (const QString &path : guest.files(keyfileFolder)) {
        if (const std::optional<QByteArray> content = guest.read(path))
            files.append({path, *content});
    }
    const Keyfile *primary = primaryOf(files);
    if (!primary)
        return;
    guest.found(primary->path);
    const bool stacked = isStacked(*primary);
    guest.networkKnown = true;
    if (stacked && !guest.options().flattenNetwork) {
        guest.note(NoteId::NetworkStacked, {primary->name()});
        return;
    }
    for (const Keyfile &file : std::as_const(files)) {
        if (&file == primary && !stacked)
            guest.write(file.path, asDhcp(file.content));
        else if (stacked && (isStacked(file) || isPartOfOther(file)))
            guest.remove(file.path);
        else
            stop(guest, file);
    }
    if (stacked) {
        guest.write(keyfileFolder + QStringLiteral("/edgelift.nmconnection"),
            "[connection]\nid=edgelift\ntype=ethernet\n\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n", 0600);
    }
}

}
