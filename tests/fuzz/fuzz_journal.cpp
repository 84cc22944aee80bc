#include "core/stream/journal.h"
#include "core/stream/journalrecord.h"
#include "fuzztarget.h"

#include <QFile>
#include <cstring>

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

constexpr quint64 MiB = 1U << 20;
constexpr quint8 mendSums = 1; ///< give every record the checksum of its place
constexpr quint8 goodHead = 2; ///< the records follow the head of a journal of ours
constexpr quint8 grown = 4; ///< it grows until it is written anew

Journal::Binding binding()
{
    return {QStringLiteral("j-1"), 7,
        {{0, QStringLiteral("vda"), QStringLiteral("gpt-1"), Bytes{6 * MiB}, wire::digestOf({"a", 1})},
            {5, QStringLiteral("vdb"), QStringLiteral("gpt-2"), Bytes{70 * MiB + 512}, wire::digestOf({"b", 1})}}};
}

QString path() { return scratchFolder() + QLatin1String("/journal"); }

QByteArray headOfOurs()
{
    QFile::remove(path());
    (void)Journal::open(path(), binding());
    QFile file(path());
    expect(file.open(QIODevice::ReadOnly), "a journal can be made");
    return file.readAll();
}

QByteArray withSums(QByteArray bytes)
{
    for (qsizetype at = 0; at + qsizetype(journalRecordSize) <= bytes.size(); at += journalRecordSize) {
        JournalRecord record;
        record.kind = JournalRecord::Kind(qFromLittleEndian<quint32>(bytes.constData() + at));
        record.disk = qFromLittleEndian<quint32>(bytes.constData() + at + 4);
        record.extent = qFromLittleEndian<quint32>(bytes.constData() + at + 8);
        std::memcpy(record.content.bytes.data(), bytes.constData() + at + 12, record.content.bytes.size());
        const JournalBytes encoded = encode(record, quint32(at / qsizetype(journalRecordSize)));
        std::memcpy(bytes.data() + at, encoded.data(), encoded.size());
    }
    return bytes;
}

/// Every stored extent has a hash, and the count is theirs.
quint64 check(const Journal &journal)
{
    const QList<Journal::Disk> disks = binding().disks;
    quint64 all = 0;
    for (int disk = 0; disk < disks.size(); ++disk) {
        quint64 stored = 0;
        for (quint64 extent = 0; extent <= disks.at(disk).size.count / MiB + 1; ++extent) {
            stored += journal.isStored(disk, extent);
            expect(journal.isStored(disk, extent) == bool(journal.digest(disk, extent)), "exactly what is stored has a hash");
        }
        expect(stored == journal.storedExtents(disk), "the count is that of the extents");
        all += stored;
    }
    return all;
}

}

/// A whole journal as a crash, a full disk or somebody may have left it.
FUZZ_TARGET(journal)
{
    static const QByteArray head = headOfOurs();
    Reader reader(input);
    const quint8 mode = reader.number<quint8>();
    QByteArray bytes = (mode & goodHead) ? head : QByteArray();
    bytes += reader.rest();
    if (mode & mendSums)
        bytes = withSums(std::move(bytes));
    scratchFile("journal", bytes);
    quint64 stored = 0;
    quint64 wireBytes = 0;
    {
        const auto journal = Journal::open(path(), binding());
        if (!journal)
            return;
        stored = check(**journal);
        wireBytes = (*journal)->wireBytes() + 1;
        const bool fresh = !(*journal)->isStored(1, 70);
        expect(bool((*journal)->markStored(1, 70, std::array{wire::Digest{}})) && (*journal)->isStored(1, 70), "it goes on");
        if (mode & grown) // what lies beyond the disk is a record all the same
            expect(bool((*journal)->markStored(1, 70, std::vector<wire::Digest>((*journal)->mostRecords() + 1))), "it grows");
        expect(bool((*journal)->sync(wireBytes)), "it can be synced");
        const quint64 records = quint64(QFile(path()).size()) / journalRecordSize;
        expect(records <= (*journal)->mostRecords(), "it does not stay large");
        stored += fresh;
    }
    const auto again = Journal::open(path(), binding());
    expect(bool(again), "what was opened once opens again");
    expect(check(**again) == stored && (*again)->wireBytes() == wireBytes, "what was marked is there again");
}
