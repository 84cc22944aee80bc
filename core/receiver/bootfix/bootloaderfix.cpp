#include "core/receiver/bootfix/cmdline.h"
#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/textlines.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

constexpr qint64 mostLoader = 8 << 20; // the largest GRUB for EFI has 4 MiB

/// GRUB of EL7 and its relatives starts kernels by another command under each firmware; later ones and all others by "linux" under both.
bool hasFirmwareCommands(const Guest &guest)
{
    return (guest.family() == Family::RedHat && guest.major() == 7) || (guest.family() == Family::Amazon && guest.major() == 2)
        || (guest.family() == Family::AlibabaCloud && guest.major() == 2);
}

/// The volume the kernels are on.
QByteArray bootUuid(const Guest &guest)
{
    const ConvertedVolume *root = guest.layout().root();
    for (const ConvertedVolume &volume : guest.layout().volumes) {
        if (volume.migrated && volume.source.mountPoint == QLatin1String("/boot"))
            return volume.uuid.toLatin1();
    }
    return root ? root->uuid.toLatin1() : QByteArray();
}

/// "set root='hd0,msdos1'" alone depends on the order of disks: a search for the filesystem goes behind it.
QByteArray withSearch(Guest &guest, const QString &path, const QByteArray &content)
{
    static const QRegularExpression byDisk(QStringLiteral("^(\\s*)set root=['\"]?\\(?hd\\d"));
    static const QRegularExpression kernel(QStringLiteral("^\\s*(?:linux|linux16|linuxefi|blscfg|configfile)\\b"));
    QList<QByteArray> lines = content.split('\n');
    const QByteArray uuid = bootUuid(guest);
    qsizetype rootAt = -1;
    for (qsizetype i = 0; i < lines.size() && !uuid.isEmpty(); ++i) {
        const QString line = QString::fromUtf8(lines.at(i));
        if (byDisk.match(line).hasMatch())
            rootAt = i;
        if (line.contains(QLatin1String("search ")) || line.contains(QLatin1String("search.")) || line.trimmed() == QLatin1String("}"))
            rootAt = -1;
        if (rootAt < 0 || !kernel.match(line).hasMatch())
            continue;
        const QByteArray indent = byDisk.match(QString::fromUtf8(lines.at(rootAt))).captured(1).toUtf8();
        guest.found(path + QStringLiteral(": ") + QString::fromUtf8(lines.at(rootAt)).trimmed());
        lines.insert(rootAt + 1, indent + "search --no-floppy --fs-uuid --set=root " + uuid);
        rootAt = -1;
        ++i;
    }
    return lines.join('\n');
}

QByteArray withCommands(Guest &guest, const QString &path, const QByteArray &content)
{
    static const QRegularExpression command(QStringLiteral("^(\\s*)(linux|initrd)(16|efi)(\\s)"));
    const bool uefi = guest.layout().bootMode == BootMode::Uefi;
    const QString wrong = uefi ? QStringLiteral("16") : QStringLiteral("efi");
    const QString right = !hasFirmwareCommands(guest) ? QString() : uefi ? QStringLiteral("efi") : QStringLiteral("16");
    return editLines(content, [&](QByteArray &line) {
        const QString text = QString::fromUtf8(line);
        const QRegularExpressionMatch match = command.match(text);
        if (match.hasMatch() && match.captured(3) == wrong) {
            guest.found(path + QStringLiteral(": ") + match.captured(2) + match.captured(3));
            line = (match.captured(1) + match.captured(2) + right + text.mid(match.capturedStart(4))).toUtf8();
        }
        return LineEdit::Keep;
    });
}

/// The name as it is spelled there: FAT does not care.
QString spelled(const Guest &guest, const QString &folder, const QString &name)
{
    const QStringList names = guest.names(folder);
    const auto found =
        std::find_if(names.begin(), names.end(), [&name](const QString &other) { return other.compare(name, Qt::CaseInsensitive) == 0; });
    return found == names.end() ? QString() : folder + QLatin1Char('/') + *found;
}

