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
    /// `ahead`: how far it runs ahead of the machine's; 0: not at all. For trying out what a wrong clock or a long wait does.
    explicit SystemClock(std::chrono::seconds ahead = {})
        : m_ahead(ahead)
    {
    }
    [[nodiscard]] QDateTime now() const override;
    bool sleep(std::chrono::milliseconds time, const std::stop_token &stop) const override;

private:
    std::chrono::seconds m_ahead;
};

}
