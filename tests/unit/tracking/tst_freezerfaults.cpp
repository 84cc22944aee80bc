#include "core/base/errortext.h"
#include "core/source/tracking/processfreezer.h"
#include "core/stream/live/frozenset.h"
#include "tests/unit/tracking/faulttable.h"
#include "tests/unit/tracking/mountedloop.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

using namespace edgelift;
using namespace edgelift::test;
using namespace std::chrono_literals;

namespace {

constexpr int rescueAfter = 30; ///< seconds

QByteArray mountInfo()
{
    QFile file(QStringLiteral("/proc/self/mountinfo"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString said(const Error &error) { return codeName(error.code) + QStringLiteral(": ") + error.detail; }

/// What `work` returns as 0 or an error code, done by a process of its own: it may give up rights and memory.
int inAnotherProcess(const std::function<int()> &work)
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(work());
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}

/// The rest of the list "Freeze" of peers.md 5c; the others are in tst_freezer.
class FreezerFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void cleanupTestCase();
    void serversAndProgramsAreNeverOpened();
    void overlayStandsWithWhatItLiesOn();
    void swapOnAFrozenFilesystem();
    void mountedOverBetweenListAndFreeze();
    void mountedBelowBetweenListAndFreeze();
    void killedBetweenTwo_data();
    void killedBetweenTwo();
    void limitReachedAtEachPoint_data();
    void limitReachedAtEachPoint();
    void memoryThatCannotBeLocked();
    void memoryThatIsNotThere();

private:
    FreezerOptions optionsFor(const QList<const MountedLoop *> &loops, std::chrono::milliseconds deadline = 5s) const;
    QString faulty(const QString &fault) const;

    FaultTable m_table{
        QStringLiteral("peers.md 5c, \"Freeze\", more of it: V voids the point and says why, S stops safely, F refuses before")};
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Rescue> m_rescue;
};

void FreezerFaults::initTestCase()
{
    QVERIFY2(::geteuid() == 0, "run as root: it mounts and freezes loop devices");
    QVERIFY(::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(::mount("tmpfs", QFile::encodeName(m_folder->path()).constData(), "tmpfs", 0, nullptr) == 0);
}

void FreezerFaults::cleanup()
{
    m_rescue.reset();
    QVERIFY2(!QFile::exists(m_folder->filePath(QStringLiteral("marker"))), "a marker was left");
}

void FreezerFaults::cleanupTestCase()
{
    ::umount(QFile::encodeName(m_folder->path()).constData());
    m_table.print();
}

FreezerOptions FreezerFaults::optionsFor(const QList<const MountedLoop *> &loops, std::chrono::milliseconds deadline) const
{
    FreezerOptions options;
    options.program = QStringLiteral(EDGELIFT_BIN_DIR "/edgelift-freezer");
    QList<MountedFilesystem> ours;
    for (const MountedFilesystem &one : mountedFilesystems(mountInfo())) {
        const auto isOne = [&one](const MountedLoop *loop) { return one.mountPoint == loop->path(); };
        if (std::any_of(loops.begin(), loops.end(), isOne))
            ours.append(one);
    }
    options.filesystems = freezeOrder(ours);
    options.deadline = deadline;
    options.marker = m_folder->filePath(QStringLiteral("marker"));
    options.hooks = m_folder->filePath(QStringLiteral("hooks"));
    options.notice.clear();
    return options;
}

/// The freezer of dyingioctl.cpp under the name of the fault.
QString FreezerFaults::faulty(const QString &fault) const
{
    const QString path = m_folder->filePath(QStringLiteral("freezer-") + fault);
    QFile::copy(QStringLiteral(EDGELIFT_FAULTY_FREEZER), path);
    return path;
}

/// The kernel's table as it looks with a server that is dead, an automounter, and containers; nothing of it may be touched.
void FreezerFaults::serversAndProgramsAreNeverOpened()
{
    const QByteArray table = "22 1 8:1 / / rw - ext4 /dev/vda1 rw\n"
                             "30 22 0:40 / /srv/dead rw - nfs4 dead:/export rw,hard\n"
                             "31 22 0:41 / /home rw - autofs systemd-1 rw,fd=47,direct\n"
                             "32 22 0:42 / /mnt/ssh rw - fuse.sshfs who@dead: rw\n"
                             "33 22 0:43 / /mnt/smb rw - cifs //dead/share rw\n"
                             "34 22 0:44 / /host rw - 9p host rw\n"
                             "35 22 0:45 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w\n"
                             "36 22 0:46 / /mnt/ceph rw - ceph dead:/ rw\n"
                             "37 22 8:2 / /srv/dead/below rw - xfs /dev/vda2 rw\n";
    const QList<MountedFilesystem> all = mountedFilesystems(table);
    QCOMPARE(all.size(), 9);
    QStringList asked;
    const QList<MountedFilesystem> order = freezeOrder(all, [&asked](const MountedFilesystem &one) {
        asked.append(one.mountPoint);
        return QStringList();
    });
    QStringList frozen;
    for (const MountedFilesystem &one : order)
        frozen.append(one.mountPoint);
    QCOMPARE(frozen, (QStringList{QStringLiteral("/srv/dead/below"), QStringLiteral("/")}));
    asked.sort();
    QCOMPARE(asked, (QStringList{QStringLiteral("/"), QStringLiteral("/srv/dead/below")}));
    m_table.add(QStringLiteral("NFS of a dead server, autofs, sshfs, CIFS, 9p"), QStringLiteral("skipped, never opened"),
        QStringLiteral("%1 of %2 in the list; nobody asked about the others").arg(frozen.size()).arg(all.size()));
}

void FreezerFaults::overlayStandsWithWhatItLiesOn()
{
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    for (const char *part : {"lower", "upper", "work", "merged"})
        QVERIFY(QDir().mkpath(loop.path() + QLatin1Char('/') + QLatin1String(part)));
    const QByteArray path = QFile::encodeName(loop.path()), merged = path + "/merged";
    const QByteArray layers = "lowerdir=" + path + "/lower,upperdir=" + path + "/upper,workdir=" + path + "/work";
    QVERIFY(::mount("overlay", merged.constData(), "overlay", 0, layers.constData()) == 0);
    const FreezerOptions options = optionsFor({&loop});
    const QList<MountedFilesystem> order = freezeOrder(mountedFilesystems(mountInfo()));
    const auto isOverlay = [](const MountedFilesystem &one) { return one.type == QLatin1String("overlay"); };
    QVERIFY(std::none_of(order.begin(), order.end(), isOverlay));
    const auto freezer = makeFreezer(options);
    int still = 0;
    bool frozen = false, thawed = false;
    {
        const SteadyWriter container(QFile::decodeName(merged));
        QTest::qWait(50);
        frozen = bool((*freezer)->freeze({}));
        QTest::qWait(200);
        still = container.standsForMs();
        thawed = bool((*freezer)->thaw());
    }
    QVERIFY(::umount2(merged.constData(), MNT_DETACH) == 0);
    QVERIFY(frozen && thawed);
    QVERIFY2(still >= 190, qPrintable(QString::number(still)));
    m_table.add(QStringLiteral("overlay, as of containers"), QStringLiteral("left out, stands with what it lies on"),
        QStringLiteral("its writer stood for %1 ms of 200").arg(still));
}

void FreezerFaults::swapOnAFrozenFilesystem()
{
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const QByteArray file = QFile::encodeName(loop.path()) + "/swapfile";
    QCOMPARE(
        std::system(("dd if=/dev/zero of=" + file + " bs=1M count=32 status=none && chmod 600 " + file + " && mkswap -q " + file // NOLINT
            + " > /dev/null && swapon " + file)
                        .constData()),
        0);
    const auto freezer = makeFreezer(optionsFor({&loop}));
    QElapsedTimer timer;
    timer.start();
    const Result<> frozen = (*freezer)->freeze({});
    QFile swaps(QStringLiteral("/proc/swaps"));
    const bool inUse = swaps.open(QIODevice::ReadOnly) && swaps.readAll().contains("swapfile");
    const auto report = (*freezer)->thaw();
    const qint64 took = timer.elapsed();
    QVERIFY(::swapoff(file.constData()) == 0);
    QVERIFY2(bool(frozen), frozen ? "" : qPrintable(said(frozen.error())));
    QVERIFY(inUse && report);
    m_table.add(QStringLiteral("swap file in use on what freezes"), QStringLiteral("frozen and thawed, swap stays on"),
        QStringLiteral("frozen and thawed in %1 ms").arg(took));
}

void FreezerFaults::mountedOverBetweenListAndFreeze()
{
    const MountedLoop over("ext4"), stays("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{over.path(), stays.path()}, rescueAfter);
    const auto freezer = makeFreezer(optionsFor({&over, &stays}));
    const QByteArray place = QFile::encodeName(over.path());
    QVERIFY(::mount("tmpfs", place.constData(), "tmpfs", 0, nullptr) == 0);
    const Result<> frozen = (*freezer)->freeze({});
    QVERIFY(::umount(place.constData()) == 0);
    QVERIFY(!frozen);
    QCOMPARE(frozen.error().code, ErrorCode::FreezeFailed);
    QVERIFY(!over.thaw() && !stays.thaw());
    m_table.add(QStringLiteral("another one mounted over it after the list"), QStringLiteral("S, nothing frozen"), said(frozen.error()));
}

void FreezerFaults::mountedBelowBetweenListAndFreeze()
{
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const auto freezer = makeFreezer(optionsFor({&loop}));
    const QString place = loop.path() + QLatin1String("/new");
    QVERIFY(QDir().mkpath(place) && ::mount("tmpfs", QFile::encodeName(place).constData(), "tmpfs", 0, nullptr) == 0);
    int still = 0;
    Result<> frozen = ok();
    bool thawed = false;
    {
        const SteadyWriter other(place), ours(loop.path());
        QTest::qWait(50);
        frozen = (*freezer)->freeze({});
        QTest::qWait(200);
        still = ours.standsForMs();
        thawed = other.standsForMs() < 100 && (*freezer)->thaw();
    }
    QVERIFY(::umount2(QFile::encodeName(place).constData(), MNT_DETACH) == 0);
    QVERIFY2(bool(frozen), frozen ? "" : qPrintable(said(frozen.error())));
    QVERIFY(thawed && still >= 190);
    m_table.add(QStringLiteral("another one mounted below it after the list"), QStringLiteral("the list is frozen, the new one goes on"),
        QStringLiteral("stood for %1 ms of 200; the new one was written to").arg(still));
}

void FreezerFaults::killedBetweenTwo_data()
{
    QTest::addColumn<int>("frozen");
    for (int frozen = 0; frozen < 3; ++frozen)
        QTest::addRow("freezer killed -9, %d of 3 frozen", frozen) << frozen;
}

void FreezerFaults::killedBetweenTwo()
{
    QFETCH(int, frozen);
    const MountedLoop one("ext4"), two("xfs"), three("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{one.path(), two.path(), three.path()}, rescueAfter);
    FreezerOptions options = optionsFor({&one, &two, &three});
    options.program = faulty(QStringLiteral("dies-%1").arg(frozen));
    const auto freezer = makeFreezer(options);
    const SteadyWriter first(options.filesystems.first().mountPoint), second(options.filesystems.at(1).mountPoint);
    QTest::qWait(50);
    const Result<> outcome = (*freezer)->freeze({});
    QVERIFY(!outcome);
    QCOMPARE(outcome.error().code, ErrorCode::FreezeBroken);
    QTRY_VERIFY_WITH_TIMEOUT(first.standsForMs() < 40 && second.standsForMs() < 40, 2000);
    QVERIFY(!one.thaw() && !two.thaw() && !three.thaw());
    m_table.add(QString::fromLatin1(QTest::currentDataTag()), QStringLiteral("V, all thawed at once"),
        QStringLiteral("writers stood for %1 and %2 ms; %3").arg(first.longestMs()).arg(second.longestMs()).arg(said(outcome.error())));
}

void FreezerFaults::limitReachedAtEachPoint_data()
{
    QTest::addColumn<int>("frozen");
    for (int frozen = 0; frozen < 3; ++frozen)
        QTest::addRow("limit of 300 ms reached, %d of 3 frozen", frozen) << frozen;
}

void FreezerFaults::limitReachedAtEachPoint()
{
    QFETCH(int, frozen);
    const MountedLoop one("ext4"), two("xfs"), three("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{one.path(), two.path(), three.path()}, rescueAfter);
    FreezerOptions options = optionsFor({&one, &two, &three}, 300ms);
    options.program = faulty(QStringLiteral("rests-%1").arg(frozen)); // for a second
    const auto freezer = makeFreezer(options);
    const SteadyWriter first(options.filesystems.first().mountPoint);
    QTest::qWait(50);
    const Result<> outcome = (*freezer)->freeze({});
    const auto report = outcome ? (*freezer)->thaw() : Result<FreezeReport>(outcome.error());
    QVERIFY(!report);
    QCOMPARE(report.error().code, ErrorCode::FreezeBroken);
    QTRY_VERIFY_WITH_TIMEOUT(first.standsForMs() < 40, 2000);
    QVERIFY2(first.longestMs() < 700, qPrintable(QString::number(first.longestMs())));
    QVERIFY(!one.thaw() && !two.thaw() && !three.thaw());
    m_table.add(QString::fromLatin1(QTest::currentDataTag()), QStringLiteral("V, thawed at the limit"),
        QStringLiteral("a writer stood for %1 ms; %2").arg(first.longestMs()).arg(said(report.error())));
}

/// The freezer must not begin what it could not end: a page of it that is not in memory may be on a frozen disk.
void FreezerFaults::memoryThatCannotBeLocked()
{
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const FreezerOptions options = optionsFor({&loop});
    const int code = inAnotherProcess([&options] {
        const rlimit none{0, 0};
        if (::prctl(PR_CAPBSET_DROP, CAP_IPC_LOCK) != 0 || ::setrlimit(RLIMIT_MEMLOCK, &none) != 0)
            return 255;
        const Result<> frozen = (*makeFreezer(options))->freeze({});
        return frozen ? 0 : frozen.error().code == ErrorCode::ToolFailed ? 1 : 2;
    });
    QCOMPARE(code, 1);
    QVERIFY(!loop.thaw());
    m_table.add(QStringLiteral("the freezer's memory cannot be locked"), QStringLiteral("S, nothing frozen"),
        codeName(ErrorCode::ToolFailed) + QStringLiteral(" before the first one"));
}

/// What the point is read into is taken, touched and locked before anything stands still.
void FreezerFaults::memoryThatIsNotThere()
{
    const int code = inAnotherProcess([] {
        const rlimit little{1U << 30, 1U << 30};
        if (::setrlimit(RLIMIT_AS, &little) != 0)
            return 255;
        const auto memory = FrozenSet::make({1ULL << 30});
        const auto less = FrozenSet::make({16U << 20});
        return memory || !less ? 2 : memory.error().code == ErrorCode::NoSpace ? 1 : 3;
    });
    QCOMPARE(code, 1);
    m_table.add(QStringLiteral("no memory for what the freeze reads"), QStringLiteral("S before anything is frozen"),
        codeName(ErrorCode::NoSpace) + QStringLiteral(" for 1 GiB; 16 MiB are there"));
}

QTEST_GUILESS_MAIN(FreezerFaults)
#include "tst_freezerfaults.moc"
