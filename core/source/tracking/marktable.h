#pragma once
#include "core/source/tracking/blockevent.h"
#include "core/source/tracking/changetracker.h"

#include <optional>

namespace edgelift {

/// W of peers.md 4d for the backends that read events: the era of the last write of each block. Not thread-safe.
class MarkTable
{
public:
    explicit MarkTable(const Epoch &epoch);

    /// Marks what `event` may have changed with `era`, if it is of one of the disks. An error when its range cannot be known.
    [[nodiscard]] std::optional<Error> take(const BlockEvent &event, quint32 era);
    const std::vector<quint32> &marks(int disk) const { return m_disks.at(size_t(disk)).marks; }
    quint64 writtenSectors(int disk) const { return m_disks.at(size_t(disk)).written; } ///< discards are counted as well

private:
    struct Disk
    {
        TrackedDisk facts;
        bool scattersDiscards = false; ///< one request may discard several ranges, but the event tells only the first
        quint64 written = 0;
        std::vector<quint32> marks;
    };
    Bytes m_blockSize;
    std::vector<Disk> m_disks;
};

}
