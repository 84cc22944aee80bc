#pragma once
#include "core/layout/convertorder.h"
#include "core/receiver/bootfix/guestrunner.h"

#include <QJsonObject>

namespace edgelift::convert {

/// What came of one conversion: the result of `convert` (core/wire/PROTOCOL.md).
struct Conversion
{
    enum class Outcome : quint8 {
        Converted,
        Unchanged, ///< there was nothing to change, and nothing was
        Blocked, ///< the image would not start; nothing was changed. The report says why
        Skipped, ///< the server's filesystems could not be looked into; nothing was changed
    };
    Outcome outcome = Outcome::Skipped;
    QString reason; ///< of Skipped: "no-root", "mount"
    QStringList args; ///< of "mount": the volume, why
    QJsonObject report; ///< of boot conversion, with "loader" when GRUB was put into the boot sector; empty for Skipped
};
[[nodiscard]] QJsonObject toJson(const Conversion &conversion);

/// Makes the server on the target disks start, and be reachable, on an instance. Its mounts and processes are seen by nobody else and end
/// with this process; the disks are changed all or none, and convert() called again after a kill first takes back what was half done. Only
/// an EFI system partition comes last, on its own: when it has no room, what was done to the others stays, and the next convert() goes on.
class Converter
{
public:
    /// `folder` is made; what must outlive this process is there. `runner` runs the guest's programs.
    Converter(QString folder, bootfix::GuestRunner &runner)
        : m_folder(std::move(folder))
        , m_runner(runner)
    {
    }
    /// `disks`: paths of the target disks by index; nothing else writes to them meanwhile. Everything is durable afterwards. Blocks for
    /// minutes when an initramfs is made. Errors: ToolFailed (also when `stop` was asked), ToolMissing, ToolTimedOut, NoSpace,
    /// FileUnreadable, FileUnwritable, JournalUnreadable, TargetReadFailed, TargetWriteFailed, TargetTableFailed, PermissionDenied.
    [[nodiscard]] Result<Conversion> convert(const ConvertOrder &order, const QStringList &disks, const std::stop_token &stop = {});

private:
    QString m_folder;
    bootfix::GuestRunner &m_runner;
};

}
