#include "core/stream/levelcontroller.h"

#include <algorithm>
#include <array>
#include <utility>

namespace edgelift {

namespace {

/// From what costs nothing upwards. Below 1 are zstd's fast levels: -5 takes two thirds of the time of 1 for a quarter more bytes.
constexpr std::array<int, 13> ladder{0, -5, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

constexpr std::chrono::milliseconds decisionTime(300); // of all packers together
constexpr double saturated = 0.85; // share of the packers' time spent working: neither disk nor links hold them up
constexpr double hungry = 0.25; // share of the links' time without anything to send: they could take more
constexpr double fed = 0.1; // and below this they are what everybody waits for
constexpr double spare = 0.75; // share of the packers' time up to which a step up may fit
constexpr int mostPatience = 16;

double share(std::chrono::nanoseconds part, std::chrono::nanoseconds rest)
{
    const auto whole = part + rest;
    return whole.count() > 0 ? double(part.count()) / double(whole.count()) : 0;
}

}

int LevelController::highestRung() const
{
    const int ceiling = std::clamp(m_ceiling.load(std::memory_order_relaxed), 0, ladder.back());
    return ceiling == 0 ? 0 : int(std::find(ladder.begin(), ladder.end(), ceiling) - ladder.begin());
}

int LevelController::level() const { return ladder[size_t(std::min(m_rung.load(std::memory_order_relaxed), highestRung()))]; }

void LevelController::packed(const Packing &spent)
{
    const std::lock_guard lock(m_mutex);
    m_packing.working += spent.working;
    m_packing.waitingForInput += spent.waitingForInput;
    m_packing.waitingForOutput += spent.waitingForOutput;
    if (m_packing.working + m_packing.waitingForInput + m_packing.waitingForOutput >= decisionTime)
        decide();
}

void LevelController::sent(const Sending &spent)
{
    const std::lock_guard lock(m_mutex);
    m_sending.starving += spent.starving;
    m_sending.sending += spent.sending;
}

/// What packers did alone does not tell: while they work, the links may still live on what is queued. Going up costs more time each
/// step, how much depends on the data: it is tried, and when it was too much, tried less often.
void LevelController::decide()
{
    const double working = share(m_packing.working, m_packing.waitingForInput + m_packing.waitingForOutput);
    const bool heldUpByDisk = m_packing.waitingForInput > m_packing.waitingForOutput;
    const double starving = share(m_sending.starving, m_sending.sending);
    m_packing = {};
    m_sending = {};
    const int highest = highestRung();
    const int rung = std::min(m_rung.load(std::memory_order_relaxed), highest);
    const bool wasRaised = std::exchange(m_justRaised, false);
    m_rung = rung;
    if (working > saturated && starving > hungry && rung > 0) {
        m_rung = rung - 1;
        if (wasRaised)
            m_patience = std::exchange(m_nextPatience, std::min(2 * m_nextPatience, mostPatience));
        return;
    }
    if (wasRaised)
        m_nextPatience = std::max(m_nextPatience / 2, leastPatience);
    if (starving > fed || working > spare || heldUpByDisk || rung == highest)
        return;
    if (m_patience > 0) {
        --m_patience;
        return;
    }
    m_rung = rung + 1;
    m_justRaised = true;
}

}
