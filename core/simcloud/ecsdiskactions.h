#pragma once
#include "core/service/registry.h"

namespace edgelift {

class World;

// The ECS API's actions on disks (api-shapes.json).
[[nodiscard]] ActionReply createDisk(World &world, const ActionCall &call);
[[nodiscard]] ActionReply attachDisk(World &world, const ActionCall &call);
[[nodiscard]] ActionReply detachDisk(World &world, const ActionCall &call);
[[nodiscard]] ActionReply deleteDisk(World &world, const ActionCall &call);
[[nodiscard]] ActionReply describeDisks(World &world, const ActionCall &call);

}
