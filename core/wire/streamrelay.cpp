#include "core/wire/streamrelay.h"

#include "core/wire/messages.h"

#include <QtEndian>
#include <cerrno>
#include <csignal>
#include <unistd.h>
#include <vector>

namespace edgelift::wire {

namespace {

using namespace std::chrono_literals;
constexpr qsizetype headSize = 8; // flags, uncompressed length
constexpr quint32 flagZstd = 1;
constexpr auto forEver = 0ms; // a program may think for hours; a dead peer is noticed by TCP
constexpr auto sendTimeout = 60s;

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

Result<> StreamSender::run(int from, const std::stop_token &stop)
{
    std::vector<char> plain(maxStreamLength);
    std::vector<char> packed(compressedBound(maxStreamLength));
    for (;;) {
        const ssize_t got = ::read(from, plain.data(), plain.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno != ECONNRESET)
            return Error{ErrorCode::FileUnreadable, Retry::AfterWait, {QStringLiteral("rsync")}, qt_error_string(errno)};
        if (got <= 0)
            break;
        const std::span<const char> bytes(plain.data(), size_t(got));
        const size_t size = m_compressor.compress(bytes, packed, m_level ? m_level() : noCompression, stop);
        std::array<char, headSize> head{};
        qToLittleEndian(size > 0 ? flagZstd : 0U, head.data());
        qToLittleEndian(quint32(got), head.data() + 4);
        const QByteArrayView body = size > 0 ? QByteArrayView(packed.data(), qsizetype(size)) : QByteArrayView(bytes.data(), got);
        const Result<quint64> sent =
            m_channel.send(FrameType::Stream, {QByteArrayView(head.data(), headSize), body}, sendTimeout, m_admission);
        if (!sent)
            return sent.error();
        if (m_observer)
            m_observer(quint64(got));
    }
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
