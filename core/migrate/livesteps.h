#pragma once
#include "core/migrate/live/livecopy.h"
#include "core/migrate/stepcontext.h"

namespace edgelift {

/// What copying a server that runs needs besides copying one that stands still. Lives as long as the copy.
struct LiveParts
{
    std::unique_ptr<LiveCopy> copy; ///< tracks as long as it lives; null: the plan copies nothing by blocks
    QJsonObject proved; ///< evidence of the point, once it is made
};

/// Starts tracking what the plan reads block by block. Errors: those of LiveCopy::start().
[[nodiscard]] Result<LiveParts> startTracking(StepContext &context);

/// Adds what belongs to a server that runs: `parts`, and where the filesystems are seen that files are copied from. Errors: FileUnreadable
/// (the mount table), those of mountedFolder().
[[nodiscard]] Result<> addLive(StepContext &context, LiveParts &parts, CopyOrder &order);

/// Where all files of the volume can be seen on a machine that runs. Empty: it is not mounted. Error: LayoutChangeUnsupported (args: mount
/// point), when only a part of it is.
[[nodiscard]] Result<QString> mountedFolder(const VolumeFacts &volume, const ServerFacts &facts, const QByteArray &mountInfo);

}
