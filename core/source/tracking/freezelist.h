#pragma once
#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>
#include <functional>

namespace edgelift {

/// One filesystem, once, however often it is mounted (bind mounts, subvolumes).
struct MountedFilesystem
{
    QString mountPoint; ///< where it can be reached: not hidden by a later mount
    QString superblock; ///< "8:1", as in /proc/self/mountinfo; btrfs has a number of no device
    QString type;
    QString source; ///< "/dev/sda1"
    bool readOnly = false; ///< the filesystem itself, also after errors
    bool operator==(const MountedFilesystem &) const = default;
};

/// All filesystems of /proc/self/mountinfo, in its order. Lines that cannot be read are left out.
[[nodiscard]] QList<MountedFilesystem> mountedFilesystems(const QByteArray &mountInfo);

/// Where all of a filesystem can be seen: the first reachable mount of `superblock` ("8:1") that shows its uppermost folder. Empty: none
/// does, only bind mounts of folders or subvolumes.
[[nodiscard]] QString wholeMount(const QByteArray &mountInfo, const QString &superblock);

/// Whether Linux can freeze this type: ext2/3/4, xfs, btrfs, f2fs, jfs, nilfs2, reiserfs. Not vfat, not what has no disk (nfs, fuse, tmpfs,
/// autofs).
[[nodiscard]] bool canFreeze(const QString &type);

/// The files that a filesystem's disk is kept in (loop devices below partitions, md, device-mapper); empty: real disks. By `superblock`
/// and `source`.
using FilesBelow = std::function<QStringList(const MountedFilesystem &)>;
[[nodiscard]] QStringList filesBelow(const MountedFilesystem &filesystem); ///< asks /sys

/// In the order of freezing: what lives in a file of another filesystem before that one, deeper mount points before those above, the
/// root last. What is read-only or cannot be frozen is left out; say so to the user before (canFreeze).
[[nodiscard]] QList<MountedFilesystem> freezeOrder(const QList<MountedFilesystem> &filesystems, const FilesBelow &below = filesBelow);

}
