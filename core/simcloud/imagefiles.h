#pragma once
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <QString>
#include <stop_token>

namespace edgelift {

/// Raw disks into and out of the files people carry: qcow2, vhd (.raw.tar.gz: imagearchive.h). Everything read may be hostile; nothing
/// outside the given target is written. Blocks; asks stop often. Errors besides those named: FileUnreadable, FileUnwritable, NoSpace, and
/// ToolFailed when stopped.

/// ImageFormatUnsupported: `path` is not what an image may be, and `why`.
[[nodiscard]] Error unsuitableImage(const QString &path, const QString &why);

/// qemu-img convert between "raw", "qcow2", "vpc" (vhd), "vmdk" and "vdi". Errors: ToolMissing, ToolFailed.
Result<> convertImage(
    const QString &from, const QString &fromFormat, const QString &to, const QString &toFormat, const std::stop_token &stop);

/// The virtual size of an image file read as `format`. ImageFormatUnsupported when it is not one, or when it refers to other files
/// (backing file, external data): those names would be opened on this machine.
Result<Bytes> checkImageFile(const QString &path, const QString &format, Bytes limit);

enum class ImageLook : quint8 { Other, Gzip, Qcow2 };
[[nodiscard]] ImageLook lookAt(const QString &path); ///< by its first bytes; Other for an unreadable file

}
