#include "core/stream/maps/btrfstree.h"
#include "core/stream/maps/onmedium.h"
#include "core/stream/maps/volumemap.h"

#include <optional>

namespace edgelift {

namespace {

// btrfs_super_block in the kernel's btrfs_tree.h
constexpr quint64 superOffset = 65536;
constexpr quint64 superSize = 4096;
constexpr quint64 superCopies[] = {65536, 64ULL << 20, 256ULL << 30};
constexpr quint64 reserved = 1 << 20; // nothing is ever allocated there; boot loaders use it
constexpr quint64 knownIncompatible = 0xfff | 0x10000; // up to RAID1C34, and simple quotas; not zoned, not extent tree v2
constexpr quint64 metadataUuidFeature = 0x400;
constexpr quint64 chunkArray = 811;
constexpr quint32 chunkArraySize = 2048;
constexpr quint64 firstChunkTree = 256;
constexpr quint64 extentTreeId = 2;
enum ItemType : quint8 { RootItem = 132, ExtentItem = 168, MetadataItem = 169, ChunkItem = 228 };

struct Super
{
    BtrfsNodes nodes;
    BtrfsRoot root;
    BtrfsRoot chunkRoot;
    quint64 bytesUsed = 0;
    quint64 deviceId = 0;
    quint64 deviceSize = 0;
    quint32 sectorSize = 0;
};

QString refusal(const QByteArray &raw, quint64 viewSize)
{
    if (raw.mid(64, 8) != "_BHRfS_M" || medium::little<quint64>(raw, 48) != superOffset)
        return QStringLiteral("no btrfs superblock");
    if (!btrfsChecksumFits(raw, medium::little<quint16>(raw, 196)))
        return QStringLiteral("the superblock's checksum is wrong");
    if ((medium::little<quint64>(raw, 188) & ~knownIncompatible) || medium::little<quint64>(raw, 56) > 3)
        return QStringLiteral("it uses features that are not known, is a seed, or is being converted");
    if (medium::little<quint64>(raw, 96) != 0)
        return QStringLiteral("its log has to be replayed");
    const quint32 nodeSize = medium::little<quint32>(raw, 148);
    const quint32 sectorSize = medium::little<quint32>(raw, 144);
    if (nodeSize < 4096 || nodeSize > 65536 || (nodeSize & (nodeSize - 1)) || sectorSize < 512 || sectorSize > 65536)
        return QStringLiteral("the superblock is not consistent");
    const quint64 deviceSize = medium::little<quint64>(raw, 209);
    if (deviceSize < reserved || deviceSize > viewSize)
        return QStringLiteral("the filesystem is larger than its volume");
    return {};
}

Super parse(const QByteArray &raw)
{
    Super super;
    const bool ownUuid = medium::little<quint64>(raw, 188) & metadataUuidFeature;
    super.nodes = {medium::little<quint32>(raw, 148), medium::little<quint16>(raw, 196), ownUuid ? raw.mid(571, 16) : raw.mid(32, 16)};
    super.root = {medium::little<quint64>(raw, 80), quint8(raw.at(198)), medium::little<quint64>(raw, 72)};
    super.chunkRoot = {medium::little<quint64>(raw, 88), quint8(raw.at(199)), medium::little<quint64>(raw, 164)};
    super.bytesUsed = medium::little<quint64>(raw, 120);
    super.deviceId = medium::little<quint64>(raw, 201);
    super.deviceSize = medium::little<quint64>(raw, 209);
    super.sectorSize = medium::little<quint32>(raw, 144);
    return super;
}

/// The chunks that hold the chunk tree itself: a list of key and chunk item in the superblock.
bool addSystemChunks(const QByteArray &raw, BtrfsChunks &chunks)
{
    const quint32 size = medium::little<quint32>(raw, 160);
    if (size > chunkArraySize)
        return false;
    const QByteArray array = raw.mid(chunkArray, size);
    for (qsizetype at = 0; at < array.size();) {
        const QByteArray item = array.mid(at + 17);
        const quint64 itemSize = BtrfsChunks::itemSize(item);
        if (itemSize == 0 || array.at(at + 8) != char(ChunkItem) || !chunks.add(medium::little<quint64>(array, quint64(at) + 9), item))
            return false;
        at += 17 + qsizetype(itemSize);
    }
    return true;
}

/// Gathers where allocated extents lie on this device.
class Extents
{
public:
    Extents(const BtrfsChunks &chunks, quint32 nodeSize, quint32 sectorSize)
        : m_chunks(chunks)
        , m_nodeSize(nodeSize)
        , m_sectorSize(sectorSize)
    {
    }
    bool visit(const BtrfsKey &key)
    {
        if (key.type != ExtentItem && key.type != MetadataItem)
            return true;
        const quint64 length = key.type == ExtentItem ? key.offset : m_nodeSize;
        if (length == 0 || key.object % m_sectorSize != 0 || length % m_sectorSize != 0)
            return false;
        const std::vector<ByteRange> copies = m_chunks.physical(key.object, length);
        for (const ByteRange &copy : copies)
            append(copy);
        logicalBytes += length;
        return !copies.empty();
    }
    RangeSet take() { return RangeSet::fromUnsorted(std::move(m_ranges)); }
    quint64 logicalBytes = 0;

private:
    void append(const ByteRange &range)
    {
        // Neighbours come one after the other: joining them here keeps the list short for a large filesystem. With DUP the
        // copies alternate, so look two back.
        for (size_t back = 1; back <= 2 && back <= m_ranges.size(); ++back) {
            if (ByteRange &last = m_ranges[m_ranges.size() - back]; last.end() == range.offset) {
                last.length += range.length;
                return;
            }
        }
        m_ranges.push_back(range);
    }

