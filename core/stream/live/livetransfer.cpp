#include "core/stream/live/livetransfer.h"

#include "core/stream/live/liverun.h"

namespace edgelift {

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

Outcome LiveTransfer::run(const std::stop_token &stop)
{
    const auto failed = [](const Error &error) { return Outcome{Outcome::End::Failed, error}; };
    m_point.reset();
    if (!m_run) {
        Result<wire::TlsContext> context = wire::TlsContext::make(m_settings.transfer.keys, m_settings.transfer.peerPin);
        if (!context) {
            Error error = context.error();
            error.args = {m_settings.transfer.receiver.host};
            return failed(error);
        }
        auto run = std::make_unique<LiveRun>(
            LiveRun::Outside{m_settings, m_disks, m_tuning, m_live, m_changes, m_freezer, m_observer}, context.take());
        if (const Result<> opened = run->open(); !opened)
            return failed(opened.error());
        m_run = std::move(run);
    }
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
