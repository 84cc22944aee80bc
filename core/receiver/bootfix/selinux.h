#pragma once
#include "core/receiver/bootfix/initramfsbuild.h"

namespace edgelift::bootfix {

/// SELinux labels of what is new in the guest, by its own setfiles; where that cannot be done the guest does it at its first start. What
/// was replaced has its old label, and a guest without SELinux has none.
[[nodiscard]] Result<> relabel(Guest &guest, EditJournal &journal, GuestRunner &runner, const QString &root,
    const QList<BuiltInitramfs> &images, const std::stop_token &stop);

}
