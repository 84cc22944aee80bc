#include "core/receiver/bootfix/targetlayout.h"

#include <QRegularExpression>
#include <algorithm>

namespace edgelift::bootfix {

namespace {

/// "/dev/disk/by-id/…-part2" and the like: only a source with a single disk says which disk that is.
QString kernelNameFor(const QString &spec, qsizetype disks)
{
    static const QRegularExpression partition(QStringLiteral("^/dev/disk/by-(?:id|path)/.+-part(\\d+)$"));
    static const QRegularExpression mapper(QStringLiteral("^/dev/disk/by-id/dm-name-(.+)$"));
    if (const QRegularExpressionMatch match = mapper.match(spec); match.hasMatch())
        return QStringLiteral("/dev/mapper/") + match.captured(1);
    const QRegularExpressionMatch match = partition.match(spec);
    return match.hasMatch() && disks == 1 ? QStringLiteral("/dev/sda") + match.captured(1) : spec;
}

bool sameText(const QString &a, const QString &b) { return a.compare(b, Qt::CaseInsensitive) == 0; }

/// "UUID=value" or "/dev/disk/by-uuid/value".
bool namesBy(const QString &spec, const char *tag, const char *folder, const QString &value)
{
    return !value.isEmpty()
        && (sameText(spec, QLatin1String(tag) + QLatin1Char('=') + value)
            || sameText(spec, QStringLiteral("/dev/disk/by-%1/%2").arg(QLatin1String(folder), value)));
}

}

bool isMachineName(const QString &spec)
{
    return isKernelDeviceName(spec) || spec.startsWith(QLatin1String("/dev/disk/by-path/"))
        || spec.startsWith(QLatin1String("/dev/disk/by-id/")) || spec.startsWith(QLatin1String("/dev/cciss/"));
}

const ConvertedVolume *TargetLayout::root() const
{
    const auto found = std::find_if(volumes.begin(), volumes.end(), [](const ConvertedVolume &volume) {
        return volume.migrated && (volume.source.system || volume.source.mountPoint == QLatin1String("/"));
    });
    return found == volumes.end() ? nullptr : &*found;
}

const ConvertedVolume *TargetLayout::resolve(const QString &spec) const
{
    const auto already = std::find_if(volumes.begin(), volumes.end(), [&spec](const ConvertedVolume &volume) {
        return volume.migrated && (namesBy(spec, "UUID", "uuid", volume.uuid) || namesBy(spec, "PARTUUID", "partuuid", volume.partUuid));
    });
    if (already != volumes.end())
        return &*already;
    QList<VolumeFacts> facts;
    VolumeNamesById names;
    for (const ConvertedVolume &volume : volumes) {
        facts.append(volume.source);
        names.insert(volume.source.id, volume.names);
    }
    const VolumeFacts *found = resolveSpec(kernelNameFor(spec, sourceDisks.size()), facts, names, sourceDisks);
    return found ? &volumes.at(found - facts.constData()) : nullptr;
}

QString TargetLayout::specFor(const ConvertedVolume &volume, const QString &spec) const
{
    const bool byPartition = spec.startsWith(QLatin1String("PART")) || spec.startsWith(QLatin1String("/dev/disk/by-part"));
    const bool byUuid = spec.startsWith(QLatin1String("UUID=")) || spec.startsWith(QLatin1String("/dev/disk/by-uuid/"));
    const bool byLabel = spec.startsWith(QLatin1String("LABEL=")) || spec.startsWith(QLatin1String("/dev/disk/by-label/"));
    const bool keeps = byPartition ? tablesKept || namesBy(spec, "PARTUUID", "partuuid", volume.partUuid)
        : byUuid                   ? namesBy(spec, "UUID", "uuid", volume.uuid)
        : byLabel                  ? volume.label == volume.source.label
        : isMachineName(spec)      ? false
                                   : !volume.logicalVolume.isEmpty() && volume.logicalVolume == volume.source.id;
    if (keeps)
        return spec;
    return volume.uuid.isEmpty() ? QString() : QStringLiteral("UUID=") + volume.uuid;
}

}
