#include "core/stream/ratelimiter.h"

#include <algorithm>

namespace edgelift {

namespace {
constexpr double savedSeconds = 0.05;
constexpr std::chrono::milliseconds longestNap{50};
}

bool RateLimiter::take(size_t bytes, const std::stop_token &stop)
{
    if (limit() <= 0)
        return !stop.stop_requested();
    const Clock::time_point begin = Clock::now();
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        const qint64 allowed = limit();
        const Clock::time_point now = Clock::now();
        const double bytesPerSecond = double(allowed);
        if (allowed > 0)
            refill(bytesPerSecond, now);
        if (allowed <= 0 || m_tokens >= 0) {
            if (allowed > 0)
                m_tokens -= double(bytes); // whoever finds the bucket not empty may go; the debt keeps the next one waiting
            m_waited += std::chrono::nanoseconds(now - begin).count();
            return true;
        }
        const std::chrono::duration<double> debt(-m_tokens / bytesPerSecond);
        const auto nap = std::clamp<std::chrono::nanoseconds>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(debt), std::chrono::microseconds(100), longestNap);
        m_never.wait_for(lock, stop, nap, [] { return false; });
    }
    return false;
}

void RateLimiter::refill(double bytesPerSecond, Clock::time_point now)
{
    const std::chrono::duration<double> passed = now - m_refilled;
    m_refilled = now;
    m_tokens = std::min(m_tokens + passed.count() * bytesPerSecond, bytesPerSecond * savedSeconds);
}

}
