#pragma once
#include <QString>
#include <QStringList>
#include <QtGlobal>
#include <memory>
#include <optional>
#include <sys/types.h>

namespace edgelift {

/// Counters of the disks that hold the source, since the machine started, over all who use them.
struct DiskCounters
{
    quint64 reads = 0; ///< completed
    quint64 readMs = 0; ///< that they took, queueing included, summed
    quint64 readBytes = 0;
    quint64 writes = 0;
    quint64 inFlight = 0; ///< requests under way now
};

/// Where the counters come from; tests give a fake. One thread.
class DiskLoad
{
public:
    virtual ~DiskLoad() = default;
    /// Nothing when the kernel does not tell.
    [[nodiscard]] virtual std::optional<DiskCounters> read() = 0;
};

/// /sys/dev/block/…/stat (Documentation/block/stat.rst of Linux) of the whole disks below some paths: through partitions,
/// device-mapper, md and loop devices down to the hardware.
class DeviceLoad final : public DiskLoad
{
public:
    /// Files or block devices. What is on no disk (a network filesystem, memory, FUSE) is left out.
    explicit DeviceLoad(const QStringList &paths);
    std::optional<DiskCounters> read() override;
    /// The stat files of the hardware below a device. `sys`: where sysfs is.
    [[nodiscard]] static QStringList statFiles(dev_t device, const QString &sys = QStringLiteral("/sys"));
    [[nodiscard]] static std::optional<DiskCounters> parse(const QByteArray &stat);

private:
    QStringList m_files;
};

}
