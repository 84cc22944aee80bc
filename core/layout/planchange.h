#pragma once
#include "core/layout/plan.h"

namespace edgelift {

/// The first field of `after`, as a path like "image.bucket", that differs from `before` and is not the layout of the target: what a
/// migration that has begun cannot take over. Layout is "modifyDisks" and, under "disks", sizes, LVM, order, the disk a volume goes to,
/// whether and how it is copied. Which disks and volumes of the source these are is not. Empty: the layout differs at most. Pure; whether
/// the layout is possible is not asked here (planrules.h).
[[nodiscard]] QString changedBesidesLayout(const Plan &before, const Plan &after);

}
