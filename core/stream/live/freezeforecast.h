#pragma once
#include "core/stream/pointfreezer.h"

#include <chrono>
#include <optional>

namespace edgelift {

/// How long a freeze would take that reads so many bytes, from what was measured so far (peers.md 4e, step 6), and whether rounds still
/// bring that nearer. A value; one thread.
class FreezeForecast
{
public:
    using Time = std::chrono::nanoseconds;

    /// `settle`: the pause between freezing and looking.
    explicit FreezeForecast(Time settle)
        : m_settle(settle)
    {
    }

    void rehearsed(const PointFreezer::Rehearsal &rehearsal) { m_rehearsal = rehearsal; }
    /// There was none, or it took more than a tenth of `budget`, so that it may have met a busy moment.
    [[nodiscard]] bool wantsRehearsal(Time budget) const;
    /// Freezing and thawing alone. Zero before a rehearsal.
    [[nodiscard]] Time standing() const;
    void eraTook(Time time) { m_grace = time; } ///< to publish a new era
    void lookTook(Time time) { m_check = time; } ///< to fetch the marks; a freeze does it twice
    void read(quint64 bytes, Time time); ///< as a freeze reads
    [[nodiscard]] bool knowsReadRate() const { return m_readRate > 0; }
    void tookTooLong() { m_slower *= 2; } ///< a freeze did, although it was foreseen to fit

    /// Needs a rehearsal and a read rate.
    [[nodiscard]] Time timeFor(quint64 bytes) const;
    /// What may be foreseen when `budget` is allowed: less, for it will be somewhat wrong.
    [[nodiscard]] static Time aim(Time budget) { return budget * 4 / 5; }

    void beginRounds();
    /// After each round. False: the last three made the freeze no shorter.
    [[nodiscard]] bool improves(Time foreseen);

private:
    const Time m_settle;
    std::optional<PointFreezer::Rehearsal> m_rehearsal;
    Time m_grace{};
    Time m_check{};
    double m_readRate = 0; // bytes a second
    double m_slower = 1; // than that, as freezes that took too long taught
    Time m_best = Time::max(); // shortest that was foreseen
    int m_stale = 0; // rounds in a row that did not better it
};

}
