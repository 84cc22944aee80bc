#pragma once
#include "core/base/result.h"
#include "core/layout/targetimage.h"

#include <stop_token>

namespace edgelift::build {

/// Makes the filesystem or swap area of `volume` on `device`, with the source's label and what the source's kernel knows, and with its
/// UUID. A btrfs gets another UUID first (see finishUuid): a kernel that sees two of one UUID mixes them up. Errors: TargetBuildFailed,
/// ToolMissing.
[[nodiscard]] Result<> makeFilesystem(const QString &device, const TargetVolume &volume, const std::stop_token &stop);

/// Gives a btrfs that is full and unmounted the source's UUID, also when the source is a disk of this machine. Does nothing for others, and
/// when it has it. `mountsFolder`: as inPrivateMounts() wants it. Errors: as above, PermissionDenied.
[[nodiscard]] Result<> finishUuid(
    const QString &device, const TargetVolume &volume, const QString &mountsFolder, const std::stop_token &stop);

}
