#pragma once
#include "core/source/tracking/freezelist.h"
#include "core/source/tracking/freezer.h"

#include <memory>

namespace edgelift {

struct FreezerOptions
{
    QString program; ///< edgelift-freezer
    QList<MountedFilesystem> filesystems; ///< in freezeOrder()
    std::chrono::milliseconds deadline{10000}; ///< of one freeze, at most a minute
    QString marker = QStringLiteral("/run/edgelift/unfinished-freeze.json");
    QString hooks = QStringLiteral("/etc/edgelift/hooks.d");
    std::chrono::milliseconds hookLimit{30000}; ///< for each program
    QString notice = QStringLiteral("/dev/kmsg"); ///< gets a line before each freeze that names the rescue; empty: none
};

/// The Freezer of a running machine, by edgelift-freezer. It refuses to freeze (FreezeFailed) when a filesystem is no longer mounted where
/// it was listed. Error: RequestMalformed (a deadline that is none).
[[nodiscard]] Result<std::unique_ptr<Freezer>> makeFreezer(const FreezerOptions &options);

}
