#include "core/stream/receiverclient.h"

#include <QSet>
#include <algorithm>

namespace edgelift {

namespace {
using namespace std::chrono_literals;
constexpr std::chrono::milliseconds connectTimeout = 10s;
constexpr std::chrono::milliseconds quickCall = 60s;
constexpr std::chrono::milliseconds prepareCall = 120s; // waits for disks to appear
constexpr std::chrono::milliseconds mediumCall = 600s; // reads or flushes disks
constexpr std::chrono::milliseconds buildCall = 3600s; // clears disks that were begun before
constexpr std::chrono::milliseconds convertCall = 3600s; // an initramfs for each of many kernels, on a small instance

/// Exactly the disks that were asked for, none smaller than it must be. The decoder saw to it that none comes twice.
bool isAbout(const wire::PrepareResult &result, const wire::PrepareParams &params)
{
    const auto fits = [&params](const wire::PreparedDisk &disk) {
        return std::any_of(params.disks.begin(), params.disks.end(),
            [&disk](const wire::PrepareDisk &asked) { return asked.index == disk.index && disk.size >= asked.size; });
    };
    return result.disks.size() == params.disks.size() && std::all_of(result.disks.begin(), result.disks.end(), fits);
}

bool isAbout(const wire::VerifyResult &result, const wire::VerifyParams &params)
{
    QSet<quint64> asked;
    for (const wire::VerifyExtent &extent : params.extents)
        asked.insert(extent.index);
    return std::all_of(result.different.begin(), result.different.end(), [&asked](quint64 index) { return asked.contains(index); });
}
}

ReceiverClient::ReceiverClient(std::unique_ptr<wire::FrameChannel> channel, wire::Welcome welcome)
    : m_channel(std::move(channel))
    , m_welcome(welcome)
{
}

Result<std::unique_ptr<ReceiverClient>> ReceiverClient::connect(
    const ReceiverAddress &address, const wire::TlsContext &context, std::stop_token stop, std::shared_ptr<std::atomic<quint64>> sentBytes)
{
    auto socket = wire::TlsSocket::connect(address.host, address.controlPort, context, connectTimeout, std::move(stop));
    if (!socket)
        return socket.error();
    auto channel = std::make_unique<wire::FrameChannel>(socket.take());
    channel->socket().countSentIn(std::move(sentBytes));
    const Result<wire::Welcome> welcome = wire::greet(*channel, {wire::ourVersions, address.job, wire::Port::Control}, connectTimeout);
    if (!welcome)
        return welcome.error();
    return std::unique_ptr<ReceiverClient>(new ReceiverClient(std::move(channel), *welcome));
}

Result<QJsonObject> ReceiverClient::call(QLatin1String method, const QJsonObject &params, std::chrono::milliseconds timeout)
{
    const wire::Request request{m_nextId++, method, params};
    if (const Result<quint64> sent = m_channel->send(wire::FrameType::Request, {wire::encode(request)}, quickCall); !sent)
        return sent.error();
    const Result<wire::FrameChannel::Frame> frame = m_channel->receive(timeout, wire::maxJsonPayload);
    if (!frame)
        return frame.error();
    if (frame->type == wire::FrameType::Failure) {
        const Result<wire::Failure> failure = wire::decodeFailure(frame->payload);
        return failure ? failure->error : failure.error();
    }
    if (frame->type != wire::FrameType::Reply)
        return wire::malformed(QStringLiteral("frame type %1 instead of Reply").arg(quint16(frame->type)));
    const Result<wire::Reply> reply = wire::decodeReply(frame->payload);
    if (!reply)
        return reply.error();
    if (reply->id != request.id)
        return wire::malformed(QStringLiteral("reply to request %1, not %2").arg(reply->id).arg(request.id));
    return reply->result;
}

Result<wire::PrepareResult> ReceiverClient::prepare(const wire::PrepareParams &params)
{
    const Result<QJsonObject> result = call(wire::method::prepare, wire::toJson(params), prepareCall);
    if (!result)
        return result.error();
    Result<wire::PrepareResult> prepared = wire::prepareResult(*result);
    if (prepared && !isAbout(*prepared, params))
        return wire::malformed(QStringLiteral("prepare was answered with other disks than those asked for"));
    return prepared;
}

Result<wire::StatusResult> ReceiverClient::status()
{
    const Result<QJsonObject> result = call(wire::method::status, {}, quickCall);
    return result ? wire::statusResult(*result) : result.error();
}

Result<QList<quint64>> ReceiverClient::verify(const wire::VerifyParams &params)
{
    const Result<QJsonObject> result = call(wire::method::verify, wire::toJson(params), mediumCall);
    if (!result)
        return result.error();
    const Result<wire::VerifyResult> verified = wire::verifyResult(*result);
    if (!verified)
        return verified.error();
    if (!isAbout(*verified, params))
        return wire::malformed(QStringLiteral("verify was answered with extents that were not asked for"));
    return verified->different;
}

Result<QByteArray> ReceiverClient::read(const wire::ReadParams &params)
{
    const Result<QJsonObject> result = call(wire::method::read, wire::toJson(params), quickCall);
    if (!result)
        return result.error();
    const Result<wire::ReadResult> read = wire::readResult(*result);
    if (!read)
        return read.error();
    if (read->bytes.size() != qsizetype(params.length))
        return wire::malformed(QStringLiteral("%1 bytes read instead of %2").arg(read->bytes.size()).arg(params.length));
    return read->bytes;
}

Result<> ReceiverClient::commit(const wire::CommitParams &params)
{
    const Result<QJsonObject> result = call(wire::method::commit, wire::toJson(params), mediumCall);
    if (!result)
        return result.error();
    const Result<wire::CommitParams> signedOff = wire::commitParams(*result);
    if (!signedOff)
        return signedOff.error();
    const bool same = signedOff->epoch == params.epoch && signedOff->round == params.round && signedOff->blocks == params.blocks
        && signedOff->manifest == params.manifest;
    return same ? ok() : Result<>(wire::malformed(QStringLiteral("commit was answered with another point")));
}

Result<> ReceiverClient::build(quint64 epoch, const QJsonObject &image)
{
    if (m_welcome.version < wire::buildVersion)
        return Error{ErrorCode::ReceiverVersion, Retry::AfterUserAction, {QString::number(m_welcome.version)}, {}};
    const Result<QJsonObject> result =
        call(wire::method::build, {{QStringLiteral("epoch"), QString::number(epoch)}, {QStringLiteral("image"), image}}, buildCall);
    return result ? ok() : result.error();
}

Result<> ReceiverClient::finish(const wire::FinishParams &params)
{
    const Result<QJsonObject> result = call(wire::method::finish, wire::toJson(params), mediumCall);
    return result ? ok() : result.error();
}

Result<QJsonObject> ReceiverClient::convert(const QJsonObject &order) { return call(wire::method::convert, order, convertCall); }

Result<> ReceiverClient::shutdown()
{
    const Result<QJsonObject> result = call(wire::method::shutdown, {}, mediumCall);
    return result ? ok() : result.error();
}

}
