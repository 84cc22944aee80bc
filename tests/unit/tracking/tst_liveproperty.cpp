#include "core/base/errortext.h"
#include "core/source/tracking/ebpftracker.h"
#include "core/source/tracking/perftracker.h"
#include "core/source/tracking/processfreezer.h"
#include "core/source/tracking/rescantracker.h"
#include "tests/unit/tracking/copier.h"
#include "tests/unit/tracking/models.h"
#include "tests/unit/tracking/mountedloop.h"
#include "tests/unit/tracking/slowmedium.h"
#include "tests/unit/tracking/workload.h"

#include <QFile>
#include <QTest>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::test;
using namespace std::chrono_literals;

namespace {

using Start = decltype(CopyRules::start);

constexpr Bytes blockSize{64 << 10};

/// How many disks each row copies; EDGELIFT_SEEDS asks for more.
int seeds(int usual)
{
    const int asked = qEnvironmentVariableIntValue("EDGELIFT_SEEDS");
    return asked > 0 ? asked : usual;
}

QByteArray compiled(const char *name)
{
    QFile file(QStringLiteral(EDGELIFT_PROGRAMS "/") + QLatin1String(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Start ebpf(const QByteArray &program = {})
{
    return [program](const TrackedDisk &disk) { return startEbpfTracker({disk}, {blockSize, program}); };
}

Start perf(const QByteArray &event = "block/block_rq_complete")
{
    return [event](const TrackedDisk &disk) { return startPerfTracker({disk}, {blockSize, 0, event}); };
}

Start rescan()
{
    return [](const TrackedDisk &disk) { return startRescanTracker({disk}, blockSize); };
}

Start ring(const RingRules &rules)
{
    return [rules](const TrackedDisk &disk) { return startRingModel(disk, blockSize, rules); };
}

Start array(const ArrayRules &rules)
{
    return [rules](const TrackedDisk &disk) { return startArrayModel(disk, blockSize, rules); };
}

QList<MountedFilesystem> mountedAt(const QString &path)
{
    QFile file(QStringLiteral("/proc/self/mountinfo"));
    QList<MountedFilesystem> found = file.open(QIODevice::ReadOnly) ? mountedFilesystems(file.readAll()) : QList<MountedFilesystem>();
    found.removeIf([&path](const MountedFilesystem &one) { return one.mountPoint != path; });
    return found;
}

/// One disk on a slow medium with a filesystem in use, copied by `rules`.
CopyOutcome copyOne(const QByteArray &type, quint32 seed, CopyRules rules, const QString &marker)
{
    const quint64 size = type == "xfs" ? 300 << 20 : type == "btrfs" ? 128 << 20 : 64 << 20;
    SlowMedium medium(size, seed);
    const MountedLoop loop(type, std::make_unique<LoopDisk>(medium.open(), true));
    const Rescue rescue({loop.path()}, 40);
    FreezerOptions options;
    options.program = QStringLiteral(EDGELIFT_BIN_DIR "/edgelift-freezer");
    options.filesystems = mountedAt(loop.path());
    options.marker = marker;
    options.hooks = QStringLiteral("/none");
    options.notice.clear();
    const auto freezer = makeFreezer(options);
    if (!freezer)
        return {};
    auto workload = std::make_unique<Workload>(loop.path(), seed, 3);
    rules.startPrograms = [&workload, &loop, seed] { workload = std::make_unique<Workload>(loop.path(), seed, 3); };
    rules.stopPrograms = [&workload] { workload.reset(); };
    rules.settle = [&loop] {
        const Fd folder(::open(QFile::encodeName(loop.path()).constData(), O_RDONLY | O_CLOEXEC));
        ::syncfs(folder.get());
    };
    medium.setLongestWait(std::chrono::microseconds(500 << seed % 4)); // up to 0.5, 1, 2 or 4 ms
    return copyLive(loop.disk(), **freezer, rules, seed);
}

}

/// Filesystems in use on loop devices are copied by the algorithm of peers.md 4e; the copy must be what the source was at the freeze, byte
/// for byte over the whole disk. Then each rule is left out, and the copy must be wrong.
class LivePropertyTest : public QObject
{
    Q_OBJECT
public:
    /// A debugger that stops this process would stop the medium of a frozen filesystem.
    static void initMain() { qputenv("QTEST_DISABLE_STACK_DUMP", "1"); }

private Q_SLOTS:
    void initTestCase();
    void copyIsTheSourceAtTheFreeze_data();
    void copyIsTheSourceAtTheFreeze();
    void droppedEventsEndInARightCopy();
    void everyRuleIsNeeded();

private:
    QString marker() const { return m_folder.filePath(QStringLiteral("marker")); }
    QTemporaryDir m_folder;
};

void LivePropertyTest::initTestCase()
{
    QVERIFY2(::geteuid() == 0, "run as root: it mounts, traces and freezes loop devices");
    QVERIFY(::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
}

void LivePropertyTest::copyIsTheSourceAtTheFreeze_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<Start>("start");
    QTest::addColumn<int>("copies");
    for (const QByteArray type : {"ext4", "xfs", "btrfs"}) {
        QTest::addRow("%s, ebpf", type.constData()) << type << ebpf() << seeds(2);
        QTest::addRow("%s, perf", type.constData()) << type << perf() << seeds(2);
    }
    QTest::addRow("ext4, rescan") << QByteArray("ext4") << rescan() << seeds(1);
    if (qEnvironmentVariableIsSet("EDGELIFT_SEEDS")) // on a busy machine its stores may come so late that every epoch is void
        QTest::addRow("ext4, ebpf with slow stores") << QByteArray("ext4") << ebpf(compiled("slowmarks.bpf.o")) << seeds(2);
}

void LivePropertyTest::copyIsTheSourceAtTheFreeze()
{
    QFETCH(QByteArray, type);
    QFETCH(Start, start);
    QFETCH(int, copies);
    int rounds = 0, voids = 0, refusals = 0, right = 0;
    QString why;
    for (int i = 0; i < 2 * copies && right < copies; ++i) { // on a busy machine a kernel drops events: no copy, and that was said
        const quint32 seed = quint32(qHash(QByteArray(QTest::currentDataTag()), 0) % 1000) + quint32(i) * 977;
        const CopyOutcome outcome = copyOne(type, seed, {start}, marker());
        QVERIFY2(outcome.finished || outcome.voidEpochs > 0, qPrintable(QStringLiteral("seed %1: %2").arg(seed).arg(outcome.why)));
        right += outcome.finished ? 1 : 0;
        QVERIFY2(!outcome.finished || outcome.differentBlocks == 0,
            qPrintable(
                QStringLiteral("seed %1: %2 blocks differ; %3").arg(seed).arg(outcome.differentBlocks).arg(outcome.firstDifference)));
        why = outcome.voidEpochs > 0 ? outcome.why : why;
        rounds += outcome.rounds;
        voids += outcome.voidEpochs;
        refusals += outcome.refusedPoints;
    }
    qInfo("%d copies right; %d rounds, %d points refused, %d void epochs %s", right, rounds, refusals, voids, qPrintable(why));
    QVERIFY2(right > 0, qPrintable(why));
}

/// A tracker that misses events without any counter of its own saying so.
void LivePropertyTest::droppedEventsEndInARightCopy()
{
    const QByteArray program = compiled("droppingmarks.bpf.o");
    QVERIFY(!program.isEmpty());
    int started = 0;
    const Start start = [&started, &program](const TrackedDisk &disk) { return ++started <= 2 ? ebpf(program)(disk) : ebpf()(disk); };
    const CopyOutcome outcome = copyOne("ext4", 5, {start}, marker());
    QVERIFY2(outcome.finished, qPrintable(outcome.why));
    QVERIFY2(outcome.voidEpochs >= 2, "the dropped events were not noticed");
    QVERIFY2(outcome.differentBlocks == 0, qPrintable(outcome.firstDifference));
}

void LivePropertyTest::everyRuleIsNeeded()
{
    const QByteArray slow = compiled("slowmarks.bpf.o");
    QVERIFY(!slow.isEmpty());
    struct Row
    {
        const char *rule;
        CopyRules rules;
        bool right; ///< whether the copy must be right
    };
    const Row rows[] = {
        {"all rules, array", {array({slow, true})}, true},
        {"all rules, ring", {ring({})}, true},
        {"marks at issue", {perf("block/block_rq_issue")}, false},
        {"no grace step", {array({slow, false})}, false},
        {"no drain", {ring({512, false, true})}, false},
        {"no wait for what is in flight", {perf(), false}, false},
        {"lost events ignored", {ring({1, true, false})}, false},
        {"reads through the page cache", {perf(), true, false}, false},
    };
    bool all = true;
    qInfo("%-30s %-8s %-6s %s", "rule", "copy", "copies", "first difference");
    for (const Row &row : rows) {
        if (!qEnvironmentVariableIsEmpty("EDGELIFT_RULE") && qEnvironmentVariable("EDGELIFT_RULE") != QLatin1String(row.rule))
            continue;
        const int most = row.right ? seeds(3) : 80;
        int copies = 0, finished = 0; // a void epoch makes no copy, and that was said
        CopyOutcome wrong;
        CopyRules rules = row.rules;
        rules.beginsQuietly = true;
        rules.leastRounds = row.right ? 10 : 30; // a rule is needed now and then
        for (; copies < 2 * most && finished < most && wrong.differentBlocks == 0; ++copies) {
            wrong = copyOne(copies % 3 == 1 ? "btrfs" : "ext4", quint32(copies) * 31 + 31, rules, marker());
            finished += wrong.finished ? 1 : 0;
        }
        if (!wrong.finished)
            wrong.firstDifference = wrong.why;
        const bool expected = finished > 0 && (wrong.differentBlocks == 0) == row.right;
        qInfo("%-30s %-8s %-6d %s%s", row.rule, wrong.differentBlocks ? "WRONG" : "right", copies, qPrintable(wrong.firstDifference),
            expected ? "" : "   <- UNEXPECTED");
        all = all && expected;
    }
    QVERIFY(all);
}

QTEST_GUILESS_MAIN(LivePropertyTest)
#include "tst_liveproperty.moc"
