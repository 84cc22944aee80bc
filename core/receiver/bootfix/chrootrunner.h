#pragma once
#include "core/receiver/bootfix/guestrunner.h"

namespace edgelift::bootfix {

/// Runs a guest's program below the guest's root, as root but with little power: mounts, processes, names and network of its own (the
/// network has no way out), device files only of the harmless kind, no capability that reaches the machine. /tmp, /var/tmp and /run are in
/// memory and gone afterwards, and so is every process it started. Needs root and Linux 5.12.
class ChrootRunner final : public GuestRunner
{
public:
    [[nodiscard]] Result<GuestOutput> run(const QString &root, const GuestCommand &command, const std::stop_token &stop) override;
};

}
