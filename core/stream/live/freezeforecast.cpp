#include "core/stream/live/freezeforecast.h"

#include <algorithm>

namespace edgelift {

namespace {
constexpr int patience = 3; // rounds without improvement
constexpr double improvement = 0.95;
}

bool FreezeForecast::wantsRehearsal(Time budget) const { return !m_rehearsal || standing() > budget / 10; }

FreezeForecast::Time FreezeForecast::standing() const { return m_rehearsal ? m_rehearsal->freeze + m_rehearsal->thaw : Time::zero(); }

void FreezeForecast::read(quint64 bytes, Time time)
{
    const double seconds = std::chrono::duration<double>(time).count();
    m_readRate = double(std::max<quint64>(bytes, 1)) / std::max(seconds, 1e-6);
}

FreezeForecast::Time FreezeForecast::timeFor(quint64 bytes) const
{
    const auto reading = std::chrono::duration_cast<Time>(std::chrono::duration<double>(double(bytes) * m_slower / m_readRate));
    return standing() + m_settle + m_grace + reading + 2 * m_check;
}

void FreezeForecast::beginRounds()
{
    m_best = Time::max();
    m_stale = 0;
}

bool FreezeForecast::improves(Time foreseen)
{
    const bool better = m_best == Time::max() || double(foreseen.count()) < improvement * double(m_best.count());
    m_stale = better ? 0 : m_stale + 1;
    m_best = std::min(m_best, foreseen);
    return m_stale < patience;
}

}
