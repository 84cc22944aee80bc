#include "core/base/files.h"
#include "core/base/log.h"
#include "core/layout/subvolumes.h"
#include "core/layout/targetimagejson.h"
#include "core/layout/targetplan.h"
#include "core/migrate/copydisks.h"
#include "core/migrate/livesteps.h"
#include "core/migrate/receiverpeer.h"
#include "core/migrate/steps.h"
#include "core/migrate/targetdisks.h"
#include "core/stream/maps/usedmap.h"

#include <QJsonArray>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

/// What is in use on the disks of a server that stands still. A live copy finds that out at its own moment.
Result<UsedMaps> usedOf(StepContext &context)
{
    const Source &source = context.source();
    if (source.facts().live)
        return UsedMaps{};
    QHash<QString, QString> paths;
    for (const DiskFacts &disk : source.facts().disks)
        paths.insert(disk.id, source.diskPath(disk.id));
    Result<UsedMaps> used = usedRanges(source.facts(), paths, context.stop());
    if (!used)
        return used.error();
    QJsonArray notes;
    for (const Note &note : used->notes)
        notes.append(note.volume + QLatin1String(": ") + note.reason);
    if (const Result<> set = context.set({{QStringLiteral("copyNotes"), notes}}); !set)
        return set.error();
    return used;
}

QStringList filesDone(const StepContext &context) { return context.value("filesDone").toVariant().toStringList(); }

/// What a copy of files leaves out by itself; empty: nothing.
QString leftOut(const VolumeFacts *volume, const ServerFacts &facts)
{
    const QStringList snapshots = volume ? subvolumeCopy(*volume, facts).leftOut : QStringList();
    return snapshots.isEmpty() ? QString() : QStringLiteral("read-only snapshots are left out: ") + snapshots.join(QLatin1String(", "));
}

/// What the copy by files needs besides the volumes. What is complete is kept, so that the next run leaves it out; of a server that runs
/// nothing is complete before the end.
Result<> prepareFiles(StepContext &context, CopyOrder &order)
{
    if (order.files.volumes.isEmpty())
        return ok();
    order.files.tunnel = context.surroundings().tunnel;
    order.files.mountsFolder = context.store().path(QStringLiteral("mounts"));
    order.files.done = [&context](const FileOrder &file, const FileCopyEnd &end) {
        QJsonArray notes = context.value("copyNotes").toArray();
        if (end.vanished)
            notes.append(file.volume.name + QStringLiteral(": files vanished while they were copied: ") + end.words);
        if (!end.notKept.isEmpty())
            notes.append(file.volume.name + QLatin1String(": ") + end.notKept);
        const QString snapshots = leftOut(context.source().facts().volume(file.volume.id), context.source().facts());
        if (!snapshots.isEmpty())
            notes.append(file.volume.name + QLatin1String(": ") + snapshots);
        return context.set({{QStringLiteral("filesDone"), QJsonArray::fromStringList(filesDone(context) + QStringList{file.volume.id})},
            {QStringLiteral("copyNotes"), notes}});
    };
    return makeFolder(order.files.mountsFolder);
}

/// What must be copied of each disk, as the transfer wants it.
Result<CopyOrder> copyOrder(StepContext &context)
{
    const Source &source = context.source();
    const Result<UsedMaps> used = usedOf(context);
    if (!used)
        return used.error();
    Result<TargetImage> image = targetImage(context.plan(), source.facts());
    const Result<> filled = image ? fillFeatures(*image, source) : Result<>(image.error());
    if (!filled)
        return filled.error();
    CopyOrder order;
    order.epoch = context.text("epoch").toULongLong();
    order.journalPath = context.store().path(QStringLiteral("transfer.journal"));
    if (!image->disks.isEmpty())
        order.image = toJson(*image);
    const QJsonArray matched = context.value("disks").toArray();
    for (const TargetDisk &target : targetDisks(context.plan(), source.facts())) {
        const QJsonObject disk = matched.at(int(target.index)).toObject();
        const TargetDiskLayout *layout = image->disk(target.index);
        TransferDisk transfer = layout ? builtDisk(*layout, source, *used) : sameDisk(target, source, *used);
        transfer.index = target.index;
        transfer.id = target.sourceId;
        transfer.targetSize = Bytes{quint64(disk.value(QLatin1String("sizeGiB")).toInteger()) << 30};
        transfer.serial = disk.value(QLatin1String("serial")).toString();
        if (layout)
            order.files.volumes += fileOrders(*layout, order.disks.size(), source, context.plan().excludes, filesDone(context));
        order.disks.append(std::move(transfer));
    }
    const Result<> kept = context.set({{QStringLiteral("targetImage"), order.image.value_or(QJsonObject())}});
    const Result<> prepared = kept ? prepareFiles(context, order) : kept;
    return prepared ? Result<CopyOrder>(std::move(order)) : prepared.error();
}

