#pragma once
#include "core/base/result.h"

#include <QString>

namespace edgelift::receiver {

enum class TableFix : quint8 {
    NothingToDo, ///< no GPT, or its backup is already at the end
    Relocated, ///< the backup GPT was moved to the end of the disk
};

/// A disk copied to a larger one has its backup GPT somewhere in the middle: moves it to the end and enlarges the protective
/// MBR. Disk GUID, partitions (GUIDs, names, attributes, places) and a hybrid MBR stay as they are. Idempotent. MBR disks and
/// disks without a table are left alone. Blocks; everything written before must be synced, and a sync must follow.
/// `serial` is for the error only. Error: TargetTableFailed (the primary GPT is damaged, or its sectors are not of 512 bytes).
[[nodiscard]] Result<TableFix> moveBackupGptToEnd(const QString &path, const QString &serial);

}
