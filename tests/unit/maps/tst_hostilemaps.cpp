#include "core/stream/maps/onmedium.h"
#include "core/stream/maps/volumemap.h"
#include "tests/unit/maps/imagetools.h"

#include <QElapsedTimer>
#include <QFile>
#include <QRandomGenerator>
#include <QTest>
#include <functional>

using namespace edgelift;
using namespace edgelift::test;

namespace {

/// A file with a few bytes changed. Blocks of metadata that carry a checksum get it mended, so that a change is not noticed at once.
class ChangedView final : public BlockView
{
public:
    ChangedView(std::shared_ptr<FileView> base, quint64 nodeSize)
        : m_base(std::move(base))
        , m_node(nodeSize)
    {
    }
    quint64 size() const override { return m_base->size(); }
    Result<QByteArray> read(quint64 offset, quint64 length) const override
    {
        Result<QByteArray> bytes = m_base->read(offset, length);
        if (!bytes)
            return bytes;
        for (auto it = m_changed.lowerBound(offset); it != m_changed.end() && it.key() < offset + length; ++it)
            (*bytes)[qsizetype(it.key() - offset)] = it.value();
        return bytes;
    }
    void change(quint64 offset, char value) { m_changed.insert(offset, value); }
    /// Mends the sum at the start of the btrfs node (or superblock) that holds `offset`.
    void mendBtrfs(quint64 offset)
    {
        const bool super = offset / 4096 == 16;
        const quint64 start = super ? 65536 : offset - offset % m_node;
        const Result<QByteArray> block = read(start, super ? 4096 : m_node);
        if (!block)
            return;
        const quint32 sum = medium::crc32c(block->mid(32));
        for (int i = 0; i < 4; ++i)
            change(start + quint64(i), char(sum >> (8 * i)));
    }

private:
    std::shared_ptr<FileView> m_base;
    quint64 m_node;
    QMap<quint64, char> m_changed;
};

/// Offsets of all 512-byte blocks that are not zero and hold metadata: `random` content of files is left out by its entropy.
QList<quint64> metadataBlocks(const FileView &view)
{
    QList<quint64> found;
    constexpr quint64 part = 1 << 20;
    for (quint64 at = 0; at < view.size(); at += part) {
        const Result<QByteArray> bytes = view.read(at, std::min(part, view.size() - at));
        for (qsizetype in = 0; bytes && in + 512 <= bytes->size(); in += 512) {
            const QByteArrayView block = QByteArrayView(*bytes).sliced(in, 512);
            const auto zeros = std::count(block.begin(), block.end(), '\0');
            if (zeros > 8 && zeros < 512)
                found.append(at + quint64(in));
        }
    }
    return found;
}

}

Q_DECLARE_METATYPE(std::function<edgelift::VolumeMap(const edgelift::BlockView &)>)
using Reader = std::function<VolumeMap(const BlockView &)>;

/// A guest's metadata may say anything. No reader may crash, hang, or call bytes free that are outside of the volume.
class HostileMapsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void changedMetadataIsNeverFatal_data();
    void changedMetadataIsNeverFatal();
    void truncatedVolumesNeverGiveBytesBeyondTheirEnd_data() { changedMetadataIsNeverFatal_data(); }
    void truncatedVolumesNeverGiveBytesBeyondTheirEnd();

private:
    std::shared_ptr<FileView> make(const QString &command, int mebibytes);
    QTemporaryDir m_folder;
    QString m_image = m_folder.filePath(QStringLiteral("disk.img"));
};

