#include "core/wire/frame.h"

#include <QtEndian>
#include <algorithm>

namespace edgelift::wire {

Error malformed(const QString &why) { return {ErrorCode::FrameMalformed, Retry::AfterWait, {}, why}; }

bool isKnown(FrameType type)
{
    switch (type) {
    case FrameType::Hello:
    case FrameType::Welcome:
    case FrameType::Request:
    case FrameType::Reply:
    case FrameType::Failure:
    case FrameType::Data:
    case FrameType::Zero:
    case FrameType::Ack:
    case FrameType::Finish:
    case FrameType::Stream:
    case FrameType::StreamEnd:
        return true;
    }
    return false;
}

std::array<char, headerSize> encode(const FrameHeader &header)
{
    std::array<char, headerSize> out{};
    std::copy(magic.begin(), magic.end(), out.begin());
    qToLittleEndian(header.version, out.data() + 4);
    qToLittleEndian(quint16(header.type), out.data() + 6);
    qToLittleEndian(header.sequence, out.data() + 8);
    qToLittleEndian(header.length, out.data() + 16);
    return out;
}

Result<FrameHeader> decode(QByteArrayView bytes)
{
    if (bytes.size() < headerSize)
        return malformed(QStringLiteral("short header"));
    if (!std::equal(magic.begin(), magic.end(), bytes.begin()))
        return malformed(QStringLiteral("wrong magic"));
    FrameHeader header;
    header.version = qFromLittleEndian<quint16>(bytes.data() + 4);
    header.type = FrameType(qFromLittleEndian<quint16>(bytes.data() + 6));
    header.sequence = qFromLittleEndian<quint64>(bytes.data() + 8);
    header.length = qFromLittleEndian<quint32>(bytes.data() + 16);
    if (header.length > maxPayload)
        return malformed(QStringLiteral("payload of %1 bytes is over the limit").arg(header.length));
    return header;
}

}
