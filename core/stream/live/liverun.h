#pragma once
#include "core/stream/attempts.h"
#include "core/stream/live/blockstamps.h"
#include "core/stream/live/freezeforecast.h"
#include "core/stream/live/frozenset.h"
#include "core/stream/ratemeter.h"

#include <QSet>
#include <optional>

namespace edgelift {

/// What LiveTransfer keeps from one point to the next, and how it makes one (the steps of peers.md 4e are named where they are). All on
/// run()'s thread; pipelines have their own.
class LiveRun
{
public:
    struct Outside
    {
        const LiveSettings &settings;
        const QList<TransferDisk> &disks;
        const TransferTuning &tuning;
        const LiveTuning &live;
        ChangeSource &changes;
        PointFreezer &freezer;
        const Transfer::Observer &observer;
    };
    LiveRun(const Outside &outside, wire::TlsContext context);
    [[nodiscard]] Result<> open();
    [[nodiscard]] Result<LivePoint> makePoint(const std::stop_token &stop);
    [[nodiscard]] Result<> finish(const std::stop_token &stop);

private:
    using Clock = std::chrono::steady_clock;
    using Phase = LiveProgress::Phase;
    using ByDisk = std::vector<RangeSet>; // blocks
    /// What a freeze brought home.
    struct Frozen
    {
        std::unique_ptr<FrozenSet> memory;
        quint32 era = 0;
        bool overflowed = false; ///< there was more to keep than room
        ByDisk blocks;
        std::vector<std::pair<quint32, ByDisk>> quiet; ///< areas that were read later, with the era of that
    };

    // liverun.cpp
    [[nodiscard]] Result<> tryPoint();
    [[nodiscard]] Result<> rehearse();
    [[nodiscard]] Result<> build();
    [[nodiscard]] Result<> besides(LiveMoment moment);
    [[nodiscard]] Result<> firstPass();
    [[nodiscard]] Result<> beginPass();
    [[nodiscard]] Result<std::vector<RangeSet>> inUse(const std::function<Result<std::vector<RangeSet>>()> &maps) const;
    [[nodiscard]] Result<> startAnew(const QString &why);
    [[nodiscard]] Result<> intact();
    void report(bool always = false);
    void enter(Phase phase);
    [[nodiscard]] Result<> stopped();

    // liverounds.cpp
    [[nodiscard]] Result<> rounds();
    [[nodiscard]] Result<> advance();
    [[nodiscard]] Result<> look();
    [[nodiscard]] Result<> measureWrites();
    [[nodiscard]] Result<> measureReads();
    [[nodiscard]] bool predict();
    [[nodiscard]] std::chrono::milliseconds budget() const { return std::chrono::milliseconds(m_outside.live.budgetMs.load()); }
    void judge(bool fits);
    [[nodiscard]] ByDisk withoutHot() const;
    void wait(std::chrono::milliseconds time, bool endsAtCutover);
    [[nodiscard]] quint64 bytesOf(const ByDisk &blocks) const;

    // liverescan.cpp
    [[nodiscard]] bool rescans() const { return !m_outside.changes.seesWrites(); }
    [[nodiscard]] Result<> comparisons();
    [[nodiscard]] quint64 frozenReads() const;
    [[nodiscard]] Result<> compareFrozen(Frozen &point, Clock::time_point deadline);
    [[nodiscard]] Result<> loadSent();
    [[nodiscard]] bool differsFromSent(int disk, quint64 block, std::span<const char> bytes, const RangeSet &used);
    [[nodiscard]] Result<> compareQuiet(Frozen &point);
    [[nodiscard]] Result<ByDisk> readTwice(Frozen &point, ByDisk &areas);

    // liveaudit.cpp
    [[nodiscard]] Result<> audit();
    [[nodiscard]] Result<> haveMarks(QList<QPair<int, quint64>> changed);
    [[nodiscard]] Result<QList<QPair<int, quint64>>> changedOf(const QList<QPair<int, quint64>> &blocks);
    [[nodiscard]] Result<bool> isAsSent(int disk, quint64 block, const BufferRef &buffer);

