#include "core/base/files.h"
#include "core/stream/buffers.h"
#include "core/stream/piecedreader.h"

#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <random>
#include <unistd.h>

using namespace edgelift;

namespace {

constexpr quint64 sector = 512;
constexpr quint64 mib = 1 << 20;

QByteArray noise(qsizetype bytes, quint32 seed)
{
    std::mt19937 random(seed);
    QByteArray out(bytes, Qt::Uninitialized);
    std::generate(out.begin(), out.end(), [&random] { return char(random()); });
    return out;
}

}

/// A target disk put together from pieces of the source's: each byte where the plan says, zeros between.
class TestPiecedReader final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyRangeIsAsThePiecesSay()
    {
        const QTemporaryDir folder;
        const QString one = folder.filePath(QStringLiteral("one")), two = folder.filePath(QStringLiteral("two"));
        const QByteArray first = noise(3 * mib, 1), second = noise(4 * mib, 2);
        QVERIFY(writeFileDurably(one, first) && writeFileDurably(two, second));
        // one after the other from two disks, then a hole, then one that ends within an extent
        const QList<SourcePiece> pieces{
            {mib, 2 * mib, two, mib + 40 * sector}, {3 * mib, mib, one, 0}, {5 * mib, 70 * sector, one, mib / 2}};
        QByteArray whole(6 * mib, 0);
        for (const SourcePiece &piece : pieces)
            std::memcpy(whole.data() + piece.at, (piece.path == one ? first : second).constData() + piece.offset, piece.length);
        auto reader = PiecedReader::open(pieces, ::pread);
        QVERIFY(reader);
        BufferPool pool(1, size_t(whole.size()));
        const BufferRef buffer = pool.acquire({});
        constexpr quint64 step = 67 * sector; // across every edge
        for (quint64 from = 0; from < quint64(whole.size()); from += step) {
            for (quint64 length : {sector, step, mib, 3 * mib}) {
                length = std::min(length, quint64(whole.size()) - from);
                std::memset(buffer->data, 0x55, length);
                QVERIFY((*reader)->read(from, length, *buffer));
                QVERIFY2(std::memcmp(buffer->data, whole.constData() + from, length) == 0, qPrintable(QString::number(from)));
            }
        }
    }
    void aDiskThatIsSmallerIsRefused()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("disk"));
        QVERIFY(writeFileDurably(path, noise(8 * sector, 3)));
        QCOMPARE(PiecedReader::open({{0, 4 * sector, path, 6 * sector}}, ::pread).error().code, ErrorCode::SourceChanged);
        QCOMPARE(PiecedReader::open({{0, sector, path + QStringLiteral("-gone"), 0}}, ::pread).error().code, ErrorCode::SourceUnreadable);
    }
};

QTEST_GUILESS_MAIN(TestPiecedReader)
#include "tst_piecedreader.moc"
