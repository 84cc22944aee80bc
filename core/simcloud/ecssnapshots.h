#pragma once
#include "core/service/registry.h"

namespace edgelift {

class World;

/// Snapshots (state collection "snapshots"): copies of disk files. Taken of a running instance's disk, a snapshot is a point in time
/// only where the file system can clone files (FICLONE); stop the instance first, as the real route does.
[[nodiscard]] ActionReply createSnapshot(World &world, const ActionCall &call);
[[nodiscard]] ActionReply describeSnapshots(World &world, const ActionCall &call);
[[nodiscard]] ActionReply deleteSnapshot(World &world, const ActionCall &call);
void resumeSnapshots(World &world); ///< copies that a restart interrupted begin again

}
