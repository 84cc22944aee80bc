#pragma once
#include "core/receiver/targetkeeper.h"
#include "core/wire/framechannel.h"

namespace edgelift::receiver {

/// One connection that carries an rsync into a new filesystem: its request names the volume, then its bytes go to and from a
/// `rsync --server` that can write there only. Answers with the program's end once everything is on stable storage, or with a Failure.
/// `folder`: an existing private one for mounts.
void serveFiles(wire::FrameChannel &channel, TargetKeeper::Writer &writer, const build::TargetBuilder &builder, const QString &folder,
    const std::stop_token &stop);

}
