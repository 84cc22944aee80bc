#include "core/receiver/bootfix/cmdline.h"
#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/textlines.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

using Kind = CommandLine::Kind;

void editRoot(Guest &guest, CommandLine &line)
{
    for (QString &token : line.tokens) {
        if (!token.startsWith(QLatin1String("root=")))
            continue;
        const QString spec = token.mid(5);
        const ConvertedVolume *root = guest.layout().root();
        const ConvertedVolume *volume = guest.layout().resolve(spec);
        if (!volume && isMachineName(spec))
            volume = root; // the only thing it can have meant
        if (!volume || volume != root)
            continue; // another system's entry; bootcheck looks at what is left
        const QString now = guest.layout().specFor(*volume, spec);
        if (now.isEmpty() || now == spec)
            continue;
        guest.found(line.path + QStringLiteral(": ") + token);
        token = QStringLiteral("root=") + now;
    }
}

/// The volume in the image for a name of the source, or the name itself when the image has it already; empty when there is none.
QString logicalVolumeFor(const Guest &guest, const QString &name)
{
    for (const ConvertedVolume &volume : guest.layout().volumes) {
        if (volume.migrated && volume.logicalVolume == name)
            return name;
    }
    const ConvertedVolume *volume = guest.layout().resolve(QStringLiteral("/dev/") + name);
    return volume && volume->migrated ? volume->logicalVolume : QString();
}

bool hasGroup(const Guest &guest, const QString &name)
{
    const QList<ConvertedVolume> &volumes = guest.layout().volumes;
    return std::any_of(volumes.begin(), volumes.end(),
        [&name](const ConvertedVolume &volume) { return volume.migrated && volume.logicalVolume.startsWith(name + QLatin1Char('/')); });
}

/// Volumes that the initramfs is told to activate, and no others.
void editLvmArguments(Guest &guest, CommandLine &line)
{
    const QString byVolume = QStringLiteral("rd.lvm.lv=");
    const QString byGroup = QStringLiteral("rd.lvm.vg=");
    QStringList kept;
    bool named = false;
    for (const QString &token : std::as_const(line.tokens)) {
        QString now = token;
        if (token.startsWith(byVolume)) {
            const QString volume = logicalVolumeFor(guest, token.mid(byVolume.size()));
            now = volume.isEmpty() ? QString() : byVolume + volume;
            named = true;
        } else if (token.startsWith(byGroup) && !hasGroup(guest, token.mid(byGroup.size()))) {
            now.clear();
        }
        if (now != token)
            guest.found(line.path + QStringLiteral(": ") + token);
        if (!now.isEmpty() && !(now.startsWith(byVolume) && kept.contains(now)))
            kept.append(now);
    }
    const QString rootVolume = guest.layout().root()->logicalVolume;
    if (named && !rootVolume.isEmpty() && !kept.contains(byVolume + rootVolume))
        kept.append(byVolume + rootVolume);
    line.tokens = kept;
}

void editResume(Guest &guest, CommandLine &line)
{
    QStringList kept;
    bool dropped = false;
    for (const QString &token : std::as_const(line.tokens)) {
        if (!token.startsWith(QLatin1String("resume="))) {
            kept.append(token);
            continue;
        }
        const QString spec = token.mid(7);
        const ConvertedVolume *volume = guest.layout().resolve(spec);
        const bool there = volume && volume->migrated && volume->source.fs == FsType::Swap;
        const QString now = there ? guest.layout().specFor(*volume, spec) : QString();
        // A file on a filesystem (resume_offset) is at another place after a copy of files; nobody resumes a server from there.
        if (now.isEmpty())
            dropped = true;
        else
            kept.append(QStringLiteral("resume=") + now);
        if (now != spec)
            guest.found(line.path + QStringLiteral(": ") + token);
    }
    if (dropped)
        kept.removeIf([](const QString &token) { return token.startsWith(QLatin1String("resume_offset=")); });
    line.tokens = kept;
}

/// "$vendor/grub.cfg" of an ESP and grub.cfg find filesystems by UUID: those that changed are replaced wherever they stand.
void replaceUuids(Guest &guest)
{
    for (const QString &path : grubConfigs(guest)) {
        const std::optional<QByteArray> content = guest.read(path);
        QByteArray after = content.value_or(QByteArray());
        for (const ConvertedVolume &volume : guest.layout().volumes) {
            const QByteArray old = volume.source.uuid.toLatin1();
            if (!volume.migrated || old.size() < 8 || volume.uuid.isEmpty() || volume.uuid == volume.source.uuid || !after.contains(old))
                continue;
            guest.found(path + QStringLiteral(": ") + volume.source.uuid);
            after.replace(old, volume.uuid.toLatin1());
        }
        if (content)
            guest.write(path, after);
    }
}

