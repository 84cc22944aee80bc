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

Result<TargetDisk *> BlockWriter::diskOf(quint64 epoch, quint64 round, quint32 index) const
{
    const auto unknown = [](const QString &why) { return Error{ErrorCode::EpochUnknown, Retry::Never, {}, why}; };
    if (epoch != m_target.epoch())
        return unknown(QStringLiteral("frame of epoch %1, bound is %2").arg(epoch).arg(m_target.epoch()));
    if (round != m_target.round())
        return roundPassed(round, m_target.round());
    TargetDisk *disk = m_target.disk(index);
    if (!disk)
        return unknown(QStringLiteral("this epoch has no disk %1").arg(index));
    return disk;
}

/// The message's plain bytes, checked, in memory that suits O_DIRECT: where they lie (FrameChannel places full frames so), else ours.
Result<std::span<const char>> BlockWriter::unpack(const wire::DataMessage &message, const QString &serial)
{
    const std::span<const char> sent(message.bytes.data(), size_t(message.bytes.size()));
    std::span<const char> plain = sent;
    if (message.head.compressed) {
        const std::span<char> into = m_buffer.first(message.head.length);
        if (const Result<> unpacked = m_decompressor.decompress(sent, into); !unpacked)
            return corrupted(serial, unpacked.error().detail);
        plain = into;
    } else if (quintptr(sent.data()) % DiskMedium::alignment != 0) { // decodeData() saw to the length
        plain = m_buffer.first(message.head.length);
        std::copy(sent.begin(), sent.end(), m_buffer.first(message.head.length).begin());
    }
    for (quint32 i = 0; i < message.head.extents; ++i) {
        const std::span<const char> extent = plain.subspan(size_t(i) * message.head.blockSize, message.head.extentLength(i));
        if (wire::digestOf(extent) != message.head.digests[i])
            return corrupted(serial, QStringLiteral("hash of extent %1 differs").arg(message.head.offset / message.head.blockSize + i));
    }
    return plain;
}

Result<BlockWriter::Written> BlockWriter::data(QByteArrayView payload)
{
    const Result<wire::DataMessage> message = wire::decodeData(payload);
    if (!message)
        return message.error();
    const wire::DataHead &head = message->head;
    const Result<TargetDisk *> disk = diskOf(head.epoch, head.round, head.disk);
    if (!disk)
        return disk.error();
    if (const Result<> inside = (*disk)->inside(head.offset, head.length); !inside)
        return inside.error();
    const Result<std::span<const char>> bytes = unpack(*message, (*disk)->serial());
    if (!bytes)
        return bytes.error();
    const Result<quint64> ticket = (*disk)->write(*bytes, head.offset);
    if (!ticket)
        return ticket.error();
    return Written{*disk, *ticket, head.length};
}

Result<BlockWriter::Written> BlockWriter::zero(QByteArrayView payload)
{
    const Result<wire::ZeroMessage> message = wire::decodeZero(payload);
    if (!message)
        return message.error();
    const Result<TargetDisk *> disk = diskOf(message->epoch, message->round, message->disk);
    if (!disk)
        return disk.error();
    const Result<quint64> ticket = (*disk)->zero(message->offset, message->length);
    if (!ticket)
        return ticket.error();
    return Written{*disk, *ticket, message->length};
}

}
