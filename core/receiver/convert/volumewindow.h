#pragma once
#include "core/base/loopdevice.h"
#include "core/layout/convertorder.h"

#include <QStringList>
#include <optional>

namespace edgelift::convert {

/// One volume on the target disks as a block device that can be written. A volume in one piece is the disk's own bytes; of one in several
/// (a logical volume in segments) a copy is worked on, and what changed goes back in close(), all or none. One thread.
class VolumeWindow
{
public:
    enum class Way : quint8 {
        Usual,
        Copy, ///< also of a volume in one piece: for filesystems without a journal
    };
    /// `disks`: paths of the target disks by their index. `scratch`: a folder with room for the copy; two windows of one place may not be
    /// open at once. Errors: VolumeUnsupported (args: volume, why: it lies on no disk, or outside), NoSpace, FileUnwritable,
    /// TargetReadFailed, and those of LoopDevice.
    [[nodiscard]] static Result<VolumeWindow> open(
        const QStringList &disks, const VolumePlace &place, const QString &scratch, Way way = Way::Usual);
    /// Ends what an earlier process had begun to write back: before the first open(). Errors: as close().
    [[nodiscard]] static Result<> recover(const QStringList &disks, const VolumePlace &place, const QString &scratch);

    const QString &device() const { return m_loop->path(); }
    /// Detaches the device, which nobody uses any more; what was written is in the disks' files then, and no longer in a copy. After a kill
    /// recover() ends it. Errors: TargetReadFailed, TargetWriteFailed, FileUnwritable, NoSpace.
    [[nodiscard]] Result<> close();

private:
    VolumeWindow(QStringList disks, VolumePlace place, QString copy)
        : m_disks(std::move(disks))
        , m_place(std::move(place))
        , m_copy(std::move(copy))
    {
    }
    Result<> copyOut() const;
    Result<> copyBack(const QString &from) const;
    QString ready() const { return m_copy + QStringLiteral(".ready"); } ///< complete: is to be written back

    QStringList m_disks;
    VolumePlace m_place;
    QString m_copy; ///< empty: the disk's own bytes
    std::optional<LoopDevice> m_loop;
};

}
