#pragma once
#include "core/stream/copyjob.h"

#include <functional>

namespace edgelift {

/// Tries something that needs the receiver until it works, with growing pauses, for as long as the settings' patience since the last
/// progress; looks for a receiver that has moved. One thread.
class Attempts
{
public:
    /// `tick` is called now and then during pauses.
    Attempts(CopyJob &job, std::stop_token stop, std::function<void()> tick);
    void madeProgress();
    /// The last error when it is of a kind that waiting does not mend, when patience is over, or when stop was asked.
    [[nodiscard]] Result<> run(const std::function<Result<>()> &attempt);

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] bool mayTryAgain(const Error &error) const;
    [[nodiscard]] Result<bool> locate();
    void pause();

    CopyJob &m_job;
    std::stop_token m_stop;
    std::function<void()> m_tick;
    Clock::time_point m_lastProgress = Clock::now();
    int m_failures = 0; // in a row without progress
};

}
