#include "app/freezer/freeze.h"

#include <cerrno>
#include <linux/fs.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

// Nothing here allocates, opens, logs or forks: from arming on every disk may stand still.

namespace edgelift::freezer {

namespace {

constexpr int second = 1000;

bool readable(int descriptor, short events, int milliseconds, short *got)
{
    pollfd one{descriptor, events, 0};
    const int ready = ::poll(&one, 1, milliseconds);
    *got = one.revents;
    return ready > 0;
}

/// Tells the watchdog and waits until it watches. 0, or a reason not to begin.
int callWatchdog(const State &state)
{
    char answer = 0;
    short got = 0;
    if (::write(state.toWatchdog[1], "A", 1) != 1)
        return FreezerWatchdogDied;
    if (!readable(state.toFreezer[0], POLLIN, second, &got) || ::read(state.toFreezer[0], &answer, 1) != 1 || answer != 'a')
        return FreezerWatchdogDied;
    return 0;
}

/// Why the freeze must end now; FreezerAsked: because the agent said so; -1: it goes on. `wait`: not before the deadline then.
int reasonToEnd(const State &state, bool wait)
{
    const long long until = state.began + state.deadline;
    const long long left = until - now();
    pollfd ends[] = {{agent, POLLIN, 0}, {state.toFreezer[0], POLLIN, 0}};
    ::poll(ends, 2, wait && left > 0 ? int(left / 1000 + 1) : 0);
    if (ends[1].revents != 0)
        return FreezerWatchdogDied;
    char word = 0;
    if ((ends[0].revents & POLLIN) && ::recv(agent, &word, 1, MSG_DONTWAIT) == 1 && word == 'T')
        return FreezerAsked;
    if (ends[0].revents & (POLLHUP | POLLERR))
        return FreezerAgentGone;
    return state.shared->abandoned != 0 || now() >= until ? FreezerDeadline : -1;
}

/// Freezes one after the other. The number frozen; less than all: `end` says why.
int freezeAll(State &state, FreezerMessage &end)
{
    state.began = now();
    for (int i = 0; i < state.count; ++i) {
        if (const int reason = reasonToEnd(state, false); reason >= 0) {
            end.reason = reason;
            return i;
        }
        const long long before = now();
        state.shared->inProgress = i;
        state.shared->begun = i + 1;
        const int failed = ::ioctl(state.mounts[i], FIFREEZE, 0);
        const int error = errno;
        state.shared->inProgress = -1;
        if (failed != 0) {
            state.shared->begun = i;
            end.reason = FreezerRefused;
            end.index = i;
            end.error = error;
            return i;
        }
        say({FreezerFroze, i, 0, 0, now() - before});
    }
    return state.count;
}

/// The freeze, from the agent's word to the last thaw.
FreezerMessage holdStill(State &state)
{
    FreezerMessage end{FreezerDone, -1, FreezerAsked, 0, 0};
    const int noWatchdog = callWatchdog(state);
    if (noWatchdog != 0) {
        end.reason = noWatchdog;
        return end;
    }
    const int frozen = freezeAll(state, end);
    if (frozen == state.count) {
        say({FreezerAllFrozen, -1, 0, 0, now() - state.began});
        int reason = -1;
        while (reason < 0)
            reason = reasonToEnd(state, true);
        end.reason = reason;
    }
    const int notFrozen = thawAll(state, true);
    if (state.shared->abandoned != 0)
        end.reason = FreezerDeadline;
    else if (notFrozen >= 0 && end.reason == FreezerAsked) {
        end.reason = FreezerThawedByOther;
        end.index = notFrozen;
    }
    end.microseconds = state.microseconds();
    return end;
}

}

long long now()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

long long State::microseconds() const { return began == 0 ? 0 : now() - began; }

void say(const FreezerMessage &message) { (void)!::send(agent, &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT); }

int arm()
{
    volatile char stack[256 * 1024]; // touched now, so that no page is needed later
    for (unsigned i = 0; i < sizeof stack; i += 1024)
        stack[i] = 1;
    if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        return errno;
    sched_param priority{};
    priority.sched_priority = 1;
    ::sched_setscheduler(0, SCHED_FIFO, &priority); // not allowed everywhere, and not needed on an idle machine
    return stack[0] == 1 ? 0 : EFAULT;
}

int thawAll(const State &state, bool tell)
{
    int notFrozen = -1;
    const int hanging = state.shared->inProgress;
    for (int i = state.shared->begun - 1; i >= 0; --i) {
        const long long before = now();
        if (i != hanging && ::ioctl(state.mounts[i], FITHAW, 0) != 0)
            notFrozen = i;
        if (tell && i != hanging)
            say({FreezerThawed, i, 0, 0, now() - before});
    }
    if (hanging >= 0)
        ::ioctl(state.mounts[hanging], FITHAW, 0);
    return notFrozen;
}

int freezerMain(State &state)
{
    if (const int error = arm(); error != 0) {
        say({FreezerDone, -1, FreezerNotArmed, error, 0});
        return 1;
    }
    char word = 0;
    short got = 0;
    if (!readable(state.toFreezer[0], POLLIN, 10 * second, &got) || ::read(state.toFreezer[0], &word, 1) != 1 || word != 'r') {
        say({FreezerDone, -1, FreezerNotArmed, ETIMEDOUT, 0});
        return 1;
    }
    say({FreezerReady, -1, 0, 0, 0});
    while (::recv(agent, &word, 1, 0) < 0 && errno == EINTR) { } // end of file: nobody wants anything
    if (word != 'F')
        return 0;
    const FreezerMessage end = holdStill(state);
    (void)!::write(state.toWatchdog[1], "D", 1);
    say(end);
    return 0;
}

}
