#include "core/stream/maps/onmedium.h"
#include "core/stream/maps/volumemap.h"

namespace edgelift {

namespace {

struct Fat
{
    quint64 sector = 0;
    quint64 cluster = 0; ///< bytes
    quint64 tableStart = 0; ///< bytes
    quint64 dataStart = 0; ///< bytes
    quint64 clusters = 0;
    int bits = 0; ///< 12, 16 or 32
};

/// Microsoft's rules: the number of clusters alone decides the kind. `bits` 0: not a FAT we understand.
Fat parse(const QByteArray &boot, quint64 size)
{
    Fat fat;
    fat.sector = medium::little<quint16>(boot, 11);
    const quint64 sectorsPerCluster = quint8(boot.at(13));
    const quint64 reserved = medium::little<quint16>(boot, 14);
    const quint64 tables = quint8(boot.at(16));
    const quint64 rootEntries = medium::little<quint16>(boot, 17);
    quint64 sectors = medium::little<quint16>(boot, 19);
    if (sectors == 0)
        sectors = medium::little<quint32>(boot, 32);
    quint64 tableSectors = medium::little<quint16>(boot, 22);
    const bool large = tableSectors == 0;
    if (large)
        tableSectors = medium::little<quint32>(boot, 36);
    const bool powers = fat.sector >= 512 && fat.sector <= 4096 && (fat.sector & (fat.sector - 1)) == 0 && sectorsPerCluster != 0
        && (sectorsPerCluster & (sectorsPerCluster - 1)) == 0;
    if (!powers || reserved == 0 || tables == 0 || tableSectors == 0 || sectors > size / fat.sector)
        return fat;
    const quint64 meta = reserved + tables * tableSectors + (rootEntries * 32 + fat.sector - 1) / fat.sector;
    if (meta >= sectors)
        return fat;
    fat.cluster = sectorsPerCluster * fat.sector;
    fat.tableStart = reserved * fat.sector;
    fat.dataStart = meta * fat.sector;
    fat.clusters = (sectors - meta) / sectorsPerCluster;
    fat.bits = fat.clusters < 4085 ? 12 : fat.clusters < 65525 ? 16 : 32;
    const bool fits = (fat.clusters + 2) * quint64(fat.bits) <= tableSectors * fat.sector * 8;
    if (!fits || large != (fat.bits == 32))
        fat.bits = 0;
    return fat;
}

quint32 entry(const QByteArray &table, int bits, quint64 index)
{
    if (bits == 32)
        return medium::little<quint32>(table, index * 4) & 0x0fffffff;
    if (bits == 16)
        return medium::little<quint16>(table, index * 2);
    const quint16 pair = medium::little<quint16>(table, index + index / 2);
    return (index & 1) ? pair >> 4 : pair & 0xfff;
}

/// The second entry has a bit that a mounted filesystem clears and a clean unmount sets. FAT12 has none.
bool clean(const QByteArray &table, int bits, const QByteArray &boot)
{
    const quint8 state = quint8(boot.at(bits == 32 ? 65 : 37)); // Linux marks its mounts here
    if (state & 1)
        return false;
    if (bits == 32)
        return medium::little<quint32>(table, 4) & 0x08000000;
    return bits == 12 || (medium::little<quint16>(table, 2) & 0x8000);
}

}

VolumeMap fatMap(const BlockView &view, const std::stop_token &stop)
{
    const Result<QByteArray> boot = view.read(0, 512);
    if (!boot || medium::little<quint16>(*boot, 510) != 0xaa55)
        return VolumeMap::takeWhole(QStringLiteral("no FAT boot sector"));
    const Fat fat = parse(*boot, view.size());
    if (fat.bits == 0)
        return VolumeMap::takeWhole(QStringLiteral("the FAT boot sector is not consistent"));
    // 12 × 4096 / 8 bytes hold a whole number of entries of every kind, so a part never splits one.
    constexpr quint64 partEntries = 1 << 19;
    VolumeMap map;
    for (quint64 first = 0; first < fat.clusters + 2; first += partEntries) {
        const quint64 count = std::min(partEntries, fat.clusters + 2 - first);
        const quint64 bytes = (count * quint64(fat.bits) + 7) / 8;
        const Result<QByteArray> table = view.read(fat.tableStart + first * quint64(fat.bits) / 8, bytes);
        if (!table || stop.stop_requested())
            return VolumeMap::takeWhole(QStringLiteral("the FAT could not be read"));
        if (first == 0 && !clean(*table, fat.bits, *boot))
            return VolumeMap::takeWhole(QStringLiteral("not cleanly unmounted"));
        for (quint64 i = first == 0 ? 2 : 0; i < count; ++i) {
            if (entry(*table, fat.bits, i) == 0)
                map.free.add({fat.dataStart + (first + i - 2) * fat.cluster, fat.cluster});
        }
    }
    return map;
}

}
