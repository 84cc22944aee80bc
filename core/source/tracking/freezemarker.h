#pragma once
#include "core/base/result.h"

#include <QStringList>

namespace edgelift {

/// The file that says a freeze is under way, so that the next start thaws what a killed machine of processes left behind. Keep it where
/// a reboot forgets it (/run).

/// Writes it. `mountPoints` in the order of freezing. Errors: NoSpace, FileUnwritable.
[[nodiscard]] Result<> writeFreezeMarker(const QString &file, const QStringList &mountPoints);
void removeFreezeMarker(const QString &file);
/// For the start of the agent: thaws what `file` names, in the opposite order, and removes it. Gives the mount points that were really
/// frozen; empty, and well, when there is no such file. Errors: StateUnreadable (nothing was thawed).
[[nodiscard]] Result<QStringList> thawUnfinishedFreeze(const QString &file);
/// FITHAW; false: it was not frozen, or cannot be reached.
bool thawFilesystem(const QString &mountPoint);

}
