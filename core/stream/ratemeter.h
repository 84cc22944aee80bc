#pragma once
#include "core/base/bytes.h"

#include <chrono>
#include <deque>
#include <optional>

namespace edgelift {

/// Speed of a transfer from what was done when, over the last ten seconds: acknowledgements come in bursts. One thread.
class RateMeter
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// What is done now. The first call is the baseline: what was done before it does not count as speed.
    void update(TimePoint now, Bytes done);
    /// Bytes a second; 0 until two updates are at least 200 ms apart.
    double bytesPerSecond() const;
    /// (total − done) / speed, or nothing while the speed is not steady: less than three seconds seen, nothing moving, or the
    /// recent half of the time differing from the whole by more than half.
    std::optional<qint64> remainingSeconds(Bytes total) const;

private:
    struct Sample
    {
        TimePoint when;
        Bytes done;
    };
    static double rate(const Sample &from, const Sample &to);
    bool isSteady() const;

    std::deque<Sample> m_samples; // at least 200 ms apart, except the newest
};

}
