#include "core/stream/maps/btrfstree.h"

#include "core/stream/maps/onmedium.h"

#include <QCryptographicHash>
#include <xxhash.h>

namespace edgelift {

namespace {

// btrfs_header, btrfs_key_ptr and btrfs_item in the kernel's btrfs_tree.h
constexpr quint64 headerSize = 101;
constexpr quint64 pointerSize = 33;
constexpr quint64 itemSize = 25;
constexpr quint64 checksumSize = 32;

BtrfsKey keyAt(const QByteArray &bytes, quint64 offset)
{
    return {medium::little<quint64>(bytes, offset), quint8(bytes.at(qsizetype(offset + 8))), medium::little<quint64>(bytes, offset + 9)};
}

}

bool btrfsChecksumFits(const QByteArray &bytes, quint16 kind)
{
    if (quint64(bytes.size()) <= checksumSize)
        return false;
    const QByteArray rest = QByteArray::fromRawData(bytes.constData() + checksumSize, bytes.size() - qsizetype(checksumSize));
    switch (kind) {
    case 0:
        return medium::crc32c(rest) == medium::little<quint32>(bytes, 0);
    case 1:
        return XXH64(rest.constData(), size_t(rest.size()), 0) == medium::little<quint64>(bytes, 0);
    case 2:
        return QCryptographicHash::hash(rest, QCryptographicHash::Sha256) == bytes.left(checksumSize);
    case 3:
        return QCryptographicHash::hash(rest, QCryptographicHash::Blake2b_256) == bytes.left(checksumSize);
    default:
        return false;
    }
}

bool BtrfsTree::walk(const BtrfsRoot &root, const Visitor &visitor)
{
    m_any = false;
    m_top = true;
    return root.level < 8 && visit(root, visitor);
}

QByteArray BtrfsTree::readNode(const BtrfsRoot &at) const
{
    for (const ByteRange &copy : m_chunks.physical(at.logical, m_nodes.nodeSize)) {
        const Result<QByteArray> node = m_view.read(copy.offset, copy.length);
        if (!node || !btrfsChecksumFits(*node, m_nodes.checksum))
            continue; // the other copy may be intact
        if (node->mid(32, 16) == m_nodes.uuid && medium::little<quint64>(*node, 48) == at.logical
            && medium::little<quint64>(*node, 80) == at.generation && quint8(node->at(100)) == at.level)
            return *node;
    }
    return {};
}

bool BtrfsTree::visit(const BtrfsRoot &at, const Visitor &visitor)
{
    const QByteArray node = readNode(at);
    if (node.isEmpty() || m_stop.stop_requested())
        return false;
    if (at.level == 0)
        return visitLeaf(node, visitor);
    m_top = false;
    const quint64 count = medium::little<quint32>(node, 96);
    if (count == 0 || headerSize + count * pointerSize > m_nodes.nodeSize)
        return false;
    for (quint64 i = 0; i < count; ++i) {
        const quint64 pointer = headerSize + i * pointerSize;
        if (m_any && keyAt(node, pointer) <= m_last)
            return false;
        const BtrfsRoot child{
            medium::little<quint64>(node, pointer + 17), quint8(at.level - 1), medium::little<quint64>(node, pointer + 25)};
        if (!visit(child, visitor))
            return false;
    }
    return true;
}

bool BtrfsTree::visitLeaf(const QByteArray &leaf, const Visitor &visitor)
{
    const quint64 count = medium::little<quint32>(leaf, 96);
    if (headerSize + count * itemSize > m_nodes.nodeSize || (count == 0 && !m_top))
        return false;
    for (quint64 i = 0; i < count; ++i) {
        const quint64 item = headerSize + i * itemSize;
        const BtrfsKey key = keyAt(leaf, item);
        const quint64 offset = headerSize + medium::little<quint32>(leaf, item + 17);
        const quint64 size = medium::little<quint32>(leaf, item + 21);
        if ((m_any && key <= m_last) || offset + size > m_nodes.nodeSize)
            return false;
        m_any = true;
        m_last = key;
        if (!visitor(key, leaf.mid(qsizetype(offset), qsizetype(size))))
            return false;
    }
    return true;
}

}
