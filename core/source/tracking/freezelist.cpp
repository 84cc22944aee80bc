#include "core/source/tracking/freezelist.h"

#include "core/base/files.h"

#include <QDir>
#include <QFile>
#include <QHash>
#include <algorithm>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace edgelift {

namespace {

/// "\040" is a space: the kernel writes blanks, line ends and backslashes so.
QString unescaped(const QByteArray &text)
{
    QByteArray plain;
    for (qsizetype i = 0; i < text.size(); ++i) {
        bool octal = false;
        const int code = text.at(i) == '\\' ? text.mid(i + 1, 3).toInt(&octal, 8) : 0;
        plain.append(octal ? char(code) : text.at(i));
        i += octal ? 3 : 0;
    }
    return QFile::decodeName(plain);
}

bool isAt(const QString &path, const QString &folder)
{
    return folder == QLatin1String("/") || path == folder || path.startsWith(folder + QLatin1Char('/'));
}

qsizetype depth(const QString &mountPoint) { return mountPoint == QLatin1String("/") ? 0 : mountPoint.count(QLatin1Char('/')); }

void collectFilesBelow(const QString &device, QStringList &files, int levels)
{
    for (const char *place : {"/loop/backing_file", "/../loop/backing_file"}) { // of a partition it is the disk that has it
        if (const Result<QByteArray> file = readFile(device + QLatin1String(place), 4096))
            files.append(QFile::decodeName(file->trimmed()));
    }
    const QStringList lower =
        levels > 0 ? QDir(device + QLatin1String("/slaves")).entryList(QDir::Dirs | QDir::NoDotAndDotDot) : QStringList();
    for (const QString &name : lower)
        collectFilesBelow(QLatin1String("/sys/class/block/") + name, files, levels - 1);
}

/// Mounts that no later one hides, in the order of the table; with `root`, those that show this folder of their filesystem only.
QList<MountedFilesystem> reachable(const QByteArray &mountInfo, const QString &root)
{
    QList<MountedFilesystem> found;
    for (const QByteArray &line : mountInfo.split('\n')) {
        // 36 35 98:0 /root-within /mount/point rw,noatime master:1 - ext3 /dev/root rw,errors=continue (proc_pid_mountinfo)
        const QList<QByteArray> fields = line.split(' ');
        const qsizetype dash = fields.indexOf("-");
        if (dash < 6 || fields.size() < dash + 4)
            continue;
        const MountedFilesystem one{unescaped(fields.at(4)), QString::fromLatin1(fields.at(2)), QString::fromLatin1(fields.at(dash + 1)),
            unescaped(fields.at(dash + 2)), fields.at(dash + 3).split(',').contains("ro")};
        found.removeIf([&one](const MountedFilesystem &earlier) { return earlier.mountPoint == one.mountPoint; }); // hidden from now on
        if (root.isEmpty() || unescaped(fields.at(3)) == root)
            found.append(one);
    }
    return found;
}

/// The filesystem that holds a path: the one mounted deepest above it.
int holderOf(const QString &path, const QList<MountedFilesystem> &filesystems)
{
    int best = -1;
    for (int i = 0; i < filesystems.size(); ++i) {
        if (isAt(path, filesystems.at(i).mountPoint)
            && (best < 0 || depth(filesystems.at(i).mountPoint) > depth(filesystems.at(best).mountPoint)))
            best = i;
    }
    return best;
}

}

QList<MountedFilesystem> mountedFilesystems(const QByteArray &mountInfo)
{
    QList<MountedFilesystem> found;
    for (const MountedFilesystem &one : reachable(mountInfo, {})) {
        const auto same = std::find_if(
            found.begin(), found.end(), [&one](const MountedFilesystem &earlier) { return earlier.superblock == one.superblock; });
        if (same == found.end())
            found.append(one);
        else if (depth(one.mountPoint) < depth(same->mountPoint))
            *same = one;
    }
    return found;
}

QString wholeMount(const QByteArray &mountInfo, const QString &superblock)
{
    for (const MountedFilesystem &one : reachable(mountInfo, QStringLiteral("/"))) {
        if (one.superblock == superblock)
            return one.mountPoint;
    }
    return {};
}

bool canFreeze(const QString &type)
{
    static const QStringList types{QStringLiteral("ext2"), QStringLiteral("ext3"), QStringLiteral("ext4"), QStringLiteral("xfs"),
        QStringLiteral("btrfs"), QStringLiteral("f2fs"), QStringLiteral("jfs"), QStringLiteral("nilfs2"), QStringLiteral("reiserfs")};
    return types.contains(type);
}

QStringList filesBelow(const MountedFilesystem &filesystem)
{
    QStringList files;
    struct stat about
    {
    };
    if (::stat(QFile::encodeName(filesystem.source).constData(), &about) == 0 && S_ISBLK(about.st_mode))
        collectFilesBelow(
            QStringLiteral("/sys/dev/block/%1:%2").arg(major(about.st_rdev)).arg(minor(about.st_rdev)), files, 8); // stacks are not deeper
    return files;
}

QList<MountedFilesystem> freezeOrder(const QList<MountedFilesystem> &filesystems, const FilesBelow &below)
{
    QList<MountedFilesystem> left;
    for (const MountedFilesystem &one : filesystems) {
        if (canFreeze(one.type) && !one.readOnly)
            left.append(one);
    }
    std::stable_sort(left.begin(), left.end(),
        [](const MountedFilesystem &a, const MountedFilesystem &b) { return depth(a.mountPoint) > depth(b.mountPoint); });
    QHash<QString, QStringList> files; // by superblock
    for (const MountedFilesystem &one : left)
        files.insert(one.superblock, below(one));
    QList<MountedFilesystem> order;
    while (!left.isEmpty()) {
        QList<bool> carries(left.size(), false); // another one that is not frozen yet lives in a file of it
        for (int i = 0; i < left.size(); ++i) {
            for (const QString &file : files.value(left.at(i).superblock)) {
                if (const int holder = holderOf(file, left); holder >= 0 && holder != i)
                    carries[holder] = true;
            }
        }
        const qsizetype next = std::max<qsizetype>(carries.indexOf(false), 0); // in a circle, which cannot be, the deepest
        order.append(left.takeAt(next));
    }
    return order;
}

}
