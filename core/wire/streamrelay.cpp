#include "core/wire/streamrelay.h"

#include "core/wire/messages.h"

#include <QtEndian>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>
#include <unistd.h>

namespace edgelift::wire {

namespace {

using namespace std::chrono_literals;
constexpr qsizetype headSize = 8; // flags, uncompressed length
constexpr quint32 flagZstd = 1;
constexpr auto forEver = 0ms; // a program may think for hours; a dead peer is noticed by TCP
constexpr auto sendTimeout = 60s;
constexpr size_t queued = 4; // frames between packing and sending
using Clock = std::chrono::steady_clock;

/// A pipe nobody reads is an error of write() here, not the end of the process.
void ignoreBrokenPipes()
{
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool writeAll(int to, const char *data, size_t length)
{
    while (length > 0) {
        const ssize_t put = ::write(to, data, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        data += put;
        length -= size_t(put);
    }
    return true;
}

/// The plain bytes of a Stream message, in `buffer` when they were compressed.
Result<QByteArrayView> unpack(QByteArrayView payload, Decompressor &decompressor, std::vector<char> &buffer)
{
    if (payload.size() < headSize)
        return malformed(QStringLiteral("Stream of %1 bytes").arg(payload.size()));
    const quint32 flags = qFromLittleEndian<quint32>(payload.data());
    const quint32 length = qFromLittleEndian<quint32>(payload.data() + 4);
    const QByteArrayView bytes = payload.sliced(headSize);
    if (flags > flagZstd || length == 0 || length > maxStreamLength || (flags == 0 && bytes.size() != qsizetype(length)))
        return malformed(QStringLiteral("Stream with flags %1 and length %2").arg(flags).arg(length));
    if (flags == 0)
        return bytes;
    const std::span<char> out(buffer.data(), length);
    if (const Result<> unpacked = decompressor.decompress({bytes.data(), size_t(bytes.size())}, out); !unpacked)
        return unpacked.error();
    return QByteArrayView(out.data(), qsizetype(length));
}

}

StreamSender::StreamSender(FrameChannel &channel, Calls calls)
    : m_channel(channel)
    , m_calls(std::move(calls))
    , m_queue(queued)
{
}

Result<> StreamSender::run(int from, const std::stop_token &stop)
{
    Result<> sent = ok();
    Result<> packed = ok();
    {
        std::stop_source ended; // the connection's end is the packer's, too
        const std::stop_callback both(stop, [&ended] { ended.request_stop(); });
        const std::jthread sending([&] {
            const auto body = [&] { sent = send(ended.get_token()); };
            m_calls.enter ? m_calls.enter(body) : body();
            if (sent)
                return;
            m_channel.socket().interrupt(); // the other end's program waits for ours, and whoever hears it ends ours
            ended.request_stop();
        });
        packed = pack(from, ended.get_token());
        if (!packed)
            ended.request_stop();
        m_queue.close();
    }
    return packed ? sent : packed;
}

/// Reads what is there, packs it, hands it on.
Result<> StreamSender::pack(int from, const std::stop_token &stop)
{
    std::vector<char> plain(maxStreamLength);
    for (;;) {
        const auto begin = Clock::now();
        const ssize_t got = ::read(from, plain.data(), plain.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno != ECONNRESET)
            return Error{ErrorCode::FileUnreadable, Retry::AfterWait, {QStringLiteral("rsync")}, qt_error_string(errno)};
        if (got <= 0)
            return ok();
        if (m_calls.read && !m_calls.read(size_t(got)))
            return Error{ErrorCode::LinkLost, Retry::AfterWait, {}, QStringLiteral("stopped")};
        const auto read = Clock::now();
        Frame frame = frameOf({plain.data(), size_t(got)}, stop);
        const auto made = Clock::now();
        if (!m_queue.push(std::move(frame), stop))
            return ok(); // why is what send() says
        if (m_calls.packed)
            m_calls.packed({read - begin, made - read, Clock::now() - made});
    }
}

StreamSender::Frame StreamSender::frameOf(std::span<const char> plain, const std::stop_token &stop)
{
    Frame frame{std::vector<char>(headSize + compressedBound(plain.size())), plain.size()};
    const std::span<char> room(frame.bytes.data() + headSize, frame.bytes.size() - headSize);
    const size_t size = m_compressor.compress(plain, room, m_calls.level ? m_calls.level() : noCompression, stop);
    qToLittleEndian(size > 0 ? flagZstd : 0U, frame.bytes.data());
    qToLittleEndian(quint32(plain.size()), frame.bytes.data() + 4);
    if (size == 0)
        std::copy(plain.begin(), plain.end(), room.begin());
    frame.bytes.resize(headSize + (size > 0 ? size : plain.size()));
    return frame;
}

Result<> StreamSender::send(const std::stop_token &stop)
{
    for (;;) {
        const auto begin = Clock::now();
        const std::optional<Frame> frame = m_queue.pop(stop);
        if (!frame)
            break;
        const auto got = Clock::now();
        const QByteArrayView bytes(frame->bytes.data(), qsizetype(frame->bytes.size()));
        const Result<quint64> sent = m_channel.send(FrameType::Stream, {bytes}, sendTimeout, m_calls.admission);
        if (!sent)
            return sent.error();
        if (m_calls.sent)
            m_calls.sent(frame->plain);
        if (m_calls.took)
            m_calls.took(got - begin, Clock::now() - got);
    }
    if (stop.stop_requested())
        return Error{ErrorCode::LinkLost, Retry::AfterWait, {}, QStringLiteral("stopped")};
    const Result<quint64> sent = m_channel.send(FrameType::StreamEnd, {}, sendTimeout);
    return sent ? ok() : Result<>(sent.error());
}

Result<> receiveStream(FrameChannel &channel, int to, const std::function<void(quint64)> &onBytes)
{
    ignoreBrokenPipes();
    Decompressor decompressor;
    std::vector<char> buffer(maxStreamLength);
    for (bool open = true;;) {
        const Result<FrameChannel::Frame> frame = channel.receive(forEver, compressedBound(maxStreamLength) + headSize);
        if (!frame)
            return frame.error();
        if (frame->type == FrameType::Failure) {
            const Result<Failure> failure = decodeFailure(frame->payload);
            return failure ? failure->error : failure.error();
        }
        if (frame->type == FrameType::StreamEnd)
            return ok();
        if (frame->type != FrameType::Stream)
            return malformed(QStringLiteral("frame type %1 in a stream").arg(quint16(frame->type)));
        const Result<QByteArrayView> bytes = unpack(frame->payload, decompressor, buffer);
        if (!bytes)
            return bytes.error();
        open = open && writeAll(to, bytes->data(), size_t(bytes->size()));
        if (open && onBytes)
            onBytes(quint64(bytes->size()));
    }
}

}
