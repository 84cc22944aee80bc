#pragma once
#include "core/stream/maps/rangeset.h"

#include <QByteArray>
#include <QtGlobal>
#include <map>
#include <vector>

namespace edgelift {

/// Where logical addresses of a btrfs lie on one device. Only profiles whose copies are whole (single, DUP, RAID1*) are taken.
class BtrfsChunks
{
public:
    explicit BtrfsChunks(quint64 deviceId, quint64 deviceSize)
        : m_deviceId(deviceId)
        , m_deviceSize(deviceSize)
    {
    }
    /// Adds a chunk item (`item` starts with its fixed part). False when it is inconsistent, striped or reaches beyond the device.
    [[nodiscard]] bool add(quint64 logical, const QByteArray &item);
    /// Size of the chunk item at the start of `bytes`, 0 when it is cut off.
    [[nodiscard]] static quint64 itemSize(const QByteArray &bytes);
    /// Where the run [logical, logical + length) lies on the device, one entry a copy. Empty when it is not inside one chunk, or
    /// has no copy here.
    [[nodiscard]] std::vector<ByteRange> physical(quint64 logical, quint64 length) const;

private:
    struct Chunk
    {
        quint64 length = 0;
        std::vector<quint64> copies; ///< offsets on the device
        bool operator==(const Chunk &) const = default;
    };
    quint64 m_deviceId;
    quint64 m_deviceSize;
    std::map<quint64, Chunk> m_chunks; ///< by logical start
};

}
