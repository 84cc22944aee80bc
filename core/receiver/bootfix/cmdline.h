#pragma once
#include "core/receiver/bootfix/guest.h"

namespace edgelift::bootfix {

/// One kernel command line, wherever it stands.
struct CommandLine
{
    enum class Kind : quint8 {
        Boots, ///< complete, of one kernel: grub.cfg, a BLS entry, kernelopts, /etc/kernel/cmdline
        Generates, ///< GRUB_CMDLINE_LINUX: becomes a part of every line that is generated later
        Partial, ///< another part of one: what is there may be changed, nothing is added
    };
    Kind kind = Kind::Boots;
    QString path;
    QStringList tokens;
};

/// Every command line of the guest, in a stable order: grub.cfg (BIOS, UEFI), BLS and systemd-boot entries, grubenv, the files grub.cfg
/// and entries are generated from.
[[nodiscard]] QList<CommandLine> commandLines(Guest &guest);
/// Lets `edit` change the tokens of each; files keep everything else as it is.
void editCommandLines(Guest &guest, const std::function<void(CommandLine &line)> &edit);

/// Adds what `missing` finds missing to every command line of this system, and to those that are generated later. What is spread over the
/// files of GRUB's defaults counts as one.
void addArguments(Guest &guest, const std::function<QStringList(const QStringList &tokens)> &missing);

/// grub.cfg of every place it may be at, without the same file twice.
[[nodiscard]] QStringList grubConfigs(const Guest &guest);
/// "sda1" of the first "root=sda1"; empty when there is none.
[[nodiscard]] QString tokenValue(const QStringList &tokens, const QString &key);

}
