#pragma once
#include "core/layout/plan.h"
#include "core/layout/serverfacts.h"

#include <QList>

namespace edgelift {

/// One disk of the transit instance that a disk of the source is copied to.
struct TargetDisk
{
    quint32 index = 0; ///< position in the image, the system disk is 0; also names the disk on the wire
    QString sourceId; ///< DiskFacts::id
    QString sourceName; ///< for people
    Bytes sourceSize;
    qint64 sizeGiB = 0; ///< wanted; the cloud's category may have a larger smallest size
    bool system = false;
};

/// The disks of the plan that travel, the system disk first.
[[nodiscard]] QList<TargetDisk> targetDisks(const Plan &plan, const ServerFacts &facts);

}
