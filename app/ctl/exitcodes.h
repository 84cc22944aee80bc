#pragma once
#include "core/base/error.h"

#include <QJsonObject>

namespace edgelift::ctl {

/// design.md section 3.
enum ExitCode : int {
    exitDone = 0,
    exitInternal = 1,
    exitUsage = 2,
    exitRefused = 3, ///< by a check, before anything moved
    exitFailed = 4, ///< may be retried
    exitFailedForGood = 5,
    exitStopped = 6, ///< by the user
    exitNoAgent = 7, ///< or no permission
};

/// For an error before anything moved.
[[nodiscard]] int exitCodeFor(const Error &error);
/// For the "error" event of a job.
[[nodiscard]] int exitCodeForEvent(const QJsonObject &event);

}
