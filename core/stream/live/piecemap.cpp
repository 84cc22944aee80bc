#include "core/stream/live/piecemap.h"

#include <algorithm>

namespace edgelift {

namespace {

/// What nobody has.
class NothingView final : public BlockView
{
public:
    explicit NothingView(quint64 size)
        : m_size(size)
    {
    }
    [[nodiscard]] quint64 size() const override { return m_size; }
    [[nodiscard]] Result<QByteArray> read(quint64, quint64) const override
    {
        return Error{ErrorCode::SourceUnreadable, Retry::Never, {}, QStringLiteral("it is not part of the copy")};
    }

private:
    quint64 m_size;
};

quint64 roundedUp(quint64 bytes, quint64 unit) { return (bytes + unit - 1) / unit * unit; }

}

Result<PieceMap> PieceMap::make(const QList<TransferDisk> &targets, const QList<FollowedDisk> &sources)
{
    PieceMap map;
    map.m_sources = sources;
    for (const TransferDisk &disk : targets) {
        Target target;
        target.size = disk.size.count;
        for (const SourcePiece &piece : disk.pieces.value_or(QList<SourcePiece>{{0, disk.size.count, disk.path, 0}})) {
            const auto found =
                std::find_if(sources.begin(), sources.end(), [&piece](const FollowedDisk &source) { return source.path == piece.path; });
            if (found == sources.end())
                return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("%1 is not followed").arg(piece.path)};
            if (piece.length > 0)
                target.pieces.push_back({piece.at, piece.length, int(found - sources.begin()), piece.offset});
        }
        map.m_targets.push_back(std::move(target));
    }
    return map;
}

QList<int> PieceMap::sourcesOf(int target) const
{
    QList<int> found;
    for (const Piece &piece : m_targets[size_t(target)].pieces) {
        if (!found.contains(piece.source))
            found.append(piece.source);
    }
    return found;
}

bool PieceMap::isWhole(const Target &target) const
{
    if (target.pieces.size() != 1)
        return false;
    const Piece &piece = target.pieces.front();
    return piece.at == 0 && piece.offset == 0 && piece.length == target.size && m_sources.at(piece.source).size.count == target.size;
}

std::vector<quint32> PieceMap::marks(
    int target, const std::vector<std::vector<quint32>> &bySource, quint32 blockBytes, bool everyBlock) const
{
    const Target &disk = m_targets[size_t(target)];
    if (isWhole(disk))
        return bySource[size_t(disk.pieces.front().source)];
    std::vector<quint32> out((disk.size + blockBytes - 1) / blockBytes);
    for (const Piece &piece : disk.pieces) {
        const std::vector<quint32> &from = bySource[size_t(piece.source)];
        const quint64 end = piece.at + piece.length;
        for (quint64 block = piece.at / blockBytes; block * blockBytes < end; ++block) {
            const quint64 first = std::max(piece.at, block * blockBytes) - piece.at + piece.offset;
            const quint64 last = std::min(end, (block + 1) * blockBytes) - 1 - piece.at + piece.offset;
            out[block] = std::max(out[block], from[first / blockBytes]);
            if (everyBlock) // one that is not aligned there reaches into a second
                out[block] = std::max(out[block], from[last / blockBytes]);
        }
    }
    return out;
}

RangeSet PieceMap::onTarget(int target, const std::vector<RangeSet> &bySource) const
{
    RangeSet out;
    for (const Piece &piece : m_targets[size_t(target)].pieces) {
        const RangeSet there = bySource[size_t(piece.source)].intersected(ByteRange{piece.offset, piece.length});
        out.add(there.shifted(piece.at - piece.offset)); // wraps around when it moves to the front, and comes out right
    }
    return out;
}

LiveAreas PieceMap::areas(int target, const std::vector<LiveAreas> &bySource) const
{
    const Target &disk = m_targets[size_t(target)];
    std::vector<RangeSet> ignored(size_t(m_sources.size()));
    std::vector<RangeSet> unfrozen(size_t(m_sources.size()));
    for (size_t source = 0; source < std::min(bySource.size(), ignored.size()); ++source) {
        ignored[source] = bySource[source].ignored;
        unfrozen[source] = bySource[source].unfrozen;
    }
    LiveAreas out{onTarget(target, ignored), onTarget(target, unfrozen)};
    RangeSet covered;
    for (const Piece &piece : disk.pieces)
        covered.add(ByteRange{piece.at, piece.length});
    const RangeSet nothing = covered.complement(ByteRange{0, disk.size});
    for (const Piece &piece : disk.pieces) {
        const quint64 end = piece.at + piece.length;
        const RangeSet rest = nothing.intersected(ByteRange{end, std::min(roundedUp(end, wire::extentSize), disk.size) - end});
        if (rest.contains(end) && out.unfrozen.contains(end - 1))
            out.unfrozen.add(*rest.begin());
    }
    out.ignored.add(nothing);
    return out;
}

std::shared_ptr<const BlockView> PieceMap::sourceView(int source, const std::vector<std::shared_ptr<const BlockView>> &targets) const
{
    struct Place
    {
        Piece piece;
        size_t target = 0;
    };
    std::vector<Place> places;
    for (size_t target = 0; target < m_targets.size(); ++target) {
        for (const Piece &piece : m_targets[target].pieces) {
            if (piece.source == source)
                places.push_back({piece, target});
        }
    }
    std::sort(places.begin(), places.end(), [](const Place &a, const Place &b) { return a.piece.offset < b.piece.offset; });
    const quint64 size = m_sources.at(source).size.count;
    const auto nothing = std::make_shared<const NothingView>(size);
    QList<SegmentedView::Piece> view;
    quint64 done = 0;
    for (const Place &place : places) {
        const quint64 end = std::min(place.piece.offset + place.piece.length, size);
        if (end <= done)
            continue; // it is there twice
        const quint64 from = std::max(place.piece.offset, done);
        if (from > done)
            view.append({nothing, done, from - done});
        view.append({targets[place.target], place.piece.at + (from - place.piece.offset), end - from});
        done = end;
    }
    if (done < size)
        view.append({nothing, done, size - done});
    return std::make_shared<const SegmentedView>(std::move(view));
}

std::vector<std::shared_ptr<const BlockView>> PieceMap::sourceViews(const std::vector<std::shared_ptr<const BlockView>> &targets) const
{
    std::vector<std::shared_ptr<const BlockView>> views;
    for (int source = 0; source < m_sources.size(); ++source)
        views.push_back(sourceView(source, targets));
    return views;
}

}
