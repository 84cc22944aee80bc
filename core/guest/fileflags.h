#pragma once
#include <QStringList>
#include <stop_token>

namespace edgelift {

/// What of regular files and folders a copy by rsync cannot take along, found by a walk over the filesystem mounted at a folder.
struct FileFlags
{
    static constexpr qsizetype examplesMost = 10;

    quint64 protectedFiles = 0; ///< immutable or append-only (chattr +i, +a)
    QStringList protectedExamples; ///< the first of them, from the folder on; at most examplesMost
    quint64 tunedFiles = 0; ///< with other attributes that somebody set: no copy-on-write, no dump, no access times, … (chattr(1))
    QStringList tunedExamples;
};

/// Never through links, never into other mounts. What cannot be opened is left out. O(files).
[[nodiscard]] FileFlags fileFlags(const QString &folder, const std::stop_token &stop = {});

/// What the target of a copy by files lacks, for the report, in English: what `flags` says, and the times that nothing can set.
[[nodiscard]] QString notKept(const FileFlags &flags);

}
