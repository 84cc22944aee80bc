#pragma once
#include "core/stream/live/livesettings.h"

namespace edgelift {

/// Where the bytes of target disks come from (TransferDisk::pieces; a disk without them is one piece of its `path`): turns what is known
/// of the source's disks into the same of the targets. "target" is the place in the list of those, "source" in the list of the disks that
/// are followed. A value.
class PieceMap
{
public:
    /// Error: Internal, when something comes from a disk that nobody follows: its writes would be missed.
    [[nodiscard]] static Result<PieceMap> make(const QList<TransferDisk> &targets, const QList<FollowedDisk> &sources);

    [[nodiscard]] int targets() const { return int(m_targets.size()); }
    [[nodiscard]] const QList<FollowedDisk> &sources() const { return m_sources; }
    [[nodiscard]] QList<int> sourcesOf(int target) const; ///< those with a byte on it, each once

    /// W of each block of the target: the newest mark of all blocks of the source that a byte of it lies in. `bySource`: W there, those of
    /// sourcesOf() are looked at. `everyBlock`: see LiveRule::EveryBlock.
    [[nodiscard]] std::vector<quint32> marks(
        int target, const std::vector<std::vector<quint32>> &bySource, quint32 blockBytes, bool everyBlock = true) const;
    /// What of these bytes goes to the target, at its place there.
    [[nodiscard]] RangeSet onTarget(int target, const std::vector<RangeSet> &bySource) const;
    /// The areas of the source's disks as areas of the target. Where nothing comes from is the builder's: ignored, but for what is left of
    /// a piece's last extent: nobody else writes there (TargetVolume), and it counts to what the piece ends with.
    [[nodiscard]] LiveAreas areas(int target, const std::vector<LiveAreas> &bySource) const;
    /// The source's disks as the targets hold them. What did not go along cannot be read (SourceUnreadable).
    [[nodiscard]] std::vector<std::shared_ptr<const BlockView>> sourceViews(
        const std::vector<std::shared_ptr<const BlockView>> &targets) const;

private:
    struct Piece
    {
        quint64 at = 0;
        quint64 length = 0;
        int source = 0;
        quint64 offset = 0;
    };
    struct Target
    {
        quint64 size = 0;
        std::vector<Piece> pieces; ///< by `at`, none of them empty
    };
    PieceMap() = default;
    [[nodiscard]] bool isWhole(const Target &target) const;
    [[nodiscard]] std::shared_ptr<const BlockView> sourceView(
        int source, const std::vector<std::shared_ptr<const BlockView>> &targets) const;

    QList<FollowedDisk> m_sources;
    std::vector<Target> m_targets;
};

}
