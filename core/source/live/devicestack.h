#pragma once
#include "core/layout/livefacts.h"
#include "core/source/live/blockdevices.h"
#include "core/source/live/mounttable.h"

#include <QSet>

namespace edgelift {

/// Where something lies in the end.
struct Placement
{
    QStringList disks; ///< names of the whole disks, sorted; empty: on none
    QString disk; ///< set when it is one run of bytes of one disk (a partition, a whole disk, a loop device over either)
    Bytes offset; ///< of that run
    QString mapperName; ///< of the logical volume it is: "vg-lv"; empty: it is none
    QString mapperUuid; ///< ... "LVM-" and the uuids of group and volume, without hyphens
    QStringList layers; ///< as UseFacts::layers
    QList<ObstacleFacts> obstacles; ///< without their user
};

/// Follows block devices down to the whole disks they lie on. Pure: asks nothing but what it was given, and ends whatever that says.
class DeviceStack
{
public:
    /// `own`: names that are taken for disks whatever they are. Everything must outlive this.
    DeviceStack(const BlockDevices &devices, const QList<MountEntry> &mounts, const QStringList &own);

    [[nodiscard]] Placement ofDevice(const BlockDevice &device) const;
    /// Nothing for what has no block device at all: see isElsewhere().
    [[nodiscard]] Placement ofMount(const MountEntry &mount) const;
    /// A swap area: a device, or a file on a mounted filesystem.
    [[nodiscard]] Placement ofPath(const QString &path) const;

    /// True for a device that data ends up on and that can be read as a disk of its own.
    [[nodiscard]] bool isDisk(const BlockDevice &device) const;
    /// True when the device is made of others, or takes their place.
    [[nodiscard]] static bool isStacked(const BlockDevice &device);
    /// Other machines hold the data, or a program makes it up: it is on no disk of this machine.
    [[nodiscard]] static bool isElsewhere(const MountEntry &mount);

private:
    struct Walk;
    void descend(const BlockDevice &device, Walk &walk) const;
    void descendLoop(const BlockDevice &device, Walk &walk) const;
    void judge(const BlockDevice &device, Walk &walk) const;
    void judgeLeaf(const BlockDevice &device, Walk &walk) const;
    [[nodiscard]] Placement finished(Walk &walk) const;

    const BlockDevices &m_devices;
    const QList<MountEntry> &m_mounts;
    const QStringList &m_own;
};

}
