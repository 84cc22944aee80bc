#include "core/stream/maps/onmedium.h"
#include "core/stream/maps/volumemap.h"

#include <optional>

namespace edgelift {

namespace {

// Offsets are those of the on-disk structures in the kernel's xfs_format.h (xfs_dsb, xfs_agf, xfs_btree_block).
constexpr quint32 nullBlock = 0xffffffff;
constexpr quint32 knownIncompatible = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x80; // all but "needs repair" and what is newer
constexpr quint32 knownReadOnlyCompatible = 0x1 | 0x2 | 0x4 | 0x8;
constexpr quint32 metaUuidFeature = 0x4;

struct Super
{
    quint32 blockSize = 0;
    quint64 blocks = 0;
    quint32 groupBlocks = 0;
    quint32 groups = 0;
    quint32 sectorSize = 0;
    quint64 freeBlocks = 0;
    bool checksums = false; ///< version 5
    QByteArray uuid; ///< as metadata blocks carry it
    XfsLog log;
    QString refusal; ///< why the filesystem cannot be mapped; empty: it can
};

struct Tree
{
    quint64 groupStart = 0; ///< bytes
    quint32 groupLength = 0; ///< blocks
    quint32 group = 0;
    quint32 root = 0;
    quint32 levels = 0;
};

QString versionRefusal(const QByteArray &raw, bool checksums, quint32 sectorSize)
{
    if (!checksums)
        return (medium::big<quint16>(raw, 100) & 0xf) == 4 ? QString() : QStringLiteral("an unknown version of XFS");
    if (medium::crc32c(raw.left(sectorSize), 224) != medium::little<quint32>(raw, 224))
        return QStringLiteral("the superblock's checksum is wrong");
    if ((medium::big<quint32>(raw, 216) & ~knownIncompatible) || (medium::big<quint32>(raw, 212) & ~knownReadOnlyCompatible)
        || medium::big<quint32>(raw, 220) != 0)
        return QStringLiteral("it uses features that are not known or is marked as needing repair");
    return {};
}

Super parseSuper(const QByteArray &raw, quint64 viewSize)
{
    Super super;
    super.blockSize = medium::big<quint32>(raw, 4);
    super.blocks = medium::big<quint64>(raw, 8);
    super.groupBlocks = medium::big<quint32>(raw, 84);
    super.groups = medium::big<quint32>(raw, 88);
    super.sectorSize = medium::big<quint16>(raw, 102);
    super.freeBlocks = medium::big<quint64>(raw, 144);
    super.checksums = (medium::big<quint16>(raw, 100) & 0xf) == 5;
    super.uuid = super.checksums && (medium::big<quint32>(raw, 216) & metaUuidFeature) ? raw.mid(248, 16) : raw.mid(32, 16);
    const auto powerOfTwo = [](quint32 value, quint32 least, quint32 most) {
        return value >= least && value <= most && (value & (value - 1)) == 0;
    };
    const quint8 groupShift = quint8(raw.at(124));
    const bool sane = medium::big<quint32>(raw, 0) == 0x58465342 && powerOfTwo(super.blockSize, 512, 65536)
        && powerOfTwo(super.sectorSize, 512, 32768) && super.groupBlocks >= 64 && groupShift < 32
        && super.groupBlocks <= (1ULL << groupShift) && super.groups > 0 && super.blocks > quint64(super.groups - 1) * super.groupBlocks
        && super.blocks <= quint64(super.groups) * super.groupBlocks;
    if (!sane)
        super.refusal = QStringLiteral("the superblock is not consistent");
    else if (super.blocks > viewSize / super.blockSize)
        super.refusal = QStringLiteral("the filesystem is larger than its volume");
    else if (raw.at(126) != 0)
        super.refusal = QStringLiteral("mkfs did not finish");
    else if (medium::big<quint64>(raw, 16) != 0 || medium::big<quint64>(raw, 48) == 0)
        super.refusal = QStringLiteral("it has a realtime section or its log on another device");
    else
        super.refusal = versionRefusal(raw, super.checksums, super.sectorSize);
    const quint64 logStart = medium::big<quint64>(raw, 48);
    if (super.refusal.isEmpty()) {
        const quint64 logBlock = (logStart >> groupShift) * super.groupBlocks + (logStart & ((1ULL << groupShift) - 1));
        if (logBlock >= super.blocks)
            super.refusal = QStringLiteral("the superblock is not consistent");
        super.log = {logBlock * super.blockSize, quint64(medium::big<quint32>(raw, 96)) * super.blockSize};
    }
    return super;
}

/// Reads the free-space tree of one allocation group, leaf by leaf in ascending order.
class FreeTree
{
public:
    FreeTree(const BlockView &view, const Super &super, Tree tree)
        : m_view(view)
        , m_super(super)
        , m_tree(tree)
    {
    }
    /// Adds free bytes (offsets in the volume). False when anything is inconsistent. Ends, whatever the pointers say: levels
    /// go down by one, and along the leaves records ascend.
    bool collect(RangeSet &freeBytes, quint64 &freeBlocks, const std::stop_token &stop)
    {
        quint32 at = m_tree.root;
        for (quint32 level = m_tree.levels - 1; level > 0; --level) {
            const QByteArray node = readBlock(at, level);
            const quint64 most = (m_super.blockSize - headerSize()) / 12;
            const quint16 records = medium::big<quint16>(node, 6);
            if (node.isEmpty() || records == 0 || records > most)
                return false;
            at = medium::big<quint32>(node, headerSize() + most * 8);
        }
        for (bool onlyLeaf = m_tree.levels == 1; at != nullBlock; onlyLeaf = false) {
            const QByteArray leaf = readBlock(at, 0);
            const quint16 records = medium::big<quint16>(leaf, 6);
            if (stop.stop_requested() || leaf.isEmpty() || (records == 0 && !onlyLeaf) || !addRecords(leaf, freeBytes, freeBlocks))
                return false;
            at = medium::big<quint32>(leaf, 12);
        }
        return true;
    }

private:
    quint64 headerSize() const { return m_super.checksums ? 56 : 16; }
    QByteArray readBlock(quint32 number, quint32 level) const
    {
        if (number >= m_tree.groupLength)
            return {};
        const Result<QByteArray> block = m_view.read(m_tree.groupStart + quint64(number) * m_super.blockSize, m_super.blockSize);
        const quint32 magic = m_super.checksums ? 0x41423342 : 0x41425442; // "AB3B", "ABTB"
        if (!block || medium::big<quint32>(*block, 0) != magic || medium::big<quint16>(*block, 4) != level)
            return {};
        const bool proven = !m_super.checksums
            || (medium::crc32c(*block, 52) == medium::little<quint32>(*block, 52) && block->mid(32, 16) == m_super.uuid
                && medium::big<quint32>(*block, 48) == m_tree.group);
        return proven ? *block : QByteArray();
    }
    bool addRecords(const QByteArray &leaf, RangeSet &freeBytes, quint64 &freeBlocks)
    {
        const quint16 records = medium::big<quint16>(leaf, 6);
        if (headerSize() + quint64(records) * 8 > m_super.blockSize)
            return false;
        for (quint16 i = 0; i < records; ++i) {
            const quint64 start = medium::big<quint32>(leaf, headerSize() + i * 8ULL);
            const quint64 count = medium::big<quint32>(leaf, headerSize() + i * 8ULL + 4);
            if (start < m_next || count == 0 || start + count > m_tree.groupLength)
                return false;
            m_next = start + count;
            freeBlocks += count;
            freeBytes.add({m_tree.groupStart + start * m_super.blockSize, count * m_super.blockSize});
        }
        return true;
    }

