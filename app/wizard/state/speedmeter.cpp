#include "app/wizard/state/speedmeter.h"

namespace edgelift::wizard {

namespace {

constexpr qint64 window = 10000; ///< ms

double rate(quint64 from, quint64 to, qint64 milliseconds)
{
    return milliseconds > 0 && to > from ? double(to - from) * 1000 / double(milliseconds) : 0;
}

}

void SpeedMeter::restart() { *this = {}; }

void SpeedMeter::add(qint64 now, Bytes done, Bytes wire, double speed)
{
    const bool moved = m_last < 0 || done != m_done || wire != m_wire;
    if (m_start < 0) {
        m_start = now;
        m_startDone = done;
    }
    if (moved)
        m_still = now;
    m_last = now;
    m_done = done;
    m_wire = wire;
    m_speed = speed;
    if (speed >= slowSpeed)
        m_slow = -1;
    else if (m_slow < 0)
        m_slow = now;
    m_samples.append({now, wire});
    while (m_samples.size() > 2 && now - m_samples.first().time > window)
        m_samples.removeFirst();
}

double SpeedMeter::wireSpeed() const
{
    if (m_samples.size() < 2)
        return 0;
    return rate(m_samples.first().wire.count, m_samples.last().wire.count, m_samples.last().time - m_samples.first().time);
}

double SpeedMeter::average() const { return m_start < 0 ? 0 : rate(m_startDone.count, m_done.count, m_last - m_start); }

}
