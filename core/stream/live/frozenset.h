#pragma once
#include "core/stream/blockreader.h"
#include "core/stream/maps/rangeset.h"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace edgelift {

/// Memory for what is read while the source is frozen: taken, touched and locked before, so that nothing has to be found then. Filled
/// by several threads at once, then read like a disk.
class FrozenSet
{
public:
    /// Errors: NoSpace (args: "memory") when there is not so much.
    [[nodiscard]] static Result<std::unique_ptr<FrozenSet>> make(Bytes room);
    FrozenSet(const FrozenSet &) = delete;
    FrozenSet &operator=(const FrozenSet &) = delete;
    ~FrozenSet();

    [[nodiscard]] Bytes room() const { return {m_room}; }
    [[nodiscard]] bool locked() const { return m_locked; }
    [[nodiscard]] Bytes used() const { return {m_used}; }
    /// Reads `bytes` (by disk, multiples of BufferPool::alignment except at a disk's end) until `deadline`. May be called again for
    /// others; what is there twice reads as it was read last. Errors: FreezeTooLong (does not fit, or the deadline came; args: both sizes),
    /// those of DiskReader.
    [[nodiscard]] Result<> fill(const std::vector<RangeSet> &bytes, const std::vector<std::unique_ptr<DiskReader>> &disks,
        std::chrono::steady_clock::time_point deadline);
    /// Whether a block (`bytes`, whose place on the disk is `block` times the size of one) is to be kept. Called by several threads at
    /// once.
    using Keep = std::function<bool(int disk, quint64 block, std::span<const char> bytes)>;
    /// Reads `bytes`, which begin with blocks and end with blocks or the disk, one block after the other, and keeps what `keep` asks for;
    /// gives those, by disk. Errors: as fill().
    [[nodiscard]] Result<std::vector<RangeSet>> fillWhere(const std::vector<RangeSet> &bytes, quint32 blockBytes,
        const std::vector<std::unique_ptr<DiskReader>> &disks, const Keep &keep, std::chrono::steady_clock::time_point deadline);
    /// Whether all of `bytes` was filled, and is like that.
    [[nodiscard]] bool holds(int disk, quint64 offset, std::span<const char> bytes) const;
    /// The last fill had more to keep than there is room for.
    [[nodiscard]] bool overflowed() const { return m_overflowed; }
    /// Reads like the disk, within what was filled; SourceUnreadable (args: empty) elsewhere. This must live as long as the reader.
    [[nodiscard]] std::unique_ptr<DiskReader> reader(int disk) const;

private:
    struct Run
    {
        int disk = 0;
        quint64 offset = 0; // on the disk
        quint64 length = 0;
        quint64 place = 0; // in the memory
    };
    class Reader;
    FrozenSet() = default;
    [[nodiscard]] Error tooLong(quint64 wanted, const char *why) const;
    [[nodiscard]] size_t copy(int disk, char *into, size_t length, quint64 offset) const;

    char *m_memory = nullptr; ///< the room, then a place for each reader to look at what it may keep
    quint64 m_room = 0;
    quint64 m_used = 0;
    bool m_locked = false;
    bool m_overflowed = false;
    std::vector<Run> m_runs; // in the order they were read
};

}
