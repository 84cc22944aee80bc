#include "core/base/errortext.h"
#include "core/source/tracking/freezehooks.h"
#include "core/source/tracking/freezemarker.h"
#include "core/source/tracking/processfreezer.h"
#include "tests/unit/tracking/faulttable.h"
#include "tests/unit/tracking/mountedloop.h"
#include "tests/unit/tracking/slowmedium.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::test;
using namespace std::chrono_literals;

namespace {

constexpr int rescueAfter = 30; ///< seconds; see Rescue

QByteArray why(const Error &error) { return logLine(error).toUtf8(); }

QByteArray mountInfo()
{
    QFile file(QStringLiteral("/proc/self/mountinfo"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Children of a process with that name.
QList<pid_t> childrenOf(pid_t parent, const char *name)
{
    QList<pid_t> found;
    for (const QString &entry : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        QFile file(QStringLiteral("/proc/%1/stat").arg(entry));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const QByteArray stat = file.readAll();
        const QByteArray comm = stat.mid(stat.indexOf('(') + 1, stat.lastIndexOf(')') - stat.indexOf('(') - 1);
        if (comm == QByteArray(name).left(15) && stat.mid(stat.lastIndexOf(')') + 2).split(' ').value(1).toInt() == parent)
            found.append(entry.toInt());
    }
    return found;
}

pid_t freezerOf(pid_t agent) { return childrenOf(agent, "edgelift-freezer").value(0, -1); }
pid_t watchdogOf(pid_t agent) { return childrenOf(freezerOf(agent), "edgelift-watch").value(0, -1); }

/// One filesystem mounted more often: folders of it, or subvolumes of btrfs.
class OtherMounts
{
public:
    OtherMounts(const MountedLoop &loop, const QString &folder, const QByteArray &type, int count)
    {
        const QByteArray path = QFile::encodeName(loop.path());
        for (int i = 0; i < count; ++i) {
            const QByteArray name = "volume" + QByteArray::number(i);
            const QByteArray inside = path + '/' + name, place = QFile::encodeName(folder) + '/' + name;
            ::mkdir(place.constData(), 0700);
            m_places.append(place);
            if (type != "btrfs") {
                ::mkdir(inside.constData(), 0700);
                m_well = m_well && ::mount(inside.constData(), place.constData(), nullptr, MS_BIND, nullptr) == 0;
                continue;
            }
            m_well = m_well && std::system(("btrfs subvolume create " + inside + " > /dev/null").constData()) == 0 // NOLINT
                && ::mount(loop.disk().path().toUtf8().constData(), place.constData(), "btrfs", 0, ("subvol=" + name).constData()) == 0;
        }
    }
    OtherMounts(const OtherMounts &) = delete;
    OtherMounts &operator=(const OtherMounts &) = delete;
    ~OtherMounts()
    {
        for (const QByteArray &place : m_places) {
            ::umount2(place.constData(), MNT_DETACH);
            ::rmdir(place.constData());
        }
    }
    bool well() const { return m_well; }
    QString last() const { return QFile::decodeName(m_places.last()); }

private:
    QByteArrayList m_places;
    bool m_well = true;
};

}

#define VERIFY_RESULT(expression)                                                                                                          \
    do {                                                                                                                                   \
        const auto &outcome = (expression);                                                                                                \
        QVERIFY2(bool(outcome), outcome ? "" : why(outcome.error()).constData());                                                          \
    } while (false)

/// Filesystems on loop devices, in a mount namespace of this process; each freeze has an independent rescue.
class FreezerTest : public QObject
{
    Q_OBJECT
public:
    /// A debugger that stops this process would stop the medium of a frozen filesystem.
    static void initMain() { qputenv("QTEST_DISABLE_STACK_DUMP", "1"); }

private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void cleanupTestCase();
    void everyFilesystemStandsStill_data();
    void everyFilesystemStandsStill();
    void severalAtOnceInOrder();
    void rehearsalSaysWhatEachCosts();
    void imageInAFrozenFilesystem();
    void killedFreezerThaws();
    void killedWatchdogThaws();
    void bothKilledTheAgentThaws();
    void deadlineThaws();
    void stalledDiskDoesNotHoldTheOthers();
    void killedTestLeavesNoHangingDisk();
    void stoppedFreezerIsThawedByTheWatchdog();
    void agentDiesOrStops_data();
    void agentDiesOrStops();
    void thawBySomebodyElseIsNoticed();
    void alreadyFrozenStaysItsOwners();
    void whatCannotBeFrozenFreezesNothing();
    void vanishedMountIsRefused();
    void manyMountsOfOneAreFrozenOnce_data();
    void manyMountsOfOneAreFrozenOnce();
    void deadServersAreNotAsked();
    void readOnlyIsLeftOut();
    void thawWithoutAFreeze();
    void unfinishedFreezeIsThawedAtTheStart();
    void freezeOfALivingAgentIsItsOwn();
    void damagedMarkerThawsNothing();
    void hooksRunAround();
    void failingHookFreezesNothing_data();
    void failingHookFreezesNothing();
    void failingHookAfterwardsIsReported();
    void programThatIsMissing();

private:
    FreezerOptions optionsFor(const QList<const MountedLoop *> &loops, std::chrono::milliseconds deadline = 5s) const;
    std::unique_ptr<Freezer> freezerFor(const QList<const MountedLoop *> &loops, std::chrono::milliseconds deadline = 5s) const;
    void hook(const QString &name, const QByteArray &script, int mode = 0700) const;
    QByteArray hookLog() const;
    /// For the table: how long the writer stood, and the error's code and reason.
    static QString stood(const SteadyWriter &writer, const Error &error);

    FaultTable m_table{QStringLiteral("peers.md 5c, \"Freeze\": V voids the point and says why, S stops safely, F refuses before")};
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Rescue> m_rescue;
};

void FreezerTest::initTestCase()
{
    QVERIFY2(::geteuid() == 0, "run as root: it mounts and freezes loop devices");
    QVERIFY(::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(::mount("tmpfs", QFile::encodeName(m_folder->path()).constData(), "tmpfs", 0, nullptr) == 0);
}

void FreezerTest::cleanupTestCase()
{
    ::umount(QFile::encodeName(m_folder->path()).constData());
    m_table.print();
}

QString FreezerTest::stood(const SteadyWriter &writer, const Error &error)
{
    return QStringLiteral("a writer stood for %1 ms; %2: %3").arg(writer.longestMs()).arg(codeName(error.code), error.detail);
}

void FreezerTest::cleanup()
{
    m_rescue.reset();
    QDir(m_folder->filePath(QStringLiteral("hooks"))).removeRecursively();
    QFile::remove(m_folder->filePath(QStringLiteral("log")));
    QVERIFY2(!QFile::exists(m_folder->filePath(QStringLiteral("marker"))), "a marker was left");
    QVERIFY2(freezerOf(::getpid()) < 0, "a freezer was left");
}

FreezerOptions FreezerTest::optionsFor(const QList<const MountedLoop *> &loops, std::chrono::milliseconds deadline) const
{
    FreezerOptions options;
    options.program = QStringLiteral(EDGELIFT_BIN_DIR "/edgelift-freezer");
    QList<MountedFilesystem> ours;
    for (const MountedFilesystem &one : mountedFilesystems(mountInfo()))
        for (const MountedLoop *loop : loops)
            if (one.mountPoint == loop->path())
                ours.append(one);
    options.filesystems = freezeOrder(ours);
    options.deadline = deadline;
    options.marker = m_folder->filePath(QStringLiteral("marker"));
    options.hooks = m_folder->filePath(QStringLiteral("hooks"));
    options.hookLimit = 500ms;
    options.notice.clear();
    return options;
}

std::unique_ptr<Freezer> FreezerTest::freezerFor(const QList<const MountedLoop *> &loops, std::chrono::milliseconds deadline) const
{
    Result<std::unique_ptr<Freezer>> freezer = makeFreezer(optionsFor(loops, deadline));
    return freezer ? freezer.take() : nullptr;
}

void FreezerTest::hook(const QString &name, const QByteArray &script, int mode) const
{
    const QString path = m_folder->filePath(QStringLiteral("hooks/") + name);
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/bin/sh\n" + script + '\n');
    file.close();
    QVERIFY(::chmod(QFile::encodeName(path).constData(), mode_t(mode)) == 0);
}

QByteArray FreezerTest::hookLog() const
{
    QFile file(m_folder->filePath(QStringLiteral("log")));
    return file.open(QIODevice::ReadOnly) ? file.readAll().simplified() : QByteArray();
}

void FreezerTest::everyFilesystemStandsStill_data()
{
    QTest::addColumn<QByteArray>("type");
    for (const char *type : {"ext4", "xfs", "btrfs"})
        QTest::newRow(type) << QByteArray(type);
}

void FreezerTest::everyFilesystemStandsStill()
{
    QFETCH(QByteArray, type);
    const MountedLoop loop(type);
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const auto freezer = freezerFor({&loop});
    const SteadyWriter writer(loop.path());
    QTest::qWait(50);
    VERIFY_RESULT(freezer->freeze({}));
    QTest::qWait(300);
    const int stood = writer.standsForMs();
    QVERIFY(QFile::exists(m_folder->filePath(QStringLiteral("marker"))));
    const auto report = freezer->thaw();
    VERIFY_RESULT(report);
    QVERIFY2(stood >= 290, qPrintable(QString::number(stood)));
    QTRY_VERIFY(writer.standsForMs() < 100);
    QCOMPARE(report->times.size(), 1);
    QCOMPARE(report->times.first().mountPoint, loop.path());
    QVERIFY(report->frozen >= 300ms && report->frozen < 3s);
    QVERIFY(!report->hookProblem);
    QVERIFY(!loop.thaw());
}

void FreezerTest::severalAtOnceInOrder()
{
    const MountedLoop one("ext4"), two("xfs"), three("btrfs");
    m_rescue = std::make_unique<Rescue>(QStringList{one.path(), two.path(), three.path()}, rescueAfter);
    const auto freezer = freezerFor({&one, &two, &three});
    const SteadyWriter first(one.path()), second(two.path()), third(three.path());
    for (int turn = 0; turn < 3; ++turn) {
        VERIFY_RESULT(freezer->freeze({}));
        QTest::qWait(100);
        const bool all = first.standsForMs() >= 90 && second.standsForMs() >= 90 && third.standsForMs() >= 90;
        const auto report = freezer->thaw();
        VERIFY_RESULT(report);
        QVERIFY(all);
        QCOMPARE(report->times.size(), 3);
        QVERIFY(report->times.first().thaw.count() > 0);
    }
}

void FreezerTest::rehearsalSaysWhatEachCosts()
{
    const MountedLoop one("ext4"), two("xfs");
    m_rescue = std::make_unique<Rescue>(QStringList{one.path(), two.path()}, rescueAfter);
    hook(QStringLiteral("pre-freeze"), "exit 1"); // not for a rehearsal
    const auto freezer = freezerFor({&one, &two});
    const SteadyWriter writer(two.path());
    const auto times = freezer->rehearse({});
    VERIFY_RESULT(times);
    QCOMPARE(times->size(), 2);
    for (const FreezeTime &time : *times) {
        qInfo("rehearsal: freeze %lld us, thaw %lld us", (long long)(time.freeze.count()), (long long)(time.thaw.count()));
        QVERIFY(time.freeze.count() > 0 && time.freeze < 2s);
    }
    QTRY_VERIFY(writer.standsForMs() < 50);
    QVERIFY(!one.thaw() && !two.thaw());
}

void FreezerTest::imageInAFrozenFilesystem()
{
    const MountedLoop outer("ext4", 900 << 20);
    const MountedLoop inner("xfs", 320 << 20, outer.path());
    m_rescue = std::make_unique<Rescue>(QStringList{outer.path(), inner.path()}, rescueAfter);
    const auto freezer = freezerFor({&outer, &inner});
    QCOMPARE(optionsFor({&outer, &inner}).filesystems.first().mountPoint, inner.path());
    const SteadyWriter writer(inner.path());
    QTest::qWait(50);
    QElapsedTimer timer;
    timer.start();
    VERIFY_RESULT(freezer->freeze({}));
    VERIFY_RESULT(freezer->thaw());
    QVERIFY(timer.elapsed() < 4000);
    m_table.add(QStringLiteral("a loop mount on a filesystem that freezes too"), QStringLiteral("frozen before its home"),
        QStringLiteral("frozen and thawed in %1 ms").arg(timer.elapsed()));
}

void FreezerTest::killedFreezerThaws()
{
    const MountedLoop one("ext4"), two("xfs");
    m_rescue = std::make_unique<Rescue>(QStringList{one.path(), two.path()}, rescueAfter);
    const auto freezer = freezerFor({&one, &two});
    VERIFY_RESULT(freezer->freeze({}));
    const SteadyWriter writer(one.path()), other(two.path());
    QTest::qWait(50);
    ::kill(freezerOf(::getpid()), SIGKILL);
    QTRY_VERIFY_WITH_TIMEOUT(writer.standsForMs() < 40 && other.standsForMs() < 40, 2000);
    const auto report = freezer->thaw();
    QVERIFY(!report);
    QCOMPARE(report.error().code, ErrorCode::FreezeBroken);
    QVERIFY(!one.thaw() && !two.thaw());
    m_table.add(QStringLiteral("freezer killed -9 while two are frozen"), QStringLiteral("V, the watchdog thaws at once"),
        stood(writer, report.error()));
}

void FreezerTest::killedWatchdogThaws()
{
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const auto freezer = freezerFor({&loop});
    VERIFY_RESULT(freezer->freeze({}));
    const SteadyWriter writer(loop.path());
    QTest::qWait(50); // until it stands
    const pid_t watchdog = watchdogOf(::getpid());
    QVERIFY(watchdog > 0);
    ::kill(watchdog, SIGKILL);
    QTRY_VERIFY_WITH_TIMEOUT(writer.standsForMs() < 40, 2000);
    const auto report = freezer->thaw();
    QVERIFY(!report);
    QCOMPARE(report.error().code, ErrorCode::FreezeBroken);
    QVERIFY(!loop.thaw());
    m_table.add(QStringLiteral("watchdog killed -9"), QStringLiteral("V, the freezer thaws at once"), stood(writer, report.error()));
}

void FreezerTest::bothKilledTheAgentThaws()
{
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const auto freezer = freezerFor({&loop});
    VERIFY_RESULT(freezer->freeze({}));
    const pid_t watchdog = watchdogOf(::getpid()), first = freezerOf(::getpid());
    ::kill(watchdog, SIGSTOP);
    ::kill(first, SIGKILL);
    ::kill(watchdog, SIGKILL);
    QTest::qWait(50);
    const SteadyWriter writer(loop.path());
    QTest::qWait(20);
    const auto report = freezer->thaw();
    QVERIFY(!report);
    QVERIFY(!loop.thaw());
    QTRY_VERIFY(writer.longestMs() > 0);
    m_table.add(
        QStringLiteral("freezer and watchdog killed -9 together"), QStringLiteral("V, the agent thaws"), stood(writer, report.error()));
}

void FreezerTest::deadlineThaws()
{
    const MountedLoop loop("xfs");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const auto freezer = freezerFor({&loop}, 400ms);
    const SteadyWriter writer(loop.path());
    VERIFY_RESULT(freezer->freeze({}));
    QTest::qWait(900);
    QVERIFY2(writer.standsForMs() < 100, "thawed although nobody asked");
    QVERIFY2(writer.longestMs() >= 350 && writer.longestMs() < 700, qPrintable(QString::number(writer.longestMs())));
    const auto report = freezer->thaw();
    QVERIFY(!report);
    QCOMPARE(report.error().code, ErrorCode::FreezeBroken);
    QVERIFY(report.error().detail.contains(QLatin1String("limit")));
    m_table.add(QStringLiteral("nobody thaws: a limit of 400 ms is reached"), QStringLiteral("V, thawed at the limit"),
        stood(writer, report.error()));
}

/// The second disk does not answer while it is being frozen: its freeze cannot end, nor be taken back; the first must go on in time.
void FreezerTest::stalledDiskDoesNotHoldTheOthers()
{
    SlowMedium medium(80 << 20, 1);
    const MountedLoop stalled("ext4", std::make_unique<LoopDisk>(medium.open(), true));
    const MountedLoop fine("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{fine.path(), stalled.path()}, rescueAfter);
    FreezerOptions options = optionsFor({&fine, &stalled}, 1s);
    if (options.filesystems.first().mountPoint != fine.path())
        std::swap(options.filesystems.first(), options.filesystems.last());
    const auto freezer = makeFreezer(options);
    VERIFY_RESULT(freezer);
    const SteadyWriter writer(fine.path()), busy(stalled.path());
    medium.stallAtFreeze();
    const Fd folder(::open(QFile::encodeName(stalled.path()).constData(), O_RDONLY | O_CLOEXEC));
    QVERIFY(::syncfs(folder.get()) == 0);
    QVERIFY2(!medium.stalled(), "it is not the freeze that stalls");
    std::atomic<int> stoodFor = -1;
    const std::jthread later([&medium, &writer, &stoodFor](const std::stop_token &stop) {
        while (!medium.stalled() && !stop.stop_requested())
            std::this_thread::sleep_for(2ms);
        if (medium.stalled())
            std::this_thread::sleep_for(2500ms);
        stoodFor = writer.standsForMs();
        medium.setStalled(false);
    });
    Result<> frozen = ok();
    for (int turn = 0; turn < 5 && (turn == 0 || !frozen) && !medium.stalled() && stoodFor < 0; ++turn)
        frozen = (*freezer)->freeze({}); // again where a busy machine does not get to the second disk in time
    QVERIFY2(!frozen, "the stall did not meet a freeze");
    QCOMPARE(frozen.error().code, ErrorCode::FreezeBroken);
    QTRY_VERIFY_WITH_TIMEOUT(stoodFor >= 0, 5000);
    QVERIFY2(stoodFor < 100, "the disk that answers stood still together with the other");
    QVERIFY2(writer.longestMs() < 1800, qPrintable(QString::number(writer.longestMs())));
    QTRY_VERIFY_WITH_TIMEOUT(busy.standsForMs() < 100, 3000);
    QVERIFY(!fine.thaw() && !stalled.thaw());
    m_table.add(QStringLiteral("a disk answers 2.5 s late, in a freeze of 1 s"), QStringLiteral("V, the others go on at the limit"),
        QStringLiteral("on the other disk ") + stood(writer, frozen.error()));
}

/// Of the tests' own disk: whoever writes to it while it stalls cannot be killed before the write fails.
void FreezerTest::killedTestLeavesNoHangingDisk()
{
    int ends[2];
    QVERIFY(::pipe2(ends, O_CLOEXEC) == 0);
    const Fd reading(ends[0]);
    Fd writing(ends[1]);
    const pid_t writer = ::fork();
    if (writer == 0) {
        SlowMedium medium(8 << 20, 1);
        const LoopDisk disk(medium.open(), true);
        medium.setStalled(true);
        (void)!::write(writing.get(), "x", 1);
        disk.write(0, QByteArray(4096, 'x'));
        ::_exit(0);
    }
    const auto isStuck = [writer] {
        QFile file(QStringLiteral("/proc/%1/stat").arg(writer));
        return file.open(QIODevice::ReadOnly) && file.readAll().contains(" D ");
    };
    writing.reset();
    char ready = 0;
    QVERIFY(::read(reading.get(), &ready, 1) == 1);
    QTRY_VERIFY(isStuck()); // uninterruptible
    ::kill(writer, SIGKILL);
    const auto hasEnded = [writer] { return ::waitpid(writer, nullptr, WNOHANG) != 0; };
    const bool freed = QTest::qWaitFor(hasEnded, 5000);
    for (const pid_t server : freed ? QList<pid_t>() : childrenOf(writer, "tst_freezer"))
        ::kill(server, SIGKILL);
    QVERIFY2(freed, "it hangs");
}

void FreezerTest::stoppedFreezerIsThawedByTheWatchdog()
{
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const auto freezer = freezerFor({&loop}, 500ms);
    const SteadyWriter writer(loop.path());
    VERIFY_RESULT(freezer->freeze({}));
    ::kill(freezerOf(::getpid()), SIGSTOP);
    QTest::qWait(1000);
    QVERIFY(writer.standsForMs() < 100);
    QVERIFY2(writer.longestMs() < 800, qPrintable(QString::number(writer.longestMs())));
    const auto report = freezer->thaw();
    QVERIFY(!report);
    QCOMPARE(report.error().code, ErrorCode::FreezeBroken);
    m_table.add(QStringLiteral("freezer stopped (SIGSTOP), limit 500 ms"), QStringLiteral("V, the watchdog thaws at the limit"),
        stood(writer, report.error()));
}

void FreezerTest::agentDiesOrStops_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("limit");
    QTest::newRow("agent killed -9") << SIGKILL << 300;
    QTest::newRow("agent stopped (SIGSTOP), limit 1000 ms") << SIGSTOP << 1300;
}

void FreezerTest::agentDiesOrStops()
{
    QFETCH(int, signal);
    QFETCH(int, limit);
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const FreezerOptions options = optionsFor({&loop}, 1s);
    const pid_t agent = ::fork();
    if (agent == 0) {
        const auto freezer = makeFreezer(options);
        const bool frozen = freezer && (*freezer)->freeze({});
        ::raise(frozen ? signal : SIGTERM);
        ::_exit(1);
    }
    int status = 0;
    QCOMPARE(::waitpid(agent, &status, WUNTRACED), agent);
    QVERIFY(signal == SIGKILL ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL : WIFSTOPPED(status));
    QElapsedTimer timer;
    timer.start();
    {
        const SteadyWriter writer(loop.path());
        QTRY_VERIFY_WITH_TIMEOUT(writer.longestMs() > 0 && writer.standsForMs() < 20, 5000);
    }
    const qint64 thawedAfter = timer.elapsed();
    QVERIFY2(thawedAfter < limit, qPrintable(QString::number(thawedAfter)));
    QVERIFY(!loop.thaw());
    ::kill(agent, SIGKILL);
    ::waitpid(agent, nullptr, 0);
    QCOMPARE((**thawUnfinishedFreeze(options.marker)).thawed, QStringList()); // the next start finds the marker, and nothing frozen
    m_table.add(QString::fromLatin1(QTest::currentDataTag()),
        signal == SIGKILL ? QStringLiteral("thawed at once") : QStringLiteral("thawed at the limit"),
        QStringLiteral("thawed after %1 ms; the next start finds the marker").arg(thawedAfter));
}

void FreezerTest::thawBySomebodyElseIsNoticed()
{
    const MountedLoop one("ext4"), two("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{one.path(), two.path()}, rescueAfter);
    const auto freezer = freezerFor({&one, &two});
    VERIFY_RESULT(freezer->freeze({}));
    QVERIFY(two.thaw());
    const auto report = freezer->thaw();
    QVERIFY(!report);
    QCOMPARE(report.error().code, ErrorCode::FreezeBroken);
    QVERIFY(report.error().detail.contains(two.path()));
    QVERIFY(!one.thaw());
    m_table.add(QStringLiteral("somebody else thaws one of two"), QStringLiteral("V, noticed at the thaw"),
        codeName(report.error().code) + QStringLiteral(": somebody else let it go on"));
}

void FreezerTest::alreadyFrozenStaysItsOwners()
{
    const MountedLoop one("ext4"), two("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{one.path(), two.path()}, rescueAfter);
    const QString second = optionsFor({&one, &two}).filesystems.last().mountPoint;
    const Fd folder(::open(QFile::encodeName(second).constData(), O_RDONLY | O_CLOEXEC));
    const auto freezer = freezerFor({&one, &two});
    QCOMPARE(::ioctl(folder.get(), FIFREEZE, 0), 0);
    const auto frozen = freezer->freeze({});
    QVERIFY(!frozen);
    QCOMPARE(frozen.error().code, ErrorCode::FreezeFailed);
    QCOMPARE(frozen.error().args.first(), second);
    QCOMPARE(::ioctl(folder.get(), FITHAW, 0), 0); // theirs still was
    QVERIFY(!one.thaw() && !two.thaw());
    m_table.add(QStringLiteral("one is frozen by somebody else already"), QStringLiteral("S, the first thawed, theirs stays"),
        codeName(frozen.error().code) + QStringLiteral(": ") + frozen.error().detail + QStringLiteral("; theirs was frozen still"));
}

void FreezerTest::whatCannotBeFrozenFreezesNothing()
{
    const MountedLoop one("ext4");
    const QString boot = m_folder->path(); // a tmpfs; vfat is refused by the kernel in the same way
    m_rescue = std::make_unique<Rescue>(QStringList{one.path()}, rescueAfter);
    FreezerOptions options = optionsFor({&one});
    for (const MountedFilesystem &mounted : mountedFilesystems(mountInfo()))
        if (mounted.mountPoint == boot)
            options.filesystems.append(mounted);
    QCOMPARE(options.filesystems.size(), 2);
    const auto freezer = makeFreezer(options);
    VERIFY_RESULT(freezer);
    const auto frozen = (*freezer)->freeze({});
    QVERIFY(!frozen);
    QCOMPARE(frozen.error().code, ErrorCode::FreezeFailed);
    QCOMPARE(frozen.error().args.first(), boot);
    QVERIFY(!one.thaw());
    const auto rehearsed = (*freezer)->rehearse({});
    QVERIFY(!rehearsed && rehearsed.error().args.first() == boot);
    m_table.add(QStringLiteral("one in the list cannot be frozen"), QStringLiteral("F by the rehearsal, all thawed"),
        codeName(rehearsed.error().code) + QStringLiteral(": ") + rehearsed.error().detail);
}

void FreezerTest::vanishedMountIsRefused()
{
    auto loop = std::make_unique<MountedLoop>("ext4");
    const MountedLoop stays("ext4");
    const auto freezer = freezerFor({loop.get(), &stays});
    loop.reset();
    const auto frozen = freezer->freeze({});
    QVERIFY(!frozen);
    QCOMPARE(frozen.error().code, ErrorCode::FreezeFailed);
    QVERIFY(!stays.thaw());
    m_table.add(QStringLiteral("mount gone between list and freeze"), QStringLiteral("S, nothing frozen"),
        codeName(frozen.error().code) + QStringLiteral(": ") + frozen.error().detail);
}

void FreezerTest::manyMountsOfOneAreFrozenOnce_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<int>("mounts");
    QTest::newRow("1000 bind mounts") << QByteArray("ext4") << 1000;
    QTest::newRow("btrfs subvolumes") << QByteArray("btrfs") << 3;
}

void FreezerTest::manyMountsOfOneAreFrozenOnce()
{
    QFETCH(QByteArray, type);
    QFETCH(int, mounts);
    const MountedLoop loop(type);
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const OtherMounts others(loop, m_folder->path(), type, mounts);
    QVERIFY(others.well());
    const auto freezer = freezerFor({&loop});
    const SteadyWriter writer(others.last());
    QElapsedTimer timer;
    timer.start();
    const auto frozen = freezer->freeze({});
    QTest::qWait(100);
    const int still = writer.standsForMs();
    const auto report = freezer->thaw();
    const qint64 took = timer.elapsed();
    QTRY_VERIFY(writer.standsForMs() < 100);
    VERIFY_RESULT(frozen);
    VERIFY_RESULT(report);
    QCOMPARE(report->times.size(), 1);
    QVERIFY2(still >= 90, "the writer below another mount went on");
    m_table.add(QString::fromLatin1(QTest::currentDataTag()), QStringLiteral("one superblock, frozen once"),
        QStringLiteral("frozen once; %1 ms, 100 of them rest").arg(took));
}

/// A program's filesystem (FUSE) whose program does not answer: whoever touches it waits for ever.
void FreezerTest::deadServersAreNotAsked()
{
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const QByteArray place = QFile::encodeName(m_folder->filePath(QStringLiteral("dead")));
    const Fd fuse(::open("/dev/fuse", O_RDWR | O_CLOEXEC));
    const QByteArray options = "fd=" + QByteArray::number(fuse.get()) + ",rootmode=40000,user_id=0,group_id=0";
    QVERIFY(::mkdir(place.constData(), 0700) == 0 && ::mount("dead", place.constData(), "fuse", 0, options.constData()) == 0);
    QElapsedTimer timer;
    timer.start();
    const QList<MountedFilesystem> all = mountedFilesystems(mountInfo());
    const QList<MountedFilesystem> order = freezeOrder(all);
    const auto freezer = freezerFor({&loop});
    const auto frozen = freezer->freeze({});
    const auto report = freezer->thaw();
    const qint64 took = timer.elapsed();
    ::umount2(place.constData(), MNT_DETACH);
    const auto isDead = [&place](const MountedFilesystem &one) { return QFile::encodeName(one.mountPoint) == place; };
    QVERIFY(std::any_of(all.begin(), all.end(), isDead));
    QVERIFY(std::none_of(order.begin(), order.end(), isDead));
    VERIFY_RESULT(frozen);
    VERIFY_RESULT(report);
    QVERIFY2(took < 3000, qPrintable(QString::number(took)));
    m_table.add(QStringLiteral("FUSE without an answer (dead NFS alike)"), QStringLiteral("skipped, not waited for"),
        QStringLiteral("listed, left out; the other frozen and thawed in %1 ms").arg(took));
}

void FreezerTest::readOnlyIsLeftOut()
{
    const MountedLoop one("ext4"), two("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{one.path()}, rescueAfter);
    QVERIFY(::mount(nullptr, QFile::encodeName(two.path()).constData(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0);
    const FreezerOptions options = optionsFor({&one, &two});
    QCOMPARE(options.filesystems.size(), 1);
    QCOMPARE(options.filesystems.first().mountPoint, one.path());
    const auto freezer = makeFreezer(options);
    VERIFY_RESULT((*freezer)->freeze({}));
    const auto report = (*freezer)->thaw();
    VERIFY_RESULT(report);
    m_table.add(QStringLiteral("remounted read-only, as after errors"), QStringLiteral("left out, nothing writes to it"),
        QStringLiteral("%1 of 2 frozen").arg(report->times.size()));
}

void FreezerTest::thawWithoutAFreeze()
{
    const MountedLoop loop("ext4");
    const auto freezer = freezerFor({&loop});
    QCOMPARE(freezer->thaw().error().code, ErrorCode::FreezeBroken);
}

void FreezerTest::unfinishedFreezeIsThawedAtTheStart()
{
    const MountedLoop one("ext4"), two("xfs");
    m_rescue = std::make_unique<Rescue>(QStringList{one.path(), two.path()}, rescueAfter);
    const QString marker = m_folder->filePath(QStringLiteral("marker"));
    QVERIFY(!*thawUnfinishedFreeze(marker));
    VERIFY_RESULT(writeFreezeMarker(marker, {one.path(), two.path()}, QStringLiteral("/hooks")));
    const Fd folder(::open(QFile::encodeName(two.path()).constData(), O_RDONLY | O_CLOEXEC));
    QCOMPARE(::ioctl(folder.get(), FIFREEZE, 0), 0);
    const auto found = thawUnfinishedFreeze(marker);
    VERIFY_RESULT(found);
    QVERIFY(found->has_value());
    QCOMPARE((*found)->thawed, QStringList{two.path()});
    QCOMPARE((*found)->hooks, QStringLiteral("/hooks"));
    m_table.add(QStringLiteral("all killed, one still frozen; next start"), QStringLiteral("thawed first of all"),
        QStringLiteral("%1 of 2 was frozen and was thawed").arg((*found)->thawed.size()));
    QVERIFY(!two.thaw());
    QVERIFY(!QFile::exists(marker));
}

/// A second agent, of edgeliftctl for one command, starts while the first one freezes.
void FreezerTest::freezeOfALivingAgentIsItsOwn()
{
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const QString marker = m_folder->filePath(QStringLiteral("marker"));
    const pid_t other = ::fork();
    if (other == 0) {
        (void)writeFreezeMarker(marker, {loop.path()});
        ::pause();
        ::_exit(0);
    }
    const bool written = QTest::qWaitFor([&marker] { return QFile::exists(marker); });
    const Fd folder(::open(QFile::encodeName(loop.path()).constData(), O_RDONLY | O_CLOEXEC));
    const bool froze = ::ioctl(folder.get(), FIFREEZE, 0) == 0;
    const auto whileItRuns = thawUnfinishedFreeze(marker);
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);
    QVERIFY(written && froze);
    VERIFY_RESULT(whileItRuns);
    QVERIFY(!*whileItRuns);
    const auto afterwards = thawUnfinishedFreeze(marker);
    VERIFY_RESULT(afterwards);
    QVERIFY(*afterwards && (*afterwards)->thawed == QStringList{loop.path()});
    QVERIFY(!loop.thaw());
}

void FreezerTest::damagedMarkerThawsNothing()
{
    const QString marker = m_folder->filePath(QStringLiteral("marker"));
    for (const QByteArray content : {"", "{", "[]", "{\"mountPoints\": 3}"}) {
        QFile file(marker);
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(content);
        file.close();
        QVERIFY(!thawUnfinishedFreeze(marker));
    }
    QFile::remove(marker);
}

void FreezerTest::hooksRunAround()
{
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    const QByteArray log = " >> " + m_folder->filePath(QStringLiteral("log")).toUtf8();
    hook(QStringLiteral("pre-freeze/10-one"), "echo one" + log);
    hook(QStringLiteral("pre-freeze/20-two"), "echo two" + log);
    hook(QStringLiteral("post-freeze"), "echo after" + log + "; touch " + loop.path().toUtf8() + "/writable");
    const auto freezer = freezerFor({&loop});
    VERIFY_RESULT(freezer->freeze({}));
    const QByteArray before = hookLog();
    const auto report = freezer->thaw();
    VERIFY_RESULT(report);
    QCOMPARE(before, QByteArray("one two"));
    QCOMPARE(hookLog(), QByteArray("one two after"));
    QVERIFY(!report->hookProblem);
    QVERIFY(QFile::exists(loop.path() + QLatin1String("/writable")));
}

void FreezerTest::failingHookFreezesNothing_data()
{
    QTest::addColumn<QByteArray>("script");
    QTest::addColumn<int>("mode");
    QTest::newRow("fails") << QByteArray("exit 3") << 0700;
    QTest::newRow("hangs") << QByteArray("sleep 60") << 0700;
    QTest::newRow("may be changed by anybody") << QByteArray("exit 0") << 0777;
    QTest::newRow("not executable") << QByteArray("exit 0") << 0600;
}

void FreezerTest::failingHookFreezesNothing()
{
    QFETCH(QByteArray, script);
    QFETCH(int, mode);
    const MountedLoop loop("ext4");
    hook(QStringLiteral("pre-freeze"), script, mode);
    hook(QStringLiteral("post-freeze"), "echo after >> " + m_folder->filePath(QStringLiteral("log")).toUtf8());
    const auto freezer = freezerFor({&loop});
    QElapsedTimer timer;
    timer.start();
    const auto frozen = freezer->freeze({});
    QVERIFY(!frozen);
    QCOMPARE(frozen.error().code, ErrorCode::HookFailed);
    QVERIFY(frozen.error().args.first().endsWith(QLatin1String("pre-freeze")));
    const qint64 took = timer.elapsed();
    QVERIFY(took < 4000);
    QCOMPARE(hookLog(), QByteArray("after")); // what the first ones have stopped must go on
    QVERIFY(!loop.thaw());
    m_table.add(QStringLiteral("hook before: ") + QString::fromLatin1(QTest::currentDataTag()),
        QStringLiteral("S, nothing frozen, hooks after it run"),
        QStringLiteral("%1 after %2 ms; post-freeze ran").arg(codeName(frozen.error().code)).arg(took));
}

void FreezerTest::failingHookAfterwardsIsReported()
{
    const MountedLoop loop("ext4");
    m_rescue = std::make_unique<Rescue>(QStringList{loop.path()}, rescueAfter);
    hook(QStringLiteral("post-freeze"), "exit 1");
    const auto freezer = freezerFor({&loop});
    VERIFY_RESULT(freezer->freeze({}));
    const auto report = freezer->thaw();
    VERIFY_RESULT(report); // the point is good all the same
    QVERIFY(report->hookProblem && report->hookProblem->code == ErrorCode::HookFailed);
    m_table.add(QStringLiteral("hook after it fails"), QStringLiteral("the point is good; told in the report"),
        codeName(report->hookProblem->code));
}

void FreezerTest::programThatIsMissing()
{
    const MountedLoop loop("ext4");
    FreezerOptions options = optionsFor({&loop});
    options.program = QStringLiteral("/nowhere/edgelift-freezer");
    QCOMPARE((*makeFreezer(options))->freeze({}).error().code, ErrorCode::ToolMissing);
    options.deadline = 61s;
    QCOMPARE(makeFreezer(options).error().code, ErrorCode::RequestMalformed);
}

QTEST_GUILESS_MAIN(FreezerTest)
#include "tst_freezer.moc"
