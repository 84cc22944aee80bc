#include "core/base/errortext.h"
#include "core/source/tracking/choosetracker.h"
#include "tests/unit/tracking/kernelhere.h"
#include "tests/unit/tracking/mountedloop.h"

#include <QDir>
#include <QTest>
#include <fcntl.h>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::test;

namespace {

QByteArray why(const Error &error) { return logLine(error).toUtf8(); }

/// A real tracker that forgets something.
class Forgetful final : public ChangeTracker
{
public:
    enum What { Marks, Losses };
    Forgetful(std::unique_ptr<ChangeTracker> tracker, What what)
        : m_tracker(std::move(tracker))
        , m_what(what)
    {
    }
    QString backend() const override { return m_tracker->backend(); }
    bool online() const override { return true; }
    bool audited() const override { return m_tracker->audited(); }
    const Epoch &epoch() const override { return m_tracker->epoch(); }
    quint32 era() const override { return m_tracker->era(); }
    Result<quint32> advanceEra() override { return m_tracker->advanceEra(); }
    Result<std::vector<quint32>> marks(int disk) override
    {
        Result<std::vector<quint32>> marks = m_tracker->marks(disk);
        if (marks && m_what == Marks)
            std::fill(marks->begin(), marks->end(), 0);
        return marks;
    }
    Result<> intact() override
    {
        return m_what == Losses ? Result<>(Error{ErrorCode::TrackingLost, Retry::AfterWait, {}, {}}) : m_tracker->intact();
    }
    quint64 writtenSectors(int disk) override { return m_tracker->writtenSectors(disk); }

private:
    std::unique_ptr<ChangeTracker> m_tracker;
    What m_what;
};

TrackerBackend forgetful(int backend, Forgetful::What what, int *started)
{
    const TrackerBackend real = trackerBackends(defaultTrackingBlock).at(backend);
    return {real.name, [real, what, started](const QList<TrackedDisk> &disks) -> Result<std::unique_ptr<ChangeTracker>> {
                ++*started;
                Result<std::unique_ptr<ChangeTracker>> tracker = real.start(disks);
                if (!tracker)
                    return tracker.error();
                return std::unique_ptr<ChangeTracker>(std::make_unique<Forgetful>(tracker.take(), what));
            }};
}

}

#define VERIFY_RESULT(expression)                                                                                                          \
    do {                                                                                                                                   \
        const auto &outcome = (expression);                                                                                                \
        QVERIFY2(bool(outcome), outcome ? "" : why(outcome.error()).constData());                                                          \
    } while (false)

class ChooseTrackerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void everyBackendProvesItself_data();
    void everyBackendProvesItself();
    void bestIsTakenFirst();
    void placeBehindAnotherDevice();
    void blindTrackerIsNotTaken();
    void trackerThatLosesGetsOneMoreTry();
    void placeOnAnotherDiskProvesNothing();
    void diskWithoutAPlaceIsUntested();
    void placeThatCannotBeWrittenIsSaid();
};

void ChooseTrackerTest::initTestCase()
{
    QVERIFY2(::geteuid() == 0, "run as root: it mounts loop devices");
    QVERIFY(ownRun());
}

void ChooseTrackerTest::everyBackendProvesItself_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<int>("backend");
    QTest::addColumn<DiskProof>("proof");
    for (int backend = 0; backend < (givesTraces() ? 3 : 2); ++backend) {
        QTest::addRow("ext4 %d", backend) << QByteArray("ext4") << backend << DiskProof::Marked;
        QTest::addRow("xfs %d", backend) << QByteArray("xfs") << backend << DiskProof::Marked;
        QTest::addRow("btrfs %d", backend) << QByteArray("btrfs") << backend << DiskProof::Seen; // its addresses are not the disk's
    }
}

void ChooseTrackerTest::everyBackendProvesItself()
{
    QFETCH(QByteArray, type);
    QFETCH(int, backend);
    QFETCH(DiskProof, proof);
    const MountedLoop loop(type);
    const QStringList before = QDir(loop.path()).entryList(QDir::AllEntries | QDir::Hidden);
    const auto chosen = chooseTrackerOf(
        {trackerBackends(defaultTrackingBlock).at(backend)}, {loop.disk().tracked()}, {{0, loop.path(), {}}}, defaultTrackingBlock);
    VERIFY_RESULT(chosen);
    QVERIFY(chosen->tracker->online());
    QCOMPARE(chosen->proofs, QList<DiskProof>{proof});
    QCOMPARE(QDir(loop.path()).entryList(QDir::AllEntries | QDir::Hidden), before);
}

