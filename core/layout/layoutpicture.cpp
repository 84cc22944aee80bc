#include "core/layout/layoutpicture.h"

#include "core/layout/factsjson.h"
#include "core/layout/layoutchange.h"
#include "core/layout/layoutroom.h"
#include "core/layout/targetplan.h"

#include <QLocale>
#include <algorithm>
#include <numeric>

namespace edgelift {

namespace {

constexpr int leastPiece = 2; // columns: a letter and its border

struct Piece
{
    QString name; ///< in the bar
    Bytes offset;
    Bytes size;
    QString line; ///< below it; empty: not worth a line
};

QString inWords(Bytes size) { return QLocale::c().formattedDataSize(qint64(size.count), 1, QLocale::DataSizeIecFormat); }

QString contentName(const VolumeFacts &volume)
{
    if (!volume.mountPoint.isEmpty())
        return volume.mountPoint;
    return volume.boot && volume.fs == FsType::Empty ? QStringLiteral("boot loader") : fsName(volume.fs);
}

/// What lies between the pieces and behind them, when it is more than alignment.
QList<Piece> withGaps(QList<Piece> pieces, Bytes whole)
{
    constexpr quint64 alignment = 4U << 20;
    std::sort(pieces.begin(), pieces.end(), [](const Piece &a, const Piece &b) { return a.offset < b.offset; });
    QList<Piece> out;
    quint64 at = 0;
    const auto gap = [&](quint64 until) {
        if (until > at + alignment)
            out.append({QStringLiteral("free"), Bytes{at}, Bytes{until - at}, {}});
    };
    for (const Piece &piece : std::as_const(pieces)) {
        gap(piece.offset.count);
        out.append(piece);
        at = std::max(at, piece.offset.count + piece.size.count);
    }
    gap(whole.count);
    return out;
}

/// Columns of each piece: by size, but none disappears.
QList<int> columns(const QList<Piece> &pieces, int width)
{
    double total = 0;
    for (const Piece &piece : pieces)
        total += double(piece.size.count);
    QList<int> out;
    for (const Piece &piece : pieces)
        out.append(std::max(leastPiece, int(double(piece.size.count) / std::max(total, 1.0) * width)));
    for (int sum = std::accumulate(out.begin(), out.end(), 0); sum != width && !out.isEmpty();
         sum = std::accumulate(out.begin(), out.end(), 0)) {
        const auto largest = std::max_element(out.begin(), out.end());
        if (sum > width && *largest <= leastPiece)
            break; // more pieces than columns
        *largest = std::max(leastPiece, *largest + width - sum);
    }
    return out;
}

QString bar(const QList<Piece> &pieces, int width)
{
    const QList<int> widths = columns(pieces, width - 1);
    QString out = QStringLiteral("|");
    for (qsizetype i = 0; i < pieces.size(); ++i) {
        const int room = widths.at(i) - 1;
        out +=
            pieces.at(i).name.left(room).leftJustified(room, pieces.at(i).name == QLatin1String("free") ? u' ' : u'-') + QLatin1Char('|');
    }
    return out;
}

QStringList picture(const QString &title, const QList<Piece> &pieces, Bytes size, int width)
{
    QStringList out{title, QLatin1String("  ") + bar(withGaps(pieces, size), width - 2)};
    for (const Piece &piece : pieces) {
        if (!piece.line.isEmpty())
            out.append(QLatin1String("    ") + piece.line);
    }
    return out;
}

QString title(const QString &name, Bytes size, TableType table)
{
    return QStringLiteral("%1: %2, %3")
        .arg(name, inWords(size), table == TableType::None ? QStringLiteral("no table") : tableName(table).toUpper());
}

QString before(const VolumeFacts &volume)
{
    const QString used = volume.used < volume.size ? QStringLiteral(", %1 used").arg(inWords(volume.used)) : QString();
    return QStringLiteral("%1  %2  %3%4  (%5)").arg(contentName(volume), fsName(volume.fs), inWords(volume.size), used, volume.id);
}

QList<Piece> piecesOf(const DiskFacts &disk, const ServerFacts &facts)
{
    QList<Piece> out;
    for (const VolumeFacts &volume : facts.volumes) {
        if (volume.fs == FsType::LvmPhysicalVolume)
            continue; // what is in it is shown
        for (const DiskSegment &segment : volume.segments) {
            if (segment.disk == disk.id)
                out.append({contentName(volume), segment.offset, segment.length, before(volume)});
        }
    }
    return out;
}

QString after(const TargetVolume &volume, const TargetDiskLayout &disk)
{
    static const QStringList how{QStringLiteral("block by block"), QStringLiteral("file by file"), QStringLiteral("made anew"),
        QStringLiteral("for the boot loader")};
    const QString place =
        volume.partition > 0 ? QStringLiteral("partition %1").arg(volume.partition) : disk.group + QLatin1Char('/') + volume.logicalVolume;
    const QString name = !volume.mountPoint.isEmpty() ? volume.mountPoint
        : volume.content == TargetContent::Nothing    ? QStringLiteral("boot loader")
                                                      : fsName(volume.fs);
    const QString from = volume.source.isEmpty() ? QString() : QStringLiteral(", from ") + volume.source;
    return QStringLiteral("%1  %2  %3, %4, %5%6")
        .arg(name, fsName(volume.fs), inWords(volume.size), place, how.at(int(volume.content)), from);
}

QList<Piece> piecesOf(const TargetDiskLayout &disk)
{
    QList<Piece> out;
    for (const TargetVolume &volume : disk.volumes) {
        const QString line = after(volume, disk);
        out.append({line.left(line.indexOf(QLatin1String("  "))), volume.offset, volume.size, line});
    }
    return out;
}

}

QStringList layoutBefore(const ServerFacts &facts, int width)
{
    QStringList out;
    for (const DiskFacts &disk : facts.disks)
        out += picture(title(disk.name, disk.size, disk.table), piecesOf(disk, facts), disk.size, width);
    return out;
}

Result<QStringList> layoutAfter(const Plan &plan, const ServerFacts &facts, int width)
{
    const Result<TargetImage> image = targetImage(plan, facts);
    if (!image)
        return image.error();
    const QStringList targets = migratedDisks(plan, facts);
    QStringList out;
    for (qsizetype i = 0; i < targets.size(); ++i) {
        const QString name = diskTitle(i);
        if (const TargetDiskLayout *layout = image->disk(quint32(i))) {
            out += picture(title(name, layout->size, layout->table), piecesOf(*layout), layout->size, width);
            continue;
        }
        const auto disk =
            std::find_if(plan.disks.begin(), plan.disks.end(), [&](const Plan::Disk &one) { return one.source == targets.at(i); });
        const DiskFacts *source = facts.disk(targets.at(i));
        if (!source)
            continue;
        const Bytes size = disk == plan.disks.end() ? source->size : std::max(source->size, bytesFromGiB(disk->sizeGiB));
        out += picture(
            title(name, size, source->table) + QStringLiteral(", %1 as it is").arg(source->name), piecesOf(*source, facts), size, width);
    }
    return out;
}

}