QString espFolder(const Guest &guest)
{
    for (const char *folder : {"/boot/efi", "/efi", "/boot"}) {
        QString efi = spelled(guest, QLatin1String(folder), QStringLiteral("EFI"));
        if (!efi.isEmpty())
            return efi;
    }
    return {};
}

/// The distribution's own loader: through shim where there is one, so that Secure Boot stays possible.
void copyLoader(Guest &guest, const QString &efi, const QString &vendor)
{
    const QString from = efi + QLatin1Char('/') + vendor;
    const QString shim = spelled(guest, from, QStringLiteral("shimx64.efi"));
    const QString boot = spelled(guest, efi, QStringLiteral("BOOT"));
    const QString to = boot.isEmpty() ? efi + QStringLiteral("/BOOT") : boot;
    QList<std::pair<QString, QString>> copies{{spelled(guest, from, QStringLiteral("systemd-bootx64.efi")), QStringLiteral("BOOTX64.EFI")},
        {spelled(guest, from, QStringLiteral("grubx64.efi")), QStringLiteral("BOOTX64.EFI")}};
    if (!shim.isEmpty())
        copies = {{shim, QStringLiteral("BOOTX64.EFI")},
            {spelled(guest, from, QStringLiteral("grubx64.efi")), QStringLiteral("grubx64.efi")},
            {spelled(guest, from, QStringLiteral("mmx64.efi")), QStringLiteral("mmx64.efi")}};
    for (const auto &[source, name] : copies) {
        const std::optional<QByteArray> program = source.isEmpty() ? std::nullopt : guest.readBinary(source, mostLoader);
        if (program)
            guest.write(to + QLatin1Char('/') + name, *program);
    }
    guest.found(from);
}

}

void fixLoader(Guest &guest)
{
    const bool uefi = guest.layout().bootMode == BootMode::Uefi;
    guest.found(guest.os().boot.isEmpty() ? QStringLiteral("no boot loader") : guest.os().boot);
    if (guest.os().boot == QLatin1String("grub-legacy"))
        guest.note(NoteId::GrubLegacy);
    else if (guest.os().boot != QLatin1String("grub2") && !(uefi && guest.os().boot == QLatin1String("systemd-boot")))
        guest.note(NoteId::BootLoaderUnknown, {guest.os().boot});
    for (const QString &path : grubConfigs(guest)) {
        if (const std::optional<QByteArray> content = guest.read(path))
            guest.write(path, withSearch(guest, path, withCommands(guest, path, *content)));
    }
}

bool uefiApplies(Guest &guest) { return guest.layout().bootMode == BootMode::Uefi; }

/// The new machine's firmware knows no boot entries: it starts \EFI\BOOT\BOOTX64.EFI. What is there already is left alone, and so are the
/// configuration files, among them the wrappers of EL9.
void fixUefi(Guest &guest)
{
    if (guest.layout().espHidden) {
        guest.note(NoteId::EspNotSeen);
        return;
    }
    const QString efi = espFolder(guest);
    if (efi.isEmpty()) {
        guest.note(NoteId::EspMissing);
        return;
    }
    const QString boot = spelled(guest, efi, QStringLiteral("BOOT"));
    if (!boot.isEmpty() && !spelled(guest, boot, QStringLiteral("BOOTX64.EFI")).isEmpty())
        return;
    for (const QString &vendor : guest.names(efi)) {
        const QString folder = efi + QLatin1Char('/') + vendor;
        for (const char *program : {"shimx64.efi", "grubx64.efi", "systemd-bootx64.efi"}) {
            if (vendor.compare(QLatin1String("BOOT"), Qt::CaseInsensitive) != 0
                && !spelled(guest, folder, QLatin1String(program)).isEmpty()) {
                copyLoader(guest, efi, vendor);
                return;
            }
        }
    }
    guest.note(NoteId::UefiLoaderMissing);
}

}
