#pragma once
#include "core/service/registry.h"

namespace edgelift {

class World;

/// ExportImage and the tasks it makes (state collection "tasks"): one object per disk in the bucket,
/// <prefix>_<imageId>_system.raw.tar.gz and <prefix>_<imageId>_data_xvdb.raw.tar.gz (or .qcow2, .vhd … where the region allows it).
[[nodiscard]] ActionReply exportImage(World &world, const ActionCall &call);
[[nodiscard]] ActionReply describeTasks(World &world, const ActionCall &call);
[[nodiscard]] ActionReply describeTaskAttribute(World &world, const ActionCall &call);
[[nodiscard]] ActionReply cancelTask(World &world, const ActionCall &call);

[[nodiscard]] bool isExporting(World &world, const QString &imageId);
void resumeExports(World &world); ///< exports that a restart interrupted begin again

}
