#include "core/base/errortext.h"
#include "tests/unit/tracking/faulttable.h"
#include "tests/unit/tracking/loopdisk.h"
#include "tests/unit/tracking/trackerrows.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <cstring>
#include <fcntl.h>
#include <linux/blkzoned.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <random>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <thread>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::test;
using namespace std::chrono_literals;

namespace {

constexpr quint64 block = 256 << 10;
const QString zonedDisk = QStringLiteral("/dev/nullb0");
const QString scsiDisk = QStringLiteral("/dev/sda");

Fd openPath(const QString &path, int flags) { return Fd(::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC)); }

Started startOn(const QByteArray &backend, const QString &path)
{
    const Result<TrackedDisk> disk = trackedDisk(path);
    return disk ? startTracker(backend, *disk) : Started(disk.error());
}

/// The whole disk, past every cache.
std::vector<QByteArray> blocksOf(const QString &path)
{
    const Fd disk = openPath(path, O_RDONLY | O_DIRECT);
    std::vector<QByteArray> blocks;
    const std::unique_ptr<char, decltype(&std::free)> memory(static_cast<char *>(std::aligned_alloc(4096, block)), &std::free);
    for (ssize_t got = 0; (got = ::pread(disk.get(), memory.get(), block, off_t(blocks.size() * block))) > 0;)
        blocks.emplace_back(memory.get(), got);
    return blocks;
}

/// btrfs writes all data of a zoned disk by zone append: where it lands, the disk decides.
bool writeByAppends(const QString &folder)
{
    if (::mount(zonedDisk.toUtf8().constData(), folder.toUtf8().constData(), "btrfs", 0, nullptr) != 0)
        return false;
    std::mt19937 random(7); // NOLINT: the same each time
    QByteArray bytes(5 << 20, '\0');
    std::generate(bytes.begin(), bytes.end(), [&random] { return char(random()); });
    QFile file(folder + QStringLiteral("/file"));
    const bool written =
        file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush() && ::fsync(file.handle()) == 0;
    file.close();
    return ::umount(folder.toUtf8().constData()) == 0 && written;
}

QString zoneAppend(const QByteArray &backend)
{
    const QTemporaryDir folder;
    const QByteArray command = "mkfs.btrfs -q -f -O zoned -d single -m single " + zonedDisk.toUtf8() + " >&2";
    if (std::system(command.constData()) != 0) // NOLINT(concurrency-mt-unsafe)
        return notAsPromised(QStringLiteral("no filesystem"));
    const std::vector<QByteArray> before = blocksOf(zonedDisk);
    const Started tracker = startOn(backend, zonedDisk);
    if (!tracker)
        return notAsPromised(logLine(tracker.error()));
    if (!writeByAppends(folder.path()))
        return notAsPromised(QStringLiteral("nothing was written"));
    const QList<int> marked = markedSince(**tracker, 1);
    if (const Result<> whole = (*tracker)->intact(); !whole)
        return voidEpoch + whole.error().detail;
    const std::vector<QByteArray> after = blocksOf(zonedDisk);
    int changed = 0, missed = 0;
    for (size_t i = 0; i < after.size(); ++i) {
        changed += after[i] != before[i] ? 1 : 0;
        missed += after[i] != before[i] && !marked.contains(int(i)) ? 1 : 0;
    }
    const QString what = QStringLiteral("%1 blocks changed, %2 of them unmarked, %3 marked").arg(changed).arg(missed).arg(marked.size());
    return changed >= 20 && missed == 0 ? what : notAsPromised(what);
}

QString zoneReset(const QByteArray &backend)
{
    const Started tracker = startOn(backend, zonedDisk);
    blk_zone_range zone{0, 16 << 11};
    if (!tracker || ::ioctl(openPath(zonedDisk, O_RDWR).get(), BLKRESETZONE, &zone) != 0)
        return notAsPromised(QStringLiteral("no reset"));
    return lostOr((*tracker)->intact());
}

QString zonedRefused()
{
    const Started tracker = startOn("blktrace", zonedDisk);
    const bool refused = !tracker && tracker.error().code == ErrorCode::TrackerUnavailable;
    return refused ? tracker.error().detail : notAsPromised(QStringLiteral("it was not refused"));
}

/// A command past the block layer: INQUIRY, or WRITE(10) of one sector.
bool command(bool writes)
{
    QByteArray bytes(512, 'p'), sense(32, '\0');
    std::array<uchar, 10> inquiry{0x12, 0, 0, 0, 96}, write{0x2a, 0, 0, 0, 0, 9, 0, 0, 1};
    sg_io_hdr request{};
    request.interface_id = 'S';
    request.dxfer_direction = writes ? SG_DXFER_TO_DEV : SG_DXFER_FROM_DEV;
    request.cmdp = writes ? write.data() : inquiry.data();
    request.cmd_len = writes ? 10 : 6;
    request.dxferp = bytes.data();
    request.dxfer_len = writes ? 512 : 96;
    request.sbp = reinterpret_cast<uchar *>(sense.data());
    request.mx_sb_len = uchar(sense.size());
    request.timeout = 5000;
    return ::ioctl(openPath(scsiDisk, O_RDWR).get(), SG_IO, &request) == 0 && request.status == 0;
}

QString passthrough(const QByteArray &backend, bool writes, bool harmless)
{
    const Started tracker = startOn(backend, scsiDisk);
    if (!tracker)
        return notAsPromised(logLine(tracker.error()));
    if (!command(writes))
        return notAsPromised(QStringLiteral("the disk refuses it"));
    const Result<> whole = (*tracker)->intact();
    if (!harmless)
        return lostOr(whole);
    return whole ? QStringLiteral("intact") : notAsPromised(whole.error().detail);
}

