#pragma once
#include "core/source/tracking/choosetracker.h"
#include "core/stream/changesource.h"

#include <functional>

namespace edgelift {

/// A change tracker of core/source as the rounds of core/stream want it. One thread.
class TrackedChanges final : public ChangeSource
{
public:
    /// Starts a tracker of the same disks.
    using Start = std::function<Result<ChosenTracker>()>;
    TrackedChanges(ChosenTracker chosen, Start start)
        : m_chosen(std::move(chosen))
        , m_start(std::move(start))
    {
    }
    [[nodiscard]] const ChosenTracker &chosen() const { return m_chosen; }

    [[nodiscard]] quint32 blockBytes() const override { return quint32(m_chosen.tracker->epoch().blockSize.count); }
    [[nodiscard]] bool seesWrites() const override { return m_chosen.tracker->online(); }
    [[nodiscard]] Result<quint32> advanceEra() override { return m_chosen.tracker->advanceEra(); }
    [[nodiscard]] Result<std::vector<quint32>> marks(int disk) override { return m_chosen.tracker->marks(disk); }
    [[nodiscard]] Result<> intact() override { return m_chosen.tracker->intact(); }
    /// Errors: that of Start; TrackerUnavailable when what starts now sees no writes, and what was there did. The old epoch stays then.
    [[nodiscard]] Result<> restart() override;

private:
    ChosenTracker m_chosen;
    Start m_start;
};

}
