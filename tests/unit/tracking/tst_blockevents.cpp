#include "core/source/tracking/blockevent.h"
#include "core/source/tracking/marktable.h"
#include "core/source/tracking/misswatch.h"

#include <QTest>

using namespace edgelift;

namespace {

/// As Linux 6.18 prints it, and with the shorter flags and without ioprio as 5.10 does.
const QByteArray format618 = "name: block_rq_complete\nID: 2107\nformat:\n"
                             "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
                             "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
                             "\tfield:dev_t dev;\toffset:8;\tsize:4;\tsigned:0;\n"
                             "\tfield:sector_t sector;\toffset:16;\tsize:8;\tsigned:0;\n"
                             "\tfield:unsigned int nr_sector;\toffset:24;\tsize:4;\tsigned:0;\n"
                             "\tfield:int error;\toffset:28;\tsize:4;\tsigned:1;\n"
                             "\tfield:unsigned short ioprio;\toffset:32;\tsize:2;\tsigned:0;\n"
                             "\tfield:char rwbs[10];\toffset:34;\tsize:10;\tsigned:0;\n"
                             "\tfield:__data_loc char[] cmd;\toffset:44;\tsize:4;\tsigned:0;\n";
const QByteArray format510 = "\tfield:dev_t dev;\toffset:8;\tsize:4;\tsigned:0;\n"
                             "\tfield:sector_t sector;\toffset:16;\tsize:8;\tsigned:0;\n"
                             "\tfield:unsigned int nr_sector;\toffset:24;\tsize:4;\tsigned:0;\n"
                             "\tfield:int error;\toffset:28;\tsize:4;\tsigned:1;\n"
                             "\tfield:char rwbs[8];\toffset:32;\tsize:8;\tsigned:1;\n";

QByteArray record(int flagsOffset, const char *flags, quint64 sector = 0x123456789, quint32 sectors = 16)
{
    QByteArray bytes(48, '\0');
    const quint32 dev = 7U << 20 | 300U; // a minor that does not fit into eight bits
    std::memcpy(bytes.data() + 8, &dev, 4);
    std::memcpy(bytes.data() + 16, &sector, 8);
    std::memcpy(bytes.data() + 24, &sectors, 4);
    qstrcpy(bytes.data() + flagsOffset, flags);
    return bytes;
}

std::span<const uchar> bytesOf(const QByteArray &record)
{
    return {reinterpret_cast<const uchar *>(record.constData()), size_t(record.size())};
}

Epoch epochOf(quint64 bytes, quint64 blockSize = 256 << 10)
{
    return {QStringLiteral("e"), {}, QStringLiteral("perf"), Bytes{blockSize},
        {TrackedDisk{QStringLiteral("/dev/none"), 7, 300, Bytes{bytes}, {}}}};
}

BlockEvent ended(BlockEvent::Kind kind, quint64 sector, quint32 sectors, bool mayBeEmpty = true)
{
    return {kind, mayBeEmpty, 7, 300, sector, sectors};
}

QList<int> marked(const MarkTable &table)
{
    QList<int> blocks;
    for (size_t i = 0; i < table.marks(0).size(); ++i)
        if (table.marks(0)[i] != 0)
            blocks.append(int(i));
    return blocks;
}

}

class BlockEventsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyOperationIsUnderstood_data();
    void everyOperationIsUnderstood();
    void fieldsAreFoundWhereverTheKernelPutsThem();
    void damagedFormatIsRefused();
    void shortRecordIsRefused();
    void rangesMarkTheBlocksTheyTouch_data();
    void rangesMarkTheBlocksTheyTouch();
    void commandWithoutARangeIsALoss();
    void otherDisksDoNotMatter();
    void oneCopyThatWasNotSkippedIsEnough();
    void eventSkippedByAllCopiesIsNoticed();
};

void BlockEventsTest::everyOperationIsUnderstood_data()
{
    using Kind = BlockEvent::Kind;
    QTest::addColumn<QByteArray>("letters");
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<bool>("mayBeEmpty");
    const auto row = [](const char *letters, Kind kind, bool mayBeEmpty) {
        QTest::newRow(letters) << QByteArray(letters) << kind << mayBeEmpty;
    };
    for (const char *letters : {"R", "RA", "RS", "RSM", "RAM", "F", "FF", "FS", "FFS"})
        row(letters, Kind::Harmless, true);
    for (const char *letters : {"W", "WS", "WSM", "WFS", "WFSM", "FW", "FWS", "FWFS", "FWFSM", "WZ", "WSU", "FWZ"})
        row(letters, Kind::Write, true);
    for (const char *letters : {"D", "DS", "DE", "FD", "FDS"})
        row(letters, Kind::Discard, true);
    for (const char *letters : {"N", "NS", "FN", "ZA", "ZR", "ZRA", "", "?"})
        row(letters, Kind::Write, false); // unknown counts as a write
}

void BlockEventsTest::everyOperationIsUnderstood()
{
    QFETCH(QByteArray, letters);
    QFETCH(BlockEvent::Kind, kind);
    QFETCH(bool, mayBeEmpty);
    const BlockEvent event = operationOf(letters);
    QCOMPARE(event.kind, kind);
    if (kind != BlockEvent::Kind::Harmless)
        QCOMPARE(event.mayBeEmpty, mayBeEmpty);
}

