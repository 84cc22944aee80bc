#pragma once
#include "core/receiver/medium.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace edgelift::receiver {

/// When written data is made durable. The sender may have this much unconfirmed, so these bound its memory and its resends.
struct FlushLimits
{
    Bytes unsynced{32U << 20};
    std::chrono::milliseconds age{200};
};

/// Makes one disk's writes durable in batches, on a thread of its own, for all connections that write to it. After a failed sync
/// nothing is ever called durable again: the kernel reports a lost write once and then forgets it, so the only honest way on
/// is to open the disk again and have everything unconfirmed sent again. Thread-safe.
class Flusher
{
public:
    explicit Flusher(Medium &medium, FlushLimits limits = {}); ///< `medium` must outlive this
    Flusher(const Flusher &) = delete;
    Flusher &operator=(const Flusher &) = delete;
    ~Flusher(); ///< does not flush

    /// Call after a write returned. The ticket is durable once durable() has reached it.
    quint64 wrote(quint64 bytes);
    [[nodiscard]] quint64 durable() const;
    /// errno of the sync that failed; 0 while all is well.
    [[nodiscard]] int failure() const;
    void hurry(); ///< nothing more comes for now: do not wait for the limits
    /// Blocks until everything written before the call is durable. 0 or the errno.
    [[nodiscard]] int flush();

private:
    void run(const std::stop_token &stop);

    Medium &m_medium;
    const FlushLimits m_limits;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_work;
    std::condition_variable m_done;
    quint64 m_written = 0; ///< tickets given
    quint64 m_durable = 0;
    quint64 m_unsynced = 0; ///< bytes
    std::chrono::steady_clock::time_point m_oldest; ///< first write after the last sync began
    bool m_hurry = false;
    int m_failure = 0;
    std::jthread m_thread; ///< last: stops before the rest goes
};

}
