#include "core/layout/arrange.h"
#include "core/layout/layoutedit.h"
#include "core/layout/layoutroom.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

namespace edgelift {

QString sizeInWords(Bytes size)
{
    static constexpr struct
    {
        int shift;
        const char *unit;
    } units[] = {{40, "TiB"}, {30, "GiB"}, {20, "MiB"}, {10, "KiB"}, {0, "B"}};
    const auto *unit =
        std::find_if(std::begin(units), std::prev(std::end(units)), [size](const auto &each) { return size.count >> each.shift != 0; });
    const double value = std::ldexp(double(size.count), -unit->shift);
    const bool whole = std::floor(value) == value;
    return QLocale().toString(value, 'f', whole ? 0 : 2) + QChar(0xA0) + QString::fromLatin1(unit->unit);
}

QString diskTitle(qsizetype disk)
{
    if (disk == 0)
        return QCoreApplication::translate("PlanRules", "System disk");
    //: %1 the number of a data disk
    return QCoreApplication::translate("PlanRules", "Data disk %1").arg(QLocale().toString(disk));
}

QString describe(const ReplicationReason &reason)
{
    using Why = ReplicationReason::Why;
    switch (reason.why) {
    case Why::NotMigrated:
        return QCoreApplication::translate("PlanRules", "Not migrated.");
    case Why::SameStructure:
        return QCoreApplication::translate("PlanRules", "Copied block by block: same size and structure as on the source.");
    case Why::SizeChanged:
        //: %1, %2 sizes
        return QCoreApplication::translate("PlanRules", "Copied file by file because its size changes from %1 to %2.")
            .arg(sizeInWords(reason.before), sizeInWords(reason.after));
    case Why::LvmStep:
        return QCoreApplication::translate("PlanRules", "Copied file by file because its size is not a multiple of 4 MiB while LVM is on.");
    case Why::Chosen:
        return QCoreApplication::translate("PlanRules", "Copied file by file, as chosen.");
    }
    Q_UNREACHABLE();
}

QString describe(const DropVerdict &verdict)
{
    if (verdict.missing.count > 0)
        //: while a mount target is dragged over a disk; %1 a size
        return QCoreApplication::translate("PlanRules", "Does not fit: %1 missing").arg(sizeInWords(verdict.missing));
    if (verdict.reason)
        return describe(*verdict.reason);
    //: while a mount target is dragged over a disk; %1 its size, %2 what is free on the disk afterwards
    return QCoreApplication::translate("PlanRules", "Move here: %1 fits, %2 free")
        .arg(sizeInWords(verdict.size), sizeInWords(verdict.free));
}

QString describe(const ArrangeStep &step)
{
    using Kind = ArrangeStep::Kind;
    const QString before = sizeInWords(step.before);
    const QString after = sizeInWords(step.after);
    switch (step.kind) {
    case Kind::VolumeMoved:
        //: %1 a mount target, %2 a disk such as “Data disk 2”
        return QCoreApplication::translate("PlanRules", "%1 moved to %2.").arg(step.name, diskTitle(step.disk));
    case Kind::VolumeResized:
        //: %1 a mount target or disk, %2 and %3 sizes
        return QCoreApplication::translate("PlanRules", "%1 changed from %2 to %3.").arg(step.name, before, after);
    case Kind::DiskResized:
        return QCoreApplication::translate("PlanRules", "%1 changed from %2 to %3.").arg(diskTitle(step.disk), before, after);
    case Kind::FilesInstead:
        //: %1 a mount target
        return QCoreApplication::translate("PlanRules", "%1 is copied file by file.").arg(step.name);
    case Kind::MigratedAgain:
        return QCoreApplication::translate("PlanRules", "%1 is migrated.").arg(step.name);
    case Kind::LvmSwitchedOff:
        //: %1 a disk such as “Data disk 2”
        return QCoreApplication::translate("PlanRules", "LVM is switched off on %1.").arg(diskTitle(step.disk));
    }
    Q_UNREACHABLE();
}

}
