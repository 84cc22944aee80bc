#include "core/wire/framechannel.h"

#include <array>

namespace edgelift::wire {

namespace {
/// What fits into one record together with the header is sent as one: an Ack is one segment, not two.
constexpr qsizetype smallFrame = 1024;
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

    QByteArray first(header.data(), headerSize);
    const bool small = length <= smallFrame;
    for (const QByteArrayView part : parts) {
        if (small)
            first.append(part);
    }
    Result<> written = write(first, timeout, admission);
    for (const QByteArrayView part : parts) {
        if (!small && written)
            written = write(part, timeout, admission);
    }
    if (!written)
        return written.error();
    return m_nextSent++;
}

Result<> FrameChannel::write(QByteArrayView bytes, Milliseconds timeout, const Admission &admission)
{
    while (!bytes.isEmpty()) {
        const QByteArrayView piece = bytes.first(std::min(bytes.size(), qsizetype(TlsSocket::recordSize)));
        if (admission && !admission(size_t(piece.size()) + TlsSocket::recordOverhead))
            return Error{ErrorCode::LinkLost, Retry::AfterWait, {m_socket->peer()}, QStringLiteral("stopped by this side")};
        if (Result<> written = m_socket->writeAll({piece.data(), size_t(piece.size())}, timeout); !written)
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
        if (m_payload.size() < qsizetype(header->length))
            m_payload.resize(qsizetype(header->length));
        const std::span<char> into(m_payload.data(), header->length);
        if (const Result<> read = m_socket->readExactly(into, timeout); !read)
            return read.error();
        return Frame{header->type, header->sequence, QByteArrayView(m_payload.constData(), qsizetype(header->length))};
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
