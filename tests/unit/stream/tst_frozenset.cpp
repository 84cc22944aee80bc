#include "core/base/errortext.h"
#include "core/stream/blockreader.h"
#include "core/stream/live/frozenset.h"

#include <QTemporaryFile>
#include <QTest>
#include <cstring>

using namespace edgelift;
using namespace std::chrono_literals;

namespace {

constexpr quint32 block = 64U << 10;
constexpr quint64 size = 40 * block + 512; // the last block is a sector

ssize_t readBlocks(int, void *into, size_t length, off_t offset)
{
    std::memset(into, int(quint64(offset) / block), length);
    return ssize_t(length);
}

}

/// A disk of which each block holds its number.
class FrozenSetTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void keepsWhatIsAskedFor();
    void moreThanThereIsRoomForIsSaid();
    void theDeadlineHolds();
    void anUnreadableBlockIsAnError();

private:
    static auto soon() { return std::chrono::steady_clock::now() + 60s; }
    static RangeSet everything() { return RangeSet(ByteRange{0, size}); }
    [[nodiscard]] std::vector<std::unique_ptr<DiskReader>> disks(const BlockReader::ReadCall &read) const;
    QTemporaryFile m_file;
};

void FrozenSetTest::initTestCase() { QVERIFY(m_file.open() && m_file.resize(qint64(size))); }

std::vector<std::unique_ptr<DiskReader>> FrozenSetTest::disks(const BlockReader::ReadCall &read) const
{
    std::vector<std::unique_ptr<DiskReader>> readers;
    auto reader = BlockReader::open(m_file.fileName(), Bytes{size}, read);
    readers.push_back(reader.take());
    return readers;
}

void FrozenSetTest::keepsWhatIsAskedFor()
{
    const auto set = FrozenSet::make(Bytes{8 * block});
    QVERIFY(bool(set));
    const auto wanted = [](int disk, quint64 number, std::span<const char> bytes) {
        const bool right = disk == 0 && bytes.size() == (number == 40 ? 512 : block) && quint64(bytes[0]) == number;
        return !right || number % 10 == 0;
    };
    const auto kept = (*set)->fillWhere({everything()}, block, disks(readBlocks), wanted, soon());
    QVERIFY2(kept, kept ? "" : qPrintable(logLine(kept.error())));
    RangeSet expected;
    for (const quint64 number : {0, 10, 20, 30, 40})
        expected.add(ByteRange{number, 1});
    QCOMPARE(kept->front(), expected);
    QVERIFY(!(*set)->overflowed());
    const std::unique_ptr<DiskReader> reader = (*set)->reader(0);
    char byte = 0;
    QVERIFY(reader->read(20 * block + 5, 1, {&byte, 1}));
    QCOMPARE(byte, char(20));
    QVERIFY(!reader->read(21 * block, 1, {&byte, 1})); // was not kept
    QVERIFY((*set)->holds(0, 10 * block, QByteArray(block, 10)));
    QVERIFY(!(*set)->holds(0, 10 * block, QByteArray(block, 11)));
    QVERIFY(!(*set)->holds(0, 11 * block, QByteArray(block, 11)));
}

void FrozenSetTest::moreThanThereIsRoomForIsSaid()
{
    const auto set = FrozenSet::make(Bytes{8 * block});
    QVERIFY(bool(set));
    const auto all = [](int, quint64, std::span<const char>) { return true; };
    const auto kept = (*set)->fillWhere({everything()}, block, disks(readBlocks), all, soon());
    QVERIFY(!kept);
    QCOMPARE(kept.error().code, ErrorCode::FreezeTooLong);
    QVERIFY((*set)->overflowed());
    QCOMPARE((*set)->used().count, quint64(0)); // and nothing of it is there
    const auto some = [](int, quint64 number, std::span<const char>) { return number < 8; };
    const auto again = (*set)->fillWhere({everything()}, block, disks(readBlocks), some, soon());
    QVERIFY(again && again->front() == RangeSet(ByteRange{0, 8}));
    QVERIFY(!(*set)->overflowed());
}

void FrozenSetTest::theDeadlineHolds()
{
    const auto set = FrozenSet::make(Bytes{size + block});
    QVERIFY(bool(set));
    const auto all = [](int, quint64, std::span<const char>) { return true; };
    const auto kept = (*set)->fillWhere({everything()}, block, disks(readBlocks), all, std::chrono::steady_clock::now() - 1ms);
    QVERIFY(!kept);
    QCOMPARE(kept.error().code, ErrorCode::FreezeTooLong);
    QVERIFY(!(*set)->overflowed()); // it is the time that was short
}

void FrozenSetTest::anUnreadableBlockIsAnError()
{
    const auto set = FrozenSet::make(Bytes{size + block});
    QVERIFY(bool(set));
    const auto fails = [](int fd, void *into, size_t length, off_t offset) -> ssize_t {
        if (quint64(offset) / block == 17) {
            errno = EIO;
            return -1;
        }
        return readBlocks(fd, into, length, offset);
    };
    const auto none = [](int, quint64, std::span<const char>) { return false; };
    const auto kept = (*set)->fillWhere({everything()}, block, disks(fails), none, soon());
    QVERIFY(!kept);
    QCOMPARE(kept.error().code, ErrorCode::SourceUnreadable);
}

QTEST_GUILESS_MAIN(FrozenSetTest)
#include "tst_frozenset.moc"
