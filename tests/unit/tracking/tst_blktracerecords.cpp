#include "core/source/tracking/blktracerecords.h"
#include "core/source/tracking/pinnedreader.h"
#include "core/source/tracking/processors.h"

#include <QTemporaryFile>
#include <QTest>
#include <linux/blktrace_api.h>
#include <unistd.h>

using namespace edgelift;

namespace {

constexpr quint32 complete = BLK_TA_COMPLETE | BLK_TC_ACT(BLK_TC_FS);
constexpr quint32 writeDone = complete | BLK_TC_ACT(BLK_TC_WRITE);

/// A record of 253:16 as the kernel writes it.
blk_io_trace record(quint32 sequence, quint32 action, quint64 sector, quint32 bytes)
{
    blk_io_trace made{};
    made.magic = BLK_IO_TRACE_MAGIC | BLK_IO_TRACE_VERSION;
    made.sequence = sequence;
    made.sector = sector;
    made.bytes = bytes;
    made.action = action;
    made.device = 253 << 20 | 16;
    return made;
}

QByteArray bytesOf(blk_io_trace made, const QByteArray &data = {})
{
    made.pdu_len = quint16(data.size());
    return QByteArray(reinterpret_cast<const char *>(&made), sizeof made) + data;
}

QList<BlockEvent> eventsOf(BlktraceRecords &records, const QByteArray &bytes)
{
    QList<BlockEvent> events;
    const auto problem = records.take(bytes, [&events](const BlockEvent &event) { events.append(event); });
    return problem ? QList<BlockEvent>() : events;
}

QString problemOf(const QByteArray &bytes)
{
    BlktraceRecords records(253, 16);
    return records.take(bytes, [](const BlockEvent &) {}).value_or(QString());
}

}

/// The records of blktrace, and the thread that reads them where they are written.
class BlktraceRecordsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void operations_data();
    void operations();
    void piecesMakeWholeRecords();
    void notesHaveNoNumber();
    void whatCannotBeBelievedIsSaid_data();
    void whatCannotBeBelievedIsSaid();
    void pinnedReaderReadsAllOfEachFile();
};

void BlktraceRecordsTest::operations_data()
{
    using Kind = BlockEvent::Kind;
    QTest::addColumn<quint32>("action");
    QTest::addColumn<quint32>("bytes");
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("mayBeEmpty");
    QTest::addColumn<quint32>("sectors");
    const auto row = [](const char *name, quint32 action, quint32 bytes, Kind kind, bool mayBeEmpty, quint32 sectors) {
        QTest::newRow(name) << action << bytes << int(kind) << mayBeEmpty << sectors;
    };
    const auto with = [](quint32 bits) { return complete | BLK_TC_ACT(bits); };
    row("read", with(BLK_TC_READ | BLK_TC_AHEAD), 4096, Kind::Harmless, true, 8);
    row("flush", with(BLK_TC_READ | BLK_TC_FLUSH), 0, Kind::Harmless, true, 0);
    row("flush, as old kernels say it", with(BLK_TC_WRITE | BLK_TC_FLUSH), 0, Kind::Write, true, 0);
    row("write", with(BLK_TC_WRITE | BLK_TC_SYNC | BLK_TC_META), 4096, Kind::Write, true, 8);
    row("write after a flush", with(BLK_TC_WRITE | BLK_TC_FLUSH), 512, Kind::Write, true, 1);
    row("write past the drive's cache", with(BLK_TC_WRITE | BLK_TC_FUA), 1024, Kind::Write, true, 2);
    row("write of half a sector", with(BLK_TC_WRITE), 100, Kind::Write, true, 1);
    row("discard", with(BLK_TC_WRITE | BLK_TC_DISCARD), 1 << 30, Kind::Discard, true, 1 << 21);
    row("secure erase", with(BLK_TC_WRITE | BLK_TC_DISCARD), 512, Kind::Discard, true, 1); // the same bits
    row("end of a flush sequence", with(BLK_TC_WRITE | BLK_TC_SYNC), 0, Kind::Write, true, 0);
    row("command to the drive, reading", BLK_TA_COMPLETE | BLK_TC_ACT(BLK_TC_PC | BLK_TC_READ), 36, Kind::Write, false, 0);
    row("command to the drive, writing", BLK_TA_COMPLETE | BLK_TC_ACT(BLK_TC_PC | BLK_TC_WRITE), 512, Kind::Write, false, 0);
}

void BlktraceRecordsTest::operations()
{
    QFETCH(quint32, action);
    QFETCH(quint32, bytes);
    QFETCH(int, kind);
    QFETCH(bool, mayBeEmpty);
    QFETCH(quint32, sectors);
    for (const quint32 cgroup : {0U, quint32(__BLK_TA_CGROUP)}) {
        const BlockEvent event = blktraceOperation(action | cgroup, bytes);
        QCOMPARE(int(event.kind), kind);
        QCOMPARE(event.mayBeEmpty, mayBeEmpty);
        QCOMPARE(event.sectors, sectors);
    }
}

