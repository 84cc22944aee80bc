#include "core/stream/journalrecord.h"

#include <QtEndian>
#include <cstring>
#include <xxhash.h>

namespace edgelift {

namespace {
constexpr size_t covered = 28;

quint32 checksum(const JournalBytes &bytes, quint32 number) { return quint32(XXH3_64bits_withSeed(bytes.data(), covered, number)); }
}

JournalBytes encode(const JournalRecord &record, quint32 number)
{
    JournalBytes bytes{};
    qToLittleEndian(quint32(record.kind), bytes.data());
    qToLittleEndian(record.disk, bytes.data() + 4);
    qToLittleEndian(record.extent, bytes.data() + 8);
    std::memcpy(bytes.data() + 12, record.content.bytes.data(), record.content.bytes.size());
    qToLittleEndian(checksum(bytes, number), bytes.data() + covered);
    return bytes;
}

std::optional<JournalRecord> decodeRecord(const JournalBytes &bytes, quint32 number)
{
    if (qFromLittleEndian<quint32>(bytes.data() + covered) != checksum(bytes, number))
        return std::nullopt;
    JournalRecord record;
    record.kind = JournalRecord::Kind(qFromLittleEndian<quint32>(bytes.data()));
    record.disk = qFromLittleEndian<quint32>(bytes.data() + 4);
    record.extent = qFromLittleEndian<quint32>(bytes.data() + 8);
    std::memcpy(record.content.bytes.data(), bytes.data() + 12, record.content.bytes.size());
    return record;
}

}
