#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/guest.h"
#include "core/receiver/bootfix/textlines.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

const auto unitFolder = QStringLiteral("/etc/systemd/system");
const auto lvmConf = QStringLiteral("/etc/lvm/lvm.conf");

QStringList unitFiles(const Guest &guest)
{
    return guest.files(unitFolder, QStringLiteral(".mount")) + guest.files(unitFolder, QStringLiteral(".swap"));
}

/// The specification as a path, which units and crypttab on old systems want: /dev/disk/by-uuid/….
QString asPath(const QString &spec)
{
    return spec.startsWith(QLatin1String("UUID=")) ? QStringLiteral("/dev/disk/by-uuid/") + spec.mid(5) : spec;
}

QStringList mdadmFiles(const Guest &guest)
{
    QStringList paths;
    for (const char *path : {"/etc/mdadm.conf", "/etc/mdadm/mdadm.conf"}) {
        if (guest.isFile(QLatin1String(path)))
            paths.append(QLatin1String(path));
    }
    return paths;
}

/// Whether LVM's patterns ("a|^/dev/sda|", "r|.*|") let `device` through: the first that matches decides, and none is a yes.
bool isAccepted(const QByteArray &line, const QString &device)
{
    static const QRegularExpression item(QStringLiteral("\"([ar])(.)(.*?)\\2\""));
    auto matches = item.globalMatch(QString::fromUtf8(line));
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        const QRegularExpression pattern(match.captured(3));
        if (!pattern.isValid() || pattern.match(device).hasMatch())
            return match.captured(1) == QLatin1String("a");
    }
    return true;
}

/// How many lines a list that starts in line `first` has: to the first "]" outside of quotes.
qsizetype listLength(const QList<QByteArray> &lines, qsizetype first)
{
    bool quoted = false;
    for (qsizetype i = first; i < lines.size(); ++i) {
        for (const char letter : lines.at(i)) {
            if (letter == '"')
                quoted = !quoted;
            else if (letter == ']' && !quoted)
                return i - first + 1;
        }
    }
    return 1;
}

QByteArray withoutRefusingFilters(Guest &guest, const QByteArray &content)
{
    static const QRegularExpression filter(QStringLiteral("^\\s*(?:global_)?filter\\s*="));
    QList<QByteArray> lines = content.split('\n');
    for (qsizetype i = 0; i < lines.size(); ++i) {
        if (!filter.match(QString::fromUtf8(lines.at(i))).hasMatch())
            continue;
        const qsizetype length = listLength(lines, i);
        const QByteArray whole = lines.mid(i, length).join(' ');
        if (isAccepted(whole, QStringLiteral("/dev/vda2")) && isAccepted(whole, QStringLiteral("/dev/nvme0n1p2")))
            continue;
        guest.found(lvmConf + QStringLiteral(": ") + QString::fromUtf8(whole.simplified()));
        for (qsizetype k = i; k < i + length; ++k)
            lines[k] = commented(lines.at(k));
    }
    return lines.join('\n');
}

bool usesLvm(const Guest &guest)
{
    const QList<ConvertedVolume> &volumes = guest.layout().volumes;
    return std::any_of(
        volumes.begin(), volumes.end(), [](const ConvertedVolume &volume) { return volume.migrated && !volume.logicalVolume.isEmpty(); });
}

bool usedLvm(const Guest &guest)
{
    const QList<ConvertedVolume> &volumes = guest.layout().volumes;
    return std::any_of(volumes.begin(), volumes.end(),
        [](const ConvertedVolume &volume) { return volume.source.kind == VolumeFacts::Kind::LogicalVolume; });
}

}

bool unitsApply(Guest &guest) { return !unitFiles(guest).isEmpty(); }

/// systemd's own mounts and swaps: What= by an old name.
void fixUnits(Guest &guest)
{
    for (const QString &path : unitFiles(guest)) {
        const std::optional<QByteArray> content = guest.read(path);
        bool leftOut = false;
        const QByteArray after = editLines(content.value_or(QByteArray()), [&](QByteArray &line) {
            const QString spec = line.startsWith("What=") ? QString::fromUtf8(line.mid(5)).trimmed() : QString();
            const ConvertedVolume *volume = spec.isEmpty() ? nullptr : guest.layout().resolve(spec);
            leftOut = leftOut || (volume && !volume->migrated);
            const QString now = volume && volume->migrated ? guest.layout().specFor(*volume, spec) : spec;
            if (!now.isEmpty() && now != spec) {
                guest.found(path + QStringLiteral(": ") + spec);
                line = "What=" + asPath(now).toUtf8();
            }
            return LineEdit::Keep;
        });
        if (leftOut) {
            guest.note(NoteId::MountLeftOut, {path, {}});
            guest.remove(path);
        } else if (content) {
            guest.write(path, after);
        }
    }
}

bool crypttabApplies(Guest &guest) { return guest.isFile(QStringLiteral("/etc/crypttab")); }

