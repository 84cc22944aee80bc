#pragma once
#include "core/receiver/flusher.h"
#include "core/receiver/targetdisks.h"
#include "core/receiver/targetstate.h"

namespace edgelift::receiver {

/// One bound disk, open. Thread-safe.
class TargetDisk
{
public:
    TargetDisk(wire::PrepareDisk binding, std::unique_ptr<Medium> medium, std::unique_ptr<WrittenMap> map, FlushLimits limits);

    [[nodiscard]] quint32 index() const { return m_binding.index; }
    [[nodiscard]] const QString &serial() const { return m_binding.serial; }
    [[nodiscard]] quint64 regionEnd() const { return m_binding.sourceSize.count; } ///< first byte that may not be written
    [[nodiscard]] Medium &medium() { return *m_medium; }
    [[nodiscard]] Flusher &flusher() { return m_flusher; }

    /// Whether [offset, offset + length) lies in the region. Error: OutsideRegion.
    [[nodiscard]] Result<> inside(quint64 offset, quint64 length) const;
    /// Puts `data` at `offset`. The ticket tells when it is durable (Flusher). Errors: OutsideRegion, TargetWriteFailed; NoSpace
    /// and FileUnwritable for the state folder.
    [[nodiscard]] Result<quint64> write(std::span<const char> data, quint64 offset);
    /// Makes the range read as zeros. Extents of a fresh disk that were never written are left alone. Errors: as write().
    [[nodiscard]] Result<quint64> zero(quint64 offset, quint64 length);
    /// Makes all of the disk read as zeros, durably. Error: TargetWriteFailed.
    [[nodiscard]] Result<> clear();
    /// Makes durable what others wrote to the disk by its path. Error: TargetWriteFailed.
    [[nodiscard]] Result<> flushOthers();
    /// Blocks until all of it is durable. Error: TargetWriteFailed.
    [[nodiscard]] Result<> flush();
    /// Somebody else is going to write anywhere in the region: all of it counts as written, and as changed. Errors: NoSpace, FileUnwritable.
    [[nodiscard]] Result<> giveAway();
    /// Flushes; with `relocateGpt` also moves the backup GPT to the end of the disk, durably. Errors: TargetWriteFailed,
    /// TargetTableFailed, NoSpace, FileUnwritable.
    [[nodiscard]] Result<> finish(bool relocateGpt);
    /// Bytes of the extents that count as written.
    [[nodiscard]] quint64 bytesWritten() const;
    [[nodiscard]] bool anythingWritten() const { return m_map->count() > 0; }
    /// How many writes began since it was opened.
    [[nodiscard]] quint64 changes() const { return m_changes; }
    [[nodiscard]] Error failed(ErrorCode code, int number) const; ///< an errno of this disk, with its serial

private:
    [[nodiscard]] Result<> mark(quint64 offset, quint64 length);
    [[nodiscard]] bool mayHoldData(quint64 extent) const;

    const wire::PrepareDisk m_binding;
    const std::unique_ptr<Medium> m_medium;
    const std::unique_ptr<WrittenMap> m_map;
    std::atomic<quint64> m_changes{0};
    Flusher m_flusher;
};

/// All disks of one epoch, open. Made by `prepare` (or at the start, from the saved state) and replaced as a whole.
class Target
{
public:
    using Media = std::vector<std::unique_ptr<Medium>>;
    /// Opens the disks in the order of `binding`; writes nothing. Errors: TargetDiskMissing, TargetDiskBusy (also
    /// when two entries are the same disk), TargetDiskTooSmall, TargetWriteFailed.
    [[nodiscard]] static Result<Media> openMedia(const wire::PrepareParams &binding, TargetDisks &disks);
    /// Joins `media` with the maps of `state`, which is bound. Errors: those of TargetState::openMap.
    [[nodiscard]] static Result<std::shared_ptr<Target>> open(const TargetState &state, Media media, FlushLimits limits = {});

    [[nodiscard]] quint64 epoch() const { return m_epoch; }
    [[nodiscard]] quint64 round() const { return m_round; } ///< of a live copy; 0: not live
    [[nodiscard]] const std::vector<std::unique_ptr<TargetDisk>> &disks() const { return m_disks; }
    [[nodiscard]] TargetDisk *disk(quint32 index) const; ///< null: not in this binding
    [[nodiscard]] Result<> flush() const; ///< every disk; the first error
    [[nodiscard]] bool anythingWritten() const;
    /// These blocks were read back and are equal; `changesBefore`: changes() before they were read. What was noted before another
    /// write began is forgotten. One thread, like readBack().
    void noteReadBack(quint64 changesBefore, const wire::VerifyParams &asked, const QList<quint64> &different);
    [[nodiscard]] quint64 changes() const; ///< of all disks
    /// What was read back since the last write; empty when one began after it.
    [[nodiscard]] wire::Manifest readBack() const;

private:
    quint64 m_epoch = 0;
    quint64 m_round = 0;
    wire::Manifest m_readBack;
    quint64 m_readBackAt = 0; // changes()
    std::vector<std::unique_ptr<TargetDisk>> m_disks;
};

}
