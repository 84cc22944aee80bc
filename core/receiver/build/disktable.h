#pragma once
#include "core/base/result.h"
#include "core/layout/targetimage.h"

namespace edgelift::build {

/// Writes the partition table of `layout` to the disk at `path`, in place of what was there, with a backup GPT at the disk's real end. By
/// libfdisk. Error: TargetBuildFailed.
[[nodiscard]] Result<> writeTable(const QString &path, const TargetDiskLayout &layout);

}
