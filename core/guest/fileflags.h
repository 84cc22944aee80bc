#pragma once
#include <QStringList>
#include <stop_token>

namespace edgelift {

/// What a copy of files cannot take along, found by a walk over the filesystem mounted at `folder`.
struct FileFlags
{
    quint64 protectedFiles = 0; ///< immutable or append-only (chattr +i, +a)
    QStringList examples; ///< the first of them, from the folder on; at most ten
};

/// Looks at regular files and folders, never through links, never into other mounts. What cannot be opened is left out. O(files).
[[nodiscard]] FileFlags protectedFiles(const QString &folder, const std::stop_token &stop = {});

}
