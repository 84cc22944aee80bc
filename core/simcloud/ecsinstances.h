#pragma once
#include "core/service/registry.h"

namespace edgelift {

class World;

/// Instances (state collection "instances"). A record whose status is Pending or Running has, or will get, a process on the host;
/// user data lies in DIR/ecs/instances/<id>/user-data (0600), never in the state.
[[nodiscard]] ActionReply runInstances(World &world, const ActionCall &call);
[[nodiscard]] ActionReply describeInstances(World &world, const ActionCall &call);
[[nodiscard]] ActionReply stopInstance(World &world, const ActionCall &call);
[[nodiscard]] ActionReply deleteInstance(World &world, const ActionCall &call);

/// Starts the instance's process in the background; the record becomes Running, or Stopped with a reason when that failed.
void launchInstance(World &world, const QString &id);
void resumeInstances(World &world); ///< after a restart: launches what was running
void releaseExpired(World &world); ///< deletes instances whose AutoReleaseTime has come

/// The record as a caller would see it now (a process that ended by itself: Stopped); empty when there is none.
[[nodiscard]] QJsonObject instanceRecord(World &world, const QString &id);
[[nodiscard]] QString instanceFolder(World &world, const QString &id);

}
