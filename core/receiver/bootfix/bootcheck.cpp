#include "core/receiver/bootfix/cmdline.h"
#include "core/receiver/bootfix/fixes.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

enum class RootName : quint8 { Right, OfTheMachine, Other };

RootName judge(const Guest &guest, const QString &spec)
{
    const ConvertedVolume *root = guest.layout().root();
    if (spec.compare(QStringLiteral("UUID=") + root->uuid, Qt::CaseInsensitive) == 0)
        return RootName::Right;
    if (isMachineName(spec))
        return RootName::OfTheMachine;
    const ConvertedVolume *volume = guest.layout().resolve(spec);
    return volume == root && guest.layout().specFor(*volume, spec) == spec ? RootName::Right : RootName::Other;
}

/// Kernels that entries of grub.cfg name, by file name: their folder depends on what is a filesystem of its own.
void checkKernelFiles(Guest &guest, const QString &path)
{
    static const QRegularExpression kernel(
        QStringLiteral("^\\s*(?:linux|linux16|linuxefi|initrd|initrd16|initrdefi)\\s+(\\S*/(?:vmlinuz|initr)\\S*)"),
        QRegularExpression::MultilineOption);
    auto matches = kernel.globalMatch(QString::fromUtf8(guest.read(path).value_or(QByteArray())));
    while (matches.hasNext()) {
        const QString name = leafName(matches.next().captured(1));
        if (!name.contains(QLatin1Char('$')) && !guest.isFile(QStringLiteral("/boot/") + name))
            guest.note(NoteId::KernelFileMissing, {path, name});
    }
}

}

/// The last look: what the machine will be started with, as it will be on the disk.
void checkBoot(Guest &guest)
{
    if (!guest.layout().root() || guest.os().boot == QLatin1String("grub-legacy"))
        return; // told already
    bool any = false;
    bool right = false;
    for (const CommandLine &line : commandLines(guest)) {
        const QString spec = tokenValue(line.tokens, QStringLiteral("root"));
        if (line.kind != CommandLine::Kind::Boots || spec.isEmpty())
            continue;
        any = true;
        const RootName name = judge(guest, spec);
        right = right || name == RootName::Right;
        guest.found(line.path + QStringLiteral(": root=") + spec);
        if (name != RootName::Right)
            guest.note(NoteId::EntryWithOtherRoot, {line.path, spec});
    }
    if (!any)
        guest.note(NoteId::BootEntriesMissing);
    else if (!right)
        guest.note(NoteId::RootNotFoundByEntries);
    for (const QString &path : grubConfigs(guest))
        checkKernelFiles(guest, path);
}

}
