#pragma once
#include "core/base/bytes.h"
#include "core/base/fd.h"
#include "core/base/result.h"

#include <QString>

namespace edgelift {

/// A region of a file or a disk as a block device. The kernel detaches it when the last user is gone, even after a crash.
class LoopDevice
{
public:
    enum class Access : quint8 { ReadOnly, ReadWrite };
    /// `length` 0: to the end. Offset in bytes, a multiple of 512. Errors: PermissionDenied, SourceUnreadable, ToolFailed (no loop
    /// devices).
    [[nodiscard]] static Result<LoopDevice> attach(const QString &file, Bytes offset, Bytes length, Access access = Access::ReadOnly);
    const QString &path() const { return m_path; }

private:
    LoopDevice(Fd device, QString path)
        : m_device(std::move(device))
        , m_path(std::move(path))
    {
    }
    Fd m_device;
    QString m_path;
};

}
