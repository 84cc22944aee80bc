#include "core/source/tracking/blktracerecords.h"

#include <cstring>
#include <linux/blktrace_api.h>

namespace edgelift {

namespace {

constexpr quint32 magic = BLK_IO_TRACE_MAGIC | BLK_IO_TRACE_VERSION;
constexpr quint16 longestData = 4096; // after a record; the kernel's messages are shorter
constexpr quint32 actionMask = 0xff; // without the sign that a cgroup's number follows

constexpr quint32 category(quint32 bits) { return bits << BLK_TC_SHIFT; }

std::optional<QString> unbelievable(const char *what, quint32 found)
{
    return QStringLiteral("a trace record with %1 %2").arg(QLatin1String(what)).arg(found);
}

}

BlockEvent blktraceOperation(quint32 action, quint32 bytes)
{
    BlockEvent event;
    event.sectors = bytes / 512 + (bytes % 512 != 0);
    if (action & category(BLK_TC_PC)) { // what the drive was told is not in the record, and where neither
        event.kind = BlockEvent::Kind::Write;
        event.sectors = 0;
        return event;
    }
    if (action & category(BLK_TC_DISCARD))
        event.kind = BlockEvent::Kind::Discard;
    else
        event.kind = action & category(BLK_TC_WRITE) ? BlockEvent::Kind::Write : BlockEvent::Kind::Harmless;
    event.mayBeEmpty = true; // the end of a flush sequence, whose data ended before; old kernels call a flush itself a write
    return event;
}

std::optional<QString> BlktraceRecords::take(QByteArrayView bytes, const Take &take)
{
    m_rest.append(bytes.data(), bytes.size());
    blk_io_trace record{};
    qsizetype at = 0;
    for (; m_rest.size() - at >= qsizetype(sizeof record); at += qsizetype(sizeof record) + record.pdu_len) {
        std::memcpy(&record, m_rest.constData() + at, sizeof record);
        if (record.magic != magic)
            return unbelievable("the magic number", record.magic);
        if (record.pdu_len > longestData)
            return unbelievable("the length", record.pdu_len);
        if (m_rest.size() - at < qsizetype(sizeof record) + record.pdu_len)
            break;
        if (record.action & category(BLK_TC_NOTIFY)) // names and times; they have no number, and the time belongs to no disk
            continue;
        if (record.sequence != m_next)
            return QStringLiteral("trace records are missing: %1 comes after %2").arg(record.sequence).arg(m_next - 1);
        ++m_next;
        if (record.device != (m_major << 20 | m_minor)) // the kernel's own dev_t
            return unbelievable("the device", record.device);
        if ((record.action & actionMask) != __BLK_TA_COMPLETE)
            continue;
        BlockEvent event = blktraceOperation(record.action, record.bytes);
        event.major = m_major;
        event.minor = m_minor;
        event.sector = record.sector;
        take(event);
    }
    m_rest.remove(0, at);
    return {};
}

}
