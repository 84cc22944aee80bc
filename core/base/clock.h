#pragma once
#include <QDateTime>
#include <chrono>
#include <stop_token>

namespace edgelift {

/// Time as the program sees it, so that tests can make it pass. Thread-safe.
class Clock
{
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual QDateTime now() const = 0; ///< UTC
    /// Blocks for `time` or until stop is asked. False when it was stopped.
    virtual bool sleep(std::chrono::milliseconds time, const std::stop_token &stop) const = 0;
};

/// The real one. Sleeps wake at once when stop is asked.
class SystemClock final : public Clock
{
public:
    [[nodiscard]] QDateTime now() const override;
    bool sleep(std::chrono::milliseconds time, const std::stop_token &stop) const override;
};

}
