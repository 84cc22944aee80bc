#include "app/freezer/watchdog.h"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <unistd.h>

namespace edgelift::freezer {

namespace {

/// Whether the first process has ended, or ends within that time.
bool freezerEnded(const State &state, int milliseconds)
{
    pollfd end{state.toWatchdog[0], 0, 0};
    ::poll(&end, 1, milliseconds);
    return (end.revents & (POLLHUP | POLLERR)) != 0;
}

/// Until nothing is frozen and nobody is left who could freeze. A freeze that hangs in the kernel ends after its process was killed.
void thawForGood(State &state, pid_t freezer)
{
    constexpr int pause = 5; // milliseconds
    state.shared->abandoned = 1;
    for (bool ended = false; !ended;) {
        ended = freezerEnded(state, pause);
        if (!ended && ::getppid() == freezer)
            ::kill(freezer, SIGKILL); // it may be stopped, or in the middle of freezing
        thawAll(state, false);
    }
}

/// FreezerAsked: the first process is done.
int reasonToThaw(const State &state, long long until)
{
    pollfd ends[] = {{state.toWatchdog[0], POLLIN, 0}, {agent, 0, 0}};
    const long long left = until - now();
    ::poll(ends, 2, left > 0 ? int(left / 1000 + 1) : 0);
    char word = 0;
    if (ends[0].revents & POLLIN)
        return ::read(state.toWatchdog[0], &word, 1) == 1 && word == 'D' ? FreezerAsked : FreezerFreezerDied;
    if (ends[0].revents & (POLLHUP | POLLERR))
        return FreezerFreezerDied;
    if (ends[1].revents & (POLLHUP | POLLERR))
        return FreezerAgentGone;
    return now() >= until ? FreezerDeadline : -1;
}

}

int watchdogMain(State &state)
{
    const pid_t freezer = ::getppid();
    if (arm() != 0 || ::write(state.toFreezer[1], "r", 1) != 1)
        return 1;
    char word = 0;
    while (::read(state.toWatchdog[0], &word, 1) < 0 && errno == EINTR) { }
    if (word != 'A') // the first ended without having frozen anything
        return 0;
    state.began = now();
    if (::write(state.toFreezer[1], "a", 1) != 1)
        return 1;
    int reason = -1;
    while (reason < 0)
        reason = reasonToThaw(state, state.began + state.deadline);
    if (reason == FreezerAsked)
        return 0;
    thawForGood(state, freezer);
    say({FreezerDone, -1, reason, 0, state.microseconds()});
    return 0;
}

}
