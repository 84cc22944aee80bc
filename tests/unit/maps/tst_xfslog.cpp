#include "core/stream/maps/volumemap.h"

#include <QTest>
#include <QtEndian>

using namespace edgelift;

namespace {

class MemoryView final : public BlockView
{
public:
    explicit MemoryView(QByteArray bytes)
        : m_bytes(std::move(bytes))
    {
    }
    quint64 size() const override { return quint64(m_bytes.size()); }
    Result<QByteArray> read(quint64 offset, quint64 length) const override
    {
        if (offset + length > size())
            return Error{ErrorCode::SourceUnreadable, Retry::Never, {}, {}};
        return m_bytes.mid(qsizetype(offset), qsizetype(length));
    }

private:
    QByteArray m_bytes;
};

/// A log of 64 blocks as XFS writes it: one record of `length` blocks that begins at block `at` of cycle `cycle`, everything before it
/// of the same cycle, everything behind it of the one before.
class LogBytes
{
public:
    static constexpr int blocks = 64;
    LogBytes(int at, quint32 cycle, int length, quint8 flags)
        : m_bytes(blocks * 512, '\0')
    {
        const int end = at + 1 + length;
        for (int i = 0; i < blocks; ++i)
            put(i, 0, (end > blocks ? i < end - blocks || i >= at : i < end) ? cycle : cycle - 1);
        if (end > blocks) { // the record goes on at the start of the log: everything between is of the cycle before
            for (int i = 0; i < blocks; ++i)
                put(i, 0, i < end - blocks ? cycle + 1 : cycle);
        }
        put(at, 0, 0xfeedbabe);
        put(at, 4, cycle);
        put(at, 8, 2);
        put(at, 12, quint32(length) * 512);
        put(at, 40, 1);
        put(at, 320, 32768);
        m_bytes[(at + 1) % blocks * 512 + 9] = char(flags);
    }
    void put(int block, int offset, quint32 value) { qToBigEndian(value, m_bytes.data() + block * 512 + offset); }
    bool isClean() const { return xfsLogIsClean(MemoryView(m_bytes), {0, blocks * 512}, {}); }

private:
    QByteArray m_bytes;
};

constexpr quint8 unmount = 0x20;

}

/// When in doubt the log is dirty: then the whole volume is copied, which is never wrong.
class XfsLogTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void unmountRecordAtTheHeadIsClean_data()
    {
        QTest::addColumn<int>("at");
        QTest::addColumn<quint32>("cycle");
        QTest::addColumn<int>("length");
        QTest::newRow("just made") << 0 << 1U << 1;
        QTest::newRow("first round") << 20 << 1U << 1;
        QTest::newRow("later round") << 33 << 9U << 1;
        QTest::newRow("padded to a stripe") << 8 << 4U << 16;
        QTest::newRow("ends with the log") << LogBytes::blocks - 2 << 5U << 1;
        QTest::newRow("goes on at the log's start") << LogBytes::blocks - 3 << 5U << 4;
    }
    void unmountRecordAtTheHeadIsClean()
    {
        QFETCH(int, at);
        QFETCH(quint32, cycle);
        QFETCH(int, length);
        QVERIFY(LogBytes(at, cycle, length, unmount).isClean());
    }
    void otherRecordsAreDirty() { QVERIFY(!LogBytes(20, 3, 1, 0x01).isClean()); }
    void aRecordBehindTheUnmountIsDirty()
    {
        LogBytes log(20, 3, 1, unmount);
        log.put(22, 0, 3);
        QVERIFY(!log.isClean());
    }
    void aHoleInTheCyclesIsDirty()
    {
        LogBytes log(20, 3, 1, unmount);
        log.put(10, 0, 2);
        QVERIFY(!log.isClean());
        LogBytes later(20, 3, 1, unmount);
        later.put(40, 0, 3);
        QVERIFY(!later.isClean());
    }
    void severalOperationsAreDirty()
    {
        LogBytes log(20, 3, 1, unmount);
        log.put(20, 40, 2);
        QVERIFY(!log.isClean());
    }
    void anEmptyLogIsDirty()
    {
        QVERIFY(!xfsLogIsClean(MemoryView(QByteArray(64 * 512, '\0')), {0, 64 * 512}, {}));
        QVERIFY(!xfsLogIsClean(MemoryView(QByteArray(64 * 512, '\0')), {0, 0}, {}));
        QVERIFY(!xfsLogIsClean(MemoryView(QByteArray(64 * 512, '\0')), {512, 64 * 512}, {}));
    }
};

QTEST_GUILESS_MAIN(XfsLogTest)
#include "tst_xfslog.moc"
