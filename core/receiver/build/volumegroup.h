#pragma once
#include "core/base/result.h"
#include "core/layout/targetimage.h"

#include <stop_token>

namespace edgelift::build {

/// Makes the volume group of `layout` on `device`, which is the group's partition, with lvm2's own tools and without device-mapper: nothing
/// is activated. Then asks lvm2 where everything landed. Errors: TargetBuildFailed (also when a volume is not where the layout has it),
/// ToolMissing.
[[nodiscard]] Result<> makeVolumeGroup(const QString &device, const TargetDiskLayout &layout, const std::stop_token &stop);

}
