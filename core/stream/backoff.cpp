#include "core/stream/backoff.h"

#include <algorithm>

namespace edgelift {

namespace {

constexpr int firstSamples = 4; // only learned from
constexpr double clearly = 2.5; // times the baseline …
constexpr double atLeastMs = 3; // … and so much above it: on a fast disk a factor alone is noise
constexpr int slowInARow = 2; // one is a blip, and a cut needs a moment to show
constexpr double cutTo = 0.6;
constexpr double leastShare = 1.0 / 16; // of the rate before: the copy must come to an end
constexpr double leastRate = 2e6; // bytes a second
constexpr double step = 1.0 / 20; // of the rate before: ten seconds from nothing to all

// How fast the baseline follows, per sample. Down quickly, up slowly; what is out of line is hardly believed, so that a load of an
// hour is still a load, but a disk that became slower for good is its new self within half an hour.
constexpr double followDown = 0.25;
constexpr double followUp = 0.02;
constexpr double followSlow = 0.0005;
constexpr double followRate = 0.2; // of our own rate

double rateOf(const DiskSample &sample) { return sample.seconds > 0 ? double(sample.ownBytes) / sample.seconds : 0; }

}

qint64 BackOff::update(const DiskSample &sample)
{
    if (sample.latencyMs >= 0)
        ++m_seen;
    const bool slow = sample.latencyMs >= 0 && m_seen > firstSamples && isClearlySlower(sample.latencyMs);
    if (sample.latencyMs >= 0)
        learn(sample, slow);
    if (slow && sample.othersActive) {
        if (++m_slow >= slowInARow)
            cut(sample);
    } else {
        m_slow = 0;
        recover();
    }
    return limit();
}

bool BackOff::isClearlySlower(double latencyMs) const { return latencyMs > std::max(m_baseline * clearly, m_baseline + atLeastMs); }

void BackOff::learn(const DiskSample &sample, bool slow)
{
    if (m_baseline < 0) {
        m_baseline = sample.latencyMs;
        m_usual = rateOf(sample);
        return;
    }
    const double up = slow ? followSlow : followUp;
    m_baseline += (sample.latencyMs - m_baseline) * (sample.latencyMs < m_baseline ? followDown : up);
    if (!slow && m_limit <= 0)
        m_usual += (rateOf(sample) - m_usual) * followRate;
}

void BackOff::cut(const DiskSample &sample)
{
    m_slow = 0;
    const double rate = std::max(rateOf(sample), leastRate);
    if (m_limit <= 0)
        m_before = std::max(rate, m_usual); // the others have taken their part of it already
    // From what we really read: a limit above that would mean nothing.
    const double from = m_limit > 0 ? std::min(m_limit, rate) : rate;
    m_limit = std::max({from * cutTo, m_before * leastShare, leastRate});
}

void BackOff::recover()
{
    if (m_limit <= 0)
        return;
    m_limit += m_before * step;
    if (m_limit > m_before * (1 + 2 * step))
        m_limit = 0;
}

}
