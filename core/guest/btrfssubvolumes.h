#pragma once
#include "core/base/result.h"
#include "core/layout/serverfacts.h"

namespace edgelift {

/// The subvolumes of the btrfs that is mounted at `folder`, outer ones first; those that are being deleted are left out. At most 10000:
/// what has more is no server that is copied file by file. By libbtrfsutil; needs root. Error: FilesystemDamaged (args: `name`, why).
[[nodiscard]] Result<QList<SubvolumeFacts>> btrfsSubvolumes(const QString &folder, const QString &name);

/// Makes subvolumes, with the folders they lie in, below `folder`, where the top of a new btrfs is mounted, and has `byDefault` mounted
/// when no other is asked for (empty: the top). Errors: TargetBuildFailed (args: the subvolume, "libbtrfsutil").
[[nodiscard]] Result<> makeSubvolumes(const QString &folder, const QStringList &paths, const QString &byDefault);

/// The option by which a mount shows all of a filesystem, whatever its default is: for btrfs the top; empty for others.
[[nodiscard]] QString topOption(FsType fs);

}
