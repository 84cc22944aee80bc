#pragma once
#include "core/stream/backoff.h"
#include "core/stream/diskload.h"
#include "core/stream/threadpriorities.h"
#include "core/stream/transfertuning.h"

#include <functional>
#include <mutex>
#include <thread>

namespace edgelift {

/// Works out, ten times a second, which limits are in force: the plain ones or those of the time plan, and what back-off takes
/// off. A thread of its own between start() and the destructor; the numbers may be read from any thread.
class LimitKeeper
{
public:
    using Clock = std::chrono::steady_clock;
    using LocalTime = std::function<QDateTime()>;
    /// `tuning` outlives this. The limits are in force when the constructor returns.
    explicit LimitKeeper(
        const TransferTuning &tuning, LocalTime localTime = [] { return QDateTime::currentDateTime(); });
    /// Back-off looks at `load` (none: there is no back-off). Before start().
    void watch(std::unique_ptr<DiskLoad> load);
    void start();

    const std::atomic<qint64> &wireRate() const { return m_wireRate; } ///< bytes a second; 0: unlimited
    const std::atomic<qint64> &diskRate() const { return m_diskRate; } ///< bytes a second; 0: unlimited
    std::atomic<quint64> &bytesRead() { return m_bytesRead; } ///< from the source's disks: readers count here
    ThreadPriorities &threads() { return m_threads; }
    [[nodiscard]] LimitsInForce inForce() const;

    /// One look at everything; what the thread does.
    void update(Clock::time_point now);

private:
    void sampleDisks(Clock::time_point now);

    const TransferTuning &m_tuning;
    const LocalTime m_localTime;
    std::unique_ptr<DiskLoad> m_load;
    BackOff m_backOff;
    std::optional<DiskCounters> m_counters; // of the last sample
    quint64 m_bytesAtSample = 0;
    Clock::time_point m_sampled;
    std::atomic<qint64> m_wireRate = 0;
    std::atomic<qint64> m_diskRate = 0;
    std::atomic<quint64> m_bytesRead = 0;
    ThreadPriorities m_threads;
    mutable std::mutex m_mutex;
    LimitsInForce m_inForce;
    std::jthread m_thread; // last: joined before anything it uses goes
};

}
