#include "core/migrate/copydisks.h"

#include "core/migrate/fileexcludes.h"
#include "core/source/fsfeatures.h"
#include "core/stream/piecedreader.h"

namespace edgelift {

TransferDisk sameDisk(const TargetDisk &target, const Source &source, const UsedMaps &used)
{
    TransferDisk disk;
    disk.path = source.diskPath(target.sourceId);
    disk.size = target.sourceSize;
    disk.used = used.disks.value(target.sourceId);
    disk.identity = source.diskIdentity(target.sourceId);
    return disk;
}

TransferDisk builtDisk(const TargetDiskLayout &layout, const Source &source, const UsedMaps &used)
{
    TransferDisk disk;
    disk.size = layout.size;
    disk.pieces.emplace();
    QStringList origins; // where something comes from is as much part of the identity as what is there
    for (const TargetVolume &volume : layout.volumes) {
        const VolumeFacts *from = volume.content == TargetContent::Blocks ? source.facts().volume(volume.source) : nullptr;
        if (!from || from->segments.size() != 1)
            continue; // targetImage() has refused others
        const DiskSegment &segment = from->segments.first();
        const SourcePiece piece{volume.offset.count, volume.contentSize.count, source.diskPath(segment.disk), segment.offset.count};
        disk.pieces->append(piece);
        const RangeSet there = used.disks.value(segment.disk).intersected(ByteRange{piece.offset, piece.length});
        disk.used.add(there.shifted(piece.at - piece.offset)); // wraps around when it moves to the front, and comes out right
        origins.append(
            QStringLiteral("%1+%2>%3:%4").arg(piece.offset).arg(piece.length).arg(piece.at).arg(source.diskIdentity(segment.disk)));
    }
    disk.path = pathsOf(disk).join(QLatin1String(", ")); // what a person knows of it: where its bytes come from
    disk.identity = origins.join(QLatin1Char(' '));
    return disk;
}

QList<FileOrder> fileOrders(
    const TargetDiskLayout &layout, qsizetype place, const Source &source, const QStringList &excludes, const QStringList &done)
{
    QList<FileOrder> out;
    for (const TargetVolume &volume : layout.volumes) {
        const VolumeFacts *from = volume.content == TargetContent::Files ? source.facts().volume(volume.source) : nullptr;
        if (!from || from->segments.size() != 1)
            continue; // targetImage() has refused others
        FileOrder file;
        file.volume.disk = layout.index;
        file.volume.id = volume.source;
        file.volume.name = volume.mountPoint.isEmpty() ? volume.source : volume.mountPoint;
        file.volume.plainNames = volume.fs == FsType::Vfat;
        file.volume.excludes = fileExcludes(*from, source.facts(), excludes);
        file.place = place;
        file.path = source.diskPath(from->segments.first().disk);
        file.offset = from->segments.first().offset;
        file.size = from->size;
        file.fs = volume.fs;
        file.used = from->used;
        file.complete = done.contains(volume.source);
        out.append(file);
    }
    return out;
}

Result<> fillFeatures(TargetImage &image, const Source &source)
{
    for (TargetDiskLayout &disk : image.disks) {
        for (TargetVolume &volume : disk.volumes) {
            const VolumeFacts *from = volume.content == TargetContent::Files ? source.facts().volume(volume.source) : nullptr;
            if (!from || from->segments.isEmpty())
                continue;
            const DiskSegment &segment = from->segments.first();
            const Result<QStringList> features = filesystemFeatures(source.diskPath(segment.disk), segment.offset, volume.fs);
            if (!features)
                return features.error();
            volume.features = *features;
        }
    }
    return ok();
}

}
