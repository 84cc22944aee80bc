#include "core/migrate/targetdisks.h"

#include "core/layout/layoutchange.h"

#include <algorithm>

namespace edgelift {

QList<TargetDisk> targetDisks(const Plan &plan, const ServerFacts &facts)
{
    using namespace literals;
    QList<TargetDisk> out;
    for (const QString &id : migratedDisks(plan, facts)) {
        const DiskFacts *disk = facts.disk(id);
        if (!disk)
            continue; // the plan's rules refuse such a plan before anything is made
        const auto planned = std::find_if(plan.disks.begin(), plan.disks.end(), [&id](const Plan::Disk &d) { return d.source == id; });
        const qint64 whole = qint64((disk->size.count + (1_GiB).count - 1) / (1_GiB).count);
        TargetDisk target;
        target.index = quint32(out.size());
        target.sourceId = id;
        target.sourceName = disk->name;
        target.sourceSize = disk->size;
        const bool built = planned != plan.disks.end() && !diskChanges(*planned, *disk, facts).isEmpty();
        target.sizeGiB = planned == plan.disks.end() ? whole : built ? planned->sizeGiB : std::max(planned->sizeGiB, whole);
        target.system = out.isEmpty();
        out.append(target);
    }
    return out;
}

}
