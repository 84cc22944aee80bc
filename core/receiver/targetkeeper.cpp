#include "core/receiver/targetkeeper.h"

#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/receiver/bootfix/chrootrunner.h"
#include "core/receiver/convert/conversion.h"

#include <algorithm>

namespace edgelift::receiver {

TargetKeeper::Writer::Writer(TargetKeeper &keeper, std::shared_ptr<Target> target, std::stop_source end)
    : m_keeper(keeper)
    , m_target(std::move(target))
    , m_end(std::move(end))
{
}

TargetKeeper::Writer::~Writer()
{
    const std::lock_guard lock(m_keeper.m_mutex);
    m_target.reset();
    m_keeper.m_writers.remove(this);
    m_keeper.m_writerGone.notify_all();
}

TargetKeeper::TargetKeeper(QString stateDir, QString job, TargetDisks &disks, FlushLimits limits)
    : m_folder(stateDir)
    , m_disks(disks)
    , m_limits(limits)
    , m_state(stateDir, std::move(job))
    , m_builder(std::move(stateDir))
{
}

Result<> TargetKeeper::start()
{
    if (Result<> loaded = m_state.load(); !loaded)
        return loaded;
    if (!m_state.binding())
        return ok();
    if (const Result<> opened = reopen(*m_state.binding()); !opened)
        log::warning(
            "receiver", QStringLiteral("the disks of the saved state are not open"), {{QStringLiteral("why"), logLine(opened.error())}});
    return ok();
}

Result<> TargetKeeper::reopen(const wire::PrepareParams &params)
{
    Result<Target::Media> media = Target::openMedia(params, m_disks);
    if (!media)
        return media.error();
    wire::PrepareParams real = params;
    for (size_t i = 0; i < media->size(); ++i)
        real.disks[qsizetype(i)].size = (*media)[i]->size();
    if (Result<> bound = m_state.bind(real); !bound)
        return bound;
    Result<std::shared_ptr<Target>> target = Target::open(m_state, media.take(), m_limits);
    if (!target)
        return target.error();
    const std::lock_guard lock(m_mutex);
    m_target = target.take();
    return ok();
}

void TargetKeeper::endWriters()
{
    std::unique_lock lock(m_mutex);
    m_changing = true;
    for (Writer *writer : m_writers)
        writer->end();
    m_writerGone.wait(lock, [this] { return m_writers.empty(); });
}

void TargetKeeper::close()
{
    endWriters();
    const std::lock_guard lock(m_mutex);
    m_target.reset();
}

Result<wire::PrepareResult> TargetKeeper::prepare(wire::PrepareParams params)
{
    std::ranges::sort(params.disks, {}, &wire::PrepareDisk::index);
    const wire::StatusResult now = status();
    // Bound but not open: what is on the disks is not known, so it counts as written.
    if (const Result<> acceptable = m_state.acceptable(params, !now.prepared || now.written.count > 0); !acceptable)
        return acceptable.error();
    close(); // also for the same epoch: descriptors that once failed are replaced by new ones
    const Result<> opened = reopen(params);
    const std::lock_guard lock(m_mutex);
    m_changing = false;
    if (!opened)
        return opened.error();
    wire::PrepareResult result;
    for (const auto &disk : m_target->disks())
        result.disks.append({disk->index(), disk->medium().path(), disk->medium().size()});
    return result;
}

wire::StatusResult TargetKeeper::status() const
{
    const std::lock_guard lock(m_mutex);
    wire::StatusResult result;
    result.epoch = m_state.binding() ? m_state.binding()->epoch : 0;
    result.prepared = m_target != nullptr;
    result.point = m_state.point();
    for (size_t i = 0; m_target && i < m_target->disks().size(); ++i)
        result.written.count += m_target->disks()[i]->bytesWritten();
    return result;
}

TargetKeeper::Binding TargetKeeper::binding() const
{
    const std::lock_guard lock(m_mutex);
    return m_state.binding() ? Binding{m_state.binding()->epoch, m_state.binding()->round} : Binding{};
}

Result<> TargetKeeper::commit(const wire::CommitParams &params)
{
    const std::shared_ptr<Target> open = target();
    if (!open || open->epoch() != params.epoch)
        return Error{ErrorCode::EpochUnknown, Retry::AfterWait, {}, QStringLiteral("this epoch is not prepared")};
    if (open->round() != params.round)
        return roundPassed(params.round, open->round());
    if (Result<> flushed = open->flush(); !flushed)
        return flushed;
    const wire::Manifest seen = open->readBack();
    if (seen.blocks() != params.blocks || !(seen.digest() == params.manifest))
        return Error{ErrorCode::VerificationFailed, Retry::Never, {QString::number(params.blocks)},
            QStringLiteral("%1 blocks were read back here").arg(seen.blocks())};
    const std::lock_guard lock(m_mutex);
    return m_state.keepPoint(params);
}

Result<QJsonObject> TargetKeeper::convert(const ConvertOrder &order, const std::stop_token &stop)
{
    if (binding().epoch != order.epoch)
        return Error{ErrorCode::EpochUnknown, Retry::AfterWait, {}, QStringLiteral("this epoch is not bound")};
    endWriters();
    const Result<> opened = target() ? ok() : reopen(*m_state.binding()); // not open: this process was started again after a kill
    Result<QJsonObject> result = opened ? convertOpen(order, stop) : Result<QJsonObject>(opened.error());
    const std::lock_guard lock(m_mutex);
    m_changing = false;
    return result;
}

Result<QJsonObject> TargetKeeper::convertOpen(const ConvertOrder &order, const std::stop_token &stop) const
{
    const std::shared_ptr<Target> open = target();
    if (Result<> flushed = open->flush(); !flushed)
        return flushed.error();
    QStringList paths(qsizetype(wire::maxDisks));
    for (const auto &disk : open->disks()) {
        if (const Result<> given = disk->giveAway(); !given)
            return given.error();
        paths[disk->index()] = disk->medium().path();
    }
    while (!paths.isEmpty() && paths.constLast().isEmpty())
        paths.removeLast();
    bootfix::ChrootRunner runner;
    const Result<convert::Conversion> done = convert::Converter(m_folder + QStringLiteral("/convert"), runner).convert(order, paths, stop);
    return done ? convert::toJson(*done) : Result<QJsonObject>(done.error());
}

quint32 TargetKeeper::diskCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_target ? quint32(m_target->disks().size()) : 0;
}

std::shared_ptr<Target> TargetKeeper::target() const
{
    const std::lock_guard lock(m_mutex);
    return m_target;
}

Result<std::unique_ptr<TargetKeeper::Writer>> TargetKeeper::writer(std::stop_source end)
{
    const std::lock_guard lock(m_mutex);
    if (!m_target || m_changing)
        return Error{ErrorCode::EpochUnknown, Retry::AfterWait, {}, QStringLiteral("no disks are prepared")};
    if (m_writers.size() >= mostWriters)
        return Error{ErrorCode::RequestMalformed, Retry::AfterWait,
            {QStringLiteral("More than %1 data connections are not possible.").arg(mostWriters)}, {}};
    auto writer = std::make_unique<Writer>(*this, m_target, std::move(end));
    m_writers.push_back(writer.get());
    return writer;
}

Result<> TargetKeeper::flush() const
{
    const std::shared_ptr<Target> open = target();
    return open ? open->flush() : ok();
}

}
