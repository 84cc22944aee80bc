#pragma once
#include "core/base/bytes.h"

#include <chrono>

namespace edgelift {

/// What the disks that hold the source did in one interval.
struct DiskSample
{
    double seconds = 0; ///< how long it was
    double latencyMs = -1; ///< mean time of a read, everybody's; below 0: none was completed
    quint64 ownBytes = 0; ///< read by this transfer
    bool othersActive = false; ///< somebody else used the disks
};

/// Decides how fast we may read so that the server's own work does not suffer: while others use the disk and reads take clearly
/// longer than they used to, our rate is cut by a part (multiplicatively), again and again; when they do not, it comes back in
/// equal steps. A pure controller: time and measurements come in with the samples, meant to be half a second apart. One thread.
class BackOff
{
public:
    /// The rate from now on, in bytes a second; 0: no limit.
    qint64 update(const DiskSample &sample);
    [[nodiscard]] qint64 limit() const { return qint64(m_limit); }
    [[nodiscard]] double baselineMs() const { return m_baseline; } ///< what reads usually take; below 0: not known yet
    /// Forgets what it learned: after it was switched off, or on other disks.
    void reset() { *this = BackOff(); }

private:
    [[nodiscard]] bool isClearlySlower(double latencyMs) const;
    void learn(const DiskSample &sample, bool slow);
    void cut(const DiskSample &sample);
    void recover();

    double m_baseline = -1;
    int m_seen = 0; // samples with a latency
    int m_slow = 0; // slow ones in a row
    double m_limit = 0; // 0: none
    double m_usual = 0; // what we read while all was well, smoothed
    double m_before = 0; // what we come back to
};

}
