#pragma once
#include "core/stream/copyjob.h"

#include <chrono>
#include <mutex>
#include <vector>

namespace edgelift {

/// Gathers extents that are all zero, so that a gigabyte of them travels as one frame of 32 bytes. Thread-safe.
class ZeroCollector
{
public:
    explicit ZeroCollector(const CopyJob &job)
        : m_job(job)
        , m_pending(job.plans.size())
    {
    }
    void add(int disk, quint64 firstExtent, quint64 count);
    /// The frames that are due: what waited 200 ms or is many; with `everything`, all there is.
    [[nodiscard]] std::vector<OutFrame> take(bool everything);

private:
    const CopyJob &m_job;
    std::mutex m_mutex;
    std::vector<RangeSet> m_pending; // extents by disk
    quint64 m_count = 0;
    std::chrono::steady_clock::time_point m_oldest;
};

}
