#pragma once
#include "tests/support/simulation.h"

namespace edgelift::test {

/// One full Debian server through the whole migration: built, migrated, compared with the source by other tools, booted.
struct DistributionCase
{
    QString suite; ///< bullseye, bookworm, trixie
    QString layout; ///< of debian-server.sh
    bool qcow2 = false; ///< give the disk as qcow2
    QString traps = {}; ///< of debian-server.sh, with commas
    bool killReceiver = false; ///< once, while it has the initramfs made
};

/// What went wrong, or empty when the image is equal to the source and boots to the line that proves it and a login prompt.
[[nodiscard]] QString migrateAndBoot(const DistributionCase &server);
/// The same, but booted by `report --boot-check`: the image must show a login prompt, have an address, and answer on its network.
[[nodiscard]] QString migrateAndCheckBoot(const DistributionCase &server);

}
