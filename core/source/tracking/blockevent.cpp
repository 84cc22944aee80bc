#include "core/source/tracking/blockevent.h"

#include <QRegularExpression>
#include <algorithm>
#include <cstring>

namespace edgelift {

namespace {

Error unreadable(const QString &what)
{
    return {ErrorCode::TrackerUnavailable, Retry::AfterUserAction, {QStringLiteral("perf")}, QStringLiteral("tracepoint format: ") + what};
}

/// x86-64 is little-endian, and so is the record.
quint64 number(std::span<const uchar> record, quint32 offset, quint32 size)
{
    quint64 value = 0;
    std::memcpy(&value, record.data() + offset, size);
    return value;
}

}

Result<BlockEventFormat::Field> BlockEventFormat::field(const QByteArray &format, const char *name, quint32 leastSize, quint32 mostSize)
{
    // "	field:char rwbs[10];	offset:34;	size:10;	signed:0;"
    const QRegularExpression line(
        QStringLiteral("field:[^;]*\\b%1(?:\\[\\d*\\w*\\])?;\\s*offset:(\\d+);\\s*size:(\\d+);").arg(QLatin1String(name)));
    const QRegularExpressionMatch match = line.match(QString::fromLatin1(format));
    const Field found{match.captured(1).toUInt(), match.captured(2).toUInt()};
    if (!match.hasMatch() || found.size < leastSize || found.size > mostSize || found.offset > 4096)
        return unreadable(QLatin1String(name));
    return found;
}

Result<BlockEventFormat> BlockEventFormat::parse(const QByteArray &format)
{
    BlockEventFormat parsed;
    const struct
    {
        const char *name;
        quint32 least, most;
        Field *place;
    } fields[] = {{"dev", 4, 4, &parsed.m_dev}, {"sector", 8, 8, &parsed.m_sector}, {"nr_sector", 4, 4, &parsed.m_sectors},
        {"rwbs", 4, 32, &parsed.m_flags}};
    for (const auto &one : fields) {
        const Result<Field> found = field(format, one.name, one.least, one.most);
        if (!found)
            return found.error();
        *one.place = *found;
    }
    return parsed;
}

BlockEvent operationOf(QByteArrayView letters)
{
    using Kind = BlockEvent::Kind;
    static constexpr QByteArrayView operations("WDRFNZ");
    // A leading F is "flush first" when an operation follows, else it is the flush itself ("F", "FS"). "FF" is a flush either way.
    const bool prefixed = letters.size() > 1 && letters.front() == 'F' && operations.contains(letters.at(1));
    const char operation = letters.size() > qsizetype(prefixed) ? letters.at(qsizetype(prefixed)) : 'N';
    BlockEvent event;
    if (operation == 'R' || operation == 'F')
        event.kind = Kind::Harmless;
    else
        event.kind = operation == 'D' ? Kind::Discard : Kind::Write;
    event.mayBeEmpty = operation != 'N' && operation != 'Z' && operations.contains(operation);
    return event;
}

Result<BlockEvent> BlockEventFormat::decode(std::span<const uchar> record) const
{
    for (const Field &field : {m_dev, m_sector, m_sectors, m_flags}) {
        if (record.size() < size_t(field.offset) + field.size)
            return unreadable(QStringLiteral("a record of %1 bytes").arg(record.size()));
    }
    const char *flags = reinterpret_cast<const char *>(record.data()) + m_flags.offset;
    BlockEvent event = operationOf(QByteArrayView(flags, qsizetype(strnlen(flags, m_flags.size))));
    const quint32 dev = quint32(number(record, m_dev.offset, m_dev.size));
    event.major = dev >> 20; // the kernel's own dev_t, not that of stat()
    event.minor = dev & 0xfffff;
    event.sector = number(record, m_sector.offset, m_sector.size);
    event.sectors = quint32(number(record, m_sectors.offset, m_sectors.size));
    return event;
}

}