    const BtrfsChunks &m_chunks;
    quint32 m_nodeSize;
    quint32 m_sectorSize;
    std::vector<ByteRange> m_ranges;
};

std::optional<BtrfsRoot> findExtentRoot(BtrfsTree &tree, const BtrfsRoot &root)
{
    std::optional<BtrfsRoot> found;
    const bool whole = tree.walk(root, [&found](const BtrfsKey &key, const QByteArray &item) {
        if (key.object == extentTreeId && key.type == RootItem && item.size() >= 239)
            found = BtrfsRoot{medium::little<quint64>(item, 176), quint8(item.at(238)), medium::little<quint64>(item, 160)};
        return true;
    });
    return whole ? found : std::nullopt;
}

}

VolumeMap btrfsMap(const BlockView &view, const std::stop_token &stop)
{
    const Result<QByteArray> raw = view.read(superOffset, superSize);
    if (!raw)
        return VolumeMap::takeWhole(QStringLiteral("its superblock could not be read"));
    if (const QString refused = refusal(*raw, view.size()); !refused.isEmpty())
        return VolumeMap::takeWhole(refused);
    const Super super = parse(*raw);
    BtrfsChunks systemChunks(super.deviceId, super.deviceSize);
    if (!addSystemChunks(*raw, systemChunks))
        return VolumeMap::takeWhole(QStringLiteral("its system chunks are striped or not consistent"));
    BtrfsChunks chunks = systemChunks;
    const bool mapped =
        BtrfsTree(view, systemChunks, super.nodes, stop).walk(super.chunkRoot, [&chunks](const BtrfsKey &key, const QByteArray &item) {
            return key.type != ChunkItem || (key.object == firstChunkTree && chunks.add(key.offset, item));
        });
    if (!mapped)
        return VolumeMap::takeWhole(QStringLiteral("its chunks are striped, on another device, or not consistent"));
    BtrfsTree tree(view, chunks, super.nodes, stop);
    const std::optional<BtrfsRoot> extentRoot = findExtentRoot(tree, super.root);
    Extents extents(chunks, super.nodes.nodeSize, super.sectorSize);
    const bool walked =
        extentRoot && tree.walk(*extentRoot, [&extents](const BtrfsKey &key, const QByteArray &) { return extents.visit(key); });
    if (!walked)
        return VolumeMap::takeWhole(QStringLiteral("its extent tree is not consistent or on another device"));
    if (extents.logicalBytes != super.bytesUsed)
        return VolumeMap::takeWhole(
            QStringLiteral("its sums of used bytes disagree: %1 and %2").arg(extents.logicalBytes).arg(super.bytesUsed));
    RangeSet used = extents.take();
    used.add({0, reserved});
    for (const quint64 copy : superCopies)
        used.add({copy, superSize});
    return {used.complement({0, super.deviceSize}), {}};
}

}
