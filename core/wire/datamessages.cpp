#include "core/wire/messages.h"

#include <QtEndian>
#include <cstring>

namespace edgelift::wire {

namespace {

constexpr quint32 flagZstd = 1;
constexpr qsizetype digestSize = qsizetype(sizeof(Digest::bytes));
constexpr qsizetype dataFixed = 32;
constexpr qsizetype zeroSize = 32;
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

bool isPlaceGood(quint64 offset, quint64 length)
{
    return length > 0 && offset % extentSize == 0 && offset <= std::numeric_limits<quint64>::max() - length;
}

}

QByteArray encode(const DataHead &head)
{
    Writer out(dataFixed + head.extents * digestSize);
    out.put(head.disk);
    out.put(head.compressed ? flagZstd : quint32(0));
    out.put(head.epoch);
    out.put(head.offset);
    out.put(head.length);
    out.put(head.extents);
    for (quint32 i = 0; i < head.extents; ++i)
        out.put(head.digests[i]);
    return out.take();
}

QByteArray encode(const ZeroMessage &message)
{
    Writer out(zeroSize);
    out.put(message.disk);
    out.put(quint32(0));
    out.put(message.epoch);
    out.put(message.offset);
    out.put(message.length);
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
    if ((flags & ~flagZstd) != 0)
        return malformed(QStringLiteral("unknown Data flags %1").arg(flags));
    if (head.length > maxDataLength || !isPlaceGood(head.offset, head.length))
        return malformed(QStringLiteral("Data of %1 bytes at %2").arg(head.length).arg(head.offset));
    if (head.extents != (head.length + extentSize - 1) / extentSize)
        return malformed(QStringLiteral("%1 hashes for %2 bytes").arg(head.extents).arg(head.length));
    const qsizetype start = dataFixed + head.extents * digestSize;
    if (payload.size() <= start)
        return malformed(QStringLiteral("Data without bytes"));
    for (quint32 i = 0; i < head.extents; ++i)
        std::memcpy(head.digests[i].bytes.data(), payload.data() + dataFixed + i * digestSize, size_t(digestSize));
    message.bytes = payload.sliced(start);
    if (!head.compressed && message.bytes.size() != qsizetype(head.length))
        return malformed(QStringLiteral("%1 plain bytes instead of %2").arg(message.bytes.size()).arg(head.length));
    return message;
}

Result<ZeroMessage> decodeZero(QByteArrayView payload)
{
    if (payload.size() != zeroSize)
        return malformed(QStringLiteral("Zero of %1 bytes").arg(payload.size()));
    const ZeroMessage message{at<quint32>(payload, 0), at<quint64>(payload, 8), at<quint64>(payload, 16), at<quint64>(payload, 24)};
    if (at<quint32>(payload, 4) != 0)
        return malformed(QStringLiteral("unknown Zero flags"));
    if (!isPlaceGood(message.offset, message.length))
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
