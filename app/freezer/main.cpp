#include "app/freezer/watchdog.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// edgelift-freezer: freezes filesystems for a moment and thaws them whatever happens. See core/source/tracking/freezerprotocol.h.

using namespace edgelift::freezer;

namespace {

State state; // in the program's own memory, not on a stack

int refuse(int reason, int index, int error)
{
    say({FreezerDone, index, reason, error, 0});
    return 1;
}

/// Signals that ask a process to end would end it in the middle; the end of the socket is what counts.
void ignoreTheWorld()
{
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
    ::setsid();
    (void)!::chdir("/");
    const int score = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) {
        (void)!::write(score, "-1000", 5);
        ::close(score);
    }
}

int openMounts(int count, char **paths)
{
    for (int i = 0; i < count; ++i) {
        state.mounts[i] = ::open(paths[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (state.mounts[i] < 0)
            return refuse(FreezerRefused, i, errno);
        ++state.count;
    }
    return 0;
}

}

int main(int argc, char **argv)
{
    const long deadline = argc > 2 ? std::strtol(argv[1], nullptr, 10) : 0;
    if (deadline < 1 || deadline > FREEZER_LONGEST_DEADLINE_MS || argc - 2 > maxMounts)
        return 2;
    state.deadline = deadline * 1000LL;
    ignoreTheWorld();
    if (const int failed = openMounts(argc - 2, argv + 2); failed != 0)
        return failed;
    void *memory = ::mmap(nullptr, sizeof(State::Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || ::pipe2(state.toWatchdog, O_CLOEXEC) != 0 || ::pipe2(state.toFreezer, O_CLOEXEC) != 0)
        return refuse(FreezerNotArmed, -1, errno);
    state.shared = new (memory) State::Shared{-1, 0, 0};
    const pid_t child = ::fork();
    if (child < 0)
        return refuse(FreezerNotArmed, -1, errno);
    if (child == 0) {
        ::prctl(PR_SET_NAME, "edgelift-watch");
        ::close(state.toWatchdog[1]);
        ::close(state.toFreezer[0]);
        return watchdogMain(state);
    }
    ::close(state.toWatchdog[0]);
    ::close(state.toFreezer[1]);
    const int result = freezerMain(state);
    ::close(state.toWatchdog[1]);
    ::waitpid(child, nullptr, 0);
    return result;
}