/// The link is away for longer than a moment: the receiver, or this server, may have another address now.
Result<QString> locateReceiver(StepContext &context, bool &told)
{
    if (!std::exchange(told, true))
        context.warn(warnings::linkInterrupted());
    const JobRecord record = context.store().record();
    if (const ServiceClient *service = context.cloud().beats()) {
        const Result<QString> ours = service->heartbeat(context.cloud().facts().sessionToken, context.stop());
        if (ours && !ours->isEmpty() && *ours != record.observedAddress) {
            const Result<> kept = context.store().update([&](JobRecord &next) { next.observedAddress = *ours; });
            const Result<> opened = kept ? openPorts(context) : kept;
            if (!opened)
                return opened.error();
        }
    }
    const Result<> found = findInstance(context);
    return found ? context.text("transitAddress") : Result<QString>(found.error());
}

bool isLinkTrouble(const Error &error)
{
    return error.code == ErrorCode::ReceiverUnreachable || error.code == ErrorCode::LinkLost || error.code == ErrorCode::LinkStalled;
}

/// The link's end may only be the sign of something worse: then that is said.
Error explained(StepContext &context, const Error &error)
{
    if (!isLinkTrouble(error) || context.stop().stop_requested())
        return error;
    const Result<> instance = findInstance(context);
    return !instance && instance.error().code == ErrorCode::TransitReleased ? instance.error() : error;
}

}

Result<> copyDisks(StepContext &context)
{
    const Result<ReceiverPeer> peer = receiverPeer(context);
    if (!peer)
        return peer.error();
    Result<CopyOrder> order = copyOrder(context);
    if (!order)
        return order.error();
    QList<EventSink::DiskName> names;
    for (const TransferDisk &disk : order->disks) {
        const DiskFacts *facts = context.source().facts().disk(disk.id);
        names.append({disk.id, facts ? facts->name : disk.id});
    }
    context.events().setDisks(names);
    bool told = false;
    order->locate = [&] { return locateReceiver(context, told); };
    LiveParts live;
    if (context.source().facts().live) {
        Result<LiveParts> started = startTracking(context);
        if (!started)
            return started.error();
        live = started.take();
        if (const Result<> added = addLive(context, live, *order); !added)
            return added;
    }
    TransferProgress last;
    const Outcome outcome = context.surroundings().link->copy(
        *peer, *order, context.tuning(),
        [&](const TransferProgress &progress) {
            last = progress;
            context.events().progress(Phase::Copy, progress, false);
        },
        context.stop());
    context.events().progress(Phase::Copy, last, true);
    // Files that are in use have changed before they could be compared; the point's own evidence is about blocks.
    const bool isCompared = order->live ? order->files.volumes.isEmpty() : context.tuning().checksum.load();
    const bool verified = outcome.end == Outcome::End::Finished && isCompared;
    const Result<> kept = context.store().update([&](JobRecord &record) { record.copy = {last.done, last.total, last.wire, verified}; });
    if (outcome.end == Outcome::End::Failed)
        return explained(context, *outcome.error);
    if (outcome.end == Outcome::End::Stopped)
        return Error{ErrorCode::LinkLost, Retry::AfterWait, {peer->address.host}, QStringLiteral("stopped")};
    if (!kept)
        return kept;
    if (order->live)
        return context.set({{QStringLiteral("livePoint"), live.proved}});
    return context.source().verifyUnchanged(); // what was read must have been one state of the server
}

Result<> shutDownReceiver(StepContext &context)
{
    const Result<ReceiverPeer> peer = receiverPeer(context);
    if (!peer)
        return peer.error();
    const Result<> ended = context.surroundings().link->shutdown(*peer, context.stop());
    if (ended || context.stop().stop_requested() || !isLinkTrouble(ended.error()))
        return ended;
    // It ended in an earlier run, or it is gone: its data is on the disks since the copy finished, and the instance stops next.
    log::info("migrate", QStringLiteral("the receiver did not answer to shutdown"), {{QStringLiteral("job"), context.jobId()}});
    return ok();
}

Result<> stopInstance(StepContext &context)
{
    const QString id = context.text("instanceId");
    constexpr qint64 politeSeconds = 180;
    const QDateTime forceAfter = context.clock().now().addSecs(politeSeconds);
    bool asked = false;
    bool forced = false;
    return context.poll(QStringLiteral("StopInstance"), 15min, [&]() -> Result<bool> {
        const Result<QList<ecs::Instance>> found = context.cloud().ecs().describeInstances({id}, {}, context.stop());
        if (!found)
            return found.error();
        if (found->isEmpty())
            return Error{ErrorCode::TransitReleased, Retry::Never, {id}, {}};
        if (found->first().state == ecs::InstanceState::Stopped)
            return true;
        const bool force = context.clock().now() > forceAfter;
        if (!asked || (force && !forced)) {
            const Result<> stopped = context.cloud().ecs().stopInstance(id, force, context.stop());
            if (!stopped)
                return stopped.error();
            asked = true;
            forced = force;
        }
        return false;
    });
}

}
