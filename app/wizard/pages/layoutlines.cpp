#include "app/wizard/pages/layoutlines.h"

#include "app/wizard/shell/format.h"
#include "core/layout/layoutroom.h"

#include <QCoreApplication>

namespace edgelift::wizard {

namespace {

constexpr qsizetype longestName = 60;

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(LayoutLines)
};

QString shortName(const QString &name) { return format::ltr(format::shortened(name, longestName)); }

}

QStringList layoutLines(const Plan &plan, const ServerFacts &facts)
{
    QStringList out;
    for (qsizetype i = 0; i < plan.disks.size(); ++i) {
        const Plan::Disk &disk = plan.disks.at(i);
        QStringList mounts;
        for (const Plan::Volume &volume : disk.volumes) {
            if (volume.migrate)
                mounts.append(shortName(volume.mount.isEmpty() ? volume.source : volume.mount));
        }
        const DiskFacts *source = facts.disk(disk.source);
        const QString name = shortName(source ? source->name : disk.source);
        if (mounts.isEmpty() && i > 0)
            //: %1 "Data disk 1", %2 the disk's name on the source
            out.append(Words::tr("%1: %2 is left out").arg(diskTitle(i), name));
        else
            //: %1 "Data disk 1", %2 the disk's name on the source, %3 its new size, %4 mount points
            out.append(Words::tr("%1: %2 → %3 (%4)").arg(diskTitle(i), name, format::sizeGiB(disk.sizeGiB), mounts.join(Words::tr(", "))));
    }
    return out;
}

}
