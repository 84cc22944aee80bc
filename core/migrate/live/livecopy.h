#pragma once
#include "core/migrate/live/heldfilesystems.h"
#include "core/migrate/live/livelayout.h"
#include "core/migrate/live/rescanforecast.h"
#include "core/migrate/live/trackedchanges.h"
#include "core/migrate/surroundings.h"
#include "core/source/source.h"
#include "core/stream/live/livesettings.h"
#include "core/stream/maps/usedmap.h"

#include <QJsonObject>

namespace edgelift {

/// What of a machine a live copy is about: DiskFacts::ids.
struct LiveDisks
{
    QStringList followed; ///< read block by block, in the order of the copy
    QStringList held; ///< whose filesystems stand still at the point: those above, and those that files are copied from
};

/// Everything that one live copy needs of the machine it runs on: a tracker that runs and was tested, a freezer, the disks' areas and the
/// allocation maps. Must be used by one thread; the source outlives it. Tracking ends with it.
class LiveCopy
{
public:
    /// Starts tracking. `disks.followed` is not empty; `stateFolder`: where the self-test writes a nameless file; on the
    /// other disks it does so in the uppermost folder of a filesystem.
    /// `budget`: how long the filesystems may be held still; asked only where the kernel lets nobody follow writes.
    /// Errors: RescanTooLong (it does not, and comparing everything would take longer than that), those of chooseTracker(), FileUnreadable
    /// (the mount table), ToolMissing; those of Freezer::rehearse() and forecastRescan() in that case.
    [[nodiscard]] static Result<std::unique_ptr<LiveCopy>> start(const Source &source, const LiveDisks &disks, const LiveTools &tools,
        const QString &stateFolder, std::chrono::milliseconds budget, const std::stop_token &stop);

    [[nodiscard]] TrackedChanges &changes() { return *m_changes; }
    [[nodiscard]] HeldFilesystems &freezer() { return *m_freezer; }
    [[nodiscard]] QList<FollowedDisk> sources() const;
    [[nodiscard]] std::vector<LiveAreas> areas() const { return m_layout.areas(); }
    [[nodiscard]] std::chrono::milliseconds settle() const;

    /// What is in use while everything is frozen for a moment; whole disks when that cannot be had, which is slower and just as right.
    [[nodiscard]] Result<std::vector<RangeSet>> usedNow();
    /// The same while the filesystems are held still already; whole disks when the maps cannot be read. Logs nothing.
    [[nodiscard]] Result<std::vector<RangeSet>> usedFrozen() const;
    /// Nothing when writes are followed.
    [[nodiscard]] const std::optional<RescanForecast> &rescan() const { return m_rescan; }
    /// The same by the targets' copy of the disks. A volume that did not go along counts as used, which nobody reads.
    [[nodiscard]] Result<std::vector<RangeSet>> usedIn(const std::vector<std::shared_ptr<const BlockView>> &copies) const;

    /// Freezes and thaws each filesystem alone. What it and the tracker's self-test showed: backend, proofs by disk, filesystems with
    /// microseconds, refused backends. Errors: those of Freezer::rehearse().
    [[nodiscard]] Result<QJsonObject> rehearse();
    /// What proves a point, for the report.
    [[nodiscard]] QJsonObject evidence(const LivePoint &point) const;

private:
    LiveCopy(const Source &source, LiveDisks disks, std::stop_token stop);
    [[nodiscard]] Result<> forecast(const QList<Error> &refused, std::chrono::milliseconds budget);
    [[nodiscard]] Result<> openViews();
    [[nodiscard]] QList<SelfTestPlace> testPlaces(const QString &stateFolder) const;
    [[nodiscard]] Result<std::vector<RangeSet>> mapsOf(
        const QHash<QString, std::shared_ptr<const BlockView>> &views, QList<Note> *notes = nullptr) const;
    [[nodiscard]] std::vector<RangeSet> wholeDisks() const;
    [[nodiscard]] QJsonObject tracking() const;

    const Source &m_source;
    const QStringList m_disks;
    const std::stop_token m_stop;
    const LiveLayout m_layout;
    const LiveLayout m_held; ///< the same of all disks whose filesystems are held
    QList<MountedFilesystem> m_filesystems;
    QHash<QString, std::shared_ptr<const BlockView>> m_views; ///< of the disks; opened before anything stands still
    std::optional<RescanForecast> m_rescan;
    std::unique_ptr<TrackedChanges> m_changes;
    std::unique_ptr<HeldFilesystems> m_freezer;
    std::unique_ptr<Freezer> m_rehearsal;
};

}