void BlockEventsTest::fieldsAreFoundWhereverTheKernelPutsThem()
{
    for (const auto &[format, flagsAt] : {std::pair{format618, 34}, std::pair{format510, 32}}) {
        const auto parsed = BlockEventFormat::parse(format);
        QVERIFY(parsed);
        const auto decoded = parsed->decode(bytesOf(record(flagsAt, "FWFS")));
        QVERIFY(decoded);
        QCOMPARE(decoded->kind, BlockEvent::Kind::Write);
        QCOMPARE(decoded->major, 7U);
        QCOMPARE(decoded->minor, 300U);
        QCOMPARE(decoded->sector, quint64(0x123456789));
        QCOMPARE(decoded->sectors, 16U);
    }
}

void BlockEventsTest::damagedFormatIsRefused()
{
    for (const char *name : {"dev;", "sector_t sector;", "nr_sector;", "rwbs"})
        QVERIFY2(!BlockEventFormat::parse(QByteArray(format618).replace(name, "x;")), name);
    QVERIFY(!BlockEventFormat::parse(QByteArray(format618).replace("offset:16;\tsize:8", "offset:16;\tsize:4")));
    QVERIFY(!BlockEventFormat::parse({}));
}

void BlockEventsTest::shortRecordIsRefused()
{
    const auto parsed = BlockEventFormat::parse(format618);
    QVERIFY(parsed);
    QVERIFY(!parsed->decode(bytesOf(record(34, "W").first(40))));
}

void BlockEventsTest::rangesMarkTheBlocksTheyTouch_data()
{
    QTest::addColumn<quint64>("sector");
    QTest::addColumn<quint32>("sectors");
    QTest::addColumn<QList<int>>("blocks");
    QTest::newRow("first sector") << quint64(0) << 1U << QList<int>{0};
    QTest::newRow("last of a block") << quint64(511) << 1U << QList<int>{0};
    QTest::newRow("first of the next") << quint64(512) << 1U << QList<int>{1};
    QTest::newRow("across two") << quint64(511) << 2U << QList<int>{0, 1};
    QTest::newRow("a whole one") << quint64(512) << 512U << QList<int>{1};
    QTest::newRow("last sector of the disk") << quint64(2049) << 1U << QList<int>{4};
    QTest::newRow("all") << quint64(0) << 2050U << QList<int>{0, 1, 2, 3, 4};
}

void BlockEventsTest::rangesMarkTheBlocksTheyTouch()
{
    QFETCH(quint64, sector);
    QFETCH(quint32, sectors);
    QFETCH(QList<int>, blocks);
    for (const auto kind : {BlockEvent::Kind::Write, BlockEvent::Kind::Discard}) {
        MarkTable table(epochOf(2050 * 512));
        QVERIFY(!table.take(ended(kind, sector, sectors), 3));
        QCOMPARE(marked(table), blocks);
        QCOMPARE(table.writtenSectors(0), quint64(sectors));
    }
}

void BlockEventsTest::commandWithoutARangeIsALoss()
{
    MarkTable table(epochOf(2050 * 512));
    QVERIFY(!table.take(ended(BlockEvent::Kind::Write, 5, 0, true), 1)); // the end of a flush sequence
    QVERIFY(table.take(ended(BlockEvent::Kind::Write, 5, 0, false), 1));
    QVERIFY(table.take(ended(BlockEvent::Kind::Write, ~quint64(0), 0, false), 1)); // passthrough
    QVERIFY(table.take(ended(BlockEvent::Kind::Write, 2049, 2), 1)); // beyond the end
    QVERIFY(table.take(ended(BlockEvent::Kind::Write, ~quint64(0), 8), 1));
    QCOMPARE(marked(table), QList<int>());
}

void BlockEventsTest::otherDisksDoNotMatter()
{
    MarkTable table(epochOf(2050 * 512));
    BlockEvent other = ended(BlockEvent::Kind::Write, 0, 8);
    other.minor = 301;
    QVERIFY(!table.take(other, 1));
    QVERIFY(!table.take(ended(BlockEvent::Kind::Harmless, 0, 8), 1));
    QCOMPARE(marked(table), QList<int>());
}

void BlockEventsTest::oneCopyThatWasNotSkippedIsEnough()
{
    MissWatch<3> watch;
    QVERIFY(watch.look({0, 0, 0}));
    QVERIFY(watch.look({5, 0, 0}));
    QVERIFY(watch.look({5, 1, 0}));
    QVERIFY(watch.look({5, 1, 0}));
    QVERIFY(watch.look({5, 1, 9})); // each was skipped once, but never in the same moment
    QVERIFY(watch.look({5, 1, 9}));
}

void BlockEventsTest::eventSkippedByAllCopiesIsNoticed()
{
    MissWatch<3> atOnce;
    QVERIFY(atOnce.look({4, 0, 0}));
    QVERIFY(!atOnce.look({5, 1, 1}));
    MissWatch<3> whileLooking; // the first counter was read a moment before
    QVERIFY(whileLooking.look({0, 1, 1}));
    QVERIFY(!whileLooking.look({1, 1, 1}));
}

QTEST_GUILESS_MAIN(BlockEventsTest)
#include "tst_blockevents.moc"
