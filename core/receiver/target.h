#pragma once
#include "core/receiver/flusher.h"
#include "core/receiver/targetdisks.h"
#include "core/receiver/targetstate.h"

#include <vector>

namespace edgelift::receiver {

/// One bound disk, open. Thread-safe.
class TargetDisk
{
public:
    TargetDisk(DiskBinding binding, std::unique_ptr<Medium> medium, std::unique_ptr<WrittenMap> map, FlushLimits limits);

    [[nodiscard]] quint32 index() const { return m_binding.index; }
    [[nodiscard]] const QString &serial() const { return m_binding.serial; }
    [[nodiscard]] quint64 regionEnd() const { return m_binding.sourceSize.count; } ///< first byte that may not be written
    [[nodiscard]] Medium &medium() const { return *m_medium; }
    [[nodiscard]] Flusher &flusher() { return m_flusher; }

    /// Puts `data` at `offset`, inside the region. Durable once the ticket is. Errors: OutsideRegion, TargetWriteFailed, NoSpace.
    [[nodiscard]] Result<quint64> write(std::span<const char> data, quint64 offset);
    /// Makes the range read as zeros. Extents of a fresh disk that were never written are left alone. Errors: as write().
    [[nodiscard]] Result<quint64> zero(quint64 offset, quint64 length);
    /// Blocks until all of it is durable. Error: TargetWriteFailed.
    [[nodiscard]] Result<> flush();
    /// Flushes, then moves the backup GPT to the end of the disk and flushes again. Errors: TargetWriteFailed, TargetTableFailed.
    [[nodiscard]] Result<> finish(bool relocateGpt);
    /// Bytes of the region that count as written, in whole extents.
    [[nodiscard]] quint64 bytesWritten() const;
    [[nodiscard]] Error writeFailed(int number) const; ///< errno as TargetWriteFailed with the serial

private:
    [[nodiscard]] Result<> inside(quint64 offset, quint64 length) const;
    [[nodiscard]] Result<> mark(quint64 offset, quint64 length);
    [[nodiscard]] bool mayHoldData(quint64 extent) const;

    const DiskBinding m_binding;
    const std::unique_ptr<Medium> m_medium;
    const std::unique_ptr<WrittenMap> m_map;
    Flusher m_flusher;
};

/// All disks of one epoch, open. Made by `prepare` (or at the start, from the saved state) and replaced as a whole.
class Target
{
public:
    /// Opens and measures the disks of `binding`; nothing is written. Errors: TargetDiskMissing, TargetDiskBusy,
    /// TargetDiskTooSmall, TargetWriteFailed; RequestMalformed when two entries are the same disk.
    using Media = std::vector<std::unique_ptr<Medium>>;
    [[nodiscard]] static Result<Media> openMedia(const Binding &binding, TargetDisks &disks);
    /// Joins `media` with the maps of the state, which must be bound to this epoch. Errors: those of TargetState::openMap.
    [[nodiscard]] static Result<std::shared_ptr<Target>> open(const TargetState &state, Media media, FlushLimits limits = {});

    [[nodiscard]] quint64 epoch() const { return m_epoch; }
    [[nodiscard]] const std::vector<std::unique_ptr<TargetDisk>> &disks() const { return m_disks; }
    [[nodiscard]] TargetDisk *disk(quint32 index) const; ///< null: not in this binding
    [[nodiscard]] Result<> flush() const; ///< every disk; the first error

private:
    quint64 m_epoch = 0;
    std::vector<std::unique_ptr<TargetDisk>> m_disks;
};

}
