#pragma once
#include <QString>

namespace edgelift::files {

/// Whether the filesystem mounted at `path` has hardly a block or no inode left.
[[nodiscard]] bool isFull(const QString &path);

/// Brings everything of the filesystem at `path` to its device; errno, or 0.
[[nodiscard]] int syncFilesystem(const QString &path);

}
