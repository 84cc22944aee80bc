#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/guest.h"
#include "core/receiver/bootfix/services.h"
#include "core/receiver/bootfix/textlines.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

const auto resolvConf = QStringLiteral("/etc/resolv.conf");
const auto sshdConfig = QStringLiteral("/etc/ssh/sshd_config");

bool isEverywhere(const QString &address)
{
    static const QRegularExpression pattern(QStringLiteral("^(?:0\\.0\\.0\\.0|\\[?::\\]?|127\\..*|\\[?::1\\]?)(?::\\d+)?$"));
    return pattern.match(address).hasMatch();
}

/// Other clouds' leftovers that decide about cloud-init's network and datasource.
bool isLeftover(const QString &path, const QByteArray &content)
{
    static const QStringList names{QStringLiteral("90-azure.cfg"), QStringLiteral("91-gce.cfg"), QStringLiteral("99-installer.cfg"),
        QStringLiteral("10-azure-kvp.cfg"), QStringLiteral("curtin-preserve-sources.cfg"), QStringLiteral("99-gce.cfg"),
        QStringLiteral("99-azure.cfg"), QStringLiteral("50-curtin-networking.cfg"),
        QStringLiteral("subiquity-disable-cloudinit-networking.cfg")};
    static const QRegularExpression disabled(
        QStringLiteral("^\\s*network:\\s*(?:\\{\\s*|\\n\\s+)config:\\s*[\"']?disabled"), QRegularExpression::MultilineOption);
    return names.contains(leafName(path)) || disabled.match(QString::fromUtf8(content)).hasMatch();
}

}

bool resolvConfApplies(Guest &guest) { return guest.exists(resolvConf); }

void fixResolvConf(Guest &guest)
{
    const QString canonical = guest.root().tree().canonical(resolvConf);
    const GuestEntry entry = canonical.isEmpty() ? GuestEntry() : guest.root().look(canonical);
    if (entry.immutable) {
        guest.found(resolvConf + QStringLiteral(": immutable"));
        guest.dropImmutable(resolvConf); // DHCP could not write the new site's servers
    }
    const bool ofResolved = canonical.startsWith(QLatin1String("/run/systemd/resolve"));
    if (ofResolved && !isEnabled(guest, {QStringLiteral("systemd-resolved")}))
        guest.note(NoteId::ResolverDangling, {canonical});
    if (entry.kind != GuestEntry::Kind::File)
        return;
    static const QRegularExpression server(QStringLiteral("^\\s*nameserver\\s+(\\S+)"), QRegularExpression::MultilineOption);
    auto matches = server.globalMatch(QString::fromUtf8(guest.read(resolvConf).value_or(QByteArray())));
    while (matches.hasNext()) {
        if (const QString address = matches.next().captured(1); !isEverywhere(address))
            guest.note(NoteId::NameServerOfOldSite, {address});
    }
}

/// What may keep people out. Told, not changed: opening a server further than its owner did is not ours to decide.
void fixSsh(Guest &guest)
{
    const QStringList names{QStringLiteral("ssh"), QStringLiteral("sshd")};
    if (!guest.isFile(sshdConfig)
        || !(isEnabled(guest, names) || isEnabled(guest, {QStringLiteral("ssh.socket"), QStringLiteral("sshd.socket")})))
        guest.note(NoteId::SshNotEnabled);
    static const QRegularExpression setting(
        QStringLiteral("^\\s*(ListenAddress|AllowUsers)\\s+(.+)$"), QRegularExpression::CaseInsensitiveOption);
    QStringList paths{sshdConfig};
    paths += guest.files(QStringLiteral("/etc/ssh/sshd_config.d"), QStringLiteral(".conf"));
    for (const QString &path : std::as_const(paths)) {
        for (const QByteArray &line : guest.read(path).value_or(QByteArray()).split('\n')) {
            const QRegularExpressionMatch match = setting.match(QString::fromUtf8(line));
            const bool listens = match.captured(1).compare(QLatin1String("ListenAddress"), Qt::CaseInsensitive) == 0;
            if (match.hasMatch() && (listens ? !isEverywhere(match.captured(2).trimmed()) : match.captured(2).contains(QLatin1Char('@'))))
                guest.note(NoteId::SshRestricted, {path, QString::fromUtf8(line.trimmed())});
        }
    }
    for (const char *service : {"firewalld", "ufw", "nftables", "iptables", "fail2ban", "SuSEfirewall2"}) {
        if (isEnabled(guest, {QLatin1String(service)}))
            guest.note(NoteId::FirewallActive, {QLatin1String(service)});
    }
}

bool cloudInitApplies(Guest &guest)
{
    return guest.isFile(QStringLiteral("/etc/cloud/cloud.cfg")) || guest.isFile(QStringLiteral("/usr/bin/cloud-init"));
}

/// A moved server keeps its users, passwords, name and host keys; the network and metadata are those of the new cloud.
void fixCloudInit(Guest &guest)
{
    const auto folder = QStringLiteral("/etc/cloud/cloud.cfg.d");
    for (const QString &path : guest.files(folder, QStringLiteral(".cfg"))) {
        if (path.endsWith(QLatin1String("edgelift.cfg")) || !isLeftover(path, guest.read(path).value_or(QByteArray())))
            continue;
        guest.found(path);
        guest.remove(path);
    }
    if (guest.isFile(QStringLiteral("/etc/cloud/ds-identify.cfg"))) {
        guest.found(QStringLiteral("/etc/cloud/ds-identify.cfg"));
        guest.remove(QStringLiteral("/etc/cloud/ds-identify.cfg"));
    }
    // More than one datasource: with a single one cloud-init would wait for it instead of looking whether it is there.
    guest.write(folder + QStringLiteral("/99_edgelift.cfg"),
        "# Written by Edgelift: a server that moved keeps its users, its name and its keys.\n"
        "datasource_list: [ AliYun, ConfigDrive, NoCloud, None ]\n"
        "users: []\n"
        "preserve_hostname: true\n"
        "ssh_deletekeys: false\n");
}

/// A move keeps the machine's identity; a copy that runs beside its original must not.
void fixIdentity(Guest &guest)
{
    if (!guest.options().newIdentity) {
        guest.note(NoteId::IdentityKept);
        return;
    }
    for (const char *path : {"/etc/machine-id", "/var/lib/dbus/machine-id"}) {
        if (guest.isFile(QLatin1String(path)) && !guest.read(QLatin1String(path)).value_or(QByteArray()).isEmpty()) {
            guest.found(QLatin1String(path));
            guest.write(QLatin1String(path), {}); // systemd makes a new one when it is empty
        }
    }
    guest.note(NoteId::HostKeysKept);
}

}
