#pragma once
#include "core/simcloud/instancehost.h"

#include <sys/types.h>

namespace edgelift {

/// Puts a disk file into the mount namespace of `init` (pid as the host sees it), or takes it out again. Errors: ToolFailed.
Result<> plugDisk(pid_t init, const InstanceDisk &disk);
Result<> unplugDisk(pid_t init, const InstanceDisk &disk);

/// Detaches every loop device whose file is one of `disks`: loop devices belong to no namespace and would outlive the instance.
void releaseLoopDevices(const QList<InstanceDisk> &disks);

}
