#include "core/wire/framechannel.h"

#include "core/wire/messages.h"

#include <array>
#include <new>
#include <utility>

namespace edgelift::wire {

namespace {
/// What is short enough goes into one record with the header: an Ack is one segment, not two.
constexpr qsizetype smallFrame = 1024;
constexpr size_t page = 4096;
constexpr size_t skew = page - fullDataHead; // of the payload's start within its page
}

std::span<char> PayloadBuffer::room(size_t length)
{
    if (length > m_size) {
        m_memory.reset(); // first: two large frames at once would double the peak
        m_size = 0;
        m_memory.reset(static_cast<char *>(std::aligned_alloc(page, (skew + length + page - 1) / page * page)));
        if (!m_memory)
            throw std::bad_alloc();
        m_size = length;
    }
    return {m_memory.get() + skew, length};
}

FrameChannel::FrameChannel(std::unique_ptr<TlsSocket> socket)
    : m_socket(std::move(socket))
{
}

Result<quint64> FrameChannel::send(
    FrameType type, std::initializer_list<QByteArrayView> parts, Milliseconds timeout, const Admission &admission)
{
    qsizetype length = 0;
    for (const QByteArrayView part : parts)
        length += part.size();
    if (length > qsizetype(maxPayload))
        return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("a payload of %1 bytes cannot be sent").arg(length)};
    const quint16 version = m_version.load() != 0 ? m_version.load() : ourVersions.newest;
    const auto header = encode(FrameHeader{version, type, m_nextSent, quint32(length)});

    QByteArray small(header.data(), headerSize); // goes in one record with the small parts at its beginning
    bool gathering = true;
    Result<> written = ok();
    for (const QByteArrayView part : parts) {
        gathering = gathering && small.size() + part.size() <= smallFrame;
        if (gathering) {
            small.append(part);
            continue;
        }
        if (!small.isEmpty() && written)
            written = write(std::exchange(small, {}), timeout, admission, TlsSocket::Flush::Later);
        if (written)
            written = write(part, timeout, admission, TlsSocket::Flush::Now);
    }
    if (!small.isEmpty() && written)
        written = write(small, timeout, admission, TlsSocket::Flush::Now);
    if (!written)
        return written.error();
    return m_nextSent++;
}

Result<> FrameChannel::write(QByteArrayView bytes, Milliseconds timeout, const Admission &admission, TlsSocket::Flush flush)
{
    while (!bytes.isEmpty()) {
        const size_t granted = admission ? admission(size_t(bytes.size())) : size_t(bytes.size());
        if (granted == 0)
            return Error{ErrorCode::LinkLost, Retry::AfterWait, {m_socket->peer()}, QStringLiteral("stopped by this side")};
        const QByteArrayView piece = bytes.first(std::min(bytes.size(), qsizetype(granted)));
        if (Result<> written = m_socket->writeAll({piece.data(), size_t(piece.size())}, timeout, flush); !written)
            return written;
        bytes = bytes.sliced(piece.size());
    }
    return ok();
}

Result<FrameChannel::Frame> FrameChannel::receive(Milliseconds timeout, quint32 limit)
{
    for (;;) {
        std::array<char, headerSize> raw{};
        if (const Result<> read = m_socket->readExactly(raw, timeout); !read)
            return read.error();
        const Result<FrameHeader> header = decode(QByteArrayView(raw.data(), headerSize));
        if (!header)
            return header.error();
        if (header->sequence != m_nextReceived)
            return malformed(QStringLiteral("sequence %1 instead of %2").arg(header->sequence).arg(m_nextReceived));
        ++m_nextReceived;
        if (m_version.load() != 0 && header->version != m_version.load())
            return malformed(QStringLiteral("version %1 after negotiation").arg(header->version));
        if (!isKnown(header->type)) {
            if (quint16(header->type) < firstSkippableType)
                return malformed(QStringLiteral("unknown frame type %1").arg(quint16(header->type)));
            if (const Result<> skipped = skip(header->length, timeout); !skipped)
                return skipped.error();
            continue;
        }
        if (header->length > limit)
            return malformed(QStringLiteral("payload of %1 bytes is over %2").arg(header->length).arg(limit));
        const std::span<char> into = m_payload.room(header->length);
        if (const Result<> read = m_socket->readExactly(into, timeout); !read)
            return read.error();
        return Frame{header->type, header->sequence, QByteArrayView(into.data(), qsizetype(into.size()))};
    }
}

Result<> FrameChannel::skip(quint32 length, Milliseconds timeout)
{
    std::array<char, 4096> scrap{};
    while (length > 0) {
        const size_t piece = std::min<size_t>(length, scrap.size());
        if (Result<> read = m_socket->readExactly({scrap.data(), piece}, timeout); !read)
            return read;
        length -= quint32(piece);
    }
    return ok();
}

}
