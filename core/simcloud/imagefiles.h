#pragma once
#include "core/simcloud/diskstore.h"

namespace edgelift {

/// Raw disks into and out of the files people carry: .raw.tar.gz, qcow2, vhd. Everything read may be hostile; nothing outside the
/// given target is written. Blocks; asks stop often. Errors besides those named: FileUnreadable, FileUnwritable, NoSpace, and
/// ToolFailed when stopped.

/// `raw` as the only file, called `name`, of a tar in gzip, holes kept as holes (GNU tar reads it). `to` is replaced.
/// Fast compression: pigz when it is installed.
Result<> packTarGz(
    const QString &raw, const QString &name, const QString &to, const std::stop_token &stop, const CopyProgress &progress = {});

/// The one regular file of a .tar.gz, as a sparse file; its size. ImageFormatUnsupported: no such archive, no file or more than one, a
/// name with a path in it, anything but a regular file, or more than `limit` bytes (checked before they are written).
Result<Bytes> unpackTarGz(const QString &archive, const QString &to, Bytes limit, const std::stop_token &stop);

/// qemu-img convert between "raw", "qcow2", "vpc" (vhd), "vmdk" and "vdi". Errors: ToolMissing, ToolFailed.
Result<> convertImage(
    const QString &from, const QString &fromFormat, const QString &to, const QString &toFormat, const std::stop_token &stop);

/// The virtual size of an image file read as `format`. ImageFormatUnsupported when it is not one, or when it refers to other files
/// (backing file, external data): those names would be opened on this machine.
Result<Bytes> checkImageFile(const QString &path, const QString &format, Bytes limit);

enum class ImageLook : quint8 { Other, Gzip, Qcow2 };
[[nodiscard]] ImageLook lookAt(const QString &path); ///< by its first bytes; Other for an unreadable file

}
