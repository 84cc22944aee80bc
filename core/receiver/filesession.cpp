#include "core/receiver/filesession.h"

#include "core/base/childprocess.h"
#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/base/loopdevice.h"
#include "core/guest/btrfssubvolumes.h"
#include "core/guest/guestmounts.h"
#include "core/receiver/build/filesystemmaker.h"
#include "core/receiver/files/onlyplace.h"
#include "core/receiver/files/rsyncarguments.h"
#include "core/receiver/files/volumeroom.h"
#include "core/receiver/session.h"
#include "core/wire/greeting.h"
#include "core/wire/streamrelay.h"
#include "core/wire/strictreader.h"

#include <algorithm>
#include <thread>

namespace edgelift::receiver {

namespace {

using namespace std::chrono_literals;
constexpr auto requestTimeout = 60s;
constexpr auto replyTimeout = 60s;
constexpr int compression = 1; // of what rsync answers: little, and the source's processor is the busy one
constexpr qsizetype argumentsMost = 64;

constexpr qsizetype textMost = 4096; // bytes of what is passed on from standard error

/// How the program ended.
struct RsyncEnd
{
    int exitCode = 0;
    QByteArray text; // the end of what it said on standard error
};

struct Wanted
{
    quint64 id = 0; // of the request
    TargetDisk *disk = nullptr;
    TargetVolume volume;
    QStringList arguments;
    bool last = false; // nothing follows for this volume
};

Error refused(const QString &why) { return {ErrorCode::RequestMalformed, Retry::Never, {why}, {}}; }

Result<Wanted> wantedBy(const wire::Request &request, Target &target, const build::TargetBuilder &builder)
{
    if (request.method != wire::method::files)
        return refused(QStringLiteral("There is no method “%1”.").arg(request.method));
    wire::StrictReader reader(request.params);
    const quint32 index = quint32(reader.number("disk", 0, wire::maxDisks - 1));
    const QString source = reader.text("volume", 1, 4096);
    Wanted wanted;
    wanted.id = request.id;
    wanted.last = reader.boolean("last", false);
    for (const QJsonValue &word : reader.array("arguments", 0, argumentsMost))
        wanted.arguments.append(word.toString());
    if (const Result<bool> good = reader.finish(true); !good)
        return good.error();
    const Result<std::optional<TargetImage>> image = builder.built(target.epoch());
    if (!image)
        return image.error();
    const TargetDiskLayout *layout = *image ? (*image)->disk(index) : nullptr;
    wanted.disk = target.disk(index);
    if (!layout || !wanted.disk)
        return Error{ErrorCode::EpochUnknown, Retry::AfterWait, {}, QStringLiteral("disk %1 is not built").arg(index)};
    for (const TargetVolume &volume : layout->volumes) {
        if (volume.source == source && volume.content == TargetContent::Files)
            wanted.volume = volume;
    }
    return wanted.volume.source.isEmpty() ? Result<Wanted>(refused(source)) : wanted;
}

QString nameOf(const TargetVolume &volume) { return volume.mountPoint.isEmpty() ? volume.source : volume.mountPoint; }

/// rsync's whole life, with its bytes going to and fro.
Result<RsyncEnd> relay(wire::FrameChannel &channel, ChildProcess &rsync, const std::stop_token &stop)
{
    const std::stop_callback onStop(stop, [&rsync] { rsync.kill(); });
    RsyncEnd end;
    std::jthread errors([&] { end.text = ChildProcess::readLast(rsync.errors(), textMost); });
    Result<> answered = ok();
    std::jthread answering([&] {
        wire::StreamSender::Calls calls;
        calls.level = [] { return compression; };
        wire::StreamSender sender(channel, std::move(calls));
        answered = sender.run(rsync.output(), stop);
    });
    const Result<> asked = wire::receiveStream(channel, rsync.input());
    rsync.closeInput();
    if (!asked)
        rsync.kill();
    answering.join();
    errors.join();
    if (!asked || !answered)
        return asked ? answered.error() : asked.error();
    end.exitCode = rsync.wait();
    return end;
}

/// What is said about it, once it is all on the disk.
Result<RsyncEnd> settled(const Wanted &wanted, const QString &mounted, GuestMounts &mounts, const RsyncEnd &end)
{
    const Result<> written = end.exitCode == 0 ? mounts.writeBack({}) : ok();
    if (!written && written.error().code == ErrorCode::NoSpace)
        return Error{ErrorCode::TargetFilesystemFull, Retry::AfterUserAction, {nameOf(wanted.volume)}, written.error().detail};
    if (!written)
        return written.error();
    if (end.exitCode != 0 && files::isFull(mounted))
        return Error{ErrorCode::TargetFilesystemFull, Retry::AfterUserAction, {nameOf(wanted.volume)}, QString::fromUtf8(end.text)};
    if (const int number = files::syncFilesystem(mounted))
        return wanted.disk->failed(ErrorCode::TargetWriteFailed, number);
    return end;
}

Result<RsyncEnd> fill(
    wire::FrameChannel &channel, const Wanted &wanted, const QString &device, GuestMounts &mounts, const std::stop_token &stop)
{
    mounts.setAccess(GuestAccess::Writable);
    const Result<QString> mounted = mounts.mount(device, wanted.volume.fs, topOption(wanted.volume.fs), nameOf(wanted.volume));
    if (!mounted)
        return mounted.error();
    const Result<QStringList> arguments = files::serverArguments(wanted.arguments, *mounted);
    if (!arguments)
        return arguments.error();
    files::makeOnlyPlaceToWrite(*mounted);
    Result<ChildProcess> rsync = ChildProcess::start({QStringLiteral("rsync"), *arguments, {}, true, -1});
    if (!rsync)
        return rsync.error();
    const Result<quint64> begun = channel.send(wire::FrameType::Reply, {wire::encode(wire::Reply{wanted.id, {}})}, replyTimeout);
    if (!begun)
        return begun.error();
    const Result<RsyncEnd> end = relay(channel, *rsync, stop);
    return end ? settled(wanted, *mounted, mounts, *end) : end;
}

Result<RsyncEnd> serve(wire::FrameChannel &channel, const Wanted &wanted, const QString &folder, const std::stop_token &stop)
{
    const Result<LoopDevice> device =
        LoopDevice::attach(wanted.disk->medium().path(), wanted.volume.offset, wanted.volume.size, LoopDevice::Access::ReadWrite);
    if (!device)
        return device.error();
    Result<RsyncEnd> end = RsyncEnd();
    const Result<> done = inPrivateMounts(folder, [&](GuestMounts &mounts) { end = fill(channel, wanted, device->path(), mounts, stop); });
    if (!done)
        return done.error();
    if (end && end->exitCode == 0 && wanted.last) {
        if (const Result<> named = build::finishUuid(device->path(), wanted.volume, folder, stop); !named)
            return named.error();
    }
    const Result<> flushed = end ? wanted.disk->flushOthers() : ok();
    return flushed ? end : flushed.error();
}

}

void serveFiles(wire::FrameChannel &channel, TargetKeeper::Writer &writer, const build::TargetBuilder &builder, const QString &folder,
    const std::stop_token &stop)
{
    const Result<wire::FrameChannel::Frame> frame = channel.receive(requestTimeout, wire::maxJsonPayload);
    if (!frame)
        return;
    const Result<wire::Request> request = frame->type == wire::FrameType::Request
        ? wire::decodeRequest(frame->payload)
        : wire::malformed(QStringLiteral("frame type %1 instead of Request").arg(quint16(frame->type)));
    const Result<Wanted> wanted = request ? wantedBy(*request, writer.target(), builder) : request.error();
    const Result<RsyncEnd> end = wanted ? serve(channel, *wanted, folder, stop) : wanted.error();
    if (!end) {
        log::warning("receiver", QStringLiteral("files were not taken"), {{QStringLiteral("why"), logLine(end.error())}});
        return refuseAndLeave(channel, end.error());
    }
    log::info("receiver", QStringLiteral("files taken"),
        {{QStringLiteral("volume"), wanted->volume.source}, {QStringLiteral("exitCode"), end->exitCode}});
    const wire::Reply reply{
        wanted->id, {{QStringLiteral("exitCode"), end->exitCode}, {QStringLiteral("text"), QString::fromUtf8(end->text)}}};
    if (channel.send(wire::FrameType::Reply, {wire::encode(reply)}, replyTimeout))
        channel.socket().finishSending();
}

}
