#pragma once
#include "core/stream/maps/blockview.h"
#include "core/stream/maps/btrfschunks.h"

#include <functional>
#include <stop_token>
#include <tuple>

namespace edgelift {

struct BtrfsKey
{
    quint64 object = 0;
    quint8 type = 0;
    quint64 offset = 0;
    auto operator<=>(const BtrfsKey &) const = default;
};

/// Where a tree begins, and what every node of it has to say about itself.
struct BtrfsRoot
{
    quint64 logical = 0;
    quint8 level = 0;
    quint64 generation = 0;
};

/// What is the same for all trees of one filesystem.
struct BtrfsNodes
{
    quint32 nodeSize = 0;
    quint16 checksum = 0; ///< 0 CRC-32C, 1 xxHash64, 2 SHA-256, 3 BLAKE2b-256
    QByteArray uuid; ///< as nodes carry it
};

/// True when the stored sum (first 32 bytes of `bytes`) is that of the rest, by the kind given.
[[nodiscard]] bool btrfsChecksumFits(const QByteArray &bytes, quint16 kind);

/// Walks one tree in key order, at most once: every node has to prove itself (checksum, address, generation, level, keys that ascend),
/// so that the walk ends whatever the pointers say.
class BtrfsTree
{
public:
    using Visitor = std::function<bool(const BtrfsKey &, const QByteArray &item)>; ///< false ends the walk as failed
    BtrfsTree(const BlockView &view, const BtrfsChunks &chunks, BtrfsNodes nodes, const std::stop_token &stop)
        : m_view(view)
        , m_chunks(chunks)
        , m_nodes(std::move(nodes))
        , m_stop(stop)
    {
    }
    /// False when the tree is damaged, unreadable, was stopped or the visitor said so.
    [[nodiscard]] bool walk(const BtrfsRoot &root, const Visitor &visitor);

private:
    bool visit(const BtrfsRoot &at, const Visitor &visitor);
    bool visitLeaf(const QByteArray &leaf, const Visitor &visitor);
    QByteArray readNode(const BtrfsRoot &at) const;

    const BlockView &m_view;
    const BtrfsChunks &m_chunks;
    BtrfsNodes m_nodes;
    const std::stop_token &m_stop;
    BtrfsKey m_last; ///< of the item visited last
    bool m_any = false;
    bool m_top = true; ///< an empty leaf is allowed as the root only
};

}
