#include "core/migrate/fileexcludes.h"

#include "core/guest/fstab.h"
#include "core/layout/subvolumes.h"
#include "core/source/excludes.h"

#include <algorithm>

namespace edgelift {

namespace {

const auto slash = QLatin1Char('/');

/// What is in the subvolume at `path` (empty: the top), which is mounted at `mount`.
QStringList below(const QString &path, const QStringList &patterns, const QString &mount)
{
    QStringList out;
    for (const QString &pattern : excludesWithin(patterns, mount)) {
        const bool fromTop = pattern.startsWith(slash) && !path.isEmpty();
        out.append(fromTop ? slash + path + pattern : pattern);
    }
    return out;
}

/// A path as a pattern says it: rsync takes a backslash for one of its own only where there is something to take otherwise.
QString literally(const QString &path)
{
    const QLatin1String special("*?[");
    const auto isSpecial = [&special](QChar c) { return special.contains(c); };
    if (std::none_of(path.begin(), path.end(), isSpecial))
        return path;
    QString out;
    for (const QChar c : path) {
        if (isSpecial(c) || c == QLatin1Char('\\'))
            out.append(QLatin1Char('\\'));
        out.append(c);
    }
    return out;
}

}

QStringList fileExcludes(const VolumeFacts &volume, const ServerFacts &facts, const QStringList &patterns)
{
    if (volume.subvolumes.isEmpty())
        return excludesWithin(patterns, volume.mountPoint);
    QStringList disks;
    for (const DiskFacts &disk : facts.disks)
        disks.append(disk.id);
    QStringList mounted;
    for (const FstabEntry &entry : facts.fstab) {
        const VolumeFacts *other = resolveSpec(entry.spec, facts.volumes, {}, disks);
        if (other && other->id == volume.id)
            mounted += below(subvolumePath(entry.options), patterns, entry.mountPoint);
    }
    QStringList out;
    for (const QString &path : subvolumeCopy(volume, facts).leftOut)
        out.append(slash + literally(path));
    out += mounted.isEmpty() ? excludesWithin(patterns, volume.mountPoint) : mounted;
    out.removeDuplicates();
    return out;
}

}