/// RAID1 over two disks with a superblock of version 0.90, at their ends.
class Mirror
{
public:
    Mirror(const LoopDisk &first, const LoopDisk &second)
    {
        (void)::mknod("/dev/md0", S_IFBLK | 0600, ::makedev(MD_MAJOR, 0));
        m_node = openPath(QStringLiteral("/dev/md0"), O_RDWR);
        mdu_array_info_t about{};
        about.minor_version = 90;
        about.level = 1;
        about.size = int(first.tracked().size.count / 1024 - 64);
        about.nr_disks = about.raid_disks = about.active_disks = about.working_disks = 2;
        about.state = 1; // clean
        m_runs = ::ioctl(m_node.get(), SET_ARRAY_INFO, &about) == 0;
        for (const LoopDisk *disk : {&first, &second}) {
            mdu_disk_info_t one{};
            one.number = one.raid_disk = disk == &first ? 0 : 1;
            one.major = int(disk->tracked().major);
            one.minor = int(disk->tracked().minor);
            one.state = 1 << MD_DISK_ACTIVE | 1 << MD_DISK_SYNC;
            m_runs = m_runs && ::ioctl(m_node.get(), ADD_NEW_DISK, &one) == 0;
        }
        m_runs = m_runs && ::ioctl(m_node.get(), RUN_ARRAY, nullptr) == 0;
    }
    Mirror(const Mirror &) = delete;
    Mirror &operator=(const Mirror &) = delete;
    ~Mirror() { ::ioctl(m_node.get(), STOP_ARRAY, nullptr); }
    bool runs() const { return m_runs; }
    bool write() const { return ::pwrite(m_node.get(), "x", 1, 5 * block) == 1 && ::fsync(m_node.get()) == 0; }

private:
    static constexpr int MD_DISK_ACTIVE = 1, MD_DISK_SYNC = 2; // md_p.h, which C++ cannot read
    Fd m_node;
    bool m_runs = false;
};

/// Nobody writes any more, and then md writes that it is clean. A point that was begun before is refused, so one waits first.
QString superblockTimer(const QByteArray &backend, std::chrono::milliseconds settle)
{
    const LoopDisk first(64 * block), second(64 * block);
    const Started tracker = startOn(backend, first.path());
    const Mirror mirror(first, second);
    if (!tracker || !mirror.runs() || !mirror.write())
        return notAsPromised(QStringLiteral("no mirror"));
    std::this_thread::sleep_for(settle);
    const Result<quint32> era = (*tracker)->advanceEra();
    std::this_thread::sleep_for(600ms);
    const QList<int> since = era ? markedSince(**tracker, *era) : QList<int>{-1};
    if (const Result<> whole = (*tracker)->intact(); !whole)
        return voidEpoch + whole.error().detail;
    const QString what = QStringLiteral("marked since: ") + numbers(since);
    return since == (settle == 0ms ? QList<int>{63} : QList<int>()) ? what : notAsPromised(what);
}

}

/// Rows of the list "Tracker" of peers.md 5c that need a zoned disk (/dev/nullb0), a SCSI disk (/dev/sda), and md: in a guest that has
/// them.
class OddDisksTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void faults_data();
    void faults();
    void cleanupTestCase() { m_table.print(); }

private:
    FaultTable m_table{QStringLiteral("peers.md 5c, \"Tracker\", on disks that only the guest has")};
};

void OddDisksTest::faults_data()
{
    QTest::addColumn<QString>("promised");
    QTest::addColumn<Fault>("fault");
    const auto row = [](const QByteArray &name, const char *promised, const Fault &fault) {
        QTest::newRow(name.constData()) << QString::fromLatin1(promised) << fault;
    };
    for (const QByteArray backend : {"ebpf", "perf"}) {
        row(backend + ": zone append (btrfs, zoned disk)", "marked where it landed", [backend] { return zoneAppend(backend); });
        row(backend + ": zone reset", "V: no range", [backend] { return zoneReset(backend); });
    }
    row("blktrace: a zoned disk", "refused: resets cannot be told", zonedRefused);
    for (const QByteArray backend : {"ebpf", "perf", "blktrace"}) {
        row(backend + ": SG_IO, WRITE(10)", "V: no range", [backend] { return passthrough(backend, true, false); });
        const bool knows = backend == "ebpf";
        row(backend + ": SG_IO, INQUIRY", knows ? "intact: it only reads" : "V: cannot be told from others",
            [backend, knows] { return passthrough(backend, false, knows); });
        row(backend + ": md superblock timer, no settle", "a mark: point refused", [backend] { return superblockTimer(backend, 0ms); });
        row(backend + ": md superblock timer, settled", "no mark",
            [backend] { return superblockTimer(backend, 2000ms); }); // it is slow here
    }
}

void OddDisksTest::faults()
{
    QFETCH(QString, promised);
    QFETCH(Fault, fault);
    QString happened;
    for (int attempt = 0; attempt < 6 && (happened.isEmpty() || happened.startsWith(voidEpoch)); ++attempt)
        happened = fault();
    QVERIFY2(!happened.startsWith(QLatin1String("NOT")) && !happened.startsWith(voidEpoch), qPrintable(happened));
    m_table.add(QString::fromLatin1(QTest::currentDataTag()), promised, happened);
}

QTEST_GUILESS_MAIN(OddDisksTest)
#include "tst_odddisks.moc"
