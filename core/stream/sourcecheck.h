#pragma once
#include "core/stream/copyjob.h"
#include "core/wire/controlmessages.h"

#include <QSet>

namespace edgelift {

/// Reads extents of a steady source again, within the limits in force, and tells which have another hash than they were sent with:
/// a bit that flipped in memory between the disk and the first hash is found here and nowhere else. Blocks. Errors: those of
/// BlockReader; LinkLost when stop was asked.
[[nodiscard]] Result<QSet<quint64>> differingAtSource(
    CopyJob &job, int disk, const QList<wire::VerifyExtent> &extents, const std::stop_token &stop);

}