    // livefreeze.cpp
    [[nodiscard]] Result<> freeze(Frozen &point);
    [[nodiscard]] std::chrono::milliseconds deadline() const;
    [[nodiscard]] Result<> readFrozen(Frozen &point, Clock::time_point deadline);
    [[nodiscard]] Result<> undisturbed(quint32 era);
    [[nodiscard]] ByDisk unfrozen() const;
    [[nodiscard]] Error areaNotQuiet(const ByDisk &noisy) const;
    [[nodiscard]] Result<> readQuiet(Frozen &point);
    [[nodiscard]] Result<ByDisk> readAreas(Frozen &point, const ByDisk &areas);
    [[nodiscard]] Result<ByDisk> noisyAreas(const ByDisk &areas, quint32 era);
    [[nodiscard]] Result<> sendFrozen(Frozen &point);

    // livesend.cpp
    [[nodiscard]] Result<> send(const ByDisk &blocks, quint32 era, bool watchLoss);
    [[nodiscard]] Result<> sendPlans(quint32 era, bool watchLoss);
    [[nodiscard]] Result<> attempt(bool watchLoss);
    [[nodiscard]] Result<std::unique_ptr<ReceiverClient>> prepare();
    [[nodiscard]] Result<> sampleWrites(bool watchLoss);
    [[nodiscard]] Result<> syncInTime();
    [[nodiscard]] Result<> syncJournal();

    // livecommit.cpp
    [[nodiscard]] Result<> recheck();
    [[nodiscard]] Result<std::vector<RangeSet>> usedInTarget();
    [[nodiscard]] RangeSet missedIn(int disk, const RangeSet &used);
    [[nodiscard]] Result<> areUnmarked(int disk, const RangeSet &late, const std::vector<quint32> &before);
    [[nodiscard]] Result<> readBack();
    [[nodiscard]] Result<> readBackDisk(ReceiverClient &client, int disk, wire::Manifest &manifest, QList<QPair<int, quint64>> &different);
    [[nodiscard]] Result<> repair(const QList<QPair<int, quint64>> &different);

    [[nodiscard]] std::vector<quint32> &copied(int disk) { return m_job.live.copied[size_t(disk)]; }

    const Outside m_outside;
    CopyJob m_job;
    std::stop_token m_stop;
    std::optional<Attempts> m_attempts;
    RateMeter m_meter;
    TransferProgress m_progress;
    LiveProgress m_now;
    LivePoint m_point;
    Clock::time_point m_lastReport;
    Clock::time_point m_lastSync;
    quint64 m_wireBefore = 0;
    quint64 m_sentBefore = 0; // bytes acknowledged by earlier calls of sendPlans()
    std::vector<Bytes> m_targetSizes;
    quint64 m_instance = 0; // of the receiver

    std::vector<BlockStamps> m_stamps;
    std::vector<ExtentPlan> m_firstPlans; // what the first pass sends and zeroes
    bool m_built = false;
    bool m_passBegun = false;
    bool m_passDone = false;
    quint32 m_passEra = 0; // a block with this stamp was zeroed where it was free
    quint32 m_era = 0; // the newest
    quint32 m_readBackEra = 0; // blocks copied up to it were read back
    std::vector<std::vector<quint32>> m_marks; // as of the last look()
    ByDisk m_dirty; // the same
    quint64 m_dirtyBytes = 0;
    bool m_again = false; // what went wrong with the point may go right with another freeze
    QSet<QPair<int, quint64>> m_repaired;

    FreezeForecast m_forecast;
    std::vector<std::vector<wire::Digest>> m_sent; ///< by disk and block, while a freeze compares with it
    Clock::time_point m_sampled;
    Clock::time_point m_eraBegan;
};

}
