#include "core/stream/ratemeter.h"

#include <algorithm>
#include <cmath>

namespace edgelift {

namespace {
using namespace std::chrono_literals;
constexpr auto window = 10s;
constexpr auto spacing = 200ms;
constexpr auto shortest = 3s;
constexpr double tolerance = 0.5;
}

void RateMeter::update(TimePoint now, Bytes done)
{
    if (m_samples.size() >= 2 && m_samples.back().when - m_samples[m_samples.size() - 2].when < spacing)
        m_samples.back() = {now, done};
    else
        m_samples.push_back({now, done});
    while (m_samples.size() > 2 && now - m_samples[1].when >= window)
        m_samples.pop_front();
}

double RateMeter::rate(const Sample &from, const Sample &to)
{
    const std::chrono::duration<double> time = to.when - from.when;
    if (time < spacing || to.done < from.done) // less is done than before: extents were found damaged and are sent again
        return 0;
    return double(to.done.count - from.done.count) / time.count();
}

double RateMeter::bytesPerSecond() const { return m_samples.empty() ? 0 : rate(m_samples.front(), m_samples.back()); }

bool RateMeter::isSteady() const
{
    if (m_samples.empty() || m_samples.back().when - m_samples.front().when < shortest)
        return false;
    const TimePoint middle = m_samples.front().when + (m_samples.back().when - m_samples.front().when) / 2;
    const auto half = std::find_if(m_samples.begin(), m_samples.end(), [middle](const Sample &sample) { return sample.when >= middle; });
    const double whole = bytesPerSecond();
    return whole > 0 && std::abs(rate(*half, m_samples.back()) - whole) <= tolerance * whole;
}

std::optional<qint64> RateMeter::remainingSeconds(Bytes total) const
{
    if (!isSteady())
        return std::nullopt;
    const Bytes done = m_samples.back().done;
    const double left = total > done ? double(total.count - done.count) : 0;
    return qint64(std::ceil(left / bytesPerSecond()));
}

}
