#pragma once
#include <QtGlobal>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace edgelift {

/// A token bucket over bytes, shared by all who send or read for a transfer. The limit is read from `bytesPerSecond` (0 or less:
/// unlimited) while running; a change acts within 50 ms, provided that callers ask for little at a time. Thread-safe.
class RateLimiter
{
public:
    explicit RateLimiter(const std::atomic<qint64> &bytesPerSecond)
        : m_limit(bytesPerSecond)
    {
    }
    /// Returns when `bytes` may pass; false when stop was asked. Saved up time is worth at most 50 ms of the limit.
    bool take(size_t bytes, const std::stop_token &stop);
    /// Bytes a second now; 0: unlimited.
    qint64 limit() const { return std::max<qint64>(0, m_limit.load(std::memory_order_relaxed)); }
    /// How long callers have waited in all: the stage's measure.
    std::chrono::nanoseconds waited() const { return std::chrono::nanoseconds(m_waited.load()); }

private:
    using Clock = std::chrono::steady_clock;
    void refill(double bytesPerSecond, Clock::time_point now);

    const std::atomic<qint64> &m_limit;
    std::mutex m_mutex;
    std::condition_variable_any m_never; // nobody notifies: it is a sleep that stop ends
    double m_tokens = 0; // bytes; below 0 while an admitted piece is being paid for
    Clock::time_point m_refilled = Clock::now();
    std::atomic<qint64> m_waited = 0;
};

}
