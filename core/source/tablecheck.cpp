#include "core/source/tablecheck.h"

#include <QSet>
#include <QtEndian>
#include <array>
#include <zlib.h>

namespace edgelift {

namespace {

constexpr quint64 sector = 512;
constexpr int mostLogical = 512;

template <class T>
T number(const QByteArray &bytes, qsizetype offset)
{
    return offset + qsizetype(sizeof(T)) <= bytes.size() ? qFromLittleEndian<T>(bytes.constData() + offset) : T(0);
}

struct MbrEntry
{
    quint8 flag = 0;
    quint8 type = 0;
    quint64 start = 0; ///< sectors, relative to something
    quint64 sectors = 0;
    bool extended() const { return type == 0x05 || type == 0x0f || type == 0x85; }
    bool used() const { return type != 0 && sectors != 0; }
};

using MbrEntries = std::array<MbrEntry, 4>;

MbrEntries entries(const QByteArray &bytes)
{
    MbrEntries all;
    for (size_t i = 0; i < all.size(); ++i) {
        const qsizetype at = 446 + qsizetype(i) * 16;
        all[i] = {
            number<quint8>(bytes, at), number<quint8>(bytes, at + 4), number<quint32>(bytes, at + 8), number<quint32>(bytes, at + 12)};
    }
    return all;
}

bool signedSector(const QByteArray &bytes) { return bytes.size() >= qsizetype(sector) && number<quint16>(bytes, 510) == 0xaa55; }

Error damaged(const QString &name, const QString &why)
{
    return {ErrorCode::PartitionTableDamaged, Retry::AfterUserAction, {name, why}, {}};
}

/// Follows the chain of extended boot records. Positions are relative to the extended partition for links, as DOS had it.
Result<> walkExtended(const SectorReader &reader, quint64 start, quint64 sectorSize, Bytes diskSize, const QString &name)
{
    QSet<quint64> seen;
    for (quint64 at = start;;) {
        if (seen.contains(at))
            return Error{ErrorCode::PartitionTableLoops, Retry::AfterUserAction, {name}, QStringLiteral("sector %1 comes again").arg(at)};
        seen.insert(at);
        if (seen.size() > mostLogical)
            return damaged(name, QStringLiteral("more than %1 logical partitions").arg(mostLogical));
        const bool inside = at < diskSize.count / sectorSize;
        const QByteArray record = inside ? reader(at * sectorSize, sector) : QByteArray();
        if (record.isEmpty())
            return damaged(name, QStringLiteral("the extended partition entry at sector %1 is beyond the end of the disk").arg(at));
        if (at == start && record.count('\0') == record.size())
            return ok(); // an extended partition without any logical one
        if (!signedSector(record))
            return damaged(name, QStringLiteral("the extended partition entry at sector %1 has no signature").arg(at));
        const MbrEntry *next = nullptr;
        const MbrEntries found = entries(record);
        for (const MbrEntry &entry : found) {
            if (entry.used() && entry.extended() && !next)
                next = &entry;
        }
        if (!next)
            return ok();
        at = start + next->start;
    }
}

Result<> checkMbr(const SectorReader &reader, const MbrEntries &table, quint64 sectorSize, Bytes diskSize, const QString &name)
{
    const quint64 sectors = diskSize.count / sectorSize;
    int index = 0;
    for (const MbrEntry &entry : table) {
        ++index;
        if (!entry.used())
            continue;
        if (entry.start + entry.sectors > sectors)
            return damaged(name,
                QStringLiteral("partition %1 ends at sector %2, the disk at %3").arg(index).arg(entry.start + entry.sectors).arg(sectors));
        if (entry.extended()) {
            if (Result<> walked = walkExtended(reader, entry.start, sectorSize, diskSize, name); !walked)
                return walked;
        }
    }
    return ok();
}

quint32 sumOf(const QByteArray &bytes)
{
    return quint32(::crc32(0, reinterpret_cast<const Bytef *>(bytes.constData()), uInt(bytes.size())));
}

bool hasOwnSum(const QByteArray &header, quint32 size)
{
    QByteArray zeroed = header.left(size);
    zeroed.replace(16, 4, QByteArray(4, '\0'));
    return sumOf(zeroed) == number<quint32>(header, 16);
}

constexpr quint64 mostListBytes = 4 << 20;

/// Whether libfdisk would believe the header at sector `lba` and take more memory for its list of partitions than any real one needs.
bool asksForTooMuch(const SectorReader &reader, quint64 lba, quint64 sectorSize, Bytes diskSize)
{
    const QByteArray header = lba < diskSize.count / sectorSize ? reader(lba * sectorSize, sectorSize) : QByteArray();
    const quint32 size = number<quint32>(header, 12);
    return header.startsWith("EFI PART") && size >= 92 && size <= sectorSize && hasOwnSum(header, size)
        && quint64(number<quint32>(header, 80)) * number<quint32>(header, 84) > mostListBytes;
}

/// Why the GPT header at sector `lba` is not one; empty: it is sound and its entries are inside the disk with the right sum.
QString gptProblem(const SectorReader &reader, quint64 lba, quint64 sectorSize, Bytes diskSize, quint64 *other = nullptr)
{
    const QByteArray header = lba < diskSize.count / sectorSize ? reader(lba * sectorSize, sectorSize) : QByteArray();
    const quint32 size = number<quint32>(header, 12);
    if (!header.startsWith("EFI PART"))
        return QStringLiteral("is missing");
    if (size < 92 || size > sectorSize)
        return QStringLiteral("has an impossible length");
    if (!hasOwnSum(header, size))
        return QStringLiteral("has a wrong checksum");
    if (number<quint64>(header, 24) != lba)
        return QStringLiteral("stands in the wrong place");
    if (other)
        *other = number<quint64>(header, 32);
    const quint64 count = number<quint32>(header, 80);
    const quint64 entrySize = number<quint32>(header, 84);
    const quint64 start = number<quint64>(header, 72);
    if (entrySize < 128 || entrySize > 4096 || count == 0 || count > mostListBytes / entrySize || start > diskSize.count / sectorSize)
        return QStringLiteral("describes an impossible list of partitions");
    const QByteArray list = reader(start * sectorSize, count * entrySize);
    if (list.isEmpty() || sumOf(list) != number<quint32>(header, 88))
        return QStringLiteral("has a list of partitions with a wrong checksum");
    for (quint64 i = 0; i < count; ++i) {
        const QByteArray entry = list.mid(qsizetype(i * entrySize), 128);
        const quint64 last = number<quint64>(entry, 40);
        if (entry.left(16).count('\0') != 16 && (last >= diskSize.count / sectorSize || last < number<quint64>(entry, 32)))
            return QStringLiteral("has partition %1 end at sector %2, the disk ends at %3")
                .arg(i + 1)
                .arg(last)
                .arg(diskSize.count / sectorSize);
    }
    return {};
}

Result<> checkGpt(const SectorReader &reader, Bytes diskSize, const QString &name, TableCheck &check)
{
    const quint64 lastSector = diskSize.count / check.sectorSize - 1;
    const quint64 alternate = number<quint64>(reader(check.sectorSize, sector), 32);
    for (const quint64 lba : {quint64(1), alternate, lastSector}) { // wherever libfdisk looks
        if (asksForTooMuch(reader, lba, check.sectorSize, diskSize))
            return damaged(name, QStringLiteral("the GPT header at sector %1 describes an impossible list of partitions").arg(lba));
    }
    quint64 backup = lastSector;
    const QString first = gptProblem(reader, 1, check.sectorSize, diskSize, &backup);
    const QString second = gptProblem(reader, first.isEmpty() ? backup : lastSector, check.sectorSize, diskSize);
    if (!first.isEmpty() && !second.isEmpty())
        return damaged(name, QStringLiteral("the GPT header %1, and its backup %2").arg(first, second));
    if (!first.isEmpty())
        check.notes.append(QStringLiteral("the GPT header %1; its backup was used").arg(first));
    if (!second.isEmpty())
        check.notes.append(QStringLiteral("the backup of the GPT header %1; it is made anew on the target").arg(second));
    return ok();
}

}

Result<TableCheck> checkTable(const SectorReader &reader, Bytes diskSize, const QString &name)
{
    TableCheck check;
    const QByteArray mbr = reader(0, sector);
    if (mbr.isEmpty())
        return check; // shorter than a sector: no table
    const QByteArray code = mbr.left(440);
    check.grubCode = code.contains("GRUB");
    check.bootCode = signedSector(mbr) && code.count('\0') != code.size();
    const MbrEntries table = entries(mbr);
    const bool soundFlags = std::all_of(table.begin(), table.end(), [](const MbrEntry &entry) { return (entry.flag & 0x7f) == 0; });
    const bool any = std::any_of(table.begin(), table.end(), [](const MbrEntry &entry) { return entry.used(); });
    if (!signedSector(mbr) || !soundFlags || !any)
        return check; // boot code of a filesystem, or nothing
    const bool protective = std::any_of(table.begin(), table.end(), [](const MbrEntry &entry) { return entry.type == 0xee; });
    const bool large = reader(4096, 8) == "EFI PART" && reader(sector, 8) != "EFI PART";
    check.sectorSize = protective && large ? 4096 : 512;
    check.type = protective ? TableType::Gpt : TableType::Mbr;
    const Result<> checked =
        protective ? checkGpt(reader, diskSize, name, check) : checkMbr(reader, table, check.sectorSize, diskSize, name);
    if (!checked)
        return checked.error();
    return check;
}

}
