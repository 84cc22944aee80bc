#pragma once
#include "core/receiver/medium.h"

namespace edgelift::receiver {

/// Finds the target disks attached to this machine. An interface, so that tests can give disks that fail.
class TargetDisks
{
public:
    virtual ~TargetDisks() = default;
    /// The disk with this serial, opened for writing. Errors: TargetDiskMissing, TargetDiskBusy, TargetWriteFailed;
    /// args: the serial.
    [[nodiscard]] virtual Result<std::unique_ptr<Medium>> open(const QString &serial) = 0;
};

/// Disks by `deviceDir`/virtio-<serial>, else by the serial the kernel shows in `sysBlock` (NVMe has no virtio name).
class AttachedDisks final : public TargetDisks
{
public:
    explicit AttachedDisks(QString deviceDir, QString sysBlock = QStringLiteral("/sys/block"));
    Result<std::unique_ptr<Medium>> open(const QString &serial) override;

private:
    [[nodiscard]] QString find(const QString &serial) const; ///< empty: not attached

    QString m_deviceDir;
    QString m_sysBlock;
};

}
