#pragma once
#include "core/source/tracking/freezerprotocol.h"

#include <ctime>

namespace edgelift::freezer {

inline constexpr int maxMounts = 4096;
inline constexpr int agent = 0; ///< the socket

/// What both processes know. Laid out before they part; `shared` is the one thing they share afterwards.
struct State
{
    /// In memory that both see. Plain ints: written by one side, only looked at by the other.
    struct Shared
    {
        volatile int inProgress; ///< the mount point whose freeze has been asked for and has not returned; -1: none
        volatile int begun; ///< so many of the mount points may be frozen; the others are not ours to thaw
        volatile int abandoned; ///< not 0: the watchdog thaws, nothing may be frozen any more
    };
    Shared *shared = nullptr;
    int mounts[maxMounts]; ///< open, in the order of freezing
    int count = 0;
    long long deadline = 0; ///< microseconds, from the first freeze on
    int toWatchdog[2]; ///< pipe: 'A' I begin, 'D' I am done; end of file: the freezer died
    int toFreezer[2]; ///< pipe: 'a' I watch; end of file: the watchdog died
    long long began = 0; ///< monotonic microseconds; 0: nothing was frozen yet
    long long microseconds() const;
};

/// Monotonic microseconds.
long long now();
/// Sends to the agent; never waits, never fails: the agent may be gone or stopped.
void say(const FreezerMessage &message);
/// Locks the memory, touches the stack, takes the processor before others. 0 or errno.
int arm();
/// Thaws what was frozen in the opposite order, the one in progress last, since that one may hang. -1, or the first that was not frozen any
/// more. `tell`: the agent.
int thawAll(const State &state, bool tell);

/// The first process, from arming to the end.
int freezerMain(State &state);

}
