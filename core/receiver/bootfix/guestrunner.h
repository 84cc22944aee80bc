#pragma once
#include "core/receiver/bootfix/guestroot.h"

#include <QStringList>
#include <chrono>
#include <stop_token>

namespace edgelift::bootfix {

/// One run of a guest's own program. Nothing of it is trusted but its exit: what it made is looked at.
struct GuestCommand
{
    QStringList arguments; ///< the program first, as an absolute path in the guest
    std::chrono::milliseconds timeout{600000}; ///< then it and all it started is killed
    bool hideFirmware = true; ///< an empty /sys/firmware: the worker's own firmware must not show
};

struct GuestOutput
{
    int exitCode = 0;
    QByteArray output; ///< the end of what it printed, standard output and error together
};

/// Runs programs of a guest. Tests give a fake.
class GuestRunner
{
public:
    GuestRunner() = default;
    GuestRunner(const GuestRunner &) = delete;
    GuestRunner &operator=(const GuestRunner &) = delete;
    virtual ~GuestRunner() = default;
    /// Blocks to the end. `root` is an absolute path of the machine, not one below /proc. Errors: ToolMissing, ToolFailed (killed by a
    /// signal, or stopped), ToolTimedOut, PermissionDenied.
    [[nodiscard]] virtual Result<GuestOutput> run(const QString &root, const GuestCommand &command, const std::stop_token &stop) = 0;
};

}