    const BlockView &m_view;
    const Super &m_super;
    Tree m_tree;
    quint64 m_next = 1; ///< the first block a record may start at: block 0 holds the group's headers
};

/// One allocation group. Adds what it counts as free, in the superblock's sense, to `counted`.
bool mapGroup(const BlockView &view, const Super &super, quint32 group, VolumeMap &map, quint64 &counted, const std::stop_token &stop)
{
    const quint64 start = quint64(group) * super.groupBlocks * super.blockSize;
    const quint64 length = std::min<quint64>(super.groupBlocks, super.blocks - quint64(group) * super.groupBlocks);
    const Result<QByteArray> agf = view.read(start + super.sectorSize, super.sectorSize);
    if (!agf || medium::big<quint32>(*agf, 0) != 0x58414746 || medium::big<quint32>(*agf, 8) != group // "XAGF"
        || medium::big<quint32>(*agf, 12) != length)
        return false;
    if (super.checksums && (medium::crc32c(*agf, 216) != medium::little<quint32>(*agf, 216) || agf->mid(64, 16) != super.uuid))
        return false;
    const Tree tree{start, quint32(length), group, medium::big<quint32>(*agf, 16), medium::big<quint32>(*agf, 28)};
    if (tree.levels == 0 || tree.levels > 12)
        return false;
    quint64 freeBlocks = 0;
    if (!FreeTree(view, super, tree).collect(map.free, freeBlocks, stop) || freeBlocks != medium::big<quint32>(*agf, 52))
        return false;
    // The superblock counts the reserve list and the tree's own spare blocks as free, too; we keep both.
    counted += freeBlocks + medium::big<quint32>(*agf, 48) + medium::big<quint32>(*agf, 60);
    return true;
}

}

VolumeMap xfsMap(const BlockView &view, bool isStill, const std::stop_token &stop)
{
    const Result<QByteArray> raw = view.read(0, std::min<quint64>(view.size(), 32768));
    if (!raw || raw->size() < 512)
        return VolumeMap::takeWhole(QStringLiteral("its superblock could not be read"));
    const Super super = parseSuper(*raw, view.size());
    if (!super.refusal.isEmpty())
        return VolumeMap::takeWhole(super.refusal);
    if (!isStill && !xfsLogIsClean(view, super.log, stop))
        return VolumeMap::takeWhole(QStringLiteral("its log has to be replayed"));
    VolumeMap map;
    quint64 counted = 0;
    for (quint32 group = 0; group < super.groups; ++group) {
        if (!mapGroup(view, super, group, map, counted, stop))
            return VolumeMap::takeWhole(QStringLiteral("the free-space tree of allocation group %1 is not consistent").arg(group));
    }
    if (isStill ? counted < super.freeBlocks : counted != super.freeBlocks)
        return VolumeMap::takeWhole(QStringLiteral("its sums of free blocks disagree: %1 and %2").arg(counted).arg(super.freeBlocks));
    return map;
}

}
