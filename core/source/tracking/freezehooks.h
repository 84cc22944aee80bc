#pragma once
#include "core/base/result.h"

#include <QString>
#include <chrono>
#include <stop_token>

namespace edgelift {

/// Runs the administrator's programs for `moment` ("pre-freeze", "post-freeze"): the file FOLDER/moment, or the files of the folder of that
/// name in order. Nothing there is well. Each has `limit`, then it is killed. Only what belongs to root (or to the user who runs this)
/// and cannot be written by others is run. The first failure ends it. Error: HookFailed.
[[nodiscard]] Result<> runFreezeHooks(
    const QString &folder, const QString &moment, std::chrono::milliseconds limit, const std::stop_token &stop = {});

}