void BlktraceRecordsTest::piecesMakeWholeRecords()
{
    const quint64 far = 5ULL << 32;
    const QByteArray all = bytesOf(record(1, writeDone, 8, 4096)) + bytesOf(record(2, writeDone | __BLK_TA_CGROUP, far, 512), "12345678")
        + bytesOf(record(3, writeDone, 16, 1024));
    for (qsizetype first = 0; first <= all.size(); ++first) {
        BlktraceRecords records(253, 16);
        QList<BlockEvent> events = eventsOf(records, all.left(first));
        events += eventsOf(records, all.mid(first));
        QCOMPARE(events.size(), 3);
        QCOMPARE(events.at(1).sector, far);
        QCOMPARE(events.at(2), (BlockEvent{BlockEvent::Kind::Write, true, 253, 16, 16, 2}));
        QCOMPARE(records.rest(), qsizetype(0));
    }
    BlktraceRecords records(253, 16);
    QCOMPARE(eventsOf(records, all.left(all.size() - 1)).size(), 2);
    QCOMPARE(records.rest(), qsizetype(sizeof(blk_io_trace)) - 1);
}

void BlktraceRecordsTest::notesHaveNoNumber()
{
    blk_io_trace time = record(0, BLK_TN_TIMESTAMP, 0, 0), process = record(7777, BLK_TN_PROCESS, 0, 0);
    time.device = 0;
    BlktraceRecords records(253, 16);
    const QByteArray all = bytesOf(time, "12345678") + bytesOf(record(1, writeDone, 8, 512)) + bytesOf(process, "fio") // not aligned
        + bytesOf(record(2, writeDone, 9, 512)) + bytesOf(record(3, BLK_TA_ISSUE | BLK_TC_ACT(BLK_TC_WRITE), 10, 512))
        + bytesOf(record(4, writeDone, 11, 512));
    QList<quint64> sectors;
    for (const BlockEvent &event : eventsOf(records, all))
        sectors.append(event.sector);
    QCOMPARE(sectors, (QList<quint64>{8, 9, 11})); // what is only issued has not happened yet
}

void BlktraceRecordsTest::whatCannotBeBelievedIsSaid_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("why");
    blk_io_trace odd = record(1, writeDone, 8, 512);
    const QByteArray good = bytesOf(odd);
    QTest::newRow("good") << good << QString();
    QTest::newRow("one is missing") << good + bytesOf(record(3, writeDone, 8, 512)) << QStringLiteral("missing: 3 comes after 1");
    QTest::newRow("the first is missing") << bytesOf(record(2, writeDone, 8, 512)) << QStringLiteral("missing: 2 comes after 0");
    QTest::newRow("one comes twice") << good + good << QStringLiteral("missing: 1 comes after 1");
    QTest::newRow("nothing was written there yet") << QByteArray(sizeof odd, '\0') << QStringLiteral("magic number 0");
    odd.magic = BLK_IO_TRACE_MAGIC | 8;
    QTest::newRow("another version") << bytesOf(odd) << QStringLiteral("magic number");
    odd.magic = __builtin_bswap32(BLK_IO_TRACE_MAGIC | BLK_IO_TRACE_VERSION);
    QTest::newRow("another byte order") << bytesOf(odd) << QStringLiteral("magic number");
    odd = record(1, writeDone, 8, 512);
    odd.device = 253 << 20 | 32;
    QTest::newRow("another disk") << bytesOf(odd) << QStringLiteral("device");
    odd = record(1, writeDone, 8, 512);
    odd.pdu_len = 60000;
    QTest::newRow("too long") << QByteArray(reinterpret_cast<const char *>(&odd), sizeof odd) << QStringLiteral("length 60000");
}

void BlktraceRecordsTest::whatCannotBeBelievedIsSaid()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, why);
    const QString said = problemOf(bytes);
    QVERIFY2(why.isEmpty() ? said.isEmpty() : said.contains(why), qPrintable(said));
}

void BlktraceRecordsTest::pinnedReaderReadsAllOfEachFile()
{
    QTemporaryFile first, second;
    QVERIFY(first.open() && second.open());
    const QByteArray much(1 << 20, 'm');
    const auto reader = PinnedReader::start(processorsIn(*onlineProcessors()).last(), {first.handle(), second.handle()});
    QVERIFY(bool(reader));
    for (const QByteArray &text : {QByteArray("a"), much}) {
        for (const QTemporaryFile *file : {&first, &second})
            QCOMPARE(::pwrite(file->handle(), text.constData(), size_t(text.size()), ::lseek(file->handle(), 0, SEEK_CUR)), text.size());
        (*reader)->ask();
        QVERIFY((*reader)->wait(PinnedReader::Clock::now() + std::chrono::seconds(5)));
        const auto read = (*reader)->collect();
        QVERIFY(bool(read));
        QCOMPARE(*read, (QList<QByteArray>{text, text}));
    }
    QVERIFY(!PinnedReader::start(1023, {first.handle()})); // no such processor
}

QTEST_GUILESS_MAIN(BlktraceRecordsTest)
#include "tst_blktracerecords.moc"
