#pragma once
#include "core/base/result.h"

#include <QStringList>
#include <optional>

namespace edgelift {

/// The file that says a freeze is under way, so that the next start thaws what a killed machine of processes left behind. Keep it where
/// a reboot forgets it (/run).

/// Writes it for this process. `mountPoints` in the order of freezing; `hooks`: the folder whose "post-freeze" programs shall run after it,
/// or empty. Errors: NoSpace, FileUnwritable.
[[nodiscard]] Result<> writeFreezeMarker(const QString &file, const QStringList &mountPoints, const QString &hooks = {});
void removeFreezeMarker(const QString &file);

struct UnfinishedFreeze
{
    QStringList thawed; ///< what really was frozen still; empty: the freezer had seen to it
    QString hooks; ///< as given to writeFreezeMarker(): nobody has run those
};
/// For the start of the agent: thaws what `file` names, in the opposite order, and removes it. Nothing: there is no such file, or the
/// process that wrote it is another one that still runs: its freeze is its own. Errors: StateUnreadable (nothing was thawed).
[[nodiscard]] Result<std::optional<UnfinishedFreeze>> thawUnfinishedFreeze(const QString &file);
/// FITHAW; false: it was not frozen, or cannot be reached.
bool thawFilesystem(const QString &mountPoint);

}
