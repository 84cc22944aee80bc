#pragma once
#include "core/stream/live/piecemap.h"

namespace edgelift {

/// The writes to the source's disks as writes to the targets that are put together from them. "disk" is a target here, and a source in
/// `changes`. One thread; `changes` outlives this.
class PiecedChanges final : public ChangeSource
{
public:
    PiecedChanges(ChangeSource &changes, PieceMap map, bool everyBlock)
        : m_changes(changes)
        , m_map(std::move(map))
        , m_everyBlock(everyBlock)
    {
    }
    [[nodiscard]] quint32 blockBytes() const override { return m_changes.blockBytes(); }
    [[nodiscard]] bool seesWrites() const override { return m_changes.seesWrites(); }
    [[nodiscard]] Result<quint32> advanceEra() override { return m_changes.advanceEra(); }
    /// Errors besides: SourceChanged (args: path), when a disk of the source is tracked in another size than it is followed.
    [[nodiscard]] Result<std::vector<quint32>> marks(int disk) override;
    [[nodiscard]] Result<> intact() override { return m_changes.intact(); }
    [[nodiscard]] Result<> restart() override { return m_changes.restart(); }

private:
    ChangeSource &m_changes;
    const PieceMap m_map;
    const bool m_everyBlock;
};

}
