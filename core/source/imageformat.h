#pragma once
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <QByteArray>
#include <QString>

namespace edgelift {

/// What we read of a qcow2 header (docs/interop/qcow2.txt of QEMU).
struct Qcow2Header
{
    Bytes size; ///< of the disk
    QString backingFile; ///< as written; empty when there is none
    QString backingFormat; ///< "raw", "qcow2"; empty: not said
    QString unsupported; ///< why it cannot be read ("encrypted"); empty: it can
};

/// The name of an image format by its magic ("vmdk", "qcow2", "gzip"), or empty when `start` (the first 64 KiB or less) and `end` (the
/// last 512 bytes) look like a raw disk.
[[nodiscard]] QString imageFormatName(const QByteArray &start, const QByteArray &end);
/// Errors: SourceUnreadable (cut off or not consistent). Trusts nothing.
[[nodiscard]] Result<Qcow2Header> parseQcow2(const QByteArray &start);

}
