#include "core/receiver/blockwriter.h"

#include <algorithm>

namespace edgelift::receiver {

namespace {

Error corrupted(const QString &serial, const QString &why) { return {ErrorCode::DataCorrupted, Retry::AfterWait, {serial}, why}; }

}

BlockWriter::BlockWriter(Target &target)
    : m_target(target)
    , m_buffer(wire::maxDataLength)
{
}

Result<TargetDisk *> BlockWriter::diskOf(quint64 epoch, quint32 index) const
{
    const auto unknown = [](const QString &why) { return Error{ErrorCode::EpochUnknown, Retry::Never, {}, why}; };
    if (epoch != m_target.epoch())
        return unknown(QStringLiteral("frame of epoch %1, bound is %2").arg(epoch).arg(m_target.epoch()));
    TargetDisk *disk = m_target.disk(index);
    if (!disk)
        return unknown(QStringLiteral("this epoch has no disk %1").arg(index));
    return disk;
}

/// Into our own aligned memory in any case: the payload's bytes start at no particular address.
Result<> BlockWriter::unpack(const wire::DataMessage &message, std::span<char> into, const QString &serial)
{
    if (message.head.compressed) {
        const std::span<const char> packed(message.bytes.data(), size_t(message.bytes.size()));
        if (const Result<> unpacked = m_decompressor.decompress(packed, into); !unpacked)
            return corrupted(serial, unpacked.error().detail);
    } else {
        std::copy(message.bytes.begin(), message.bytes.end(), into.begin()); // decodeData() saw to the length
    }
    for (quint32 i = 0; i < message.head.extents; ++i) {
        const std::span<char> extent = into.subspan(size_t(i) * wire::extentSize, message.head.extentLength(i));
        if (wire::digestOf(extent) != message.head.digests[i])
            return corrupted(serial, QStringLiteral("hash of extent %1 differs").arg(message.head.offset / wire::extentSize + i));
    }
    return ok();
}

Result<BlockWriter::Written> BlockWriter::data(QByteArrayView payload)
{
    const Result<wire::DataMessage> message = wire::decodeData(payload);
    if (!message)
        return message.error();
    const wire::DataHead &head = message->head;
    const Result<TargetDisk *> disk = diskOf(head.epoch, head.disk);
    if (!disk)
        return disk.error();
    if (const Result<> inside = (*disk)->inside(head.offset, head.length); !inside)
        return inside.error();
    const std::span<char> bytes = m_buffer.first(head.length);
    if (const Result<> unpacked = unpack(*message, bytes, (*disk)->serial()); !unpacked)
        return unpacked.error();
    const Result<quint64> ticket = (*disk)->write(bytes, head.offset);
    if (!ticket)
        return ticket.error();
    return Written{*disk, *ticket, head.length};
}

Result<BlockWriter::Written> BlockWriter::zero(QByteArrayView payload)
{
    const Result<wire::ZeroMessage> message = wire::decodeZero(payload);
    if (!message)
        return message.error();
    const Result<TargetDisk *> disk = diskOf(message->epoch, message->disk);
    if (!disk)
        return disk.error();
    const Result<quint64> ticket = (*disk)->zero(message->offset, message->length);
    if (!ticket)
        return ticket.error();
    return Written{*disk, *ticket, message->length};
}

}