void fixCrypttab(Guest &guest)
{
    const auto path = QStringLiteral("/etc/crypttab");
    const std::optional<QByteArray> content = guest.read(path);
    static const QRegularExpression entry(QStringLiteral("^(\\s*[^#\\s]\\S*\\s+)(\\S+)((?:\\s+(\\S+))?.*)$"));
    const QByteArray after = editLines(content.value_or(QByteArray()), [&guest, &path](QByteArray &line) {
        const QRegularExpressionMatch match = entry.match(QString::fromUtf8(line));
        const QString spec = match.captured(2);
        if (!match.hasMatch() || !(spec.startsWith(QLatin1String("/dev/")) || spec.contains(QLatin1Char('='))))
            return LineEdit::Keep;
        const ConvertedVolume *volume = guest.layout().resolve(spec);
        if (!volume || !volume->migrated) {
            guest.found(path + QStringLiteral(": ") + spec);
            guest.note(NoteId::CryptLeftOut, {match.captured(1).trimmed(), spec});
            line = commented(line);
            return LineEdit::Keep;
        }
        // Encrypted anew at each start: what is on it has no UUID that lasts, the partition has.
        const bool random = match.captured(4).startsWith(QLatin1String("/dev/")) && match.captured(4).contains(QLatin1String("random"));
        const QString byPart = volume->partUuid.isEmpty() ? QString() : QStringLiteral("/dev/disk/by-partuuid/") + volume->partUuid;
        const QString now = random ? byPart : guest.layout().specFor(*volume, spec);
        if (!now.isEmpty() && now != spec) {
            guest.found(path + QStringLiteral(": ") + spec);
            line = (match.captured(1) + now + match.captured(3)).toUtf8();
        }
        return LineEdit::Keep;
    });
    if (content && after != *content) {
        guest.rebuildReasons.insert(QStringLiteral("crypttab")); // it is a part of every initramfs
        guest.write(path, after);
    }
}

bool mdadmApplies(Guest &guest) { return !mdadmFiles(guest).isEmpty(); }

/// "DEVICE /dev/sda1 …" would leave out the same members under their new names.
void fixMdadm(Guest &guest)
{
    static const QRegularExpression named(QStringLiteral("^\\s*DEVICE\\s.*/dev/"), QRegularExpression::CaseInsensitiveOption);
    for (const QString &path : mdadmFiles(guest)) {
        const std::optional<QByteArray> content = guest.read(path);
        const QByteArray after = editLines(content.value_or(QByteArray()), [&guest, &path](QByteArray &line) {
            if (named.match(QString::fromUtf8(line)).hasMatch()) {
                guest.found(path + QStringLiteral(": ") + QString::fromUtf8(line));
                line = "DEVICE partitions";
            }
            return LineEdit::Keep;
        });
        if (content)
            guest.write(path, after);
    }
}

bool multipathApplies(Guest &guest) { return guest.isFile(QStringLiteral("/etc/multipath.conf")); }

/// Virtio disks have one path; as multipath devices they would be held before root is mounted.
void fixMultipath(Guest &guest)
{
    guest.found(QStringLiteral("/etc/multipath.conf"));
    const bool changed = guest.write(QStringLiteral("/etc/multipath/conf.d/edgelift.conf"),
        "# Written by Edgelift: the disks of a cloud instance have one path each.\n"
        "defaults {\n\tfind_multipaths yes\n}\n"
        "blacklist {\n\tdevnode \"^vd[a-z]\"\n\tdevnode \"^nvme\"\n}\n");
    if (changed)
        guest.rebuildReasons.insert(QStringLiteral("multipath"));
}

bool lvmApplies(Guest &guest) { return usesLvm(guest) || usedLvm(guest) || guest.isFile(lvmConf); }

void fixLvm(Guest &guest)
{
    // It names physical volumes by the identity of their old disks: with it the root volume group is not found.
    for (const char *path : {"/etc/lvm/devices/system.devices", "/etc/lvm/cache/.cache", "/etc/lvm/.cache"}) {
        if (guest.exists(QLatin1String(path))) {
            guest.found(QLatin1String(path));
            guest.rebuildReasons.insert(QStringLiteral("lvm"));
            guest.remove(QLatin1String(path));
        }
    }
    const bool tools = guest.isFile(QStringLiteral("/sbin/lvm")) || guest.isFile(QStringLiteral("/usr/sbin/lvm"));
    if (usesLvm(guest) && !usedLvm(guest) && !tools) // a server that had LVM before starts as it did, wherever its programs are
        guest.note(NoteId::LvmToolsMissing);
    guest.needsLvmInInitramfs = usesLvm(guest) && !usedLvm(guest);
    const std::optional<QByteArray> content = guest.read(lvmConf);
    if (!content)
        return;
    const QByteArray after = withoutRefusingFilters(guest, *content);
    if (after != *content)
        guest.rebuildReasons.insert(QStringLiteral("lvm"));
    guest.write(lvmConf, after);
}

void fixCaches(Guest &guest)
{
    for (const char *path :
        {"/etc/blkid/blkid.tab", "/etc/blkid.tab", "/run/blkid/blkid.tab", "/boot/grub/device.map", "/boot/grub2/device.map"}) {
        if (!guest.exists(QLatin1String(path)))
            continue;
        guest.found(QLatin1String(path));
        guest.remove(QLatin1String(path));
    }
}

/// Files where old names may stand that nobody but their owner can judge.
void tellDeviceNames(Guest &guest)
{
    static const QRegularExpression name(QStringLiteral("/dev/(?:(?:s|xv|h)d[a-z]\\d*|nvme\\d+n\\d+(?:p\\d+)?|disk/by-(?:id|path)/\\S+)"));
    for (const char *path : {"/etc/rc.local", "/etc/rc.d/rc.local", "/etc/smartd.conf", "/etc/hdparm.conf", "/etc/sysconfig/rawdevices",
             "/etc/default/grub_installdevice", "/etc/kdump.conf", "/etc/sysconfig/bootloader"}) {
        for (const QByteArray &line : guest.read(QLatin1String(path)).value_or(QByteArray()).split('\n')) {
            const QRegularExpressionMatch match = name.match(QString::fromUtf8(line));
            if (match.hasMatch() && !line.trimmed().startsWith('#'))
                guest.note(NoteId::DeviceNameLeft, {QLatin1String(path), match.captured()});
        }
    }
}

}
