#include "core/wire/messages.h"

#include <QtEndian>
#include <cstring>

namespace edgelift::wire {

namespace {

constexpr quint32 flagZstd = 1;
constexpr quint32 flagLive = 2; // round and block size follow the fixed part
constexpr qsizetype digestSize = qsizetype(sizeof(Digest::bytes));
constexpr qsizetype dataFixed = 32;
constexpr qsizetype zeroSize = 32;
constexpr qsizetype liveSize = 8;
constexpr qsizetype ackSize = 8;

/// Appends little-endian numbers to a byte array.
class Writer
{
public:
    explicit Writer(qsizetype size) { m_bytes.reserve(size); }
    template <class T>
    void put(T value)
    {
        char raw[sizeof(T)];
        qToLittleEndian(value, raw);
        m_bytes.append(raw, sizeof raw);
    }
    void put(const Digest &digest) { m_bytes.append(reinterpret_cast<const char *>(digest.bytes.data()), digestSize); }
    QByteArray take() { return std::move(m_bytes); }

private:
    QByteArray m_bytes;
};

template <class T>
T at(QByteArrayView payload, qsizetype offset)
{
    return qFromLittleEndian<T>(payload.data() + offset);
}

bool isPlaceGood(quint64 offset, quint64 length, quint32 blockSize)
{
    return length > 0 && offset % blockSize == 0 && offset <= std::numeric_limits<quint64>::max() - length;
}

/// What a live copy adds to a message. False: short, or impossible.
template <class Message>
bool readLive(QByteArrayView payload, qsizetype offset, Message &message)
{
    if (payload.size() < offset + liveSize)
        return false;
    message.round = at<quint32>(payload, offset);
    message.blockSize = at<quint32>(payload, offset + 4);
    return message.round != 0 && isBlockSize(message.blockSize);
}

}

QByteArray encode(const DataHead &head)
{
    Writer out(dataFixed + liveSize + head.extents * digestSize);
    out.put(head.disk);
    out.put((head.compressed ? flagZstd : quint32(0)) | (head.round != 0 ? flagLive : quint32(0)));
    out.put(head.epoch);
    out.put(head.offset);
    out.put(head.length);
    out.put(head.extents);
    if (head.round != 0) {
        out.put(head.round);
        out.put(head.blockSize);
    }
    for (quint32 i = 0; i < head.extents; ++i)
        out.put(head.digests[i]);
    return out.take();
}

QByteArray encode(const ZeroMessage &message)
{
    Writer out(zeroSize + liveSize);
    out.put(message.disk);
    out.put(message.round != 0 ? flagLive : quint32(0));
    out.put(message.epoch);
    out.put(message.offset);
    out.put(message.length);
    if (message.round != 0) {
        out.put(message.round);
        out.put(message.blockSize);
    }
    return out.take();
}

QByteArray encode(const AckMessage &message)
{
    Writer out(ackSize);
    out.put(message.upTo);
    return out.take();
}

Result<DataMessage> decodeData(QByteArrayView payload)
{
    if (payload.size() < dataFixed)
        return malformed(QStringLiteral("short Data"));
    DataMessage message;
    DataHead &head = message.head;
    head.disk = at<quint32>(payload, 0);
    const quint32 flags = at<quint32>(payload, 4);
    head.compressed = (flags & flagZstd) != 0;
    head.epoch = at<quint64>(payload, 8);
    head.offset = at<quint64>(payload, 16);
    head.length = at<quint32>(payload, 24);
    head.extents = at<quint32>(payload, 28);
    if ((flags & ~(flagZstd | flagLive)) != 0)
        return malformed(QStringLiteral("unknown Data flags %1").arg(flags));
    const bool live = (flags & flagLive) != 0;
    if (live && !readLive(payload, dataFixed, head))
        return malformed(QStringLiteral("bad round or block size"));
    if (head.length > maxDataLength || !isPlaceGood(head.offset, head.length, head.blockSize))
        return malformed(QStringLiteral("Data of %1 bytes at %2").arg(head.length).arg(head.offset));
    if (head.extents != (head.length + head.blockSize - 1) / head.blockSize || head.extents > maxDataHashes)
        return malformed(QStringLiteral("%1 hashes for %2 bytes").arg(head.extents).arg(head.length));
    const qsizetype digests = dataFixed + (live ? liveSize : 0);
    const qsizetype start = digests + head.extents * digestSize;
    if (payload.size() <= start)
        return malformed(QStringLiteral("Data without bytes"));
    for (quint32 i = 0; i < head.extents; ++i)
        std::memcpy(head.digests[i].bytes.data(), payload.data() + digests + i * digestSize, size_t(digestSize));
    message.bytes = payload.sliced(start);
    if (!head.compressed && message.bytes.size() != qsizetype(head.length))
        return malformed(QStringLiteral("%1 plain bytes instead of %2").arg(message.bytes.size()).arg(head.length));
    return message;
}

Result<ZeroMessage> decodeZero(QByteArrayView payload)
{
    if (payload.size() < zeroSize)
        return malformed(QStringLiteral("Zero of %1 bytes").arg(payload.size()));
    ZeroMessage message{at<quint32>(payload, 0), at<quint64>(payload, 8), at<quint64>(payload, 16), at<quint64>(payload, 24)};
    const quint32 flags = at<quint32>(payload, 4);
    if ((flags & ~flagLive) != 0)
        return malformed(QStringLiteral("unknown Zero flags"));
    if (payload.size() != zeroSize + (flags != 0 ? liveSize : 0))
        return malformed(QStringLiteral("Zero of %1 bytes").arg(payload.size()));
    if (flags != 0 && !readLive(payload, zeroSize, message))
        return malformed(QStringLiteral("bad round or block size"));
    if (!isPlaceGood(message.offset, message.length, message.blockSize))
        return malformed(QStringLiteral("Zero of %1 bytes at %2").arg(message.length).arg(message.offset));
    return message;
}

Result<AckMessage> decodeAck(QByteArrayView payload)
{
    if (payload.size() != ackSize)
        return malformed(QStringLiteral("Ack of %1 bytes").arg(payload.size()));
    return AckMessage{at<quint64>(payload, 0)};
}

}
