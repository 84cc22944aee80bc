#pragma once
#include "tests/support/simulation.h"

namespace edgelift::test {

/// One full Debian server through the whole migration: built, migrated, compared with the source by other tools, booted.
struct DistributionCase
{
    QString suite; ///< bullseye, bookworm, trixie
    QString layout; ///< of debian-server.sh
    bool qcow2 = false; ///< give the disk as qcow2
};

/// What went wrong, or empty when the image is equal to the source and boots to the line that proves it and a login prompt.
[[nodiscard]] QString migrateAndBoot(const DistributionCase &server);

}
