#pragma once
#include "core/base/result.h"
#include "core/layout/plan.h"
#include "core/layout/targetimage.h"

namespace edgelift {

/// The disks of the source that are read for the plan, block by block or file by file, as DiskFacts::id: a volume may have been moved away
/// from a disk that is no target.
[[nodiscard]] QStringList sourceDiskIds(const Plan &plan, const ServerFacts &facts);

/// Which of the plan's disks are built anew, and how: all that the receiver and the copy need to know. Disks that stay as they are are not
/// in it; they keep their table and are copied whole. Tables, boot loader and swap need room besides what the plan counts: it is taken from
/// the largest volumes that are copied file by file. `features` of filesystems are not filled in: they are on the disks. Pure. Errors:
/// LayoutChangeUnsupported (Never; args: what cannot be carried out): disks with RAID or encryption, volumes that are not one run of bytes,
/// disks that share a volume group or a filesystem, files of a btrfs with subvolumes that nobody has listed (as of a running machine) or
/// that must stay read-only. PlanRuleBroken (rule DiskOverfull) when the room cannot be found.
[[nodiscard]] Result<TargetImage> targetImage(const Plan &plan, const ServerFacts &facts);

/// Of sourceDiskIds(), those that are read block by block. The others are read file by file only. Errors: those of targetImage().
[[nodiscard]] Result<QStringList> blockDiskIds(const Plan &plan, const ServerFacts &facts);

/// Error: that of targetImage(): the plan wants a layout that nobody can make (yet).
[[nodiscard]] Result<> requireFeasibleLayout(const Plan &plan, const ServerFacts &facts);

}
