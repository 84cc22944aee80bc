#include "core/stream/maps/onmedium.h"
#include "core/stream/maps/volumemap.h"

namespace edgelift {

namespace {

constexpr qsizetype sector = 512;

/// The sector with the label, or empty. LVM looks at the first four.
QByteArray findLabel(const QByteArray &start)
{
    static constexpr auto table = medium::crcTable(0xedb88320);
    for (qsizetype at = 0; at + sector <= start.size(); at += sector) {
        const QByteArray label = start.mid(at, sector);
        if (!label.startsWith("LABELONE") || label.mid(24, 8) != "LVM2 001")
            continue;
        const quint32 sum = medium::crcStep(table, 0xf597a6cf, label.constData() + 20, sector - 20);
        if (sum == medium::little<quint32>(label, 16) && medium::little<quint64>(label, 8) == quint64(at / sector))
            return label;
    }
    return {};
}

}

VolumeMap lvmMap(const BlockView &view, quint64 extentSize, const RangeSet &taken)
{
    const Result<QByteArray> start = view.read(0, 4 * sector);
    const QByteArray label = start ? findLabel(*start) : QByteArray();
    if (label.isEmpty())
        return VolumeMap::takeWhole(QStringLiteral("no intact LVM label"));
    const quint64 header = medium::little<quint32>(label, 20);
    const quint64 deviceSize = std::min(view.size(), medium::little<quint64>(label, header + 32));
    const quint64 dataStart = medium::little<quint64>(label, header + 40);
    const quint64 dataSize = medium::little<quint64>(label, header + 48);
    if (dataStart == 0 || dataStart >= deviceSize || extentSize < 512)
        return VolumeMap::takeWhole(QStringLiteral("the LVM label names no data area"));
    quint64 room = deviceSize - dataStart;
    if (dataSize != 0)
        room = std::min(room, dataSize);
    VolumeMap map;
    map.free.add({dataStart, room - room % extentSize});
    // Areas are lists ended by an empty entry: data areas, then metadata areas (one may lie behind the data).
    quint64 at = header + 40;
    int listEnds = 0;
    for (; listEnds < 2 && at + 16 <= quint64(sector); at += 16) {
        const quint64 offset = medium::little<quint64>(label, at);
        const quint64 length = medium::little<quint64>(label, at + 8);
        if (offset == 0)
            ++listEnds;
        else if (listEnds == 1 && offset < view.size())
            map.free.subtract({offset, std::min(length, view.size() - offset)});
        else if (at != header + 40)
            return VolumeMap::takeWhole(QStringLiteral("the LVM label has several data areas"));
    }
    if (listEnds < 2)
        return VolumeMap::takeWhole(QStringLiteral("the LVM label is not complete"));
    map.free.subtract(taken);
    return map;
}

}
