#pragma once
#include "core/base/result.h"
#include "core/source/live/devicestack.h"

namespace edgelift {

/// Where the machine is looked at. The defaults are this machine; tests give folders that look like one.
struct MachineView
{
    QString sys = QStringLiteral("/sys");
    QString proc = QStringLiteral("/proc");
    QString dev = QStringLiteral("/dev");
    /// Where the root filesystem of the system is mounted. Mounts that are not below it are left out, and the prefix is cut off.
    QString root = QStringLiteral("/");
    /// Names of the devices that are the machine's disks; empty: all that are disks. A loop device counts only when it is named.
    QStringList disks;
};

/// A use with its place as the kernel names it.
struct Use
{
    UseFacts facts; ///< volume and disks are not filled in yet
    Placement placement;
    MountEntry mount; ///< of a mount
};

/// What a machine has in use, and on what.
struct MachineSurvey
{
    BlockDevices devices;
    QStringList disks; ///< names of the devices that are its disks, sda2 before sda10
    QList<Use> uses; ///< mounts (pieces of a filesystem that is listed are not), then swap, then stacks
    QList<ObstacleFacts> obstacles; ///< each reason once for each user
    QStringList elsewhere; ///< mount points

    /// True when `device` itself carries a mounted filesystem, not a part of it or something made of it.
    bool isMounted(const BlockDevice &device) const;
};

/// Reads sysfs and procfs, nothing else; asks no device. Errors: FileUnreadable (no mount table).
[[nodiscard]] Result<MachineSurvey> surveyMachine(const MachineView &view);

}