void HostileMapsTest::changedMetadataIsNeverFatal_data()
{
    QTest::addColumn<Reader>("reader");
    QTest::addColumn<QString>("make");
    QTest::addColumn<int>("mebibytes");
    const Reader ext = [](const BlockView &view) { return extMap(view, {}); };
    const Reader xfs = [](const BlockView &view) { return xfsMap(view, false, {}); };
    const Reader btrfs = [](const BlockView &view) { return btrfsMap(view, {}); };
    const Reader fat = [](const BlockView &view) { return fatMap(view, {}); };
    const Reader swap = [](const BlockView &view) { return swapMap(view); };
    const Reader lvm = [](const BlockView &view) { return lvmMap(view, 4 << 20, {}); };
    QTest::newRow("ext4, no checksums") << ext << QStringLiteral("mke2fs -q -F -t ext4 -O ^metadata_csum,^uninit_bg -d '%2' '%1'") << 40;
    QTest::newRow("ext4") << ext << QStringLiteral("mke2fs -q -F -t ext4 -d '%2' '%1'") << 40;
    QTest::newRow("xfs, no checksums") << xfs
                                       << QStringLiteral("printf 'x\\n0 0\\nd--755 0 0\\n$\\n' >'%1.proto';"
                                                         "mkfs.xfs -q -f -m crc=0 -p '%1.proto' '%1'")
                                       << 320;
    QTest::newRow("xfs") << xfs << QStringLiteral("mkfs.xfs -q -f '%1'") << 320;
    QTest::newRow("btrfs") << btrfs << QStringLiteral("mkfs.btrfs -q --rootdir '%2' '%1'") << 120;
    QTest::newRow("fat16") << fat << QStringLiteral("mkfs.vfat -F 16 '%1' >/dev/null") << 20;
    QTest::newRow("fat32") << fat << QStringLiteral("mkfs.vfat -F 32 '%1' >/dev/null") << 40;
    QTest::newRow("swap") << swap << QStringLiteral("mkswap -q '%1'") << 20;
    QTest::newRow("lvm")
        << lvm
        << QStringLiteral(
               "pvcreate -q --config 'global{activation=0} devices{use_devicesfile=0}' $(losetup -f --show '%1') >/dev/null 2>&1;"
               "losetup -j '%1' | cut -d: -f1 | xargs losetup -d")
        << 20;
}

std::shared_ptr<FileView> HostileMapsTest::make(const QString &command, int mebibytes)
{
    QTemporaryDir tree;
    fill(tree.path(), 9, 60, 1);
    makeImage(m_image, quint64(mebibytes));
    shell(QString(command).replace(QLatin1String("%1"), m_image).replace(QLatin1String("%2"), tree.path()));
    return FileView::open(m_image).take();
}

void HostileMapsTest::changedMetadataIsNeverFatal()
{
    QFETCH(Reader, reader);
    QFETCH(QString, make);
    QFETCH(int, mebibytes);
    const std::shared_ptr<FileView> base = this->make(make, mebibytes);
    const QList<quint64> blocks = metadataBlocks(*base);
    QVERIFY(!blocks.isEmpty());
    QRandomGenerator random(11);
    int trusted = 0;
    for (int round = 0; round < 400; ++round) {
        ChangedView view(base, 16384);
        for (int i = 1 + random.bounded(6); i > 0; --i) {
            // Half of the changes go to the first blocks, where superblocks and labels are.
            const qsizetype most = random.bounded(2) ? blocks.size() : std::min<qsizetype>(blocks.size(), 16);
            const quint64 at = blocks.at(random.bounded(int(most))) + random.bounded(512U);
            const char values[] = {'\0', char(0xff), char(random.bounded(256)), char(1 << random.bounded(8))};
            view.change(at, values[random.bounded(4)]);
            if (make.contains(QLatin1String("btrfs")))
                view.mendBtrfs(at);
        }
        QElapsedTimer time;
        time.start();
        const VolumeMap map = reader(view);
        QVERIFY2(time.elapsed() < 10000, "it took too long");
        QVERIFY(map.whole.isEmpty() || map.free.isEmpty());
        for (const ByteRange &range : map.free)
            QVERIFY(range.offset <= view.size() && range.length <= view.size() - range.offset);
        trusted += map.whole.isEmpty();
    }
    QVERIFY2(trusted < 400, "no change was noticed at all");
}

void HostileMapsTest::truncatedVolumesNeverGiveBytesBeyondTheirEnd()
{
    QFETCH(Reader, reader);
    QFETCH(QString, make);
    QFETCH(int, mebibytes);
    const std::shared_ptr<FileView> base = this->make(make, mebibytes);
    for (const quint64 size : {0ULL, 1ULL, 511ULL, 512ULL, 1024ULL, 2000ULL, 65536ULL, 66000ULL, 70000ULL}) {
        const SegmentedView view({{base, 0, size}});
        const VolumeMap map = reader(view);
        for (const ByteRange &range : map.free)
            QVERIFY(range.end() <= size);
    }
}

QTEST_GUILESS_MAIN(HostileMapsTest)
#include "tst_hostilemaps.moc"
