#pragma once
#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

namespace edgelift {

/// One line of /proc/self/mountinfo, proc(5), with its escapes resolved. A name that is no UTF-8 comes with replacement characters.
struct MountEntry
{
    int id = 0;
    int parent = 0;
    quint32 major = 0; ///< 0: no block device of its own (btrfs, NFS, tmpfs)
    quint32 minor = 0;
    QString root; ///< what of the filesystem is seen; "/" is all of it
    QString mountPoint;
    QStringList options; ///< of this mount
    QString fsType;
    QString source; ///< a device or whatever the filesystem says; may be empty
    QStringList superOptions; ///< of the filesystem
    bool operator==(const MountEntry &) const = default;
};

/// Lines that are not complete are left out. At most 10000. Pure; the bytes may be anything.
[[nodiscard]] QList<MountEntry> parseMountInfo(const QByteArray &content);
/// The devices and files of /proc/swaps, without its heading.
[[nodiscard]] QStringList parseSwaps(const QByteArray &content);
/// The mount that `path` lies on (the longest mount point above it; of several on one point the last), or null.
[[nodiscard]] const MountEntry *mountOf(const QString &path, const QList<MountEntry> &mounts);

}
