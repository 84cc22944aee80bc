#include "core/stream/live/livetransfer.h"

#include "core/stream/live/liverun.h"
#include "core/stream/live/piecedchanges.h"

namespace edgelift {

namespace {

/// The same settings, speaking of the targets.
LiveSettings onTargets(LiveSettings settings, const PieceMap &map)
{
    const auto translated = [map](const std::vector<RangeSet> &bySource) {
        std::vector<RangeSet> byTarget;
        for (int target = 0; target < map.targets(); ++target)
            byTarget.push_back(map.onTarget(target, bySource));
        return byTarget;
    };
    std::vector<LiveAreas> areas;
    for (int target = 0; target < map.targets(); ++target)
        areas.push_back(map.areas(target, settings.areas));
    settings.areas = std::move(areas);
    for (auto LiveSettings::*ask : {&LiveSettings::usedNow, &LiveSettings::usedFrozen}) {
        if (!(settings.*ask))
            continue;
        settings.*ask = [translated, now = settings.*ask]() -> Result<std::vector<RangeSet>> {
            const Result<std::vector<RangeSet>> used = now();
            return used ? Result<std::vector<RangeSet>>(translated(*used)) : used;
        };
    }
    if (settings.usedIn) {
        settings.usedIn = [translated, map, in = settings.usedIn](
                              const std::vector<std::shared_ptr<const BlockView>> &targets) -> Result<std::vector<RangeSet>> {
            const Result<std::vector<RangeSet>> used = in(map.sourceViews(targets));
            return used ? Result<std::vector<RangeSet>>(translated(*used)) : used;
        };
    }
    return settings;
}

}

LiveTransfer::LiveTransfer(LiveSettings settings, QList<TransferDisk> disks, const TransferTuning &tuning, const LiveTuning &live,
    ChangeSource &changes, PointFreezer &freezer, Transfer::Observer observer)
    : m_settings(std::move(settings))
    , m_disks(std::move(disks))
    , m_tuning(tuning)
    , m_live(live)
    , m_changes(changes)
    , m_freezer(freezer)
    , m_observer(std::move(observer))
{
}

LiveTransfer::~LiveTransfer() = default;

Result<> LiveTransfer::begin()
{
    Result<wire::TlsContext> context = wire::TlsContext::make(m_settings.transfer.keys, m_settings.transfer.peerPin);
    if (!context) {
        Error error = context.error();
        error.args = {m_settings.transfer.receiver.host};
        return error;
    }
    if (!m_settings.sources.isEmpty() && !m_pieced) {
        const Result<PieceMap> map = PieceMap::make(m_disks, m_settings.sources);
        if (!map)
            return map.error();
        m_settings = onTargets(std::move(m_settings), *map);
        m_pieced = std::make_unique<PiecedChanges>(m_changes, *map, m_settings.keeps(LiveRule::EveryBlock));
    }
    ChangeSource &changes = m_pieced ? *m_pieced : m_changes;
    auto run =
        std::make_unique<LiveRun>(LiveRun::Outside{m_settings, m_disks, m_tuning, m_live, changes, m_freezer, m_observer}, context.take());
    if (Result<> opened = run->open(); !opened)
        return opened;
    m_run = std::move(run);
    return ok();
}

Outcome LiveTransfer::run(const std::stop_token &stop)
{
    const auto failed = [](const Error &error) { return Outcome{Outcome::End::Failed, error}; };
    m_point.reset();
    if (const Result<> begun = m_run ? ok() : begin(); !begun)
        return failed(begun.error());
    const Result<LivePoint> made = m_run->makePoint(stop);
    if (made) {
        m_point = *made;
        return {Outcome::End::Finished, {}};
    }
    if (stop.stop_requested())
        return {Outcome::End::Stopped, {}};
    return failed(made.error());
}

Result<> LiveTransfer::finish(const std::stop_token &stop)
{
    if (m_run)
        return m_run->finish(stop);
    return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("there is no point to finish")};
}

}
