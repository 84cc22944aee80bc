#pragma once
#include "core/base/result.h"
#include "core/layout/convertorder.h"
#include "core/layout/serverfacts.h"
#include "core/source/readiness.h"

#include <QString>
#include <QStringList>
#include <memory>
#include <stop_token>

namespace edgelift {

/// Something a person should know about the source that is neither an error nor a fact of the plan.
struct SourceNote
{
    QString subject; ///< id of a disk or a volume
    QString text; ///< English, for log and report
};

/// One interface for a running machine and for disk images. Opened read-only; nothing of the source is ever written.
/// Every const method may be called from any thread.
class Source
{
public:
    Source() = default;
    Source(const Source &) = delete;
    Source &operator=(const Source &) = delete;
    virtual ~Source() = default;

    [[nodiscard]] virtual const ServerFacts &facts() const = 0;
    /// A path that opens as the raw disk as long as this object lives; empty for an unknown id. Of a machine that runs the node of the
    /// whole disk: read it with O_DIRECT, for its cache is not the filesystems'.
    [[nodiscard]] virtual QString diskPath(const QString &diskId) const = 0;
    /// Differs as soon as the disk's place, size or content may differ: binds a journal to what was read. Empty for an unknown id.
    /// The content of a machine that runs changes all the time: there it tells disk, size and table only, survives a restart, and a journal
    /// must be bound to the tracker's epoch as well (facts().live->bootId is part of that).
    [[nodiscard]] virtual QString diskIdentity(const QString &diskId) const = 0;
    /// What the server's own files may call its partitions by; those of disks without a table are left out.
    [[nodiscard]] virtual QList<PartitionNames> partitionNames() const { return {}; }
    /// DiskFacts::id in the order of the kernel's names (sda, sdb, …), as far as that is known.
    [[nodiscard]] virtual QStringList kernelOrder() const { return {}; }
    /// Errors: SourceChanged, SourceMissing.
    [[nodiscard]] virtual Result<> verifyUnchanged() const = 0;
    [[nodiscard]] virtual QList<SourceNote> notes() const { return {}; }
};

/// Opens disk images: raw (a file or a block device) and qcow2 with its backing files, which qemu-storage-daemon shows as a raw
/// file in a private folder below `workFolder` (made when missing) for as long as the object lives. Needs root for looking
/// into the filesystems. Blocks for seconds; call it on a worker thread.
/// Errors: SourceMissing, SourceEmpty, SourceBusy (another program writes to it), SourceUnreadable, ImageFormatUnsupported,
/// PartitionTableDamaged, PartitionTableLoops, NotLinux, NoRootFilesystem, VolumeUnsupported (the root is on RAID, encryption
/// or an LVM volume that is not linear), FilesystemDamaged, ToolMissing, ToolFailed, PermissionDenied.
/// The architecture is not judged here but by readinessChecks().
[[nodiscard]] Result<std::unique_ptr<Source>> openDiskImages(
    const QStringList &paths, const QString &workFolder, const std::stop_token &stop = {});

}
