#include "core/stream/live/piecemap.h"

#include <QTest>
#include <random>

using namespace edgelift;

namespace {

constexpr quint32 block = 16; // the map does not mind what a block is

/// A disk in memory.
class MemoryView final : public BlockView
{
public:
    explicit MemoryView(QByteArray bytes)
        : m_bytes(std::move(bytes))
    {
    }
    [[nodiscard]] quint64 size() const override { return quint64(m_bytes.size()); }
    [[nodiscard]] Result<QByteArray> read(quint64 offset, quint64 length) const override
    {
        return m_bytes.mid(qsizetype(offset), qsizetype(length));
    }

private:
    QByteArray m_bytes;
};

/// Where a byte of a target comes from.
struct Origin
{
    int source = -1; ///< -1: from nowhere
    quint64 offset = 0;
};

/// Some disks, cut at random and put together again at random. No byte of the source is there twice.
struct Puzzle
{
    explicit Puzzle(quint32 seed)
        : random(seed)
    {
        for (int i = 0; i < 3; ++i)
            sources.append({QStringLiteral("disk %1").arg(i), Bytes{200 + random() % 300}});
        for (int i = 0; i < 2; ++i)
            targets.append(target());
        TransferDisk whole;
        whole.path = sources.at(2).path;
        whole.size = sources.at(2).size;
        targets.append(whole);
        map = std::make_unique<PieceMap>(*PieceMap::make(targets, sources));
    }
    TransferDisk target()
    {
        TransferDisk disk;
        disk.pieces.emplace();
        quint64 at = random() % 40;
        for (int i = 0; i < 4; ++i, at += random() % 50) {
            const int source = int(random() % 2);
            const quint64 left = sources.at(source).size.count - taken[source];
            const SourcePiece piece{at, std::min<quint64>(left, random() % 60), sources.at(source).path, taken[source]};
            taken[source] += piece.length + std::min<quint64>(left - piece.length, random() % 30);
            disk.pieces->append(piece);
            at += piece.length;
        }
        disk.size.count = at + random() % 40;
        return disk;
    }
    Origin originOf(int disk, quint64 byte) const
    {
        if (!targets.at(disk).pieces)
            return {2, byte};
        for (const SourcePiece &piece : *targets.at(disk).pieces) {
            if (byte >= piece.at && byte < piece.at + piece.length)
                return {piece.path == sources.at(0).path ? 0 : 1, piece.offset + byte - piece.at};
        }
        return {};
    }
    RangeSet someOf(quint64 size)
    {
        RangeSet set;
        for (int i = 0; i < 6; ++i)
            set.add(ByteRange{random() % size, 1 + random() % 40});
        return set.intersected(ByteRange{0, size});
    }

    std::mt19937 random;
    QList<FollowedDisk> sources;
    QList<TransferDisk> targets;
    std::array<quint64, 2> taken{};
    std::unique_ptr<PieceMap> map;
};

TransferDisk pieced(quint64 size, const QList<SourcePiece> &pieces)
{
    TransferDisk disk;
    disk.pieces = pieces;
    disk.size.count = size;
    return disk;
}

}

class TestPieceMap final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void marksAreTheNewestOfEveryByte();
    void bytesGoWhereTheirPieceGoes();
    void theSourceIsSeenThroughTheTargets();
    void whatNothingComesFromIsIgnored();
    void everyPieceMustBeFollowed();
};

void TestPieceMap::marksAreTheNewestOfEveryByte()
{
    int differ = 0; // how often one block of the source is not enough
    for (quint32 seed = 1; seed <= 500; ++seed) {
        Puzzle puzzle(seed);
        std::vector<std::vector<quint32>> marks;
        for (const FollowedDisk &source : std::as_const(puzzle.sources)) {
            std::vector<quint32> &disk = marks.emplace_back((source.size.count + block - 1) / block);
            for (quint32 &mark : disk)
                mark = puzzle.random() % 3 == 0 ? quint32(puzzle.random() % 9) : 0;
        }
        for (int target = 0; target < puzzle.targets.size(); ++target) {
            const quint64 size = puzzle.targets.at(target).size.count;
            std::vector<quint32> expected((size + block - 1) / block);
            for (quint64 byte = 0; byte < size; ++byte) {
                const Origin origin = puzzle.originOf(target, byte);
                if (origin.source >= 0)
                    expected[byte / block] = std::max(expected[byte / block], marks[size_t(origin.source)][origin.offset / block]);
            }
            QVERIFY2(puzzle.map->marks(target, marks, block) == expected,
                qPrintable(QStringLiteral("seed %1, target %2").arg(seed).arg(target)));
            differ += puzzle.map->marks(target, marks, block, false) == expected ? 0 : 1;
        }
    }
    QVERIFY(differ > 100);
}

