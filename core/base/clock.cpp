#include "core/base/clock.h"

#include <condition_variable>
#include <mutex>

namespace edgelift {

QDateTime SystemClock::now() const { return QDateTime::currentDateTimeUtc().addSecs(m_ahead.count()); }

bool SystemClock::sleep(std::chrono::milliseconds time, const std::stop_token &stop) const
{
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

}
