#include "core/stream/threadpriorities.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace edgelift {

namespace {

constexpr int idleFrom = 10;

// ioprio_set(2). Not from <linux/ioprio.h>: since a stable update of 6.1 it names a parameter "class" and is no C++ any more.
constexpr int whoProcess = 1;
constexpr int bestEffort = 2 << 13; // class, then the level in it
constexpr int idle = 3 << 13;

/// 0 lets the kernel derive it from the niceness, as for everybody.
int ioPriority(int niceness)
{
    if (niceness <= 0)
        return 0;
    if (niceness >= idleFrom)
        return idle;
    return bestEffort | 7; // the least of what is served at all times
}

}

ThreadPriorities::Entry::Entry(ThreadPriorities &all)
    : Entry(all, pid_t(::syscall(SYS_gettid)))
{
}

ThreadPriorities::Entry::Entry(ThreadPriorities &all, pid_t process)
    : m_all(all)
    , m_thread(process)
{
    const std::lock_guard lock(m_all.m_mutex);
    m_all.m_threads.push_back(m_thread);
    if (m_all.m_niceness != 0)
        apply(m_thread, m_all.m_niceness);
}

ThreadPriorities::Entry::~Entry()
{
    const std::lock_guard lock(m_all.m_mutex);
    std::erase(m_all.m_threads, m_thread);
}

void ThreadPriorities::set(int niceness)
{
    const std::lock_guard lock(m_mutex);
    if (niceness == m_niceness)
        return;
    m_niceness = niceness;
    for (const pid_t thread : m_threads)
        apply(thread, niceness);
}

/// Best effort: a program without the privilege keeps the higher niceness, and some kernels have no I/O priorities.
void ThreadPriorities::apply(pid_t thread, int niceness)
{
    ::setpriority(PRIO_PROCESS, id_t(thread), niceness);
    ::syscall(SYS_ioprio_set, whoProcess, thread, ioPriority(niceness));
}

}
