#include "testclient.h"

#include "core/wire/codec.h"

namespace edgelift::receiver::test {

namespace {

using namespace std::chrono_literals;
constexpr auto patience = 10s;

std::span<const char> spanOf(const QByteArray &bytes) { return {bytes.constData(), size_t(bytes.size())}; }

}

TestClient::TestClient(const Address &address, wire::Port port)
{
    const Result<wire::TlsContext> context = wire::TlsContext::make(address.keys, address.receiverPin);
    if (!context) {
        m_error = context.error();
        return;
    }
    Result<std::unique_ptr<wire::TlsSocket>> socket =
        wire::TlsSocket::connect(QStringLiteral("127.0.0.1"), address.port, *context, patience, {});
    if (!socket) {
        m_error = socket.error();
        return;
    }
    m_channel = std::make_unique<wire::FrameChannel>(socket.take());
    const Result<wire::Welcome> welcome = wire::greet(*m_channel, {wire::ourVersions, address.job, port}, patience);
    if (welcome)
        m_welcome = *welcome;
    else
        m_error = welcome.error();
}

Result<QJsonObject> TestClient::ask(const QString &method, const QJsonObject &params)
{
    const quint64 id = ++m_request;
    if (const auto sent = m_channel->send(wire::FrameType::Request, {wire::encode(wire::Request{id, method, params})}, patience); !sent)
        return sent.error();
    const Result<wire::FrameChannel::Frame> frame = m_channel->receive(patience);
    if (!frame)
        return frame.error();
    if (frame->type == wire::FrameType::Failure) {
        const Result<wire::Failure> failure = wire::decodeFailure(frame->payload);
        return failure ? failure->error : failure.error();
    }
    const Result<wire::Reply> reply = wire::decodeReply(frame->payload);
    if (!reply)
        return reply.error();
    if (frame->type != wire::FrameType::Reply || reply->id != id)
        return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("an answer to something else")};
    return reply->result;
}

quint64 TestClient::put(wire::FrameType type, const QByteArray &payload)
{
    const Result<quint64> sent = m_channel->send(type, {payload}, patience);
    return sent ? *sent : 0;
}

Result<quint64> TestClient::nextAck(std::chrono::milliseconds timeout)
{
    const Result<wire::FrameChannel::Frame> frame = m_channel->receive(timeout);
    if (!frame)
        return frame.error();
    if (frame->type == wire::FrameType::Failure) {
        const Result<wire::Failure> failure = wire::decodeFailure(frame->payload);
        return failure ? failure->error : failure.error();
    }
    const Result<wire::AckMessage> ack = wire::decodeAck(frame->payload);
    return ack ? Result<quint64>(ack->upTo) : ack.error();
}

Result<> TestClient::waitForAck(quint64 sequence)
{
    for (;;) {
        const Result<quint64> upTo = nextAck();
        if (!upTo)
            return upTo.error();
        if (*upTo >= sequence)
            return ok();
    }
}

ErrorCode TestClient::failure()
{
    for (;;) {
        const Result<quint64> upTo = nextAck();
        if (!upTo)
            return upTo.error().code;
    }
}

QByteArray dataPayload(quint32 disk, quint64 epoch, quint64 offset, const QByteArray &bytes, int level)
{
    wire::DataHead head;
    head.disk = disk;
    head.epoch = epoch;
    head.offset = offset;
    head.length = quint32(bytes.size());
    head.extents = (head.length + wire::extentSize - 1) / wire::extentSize;
    for (quint32 i = 0; i < head.extents; ++i)
        head.digests[i] = wire::digestOf(spanOf(bytes).subspan(size_t(i) * wire::extentSize, head.extentLength(i)));
    QByteArray packed(qsizetype(wire::compressedBound(size_t(bytes.size()))), '\0');
    wire::Compressor compressor;
    const size_t length = compressor.compress(spanOf(bytes), {packed.data(), size_t(packed.size())}, level);
    head.compressed = length > 0;
    return wire::encode(head) + (head.compressed ? packed.left(qsizetype(length)) : bytes);
}

QByteArray zeroPayload(quint32 disk, quint64 epoch, quint64 offset, quint64 length)
{
    return wire::encode(wire::ZeroMessage{disk, epoch, offset, length});
}

}
