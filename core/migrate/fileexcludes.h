#pragma once
#include "core/layout/serverfacts.h"

#include <QStringList>

namespace edgelift {

/// Of `patterns`, which begin at the root of the server (see excludesWithin()), those that concern `volume`, as an rsync that copies it
/// alone wants them. A btrfs is copied from its top, wherever its subvolumes are mounted, and without the snapshots that are left out (see
/// subvolumeCopy()). Pure.
[[nodiscard]] QStringList fileExcludes(const VolumeFacts &volume, const ServerFacts &facts, const QStringList &patterns);

}
