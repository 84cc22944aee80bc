#pragma once
#include "core/base/fd.h"

#include <QTemporaryDir>
#include <atomic>
#include <chrono>
#include <sys/types.h>
#include <vector>

namespace edgelift::test {

/// A disk's medium that takes its time: a file (by FUSE) whose writes reach the medium in two halves, a random while after they were issued
/// and a random while before they are reported done; those in flight run side by side, and end on every processor. For loop devices with
/// direct I/O. Reads are served at once.
///
/// A process of its own serves it, and another one makes every request fail when this one ends, however: a disk that hangs would hang
/// each sync() of the machine.
class SlowMedium
{
public:
    SlowMedium(quint64 bytes, quint32 seed);
    SlowMedium(const SlowMedium &) = delete;
    SlowMedium &operator=(const SlowMedium &) = delete;
    ~SlowMedium();

    Fd open() const; ///< for reading and writing
    /// The longest wait at each of the three places; 0: none. Every fourth write waits.
    void setLongestWait(std::chrono::microseconds wait) { m_shared->longestWait = int(wait.count()); }
    /// Writes wait until it is set to false.
    void setStalled(bool stalled) { m_shared->stall = stalled ? Stall::Now : Stall::Never; }
    bool stalled() const { return m_shared->stall == Stall::Now; }
    /// Stalls at the first write that only the freeze of an ext4 filesystem makes: while it is mounted for writing its superblock says that
    /// the journal has to be replayed, and the freeze takes that back (ext4_freeze in the kernel's fs/ext4/super.c). So does the end of the
    /// mount: setStalled(false) before that.
    void stallAtFreeze() { m_shared->stall = Stall::AtFreeze; }

private:
    enum class Stall : quint8 { Never, AtFreeze, Now };
    /// What both processes see.
    struct Shared
    {
        std::atomic<quint32> random = 0;
        std::atomic<int> longestWait = 0;
        std::atomic<Stall> stall = Stall::Never;
    };
    [[noreturn]] void serveAll(pid_t parent);
    void guard();
    void serve(unsigned processor);
    void answer(const std::vector<char> &request, std::vector<char> &reply);
    void write(quint64 offset, const char *bytes, size_t length);
    void wait(quint32 random) const;

    QTemporaryDir m_folder;
    quint64 m_size;
    char *m_bytes = nullptr; ///< shared memory, as m_shared
    Shared *m_shared = nullptr;
    Fd m_fuse; ///< the other process only
    pid_t m_server = -1;
    pid_t m_guard = -1;
    Fd m_alive; ///< the guard sees its end
};

}
