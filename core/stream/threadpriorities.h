#pragma once
#include <mutex>
#include <sys/types.h>
#include <vector>

namespace edgelift {

/// Gives the threads of the data path the niceness that is asked for, while they run: niceness belongs to a thread on Linux. Their
/// disk accesses stand back with it, where the disk's scheduler looks at that: from 1 on below others' best effort, from 10 on
/// only when nobody else wants the disk. Going down again needs a privilege that the agent, as root, has. Thread-safe.
class ThreadPriorities
{
public:
    /// A thread enters itself for as long as this lives, on the thread itself; or a process of one thread, until somebody waits for its end.
    class Entry
    {
    public:
        explicit Entry(ThreadPriorities &all);
        Entry(ThreadPriorities &all, pid_t process);
        ~Entry();
        Entry(const Entry &) = delete;
        Entry &operator=(const Entry &) = delete;

    private:
        ThreadPriorities &m_all;
        const pid_t m_thread;
    };
    /// 0–19. Cheap when nothing changes.
    void set(int niceness);

private:
    static void apply(pid_t thread, int niceness);

    std::mutex m_mutex;
    std::vector<pid_t> m_threads;
    int m_niceness = 0;
};

}
