#pragma once
#include "core/service/registry.h"

namespace edgelift {

class World;

/// Security groups (state collection "securitygroups") and TagResources. Rules are kept and shown; the simulated network is loopback,
/// so nothing is filtered.
[[nodiscard]] ActionReply createSecurityGroup(World &world, const ActionCall &call);
[[nodiscard]] ActionReply authorizeSecurityGroup(World &world, const ActionCall &call);
[[nodiscard]] ActionReply describeSecurityGroups(World &world, const ActionCall &call);
[[nodiscard]] ActionReply describeSecurityGroupAttribute(World &world, const ActionCall &call);
[[nodiscard]] ActionReply deleteSecurityGroup(World &world, const ActionCall &call);
[[nodiscard]] ActionReply tagResources(World &world, const ActionCall &call);

}
