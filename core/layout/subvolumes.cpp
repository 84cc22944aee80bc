#include "core/layout/subvolumes.h"

#include <algorithm>

namespace edgelift {

namespace {

const auto slash = QLatin1Char('/');
constexpr qsizetype pathMost = 4095; // PATH_MAX

/// The server's own fstab may mount it, or a folder in it.
bool isMounted(const SubvolumeFacts &subvolume, const ServerFacts &facts)
{
    return std::any_of(facts.fstab.begin(), facts.fstab.end(), [&subvolume](const FstabEntry &entry) {
        const QString path = subvolumePath(entry.options);
        const bool byId = entry.options.split(QLatin1Char(',')).contains(QStringLiteral("subvolid=%1").arg(subvolume.id));
        return path == subvolume.path || path.startsWith(subvolume.path + slash) || byId;
    });
}

bool isAround(const SubvolumeFacts &outer, const QList<SubvolumeFacts> &all)
{
    return std::any_of(all.begin(), all.end(),
        [&outer](const SubvolumeFacts &inner) { return !inner.readOnly && inner.path.startsWith(outer.path + slash); });
}

}

QString subvolumePath(const QString &mountOptions)
{
    for (const QString &option : mountOptions.split(QLatin1Char(','))) {
        if (option.startsWith(QLatin1String("subvol=")))
            return option.mid(7).split(slash, Qt::SkipEmptyParts).join(slash);
    }
    return {};
}

bool isSubvolumePath(const QString &path)
{
    const QStringList parts = path.split(slash);
    return path.size() <= pathMost && !path.contains(QChar(0)) && std::none_of(parts.begin(), parts.end(), [](const QString &part) {
        return part.isEmpty() || part == QLatin1String(".") || part == QLatin1String("..");
    });
}

SubvolumeCopy subvolumeCopy(const VolumeFacts &volume, const ServerFacts &facts)
{
    SubvolumeCopy copy;
    for (const SubvolumeFacts &subvolume : volume.subvolumes) {
        const bool earlierState = subvolume.readOnly && subvolume.snapshot && !subvolume.received && !subvolume.mountedByDefault
            && !isMounted(subvolume, facts) && !isAround(subvolume, volume.subvolumes);
        (earlierState ? copy.leftOut : subvolume.readOnly ? copy.needed : copy.made).append(subvolume.path);
        if (subvolume.mountedByDefault && !subvolume.readOnly)
            copy.byDefault = subvolume.path;
    }
    return copy;
}

}
