#pragma once
#include "core/layout/serverfacts.h"

#include <QStringList>

namespace edgelift {

/// What becomes of the subvolumes of a btrfs whose files are copied into a new one. Copies of files share nothing: read-only snapshots
/// would each need the room of what they show, so they are left out and told. Those that are more than an earlier state cannot be left out,
/// and cannot be filled either.
struct SubvolumeCopy
{
    QStringList made; ///< paths from the top, outer ones first
    QString byDefault; ///< one of `made`; empty: the top
    QStringList leftOut;
    QStringList needed; ///< read-only, but mounted, received from elsewhere, or around others: only a copy of blocks keeps them
};

/// Empty for other filesystems. Pure.
[[nodiscard]] SubvolumeCopy subvolumeCopy(const VolumeFacts &volume, const ServerFacts &facts);

/// "@home" out of "defaults,subvol=/@home"; empty: the options name none (or one by number).
[[nodiscard]] QString subvolumePath(const QString &mountOptions);

/// A path as in SubvolumeFacts: nothing leads out of the filesystem or to the top itself.
[[nodiscard]] bool isSubvolumePath(const QString &path);

}
