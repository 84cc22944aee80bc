#pragma once
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <QString>
#include <functional>
#include <stop_token>

namespace edgelift {

/// Bytes done so far of a copy; called at least every 64 MiB.
using CopyProgress = std::function<void(Bytes done)>;

/// Copies `from` to `to` (replaced) keeping holes: as a reflink where the filesystem can, else only what SEEK_DATA reports.
/// Synced before it returns. Asks stop every 64 MiB. Errors: FileUnreadable, FileUnwritable, NoSpace; ToolFailed when stopped.
Result<> copySparse(const QString &from, const QString &to, const std::stop_token &stop, const CopyProgress &progress = {});

/// The files behind simulated disks and snapshots: sparse raw files <root>/disks/<id>.raw and <root>/snapshots/<id>.raw.
/// Ids come from the state, never from a request. Thread-safe (one file is handled by one caller at a time).
class DiskStore
{
public:
    explicit DiskStore(QString root); ///< "<data dir>/ecs"

    [[nodiscard]] QString diskPath(const QString &diskId) const;
    [[nodiscard]] QString snapshotPath(const QString &snapshotId) const;

    /// An empty disk; nothing is written. Errors: FileUnwritable.
    Result<> create(const QString &diskId, Bytes size);
    /// A disk with a snapshot's content, enlarged to `size`. Errors as copySparse().
    Result<> createFrom(const QString &snapshotId, const QString &diskId, Bytes size, const std::stop_token &stop);
    /// The disk's content now. Appears under its name only when complete. Errors as copySparse().
    Result<> snapshot(const QString &diskId, const QString &snapshotId, const std::stop_token &stop, const CopyProgress &progress);
    void removeDisk(const QString &diskId); ///< absent is fine
    void removeSnapshot(const QString &snapshotId);

private:
    QString m_root;
};

}