void ChooseTrackerTest::bestIsTakenFirst()
{
    const MountedLoop loop("ext4");
    const auto chosen = chooseTracker({loop.disk().tracked()}, {{0, loop.path(), {}}});
    VERIFY_RESULT(chosen);
    QCOMPARE(chosen->tracker->backend(), QStringLiteral("ebpf"));
    QVERIFY(chosen->refused.isEmpty());
    VERIFY_RESULT(chosen->tracker->intact());
}

/// As with a logical volume: the filesystem is on one device, its blocks on another. The caller says how they belong together.
void ChooseTrackerTest::placeBehindAnotherDevice()
{
    constexpr quint64 size = 320 << 20;
    const LoopDisk lower(size);
    const MountedLoop upper("ext4", std::make_unique<LoopDisk>(Fd(::open(lower.path().toUtf8().constData(), O_RDWR | O_CLOEXEC)), true));
    const auto unknown = chooseTracker({lower.tracked()}, {{0, upper.path(), {}}});
    VERIFY_RESULT(unknown);
    QCOMPARE(unknown->proofs, QList<DiskProof>{DiskProof::Seen});
    const auto known = chooseTracker({lower.tracked()}, {{0, upper.path(), {{0, size / 2, 0, 0}, {size / 2, size / 2, 0, size / 2}}}});
    VERIFY_RESULT(known);
    QCOMPARE(known->tracker->backend(), QStringLiteral("ebpf"));
    QCOMPARE(known->proofs, QList<DiskProof>{DiskProof::Marked});
    // A wrong map: the marks are not where they should be, and nobody is believed.
    const auto wrong = chooseTracker({lower.tracked()}, {{0, upper.path(), {{0, size, 0, 3 * size / 4}}}});
    VERIFY_RESULT(wrong);
    QVERIFY(!wrong->tracker->online());
    QCOMPARE(wrong->refused.size(), 3);
}

void ChooseTrackerTest::blindTrackerIsNotTaken()
{
    const MountedLoop loop("ext4");
    int blind = 0;
    const auto second = chooseTrackerOf({forgetful(0, Forgetful::Marks, &blind), trackerBackends(defaultTrackingBlock).at(1)},
        {loop.disk().tracked()}, {{0, loop.path(), {}}}, defaultTrackingBlock);
    VERIFY_RESULT(second);
    QCOMPARE(second->tracker->backend(), QStringLiteral("perf"));
    QCOMPARE(second->refused.size(), 1);
    QCOMPARE(second->refused.first().code, ErrorCode::TrackerUnavailable);
    const auto none = chooseTrackerOf({forgetful(0, Forgetful::Marks, &blind), forgetful(1, Forgetful::Marks, &blind)},
        {loop.disk().tracked()}, {{0, loop.path(), {}}}, Bytes{1 << 20});
    VERIFY_RESULT(none);
    QVERIFY(!none->tracker->online());
    QCOMPARE(none->tracker->epoch().blockSize.count, quint64(1 << 20));
    QCOMPARE(none->refused.size(), 2);
}

void ChooseTrackerTest::trackerThatLosesGetsOneMoreTry()
{
    const MountedLoop loop("ext4");
    int started = 0;
    const auto chosen =
        chooseTrackerOf({forgetful(0, Forgetful::Losses, &started)}, {loop.disk().tracked()}, {{0, loop.path(), {}}}, defaultTrackingBlock);
    VERIFY_RESULT(chosen);
    QVERIFY(!chosen->tracker->online());
    QCOMPARE(started, 2);
}

void ChooseTrackerTest::placeOnAnotherDiskProvesNothing()
{
    const MountedLoop loop("ext4"), other("ext4");
    const auto chosen = chooseTracker({loop.disk().tracked()}, {{0, other.path(), {}}});
    VERIFY_RESULT(chosen);
    QVERIFY(!chosen->tracker->online());
}

void ChooseTrackerTest::diskWithoutAPlaceIsUntested()
{
    const MountedLoop loop("ext4");
    const LoopDisk raw(64 << 20);
    const auto chosen = chooseTracker({raw.tracked(), loop.disk().tracked()}, {{1, loop.path(), {}}});
    VERIFY_RESULT(chosen);
    QVERIFY(chosen->tracker->online());
    QCOMPARE(chosen->proofs, (QList<DiskProof>{DiskProof::Untested, DiskProof::Marked}));
}

void ChooseTrackerTest::placeThatCannotBeWrittenIsSaid()
{
    const MountedLoop loop("ext4");
    const auto chosen = chooseTracker({loop.disk().tracked()}, {{0, loop.path() + QLatin1String("/not-there"), {}}});
    QVERIFY(!chosen);
    QCOMPARE(chosen.error().code, ErrorCode::FileUnwritable);
}

QTEST_GUILESS_MAIN(ChooseTrackerTest)
#include "tst_choosetracker.moc"
