#pragma once
#include "core/stream/live/livesettings.h"

#include <memory>

namespace edgelift {

class LiveRun;

/// The copy of disks that are written to meanwhile, by the algorithm of peers.md 4e: a first pass, rounds over what was written,
/// a freeze that lasts as long as a local read, the proof. Not thread-safe; everything given outlives it.
class LiveTransfer
{
public:
    /// `disks`: `used` and `steady` mean nothing here, `identity` must be a stable one of the device. `changes` tracks already. Disks that
    /// are put together from pieces are built first (TransferSettings::image); where they have no piece nothing is written.
    /// `observer` is called on run()'s thread, at most ten times a second and once at the end.
    LiveTransfer(LiveSettings settings, QList<TransferDisk> disks, const TransferTuning &tuning, const LiveTuning &live,
        ChangeSource &changes, PointFreezer &freezer, Transfer::Observer observer);
    ~LiveTransfer();

    /// Makes one point of the source durable and proved at the receiver. Blocks. Again after that: the next point, with what was written
    /// since; after a stop or a failure: nothing that was acknowledged and not written since is sent again. A new object on the same
    /// journal reads every used block here and sends those whose hash is another.
    ///
    /// Tracking that lost something begins anew, up to three times a point. Failed: as Transfer; FreezeDisturbed, FreezeTooLong,
    /// AreaNotQuiet, TrackingLost (or why the tracker says that its epoch is void), what the freezer says.
    [[nodiscard]] Outcome run(const std::stop_token &stop);
    /// Of the last run() that finished; nothing before.
    [[nodiscard]] const std::optional<LivePoint> &point() const { return m_point; }
    /// After the last point: the targets become disks of their own (a GPT moves to the end of a larger one). Errors: as Transfer.
    [[nodiscard]] Result<> finish(const std::stop_token &stop);

private:
    [[nodiscard]] Result<> begin();

    LiveSettings m_settings;
    QList<TransferDisk> m_disks;
    const TransferTuning &m_tuning;
    const LiveTuning &m_live;
    ChangeSource &m_changes;
    PointFreezer &m_freezer;
    Transfer::Observer m_observer;
    std::unique_ptr<ChangeSource> m_pieced; ///< `changes` as the disks see them; null: the same
    std::unique_ptr<LiveRun> m_run; ///< what lasts from one run() to the next
    std::optional<LivePoint> m_point;
};

}
