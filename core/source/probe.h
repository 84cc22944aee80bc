#pragma once
#include "core/base/result.h"
#include "core/layout/serverfacts.h"

#include <QString>

namespace edgelift {

/// What libblkid says about a region.
struct ProbedContent
{
    FsType fs = FsType::Empty;
    QString uuid;
    QString label;
    QString note; ///< English: what the content is called, or that several signatures were found; for FsType::Unknown
};

/// Looks at `length` bytes at `offset` of the file or device at `path`. Errors: SourceUnreadable.
[[nodiscard]] Result<ProbedContent> probeContent(const QString &path, Bytes offset, Bytes length);

/// Bytes the filesystem in that region uses, its own metadata included, by its superblock; `length` when nobody can tell.
[[nodiscard]] Bytes usedBytes(const QString &path, Bytes offset, Bytes length, FsType fs);
/// The same for a mounted filesystem, whose superblock lags behind: `free` is what the kernel says is free in it.
[[nodiscard]] Bytes usedBytesMounted(const QString &path, Bytes offset, Bytes length, FsType fs, Bytes free);

}
