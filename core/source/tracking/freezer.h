#pragma once
#include "core/base/result.h"

#include <QList>
#include <QString>
#include <chrono>
#include <optional>
#include <stop_token>

namespace edgelift {

/// What freezing one filesystem cost.
struct FreezeTime
{
    QString mountPoint;
    std::chrono::microseconds freeze{}; ///< includes writing out what was dirty
    std::chrono::microseconds thaw{};
};

/// How a freeze went.
struct FreezeReport
{
    std::chrono::microseconds frozen{}; ///< from the first filesystem frozen to the last one thawed
    QList<FreezeTime> times; ///< in the order of freezing
    std::optional<Error> hookProblem; ///< HookFailed of a post-freeze hook: the point is good, but an application may need help
};

/// Stops all writing to a set of filesystems for a moment, and lets it go on whatever happens (peers.md 4f). The set is given to the
/// implementation.
///
/// Rules for callers: between freeze() and thaw() write nothing to a frozen filesystem (log, state, temporary file): the thread would hang
/// until the thaw. Hold everything needed in memory. One thread at a time. All functions block.
class Freezer
{
public:
    Freezer() = default;
    Freezer(const Freezer &) = delete;
    Freezer &operator=(const Freezer &) = delete;
    virtual ~Freezer() = default; ///< thaws

    /// Freezes and thaws each filesystem alone, in the order of freeze(). Runs no hooks. Errors: FreezeFailed (names the filesystem),
    /// ToolMissing, ToolFailed.
    [[nodiscard]] virtual Result<QList<FreezeTime>> rehearse(const std::stop_token &stop) = 0;
    /// Runs the pre-freeze hooks, writes out what is dirty, then freezes all. When it returns well every filesystem is frozen, and two
    /// processes other than this one hold the order to thaw them at the deadline. When it returns an error everything is thawed and the
    /// post-freeze hooks have run. Errors: FreezeFailed, HookFailed, ToolMissing, ToolFailed.
    [[nodiscard]] virtual Result<> freeze(const std::stop_token &stop) = 0;
    /// Thaws all, then runs the post-freeze hooks. Well: everything was frozen from the return of freeze() until now. FreezeBroken:
    /// something was thawed earlier (deadline, a process died, another administrator), so what was read is no point in time; also
    /// without a freeze before it.
    [[nodiscard]] virtual Result<FreezeReport> thaw() = 0;
};

}
