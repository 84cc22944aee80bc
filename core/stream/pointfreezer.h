#pragma once
#include "core/base/result.h"

#include <chrono>

namespace edgelift {

/// Holds every filesystem of the source still for a moment (peers.md 4f). One thread.
class PointFreezer
{
public:
    /// Times of one freeze and thaw of everything, one filesystem after the other.
    struct Rehearsal
    {
        std::chrono::nanoseconds freeze{}; ///< writing back what is dirty included
        std::chrono::nanoseconds thaw{};
    };
    virtual ~PointFreezer() = default;
    [[nodiscard]] virtual Result<Rehearsal> rehearse() = 0;
    /// Writes out what the filesystems hold back, while writing goes on: a freeze would have to, and what it writes has to be copied then.
    virtual void flush() = 0;
    /// When it returns, all are frozen; after an error, none is. Somebody else thaws them when `deadline` has passed.
    [[nodiscard]] virtual Result<> freeze(std::chrono::milliseconds deadline) = 0;
    /// When it returns, none is frozen. Error: one was not frozen any more, by the deadline or by somebody else.
    [[nodiscard]] virtual Result<> thaw() = 0;
};

}
