#pragma once
#include "core/layout/planrules.h"

#include <optional>
#include <variant>

namespace edgelift {

/// Moves a mount target to `position` among the volumes of `disk` (DiskFacts::id); beyond the end: last. On the system disk
/// everything stays behind the boot and system volumes, so that those do not move (R113).
struct MoveVolume
{
    QString volume; ///< VolumeFacts::id, here and below
    QString disk;
    qsizetype position = 0; ///< as it is counted without the volume itself
};
/// A copy of blocks keeps the size, so another size makes it a copy of files, and the size of the source makes it one of blocks (R105).
struct ResizeVolume
{
    QString volume;
    qint64 sizeMiB = 0;
};
struct ResizeDisk
{
    QString disk;
    qint64 sizeGiB = 0;
};
struct SetMigrate
{
    QString volume;
    bool migrate = true;
};
struct SetLvm
{
    QString disk;
    bool lvm = false;
};
/// Block gives the volume its size on the source back (R103).
struct SetReplication
{
    QString volume;
    Plan::Replication method = Plan::Replication::Block;
};
/// false: the automatic layout again (R74); true: the layout as it is, to be edited (R75).
struct SetModify
{
    bool modify = true;
};
/// The automatic layout again, to be edited further.
struct ResetLayout
{
};
using LayoutEdit = std::variant<MoveVolume, ResizeVolume, ResizeDisk, SetMigrate, SetLvm, SetReplication, SetModify, ResetLayout>;

/// A plan after an edit, with everything that is then wrong with its disks.
struct LayoutOutcome
{
    Plan plan;
    QList<Problem> problems; ///< checkDisks() of `plan`
    std::optional<Problem> refused; ///< why the edit was not done; `plan` is then the plan as it was
};

/// Total: an edit that names what the plan does not have, or that R100 or R113 forbid, changes nothing and says why. An edit that only
/// leads to problems (a disk that is too full) is done: it may be one of several steps. Any edit of an automatic layout makes it an
/// adjusted one (Plan::modifyDisks). Never touches a device. O(volumes).
[[nodiscard]] LayoutOutcome apply(const Plan &plan, const ServerFacts &facts, const LayoutEdit &edit);

/// The answer while something is dragged: what a drop here and now would mean.
struct DropVerdict
{
    bool allowed = false;
    Bytes size; ///< what would be moved
    Bytes free; ///< on the disk after the drop
    Bytes missing; ///< above 0: the disk is too small by this much
    std::optional<Problem> reason; ///< why not; absent when it is allowed
};
/// Allowed means: apply() does it, and the disk it leads to and the number of disks are no worse for it.
[[nodiscard]] DropVerdict mayDrop(const Plan &plan, const ServerFacts &facts, const MoveVolume &move);
/// One sentence, in the language set now: "Move here: 400 GiB fits, 100 GiB free".
[[nodiscard]] QString describe(const DropVerdict &verdict);

/// Where a volume stands in a plan: indexes, -1 when it does not.
struct VolumePlace
{
    qsizetype disk = -1;
    qsizetype volume = -1;
    bool operator==(const VolumePlace &) const = default;
};
[[nodiscard]] VolumePlace findVolume(const Plan &plan, const QString &volume);
[[nodiscard]] qsizetype findDisk(const Plan &plan, const QString &disk); ///< -1: not in the plan

}
