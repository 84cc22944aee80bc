#pragma once
#include "core/stream/copyjob.h"

#include <mutex>
#include <optional>

namespace edgelift {

/// Hands out, in order, the pieces of all disks that the receiver does not have. Each once per object: a new attempt makes a new
/// list, and that is all there is to resuming. Thread-safe.
class WorkList
{
public:
    explicit WorkList(const CopyJob &job)
        : m_job(job)
    {
    }
    std::optional<Piece> next();

private:
    const CopyJob &m_job;
    std::mutex m_mutex;
    int m_disk = 0;
    quint64 m_extent = 0;
    size_t m_range = 0; // of the plan's wanted extents
};

}
