#pragma once
#include "core/layout/targetimage.h"
#include "core/migrate/receiverlink.h"
#include "core/migrate/targetdisks.h"
#include "core/source/source.h"
#include "core/stream/maps/usedmap.h"
#include "core/stream/transfer.h"

namespace edgelift {

/// What is read for a target disk that is the source's disk as it is. Without index, serial and what else the target decides.
[[nodiscard]] TransferDisk sameDisk(const TargetDisk &target, const Source &source, const UsedMaps &used);

/// The same for one that is built anew: the volumes that are copied block by block, from where they are to where they go.
[[nodiscard]] TransferDisk builtDisk(const TargetDiskLayout &layout, const Source &source, const UsedMaps &used);

/// The volumes of a built disk whose files are copied; `place`: of the disk in the order. `done`: ids of those that an earlier run
/// completed.
[[nodiscard]] QList<FileOrder> fileOrders(
    const TargetDiskLayout &layout, qsizetype place, const Source &source, const QStringList &excludes, const QStringList &done);

/// Asks the source's filesystems what new ones in their place must be able to. Error: SourceUnreadable.
[[nodiscard]] Result<> fillFeatures(TargetImage &image, const Source &source);

}
