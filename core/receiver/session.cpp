#include "core/receiver/session.h"

#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/layout/targetimagejson.h"
#include "core/receiver/acknowledger.h"
#include "core/receiver/alignedbuffer.h"
#include "core/receiver/verifier.h"
#include "core/wire/greeting.h"

#include <chrono>

namespace edgelift::receiver {

namespace {

using namespace std::chrono_literals;
using wire::FrameType;
constexpr auto forEver = 0ms; // a dead peer is noticed by TCP
constexpr auto sendTimeout = 60s;
constexpr auto farewell = 3s;

Result<TargetDisk *> diskOf(const std::shared_ptr<Target> &target, quint32 index)
{
    TargetDisk *disk = target ? target->disk(index) : nullptr;
    if (!disk)
        return Error{ErrorCode::EpochUnknown, Retry::AfterWait, {}, QStringLiteral("disk %1 is not prepared").arg(index)};
    return disk;
}

Result<QJsonObject> prepare(TargetKeeper &keeper, const QJsonObject &object)
{
    const Result<wire::PrepareParams> params = wire::prepareParams(object);
    if (!params)
        return params.error();
    const Result<wire::PrepareResult> prepared = keeper.prepare(*params);
    if (!prepared)
        return prepared.error();
    log::info("receiver", QStringLiteral("prepared"),
        {{QStringLiteral("epoch"), QString::number(params->epoch)}, {QStringLiteral("disks"), prepared->disks.size()}});
    return wire::toJson(*prepared);
}

Result<QJsonObject> verify(const std::shared_ptr<Target> &target, const QJsonObject &object, const std::stop_token &stop)
{
    const Result<wire::VerifyParams> params = wire::verifyParams(object);
    if (!params)
        return params.error();
    const Result<TargetDisk *> disk = diskOf(target, params->disk);
    if (!disk)
        return disk.error();
    const quint64 changesBefore = target->changes();
    const Result<QList<quint64>> different = differingExtents(**disk, params->extents, params->blockSize, stop);
    if (!different)
        return different.error();
    target->noteReadBack(changesBefore, *params, *different);
    return wire::toJson(wire::VerifyResult{*different});
}

/// What the medium holds: so that the sender can look at the filesystems of a point without our knowing any.
Result<QJsonObject> read(const std::shared_ptr<Target> &target, const QJsonObject &object)
{
    const Result<wire::ReadParams> params = wire::readParams(object);
    if (!params)
        return params.error();
    const Result<TargetDisk *> disk = diskOf(target, params->disk);
    if (!disk)
        return disk.error();
    if (const Result<> inside = (*disk)->inside(params->offset, params->length); !inside)
        return inside.error();
    if (const Result<> flushed = (*disk)->flush(); !flushed)
        return flushed.error();
    const AlignedBuffer buffer(wire::maxReadLength);
    const std::span<char> bytes = buffer.first(params->length);
    if (const int number = (*disk)->medium().read(bytes, params->offset))
        return (*disk)->failed(ErrorCode::TargetReadFailed, number);
    return wire::toJson(wire::ReadResult{QByteArray(bytes.data(), qsizetype(bytes.size()))});
}

Result<QJsonObject> commit(TargetKeeper &keeper, const QJsonObject &object)
{
    const Result<wire::CommitParams> params = wire::commitParams(object);
    if (!params)
        return params.error();
    if (const Result<> committed = keeper.commit(*params); !committed)
        return committed.error();
    log::info("receiver", QStringLiteral("point signed off"),
        {{QStringLiteral("round"), qint64(params->round)}, {QStringLiteral("blocks"), qint64(params->blocks)},
            {QStringLiteral("manifest"), QString::fromLatin1(wire::toHex(params->manifest))}});
    return wire::toJson(*params);
}

build::BuildDisk buildDisk(TargetDisk &disk)
{
    return {disk.medium().path(), [&disk] { return disk.clear(); }, [&disk] { return disk.flushOthers(); }};
}

/// Tables, volume groups and new filesystems of the disks that do not stay as the source's are.
Result<QJsonObject> buildDisks(TargetKeeper &keeper, const QJsonObject &object, const std::stop_token &stop)
{
    const quint64 epoch = object.value(QLatin1String("epoch")).toString().toULongLong();
    const Result<TargetImage> image = targetImageFromJson(object.value(QLatin1String("image")).toObject());
    if (!image)
        return image.error();
    const std::shared_ptr<Target> target = keeper.target();
    if (!target || target->epoch() != epoch)
        return Error{ErrorCode::EpochUnknown, Retry::AfterWait, {}, QStringLiteral("this epoch is not prepared")};
    const auto find = [&target](quint32 index) -> Result<build::BuildDisk> {
        const Result<TargetDisk *> disk = diskOf(target, index);
        return disk ? Result<build::BuildDisk>(buildDisk(**disk)) : disk.error();
    };
    if (const Result<> built = keeper.builder().build(epoch, *image, find, stop); !built)
        return built.error();
    return QJsonObject();
}

Result<QJsonObject> finish(const std::shared_ptr<Target> &target, const QJsonObject &object)
{
    const Result<wire::FinishParams> params = wire::finishParams(object);
    if (!params)
        return params.error();
    const Result<TargetDisk *> disk = diskOf(target, params->disk);
    if (!disk)
        return disk.error();
    if (const Result<> finished = (*disk)->finish(params->relocateGpt); !finished)
        return finished.error();
    log::info("receiver", QStringLiteral("disk finished"), {{QStringLiteral("serial"), (*disk)->serial()}});
    return QJsonObject();
}

Result<QJsonObject> convert(TargetKeeper &keeper, const QJsonObject &object, const std::stop_token &stop)
{
    const Result<ConvertOrder> order = convertOrderFromJson(object);
    if (!order)
        return wire::malformed(QStringLiteral("bad or missing “%1”").arg(order.error().args.join(QLatin1String(", "))));
    return keeper.convert(*order, stop);
}

Result<QJsonObject> answer(const wire::Request &request, TargetKeeper &keeper, const std::stop_token &stop)
{
    if (request.method == wire::method::prepare)
        return prepare(keeper, request.params);
    if (request.method == wire::method::status)
        return wire::toJson(keeper.status());
    if (request.method == wire::method::verify)
        return verify(keeper.target(), request.params, stop);
    if (request.method == wire::method::read)
        return read(keeper.target(), request.params);
    if (request.method == wire::method::commit)
        return commit(keeper, request.params);
    if (request.method == wire::method::build)
        return buildDisks(keeper, request.params, stop);
    if (request.method == wire::method::finish)
        return finish(keeper.target(), request.params);
    if (request.method == wire::method::convert)
        return convert(keeper, request.params, stop);
    if (request.method == wire::method::shutdown) {
        const Result<> flushed = keeper.flush();
        return flushed ? Result<QJsonObject>(QJsonObject()) : flushed.error();
    }
    return Error{ErrorCode::RequestMalformed, Retry::Never, {QStringLiteral("There is no method “%1”.").arg(request.method)}, {}};
}

/// The next request. Error: why the session cannot go on.
Result<wire::Request> nextRequest(wire::FrameChannel &channel)
{
    const Result<wire::FrameChannel::Frame> frame = channel.receive(forEver, wire::maxJsonPayload);
    if (!frame)
        return frame.error();
    if (frame->type != FrameType::Request)
        return wire::malformed(QStringLiteral("frame type %1 on the control port").arg(quint16(frame->type)));
    return wire::decodeRequest(frame->payload);
}

void logEnd(const char *what, const wire::FrameChannel &channel, const Error &error)
{
    log::info("receiver", QString::fromLatin1(what),
        {{QStringLiteral("peer"), channel.socket().peer()}, {QStringLiteral("why"), logLine(error)}});
}

Result<BlockWriter::Written> put(BlockWriter &blocks, const wire::FrameChannel::Frame &frame)
{
    switch (frame.type) {
    case FrameType::Data:
        return blocks.data(frame.payload);
    case FrameType::Zero:
        return blocks.zero(frame.payload);
    case FrameType::Finish:
        return BlockWriter::Written{};
    case FrameType::Hello:
    case FrameType::Welcome:
    case FrameType::Request:
    case FrameType::Reply:
    case FrameType::Failure:
    case FrameType::Ack:
    case FrameType::Stream:
    case FrameType::StreamEnd:
        break;
    }
    return wire::malformed(QStringLiteral("frame type %1 on the data port").arg(quint16(frame.type)));
}

}

void refuseAndLeave(wire::FrameChannel &channel, const Error &error)
{
    wire::refuse(channel, error);
    channel.socket().finishSending();
    std::array<char, 16384> scrap{};
    for (const auto end = std::chrono::steady_clock::now() + farewell; std::chrono::steady_clock::now() < end;) {
        if (!channel.socket().readExactly(scrap, farewell))
            return;
    }
}

void serveControl(wire::FrameChannel &channel, TargetKeeper &keeper, const std::function<void()> &shutDown, const std::stop_token &stop)
{
    while (!stop.stop_requested()) {
        const Result<wire::Request> request = nextRequest(channel);
        if (!request) {
            logEnd("control session ended", channel, request.error());
            if (request.error().code == ErrorCode::FrameMalformed)
                refuseAndLeave(channel, request.error());
            return;
        }
        const Result<QJsonObject> result = answer(*request, keeper, stop);
        if (!result) {
            log::warning("receiver", QStringLiteral("request refused"),
                {{QStringLiteral("method"), request->method}, {QStringLiteral("why"), logLine(result.error())}});
            wire::refuse(channel, result.error(), request->id);
            continue;
        }
        const Result<quint64> sent = channel.send(FrameType::Reply, {wire::encode(wire::Reply{request->id, *result})}, sendTimeout);
        if (!sent)
            return logEnd("control session ended", channel, sent.error());
        if (request->method == wire::method::shutdown) {
            channel.socket().finishSending();
            return shutDown();
        }
    }
}

void serveData(wire::FrameChannel &channel, TargetKeeper::Writer &writer, const std::stop_token &stop)
{
    BlockWriter blocks(writer.target());
    Acknowledger acknowledger(channel);
    while (!stop.stop_requested()) { // asked here too: while data keeps coming, receive() never waits
        const Result<wire::FrameChannel::Frame> frame = channel.receive(forEver);
        const Result<BlockWriter::Written> written = frame ? put(blocks, *frame) : Result<BlockWriter::Written>(frame.error());
        if (!written) {
            const std::optional<Error> told = acknowledger.abandon();
            logEnd("data session ended", channel, told.value_or(written.error()));
            const bool gone = written.error().code == ErrorCode::LinkLost || written.error().code == ErrorCode::LinkStalled;
            if (!told && !gone)
                refuseAndLeave(channel, written.error());
            return;
        }
        acknowledger.wrote(frame->sequence, *written);
        if (frame->type != FrameType::Finish)
            continue;
        const Result<> confirmed = acknowledger.finish();
        if (!confirmed)
            return logEnd("data session ended", channel, confirmed.error());
        channel.socket().finishSending();
        return;
    }
}

}
