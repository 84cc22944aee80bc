#pragma once
#include "core/simcloud/diskstore.h"

namespace edgelift {

/// Raw disks into and out of .raw.tar.gz. What is read may be hostile; nothing outside the given target is written. Blocks; asks stop
/// often. Errors besides those named: FileUnreadable, FileUnwritable, NoSpace, and ToolFailed when stopped.

/// `raw` as the only file, called `name`, of a tar in gzip, holes kept as holes (GNU tar reads it). `to` is replaced.
/// Fast compression: pigz when it is installed.
Result<> packTarGz(
    const QString &raw, const QString &name, const QString &to, const std::stop_token &stop, const CopyProgress &progress = {});

/// The one regular file of a .tar.gz, as a sparse file; its size. ImageFormatUnsupported: no such archive, no file or more than one, a
/// name with a path in it, anything but a regular file, or more than `limit` bytes (checked before they are written).
Result<Bytes> unpackTarGz(const QString &archive, const QString &to, Bytes limit, const std::stop_token &stop);

}
