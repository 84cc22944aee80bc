#pragma once
#include "core/base/result.h"
#include "core/layout/serverfacts.h"

#include <QStringList>

namespace edgelift {

/// What the filesystem at `offset` of the disk or image at `path` can, by its superblock, as TargetVolume::features wants it: so that a new
/// one can be made that the server's own kernel knows. Empty for kinds without such choices. Error: SourceUnreadable.
[[nodiscard]] Result<QStringList> filesystemFeatures(const QString &path, Bytes offset, FsType fs);

/// The same of a superblock's bytes (ext: 1024 bytes from 1024 on; xfs and vfat: the first 512; btrfs: 4096 bytes from 65536 on).
[[nodiscard]] QStringList featuresOf(const QByteArray &super, FsType fs);

}
