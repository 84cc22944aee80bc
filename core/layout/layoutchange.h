#pragma once
#include "core/base/result.h"
#include "core/layout/plan.h"
#include "core/layout/serverfacts.h"

namespace edgelift {

/// The disks that travel, as DiskFacts::id in plan order: the system disk, every disk with a volume to migrate (R97), and every disk
/// such a volume or its volume group also has a part on.
[[nodiscard]] QStringList migratedDisks(const Plan &plan, const ServerFacts &facts);

/// Is this volume copied block by block, on its own disk and in its own size?
[[nodiscard]] bool isUnchanged(const Plan::Disk &disk, const Plan::Volume &volume, const VolumeFacts &source);

/// What the plan would change of the server's layout, each as a name for people ("/srv", "disk data.img"). Empty: the plan copies
/// whole disks as they are, possibly to larger ones, and leaves out whole disks at most.
[[nodiscard]] QStringList layoutChanges(const Plan &plan, const ServerFacts &facts);

/// The same for one disk that travels: what does not stay as it is on `source`.
[[nodiscard]] QStringList diskChanges(const Plan::Disk &disk, const DiskFacts &source, const ServerFacts &facts);

/// The size of a volume as a plan writes it: whole MiB, rounded down.
[[nodiscard]] constexpr qint64 planMiB(Bytes size) { return qint64(size.count >> 20); }

/// The smallest whole number of GiB that holds `size`.
[[nodiscard]] constexpr qint64 planGiB(Bytes size) { return qint64(size.count >> 30) + ((size.count & ((1U << 30) - 1)) != 0 ? 1 : 0); }

}
