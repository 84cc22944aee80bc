#pragma once
#include "core/layout/planrules.h"

namespace edgelift {

/// One thing arrange() did.
struct ArrangeStep
{
    enum class Kind : quint8 {
        VolumeMoved, ///< to the disk at index `disk`
        VolumeResized,
        DiskResized, ///< the disk at index `disk`
        FilesInstead, ///< of blocks, because the size differs from that on the source
        MigratedAgain, ///< a boot or system volume that was left out
        LvmSwitchedOff, ///< of the disk at index `disk`
    };
    Kind kind{};
    QString volume; ///< VolumeFacts::id; empty with DiskResized and LvmSwitchedOff
    QString name; ///< what to call the volume
    qsizetype disk = 0; ///< in plan order; 0: the system disk
    Bytes before;
    Bytes after;
    bool operator==(const ArrangeStep &) const = default;
};
/// One sentence, in the language set now: "/srv moved to Data disk 2."
[[nodiscard]] QString describe(const ArrangeStep &step);

struct Arrangement
{
    Plan plan;
    QList<ArrangeStep> steps; ///< in the order they were done; empty: there was nothing this could mend
    QList<Problem> problems; ///< checkDisks() of `plan`: what only the user can decide
};

/// R111: makes a layout possible. Moves mount targets to disks with room first, then enlarges disks up to what an ENS image takes, then
/// reduces volumes to no less than their used space and a quarter. Leaves out no data, moves no boot or system volume away from its disk
/// and touches nothing that no rule is against. Deterministic. O(disks · volumes²).
[[nodiscard]] Arrangement arrange(const Plan &plan, const ServerFacts &facts);

}
