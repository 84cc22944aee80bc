#include "core/stream/blockreader.h"

#include <QTemporaryFile>
#include <QTest>
#include <cerrno>

using namespace edgelift;

namespace {
QByteArray pattern(qsizetype size)
{
    QByteArray bytes(size, 0);
    for (qsizetype i = 0; i < size; ++i)
        bytes[i] = char((i >> 9) ^ i);
    return bytes;
}
}

class TestBlockReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void readsWhatIsThere();
    void readsTheLastOddBytes();
    void goesOnBufferedWhenDirectReadsAreRefused();
    void aPassingErrorIsTriedAgain();
    void aLastingErrorNamesItsPlace();
    void shorterThanPromisedIsAChangedSource();
    void truncatedMeanwhileIsAChangedSource();
    void missingFileIsUnreadable();

private:
    static constexpr qsizetype size = (3 << 20) + 1234;
    QByteArray m_content = pattern(size);
    std::unique_ptr<QTemporaryFile> m_file;
    BufferPool m_pool{1, 4 << 20};
    BufferRef m_buffer;
};

void TestBlockReader::init()
{
    m_file = std::make_unique<QTemporaryFile>();
    QVERIFY(m_file->open());
    m_file->write(m_content);
    m_file->flush();
    m_buffer = nullptr;
    m_buffer = m_pool.acquire({});
    memset(m_buffer->data, 0x55, m_buffer->size);
}

void TestBlockReader::readsWhatIsThere()
{
    auto reader = BlockReader::open(m_file->fileName(), {quint64(size)});
    QVERIFY(bool(reader));
    QVERIFY(bool((*reader)->read(1 << 20, 1 << 20, *m_buffer)));
    QCOMPARE(QByteArray(m_buffer->data, 1 << 20), m_content.mid(1 << 20, 1 << 20));
}

void TestBlockReader::readsTheLastOddBytes()
{
    auto reader = BlockReader::open(m_file->fileName(), {quint64(size)});
    QVERIFY(bool((*reader)->read(2 << 20, size - (2 << 20), *m_buffer)));
    QCOMPARE(QByteArray(m_buffer->data, size - (2 << 20)), m_content.mid(2 << 20));
    QVERIFY(bool((*reader)->read(3 << 20, 1234, *m_buffer)));
    QCOMPARE(QByteArray(m_buffer->data, 1234), m_content.right(1234));
}

void TestBlockReader::goesOnBufferedWhenDirectReadsAreRefused()
{
    int refused = 0;
    const auto refuseFirst = [&](int fd, void *into, size_t length, off_t offset) -> ssize_t {
        if (refused++ == 0) {
            errno = EINVAL;
            return -1;
        }
        return ::pread(fd, into, length, offset);
    };
    auto reader = BlockReader::open(m_file->fileName(), {quint64(size)}, refuseFirst);
    QVERIFY2((*reader)->isDirect(), "no O_DIRECT in the temporary folder");
    QVERIFY(bool((*reader)->read(0, 1 << 20, *m_buffer)));
    QVERIFY(!(*reader)->isDirect());
    QCOMPARE(QByteArray(m_buffer->data, 1 << 20), m_content.left(1 << 20));
}

void TestBlockReader::aPassingErrorIsTriedAgain()
{
    int calls = 0;
    const auto failFirst = [&](int fd, void *into, size_t length, off_t offset) -> ssize_t {
        errno = EIO;
        return calls++ == 0 ? -1 : ::pread(fd, into, length, offset);
    };
    auto reader = BlockReader::open(m_file->fileName(), {quint64(size)}, failFirst);
    QVERIFY(bool((*reader)->read(0, 1 << 20, *m_buffer)));
    QCOMPARE(QByteArray(m_buffer->data, 1 << 20), m_content.left(1 << 20));
}

void TestBlockReader::aLastingErrorNamesItsPlace()
{
    constexpr off_t bad = (1 << 20) + 5 * 4096;
    const auto failAt = [](int fd, void *into, size_t length, off_t offset) -> ssize_t {
        errno = EIO;
        return offset <= bad && bad < offset + off_t(length) ? -1 : ::pread(fd, into, length, offset);
    };
    auto reader = BlockReader::open(m_file->fileName(), {quint64(size)}, failAt);
    const Result<> read = (*reader)->read(1 << 20, 1 << 20, *m_buffer);
    QVERIFY(!read);
    QCOMPARE(int(read.error().code), int(ErrorCode::SourceUnreadable));
    QCOMPARE(read.error().args, QStringList{m_file->fileName()});
    QVERIFY2(read.error().detail.contains(QString::number(bad)), qPrintable(read.error().detail));
}

void TestBlockReader::shorterThanPromisedIsAChangedSource()
{
    const auto reader = BlockReader::open(m_file->fileName(), {quint64(size) + 1});
    QVERIFY(!reader);
    QCOMPARE(int(reader.error().code), int(ErrorCode::SourceChanged));
}

void TestBlockReader::truncatedMeanwhileIsAChangedSource()
{
    auto reader = BlockReader::open(m_file->fileName(), {quint64(size)});
    QVERIFY(m_file->resize(2 << 20));
    const Result<> read = (*reader)->read(1 << 20, 2 << 20, *m_buffer);
    QVERIFY(!read);
    QCOMPARE(int(read.error().code), int(ErrorCode::SourceChanged));
}

void TestBlockReader::missingFileIsUnreadable()
{
    const auto reader = BlockReader::open(QStringLiteral("/nonexistent/disk"), {1});
    QVERIFY(!reader);
    QCOMPARE(int(reader.error().code), int(ErrorCode::SourceUnreadable));
}

QTEST_GUILESS_MAIN(TestBlockReader)
#include "tst_blockreader.moc"
