#pragma once
#include <QtGlobal>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace edgelift {

/// A token bucket over wire bytes, shared by all connections of a transfer. The limit is read from `limitMbps` (10^6 bits a
/// second, 0 or less: unlimited) while running; a change acts within 50 ms. Thread-safe.
class RateLimiter
{
public:
    explicit RateLimiter(const std::atomic<int> &limitMbps)
        : m_limit(limitMbps)
    {
    }
    /// Returns when `bytes` may leave; false when stop was asked. Saved up time is worth at most 50 ms of the limit.
    bool take(size_t bytes, const std::stop_token &stop);
    /// How long callers have waited in all: the stage's measure.
    std::chrono::nanoseconds waited() const { return std::chrono::nanoseconds(m_waited.load()); }

private:
    using Clock = std::chrono::steady_clock;
    void refill(double bytesPerSecond, Clock::time_point now);

    const std::atomic<int> &m_limit;
    std::mutex m_mutex;
    std::condition_variable_any m_never; // nobody notifies: it is a sleep that stop ends
    double m_tokens = 0; // bytes; below 0 while an admitted piece is being paid for
    Clock::time_point m_refilled = Clock::now();
    std::atomic<qint64> m_waited = 0;
};

}