/// Settings that make update-grub write other names than UUIDs.
void editGrubDefaults(Guest &guest)
{
    static const QRegularExpression noUuid(QStringLiteral("^\\s*GRUB_DISABLE_(?:LINUX_)?UUID=[\"']?true"));
    static const QRegularExpression partUuid(QStringLiteral("^\\s*GRUB_(?:FORCE_PARTUUID=|DEVICE=)"));
    QStringList paths{QStringLiteral("/etc/default/grub")};
    paths += guest.files(QStringLiteral("/etc/default/grub.d"), QStringLiteral(".cfg"));
    for (const QString &path : std::as_const(paths)) {
        const std::optional<QByteArray> content = guest.read(path);
        if (!content)
            continue;
        guest.write(path, editLines(*content, [&guest, &path](QByteArray &line) {
            const QString text = QString::fromUtf8(line);
            if (noUuid.match(text).hasMatch() || (!guest.layout().tablesKept && partUuid.match(text).hasMatch())) {
                guest.found(path + QStringLiteral(": ") + text);
                line = commented(line);
            }
            return LineEdit::Keep;
        }));
    }
}

QStringList resumeFiles(const Guest &guest)
{
    QStringList paths = guest.files(QStringLiteral("/etc/initramfs-tools/conf.d"));
    if (guest.isFile(QStringLiteral("/etc/initramfs-tools/initramfs.conf")))
        paths.append(QStringLiteral("/etc/initramfs-tools/initramfs.conf"));
    return paths;
}

/// RESUME= of initramfs-tools: a swap area that is not there makes every start wait for it.
bool editResumeFile(Guest &guest, const QString &path)
{
    const std::optional<QByteArray> content = guest.read(path);
    bool named = false;
    const QByteArray after = editLines(content.value_or(QByteArray()), [&](QByteArray &line) {
        if (!line.startsWith("RESUME="))
            return LineEdit::Keep;
        named = true;
        const QString spec = shellValue(line, "RESUME");
        if (spec == QLatin1String("none") || spec == QLatin1String("auto") || spec.isEmpty())
            return LineEdit::Keep;
        const ConvertedVolume *volume = guest.layout().resolve(spec);
        const bool there = volume && volume->migrated && volume->source.fs == FsType::Swap;
        const QString now = there ? guest.layout().specFor(*volume, spec) : QStringLiteral("none");
        if (now != spec) {
            guest.found(path + QStringLiteral(": RESUME=") + spec);
            guest.rebuildReasons.insert(QStringLiteral("resume"));
            line = "RESUME=" + now.toUtf8();
        }
        return LineEdit::Keep;
    });
    if (content)
        guest.write(path, after);
    return named;
}

bool isOldConsole(const QString &token)
{
    static const QRegularExpression pattern(QStringLiteral("^console=(?:hvc|xvc|ttyAMA|ttysclp|uart)"));
    return pattern.match(token).hasMatch();
}

}

bool always(Guest &) { return true; }

void fixRoot(Guest &guest)
{
    if (!guest.layout().root()) {
        guest.note(NoteId::RootUnknown);
        return;
    }
    editCommandLines(guest, [&guest](CommandLine &line) {
        editRoot(guest, line);
        editLvmArguments(guest, line);
    });
    replaceUuids(guest);
    editGrubDefaults(guest);
}

void fixResume(Guest &guest)
{
    editCommandLines(guest, [&guest](CommandLine &line) { editResume(guest, line); });
    bool named = false;
    for (const QString &path : resumeFiles(guest))
        named = editResumeFile(guest, path) || named;
    const QList<ConvertedVolume> &volumes = guest.layout().volumes;
    const bool dropped = std::any_of(
        volumes.begin(), volumes.end(), [](const ConvertedVolume &volume) { return volume.source.fs == FsType::Swap && !volume.migrated; });
    // Without a setting initramfs-tools took the swap area it saw when it ran: it is in the images that are there.
    if (dropped && !named && guest.isFile(QStringLiteral("/etc/initramfs-tools/initramfs.conf"))) {
        guest.rebuildReasons.insert(QStringLiteral("resume"));
        guest.write(QStringLiteral("/etc/initramfs-tools/conf.d/resume"), "RESUME=none\n");
    }
}

void fixConsole(Guest &guest)
{
    editCommandLines(guest, [](CommandLine &line) { line.tokens.removeIf(isOldConsole); });
    addArguments(guest, [](const QStringList &tokens) {
        const auto has = [&tokens](const char *start) {
            return std::any_of(
                tokens.begin(), tokens.end(), [start](const QString &token) { return token.startsWith(QLatin1String(start)); });
        };
        QStringList missing;
        if (has("console=ttyS0"))
            return missing;
        if (!has("console=tty0") && !has("console=tty1"))
            missing.append(QStringLiteral("console=tty0"));
        missing.append(QStringLiteral("console=ttyS0,115200n8")); // the last one is /dev/console
        return missing;
    });
}

bool nicPinApplies(Guest &guest) { return guest.pinNicNames; }

/// The MAC and the slot of the new NIC are known when it exists, which is too late: the kernel's own name is always eth0.
void fixNicPin(Guest &guest)
{
    static const QStringList wrong{QStringLiteral("net.ifnames=1"), QStringLiteral("biosdevname=1")};
    static const QStringList right{QStringLiteral("net.ifnames=0"), QStringLiteral("biosdevname=0")};
    editCommandLines(guest, [](CommandLine &line) { line.tokens.removeIf([](const QString &token) { return wrong.contains(token); }); });
    addArguments(guest, [](const QStringList &tokens) {
        QStringList missing = right;
        missing.removeIf([&tokens](const QString &token) { return tokens.contains(token); });
        return missing;
    });
}

}
