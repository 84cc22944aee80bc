#pragma once
#include <QString>

namespace edgelift::files {

/// Makes everything but the mount at `target` read-only for this thread and the programs it starts. For a thread with mounts of its own
/// (inPrivateMounts). Where the kernel cannot (before 5.12, or in a chroot), rsync's checked arguments alone keep it where it belongs; that
/// is logged.
void makeOnlyPlaceToWrite(const QString &target);

}
