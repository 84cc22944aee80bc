#pragma once
#include "core/receiver/bootfix/guestrunner.h"
#include "core/receiver/bootfix/kernelset.h"

namespace edgelift::bootfix {

/// One initramfs that was made anew, or was to be.
struct BuiltInitramfs
{
    QString kernel;
    QString path;
    QStringList command;
    bool replaced = false; ///< the new one is in place, the old one beside it
    QString problem; ///< why it was not; English, for the log
};

/// Makes every initramfs anew with the guest's own program, beside the old one, and puts it in place only when its content, listed here,
/// has what the kernel needs to find its root. The edits it depends on are applied already. `guest` gets the notes, `journal` the way back.
[[nodiscard]] Result<QList<BuiltInitramfs>> buildInitramfs(
    Guest &guest, EditJournal &journal, GuestRunner &runner, const QString &root, const std::stop_token &stop);

}
