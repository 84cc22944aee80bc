#pragma once
#include "core/base/bytes.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

namespace edgelift {

/// A block device as /sys shows it. Names are those of this start of the kernel and identify nothing beyond it.
struct BlockDevice
{
    QString name; ///< as in /sys/class/block; "cciss!c0d0" is /dev/cciss/c0d0
    quint32 major = 0;
    quint32 minor = 0;
    Bytes size;
    QString disk; ///< of a partition the disk's name; empty: a whole device
    Bytes start; ///< of a partition, on its disk
    QStringList slaves; ///< names of what it is made of, sorted
    QString mapperName; ///< of device-mapper: "vg-lv"
    QString mapperUuid; ///< "LVM-…", "CRYPT-…", "mpath-…"; empty for some
    QString raidLevel; ///< of md: "raid1"
    QString loopFile; ///< of an attached loop device; " (deleted)" at the end is the kernel's
    Bytes loopOffset;
    QString place; ///< path below /sys/devices: "pci0000:00/0000:00:02.0/virtio1/block/vda"
    QString serial; ///< empty: none
    QString wwn; ///< world-wide name, "naa.5000…"; empty: none
    quint64 sequence = 0; ///< the kernel counts the media it has seen (5.15 and later); 0: it does not say
    bool hidden = false; ///< one path of an NVMe namespace
    bool removable = false;
    bool dax = false; ///< can be mapped past the block layer
    bool operator==(const BlockDevice &) const = default;
};

/// Every block device at one moment. Values only.
class BlockDevices
{
public:
    BlockDevices() = default;
    explicit BlockDevices(QList<BlockDevice> devices, QList<QStringList> btrfs = {})
        : m_all(std::move(devices))
        , m_btrfs(std::move(btrfs))
    {
    }
    /// `sys` is where sysfs is mounted. What cannot be read is empty; a folder that is none has no devices. At most 10000 devices.
    [[nodiscard]] static BlockDevices read(const QString &sys);

    const QList<BlockDevice> &all() const { return m_all; } ///< by name
    const BlockDevice *byName(const QString &name) const;
    const BlockDevice *byNumber(quint32 major, quint32 minor) const;
    /// "/dev/sda1", "/dev/dm-3", "/dev/mapper/vg-lv"; null for anything else.
    const BlockDevice *byPath(const QString &path) const;
    /// Names of the devices of the btrfs filesystem that `name` belongs to, itself included; empty when btrfs does not know it.
    QStringList btrfsDevices(const QString &name) const;
    /// True when another device is made of it.
    bool isHeld(const QString &name) const;

private:
    QList<BlockDevice> m_all;
    QList<QStringList> m_btrfs; ///< names of the devices of each filesystem
};

/// "/dev/cciss/c0d0" for "cciss!c0d0".
[[nodiscard]] QString devicePath(const QString &name);

}