void TestPieceMap::bytesGoWhereTheirPieceGoes()
{
    for (quint32 seed = 1; seed <= 300; ++seed) {
        Puzzle puzzle(seed);
        std::vector<RangeSet> used;
        for (const FollowedDisk &source : std::as_const(puzzle.sources))
            used.push_back(puzzle.someOf(source.size.count));
        for (int target = 0; target < puzzle.targets.size(); ++target) {
            const RangeSet there = puzzle.map->onTarget(target, used);
            for (quint64 byte = 0; byte < puzzle.targets.at(target).size.count; ++byte) {
                const Origin origin = puzzle.originOf(target, byte);
                const bool expected = origin.source >= 0 && used[size_t(origin.source)].contains(origin.offset);
                QVERIFY2(there.contains(byte) == expected, qPrintable(QStringLiteral("seed %1, byte %2").arg(seed).arg(byte)));
            }
        }
    }
}

void TestPieceMap::theSourceIsSeenThroughTheTargets()
{
    for (quint32 seed = 1; seed <= 100; ++seed) {
        Puzzle puzzle(seed);
        std::vector<QByteArray> disks;
        std::vector<RangeSet> gone;
        for (const FollowedDisk &source : std::as_const(puzzle.sources)) {
            QByteArray &bytes = disks.emplace_back();
            for (quint64 i = 0; i < source.size.count; ++i)
                bytes.append(char(puzzle.random()));
            gone.emplace_back(ByteRange{0, source.size.count});
        }
        std::vector<std::shared_ptr<const BlockView>> targets;
        for (int target = 0; target < puzzle.targets.size(); ++target) {
            QByteArray bytes(qsizetype(puzzle.targets.at(target).size.count), '!');
            for (qsizetype byte = 0; byte < bytes.size(); ++byte) {
                const Origin origin = puzzle.originOf(target, quint64(byte));
                if (origin.source < 0)
                    continue;
                bytes[byte] = disks[size_t(origin.source)].at(qsizetype(origin.offset));
                gone[size_t(origin.source)].subtract(ByteRange{origin.offset, 1});
            }
            targets.push_back(std::make_shared<MemoryView>(bytes));
        }
        const auto views = puzzle.map->sourceViews(targets);
        for (size_t source = 0; source < disks.size(); ++source) {
            QCOMPARE(views[source]->size(), quint64(disks[source].size()));
            for (int i = 0; i < 50; ++i) {
                const quint64 offset = puzzle.random() % views[source]->size();
                const quint64 length = std::min<quint64>(views[source]->size() - offset, 1 + puzzle.random() % 40);
                const Result<QByteArray> read = views[source]->read(offset, length);
                QCOMPARE(bool(read), !gone[source].overlaps(ByteRange{offset, length}));
                if (read)
                    QCOMPARE(*read, disks[source].mid(qsizetype(offset), qsizetype(length)));
            }
        }
    }
}

/// Tables and new filesystems are the builder's. A piece's last extent is the piece's alone.
void TestPieceMap::whatNothingComesFromIsIgnored()
{
    constexpr quint64 mib = wire::extentSize;
    const QList<FollowedDisk> sources{{QStringLiteral("a"), Bytes{20 * mib}}};
    const QList<TransferDisk> targets{
        pieced(16 * mib, {{mib, 2 * mib + 512, QStringLiteral("a"), 5 * mib + 512}, {8 * mib, 4 * mib, QStringLiteral("a"), 10 * mib}})};
    const Result<PieceMap> map = PieceMap::make(targets, sources);
    QVERIFY(map);
    LiveAreas ofSource;
    ofSource.unfrozen.add(ByteRange{0, 8 * mib}); // the first piece and more
    ofSource.ignored.add(ByteRange{11 * mib, mib}); // within the second
    const LiveAreas areas = map->areas(0, {ofSource});
    RangeSet ignored(ByteRange{0, mib});
    ignored.add(ByteRange{3 * mib + 512, 5 * mib - 512});
    ignored.add(ByteRange{9 * mib, mib});
    ignored.add(ByteRange{12 * mib, 4 * mib});
    QCOMPARE(areas.ignored, ignored);
    QCOMPARE(areas.unfrozen, RangeSet(ByteRange{mib, 3 * mib})); // with the rest of its last extent
    QCOMPARE(map->areas(0, {}).unfrozen, RangeSet());
}

void TestPieceMap::everyPieceMustBeFollowed()
{
    const QList<FollowedDisk> sources{{QStringLiteral("a"), Bytes{1 << 20}}};
    QVERIFY(PieceMap::make({pieced(1 << 20, {{0, 512, QStringLiteral("a"), 0}})}, sources));
    const Result<PieceMap> missed = PieceMap::make({pieced(1 << 20, {{0, 512, QStringLiteral("b"), 0}})}, sources);
    QVERIFY(!missed);
    QCOMPARE(missed.error().code, ErrorCode::Internal);
}

QTEST_GUILESS_MAIN(TestPieceMap)
#include "tst_piecemap.moc"
