#pragma once
#include "core/base/result.h"
#include "core/layout/plan.h"
#include "core/layout/serverfacts.h"

namespace edgelift {

/// The disks that travel, as DiskFacts::id in plan order: the system disk, every disk with a volume to migrate (R97), and every disk
/// such a volume also has a part on.
[[nodiscard]] QStringList migratedDisks(const Plan &plan, const ServerFacts &facts);

/// What the plan would change of the server's layout, each as a name for people ("/srv", "disk data.img"). Empty: the plan copies
/// whole disks as they are, possibly to larger ones, and leaves out whole disks at most.
[[nodiscard]] QStringList layoutChanges(const Plan &plan, const ServerFacts &facts);

/// Error: LayoutChangeUnsupported (Never), args: what would change, joined.
[[nodiscard]] Result<> requireUnchangedLayout(const Plan &plan, const ServerFacts &facts);

}
