#pragma once
#include "core/base/clock.h"

#include <mutex>

namespace edgelift::test {

/// Time that passes only when somebody sleeps: hours of polling take no time. Thread-safe.
class FakeClock final : public Clock
{
public:
    QDateTime now() const override
    {
        const std::lock_guard lock(m_mutex);
        return m_now;
    }
    bool sleep(std::chrono::milliseconds time, const std::stop_token &stop) const override
    {
        const std::lock_guard lock(m_mutex);
        m_now = m_now.addMSecs(time.count());
        return !stop.stop_requested();
    }
    void pass(std::chrono::seconds time) { (void)sleep(time, {}); }

private:
    mutable std::mutex m_mutex;
    mutable QDateTime m_now = QDateTime::currentDateTimeUtc();
};

}
