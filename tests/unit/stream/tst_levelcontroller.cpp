#include "core/stream/levelcontroller.h"

#include <QTest>

#include <map>

using namespace edgelift;

namespace {

using namespace std::chrono_literals;
using Nanoseconds = std::chrono::nanoseconds;

/// Two packers, links and a disk with given speeds, frame by frame in simulated time: what a transfer does, without its threads.
class SimulatedCopy
{
public:
    double linkMBps = 1e9;
    double diskMBps = 1e9;
    double slowness = 1; ///< of the processor

    /// Megabytes a second of one packer, and the part of the size that is left, as measured with zstd on a server's disk.
    struct Cost
    {
        double speed;
        double left;
    };
    static Cost costOf(int level)
    {
        static const std::map<int, Cost> costs{{0, {9000, 1.0}}, {-5, {700, 0.52}}, {-1, {560, 0.455}}, {1, {421, 0.416}}, {2, {338, 0.4}},
            {3, {332, 0.38}}, {4, {232, 0.379}}, {5, {94, 0.378}}, {6, {92, 0.377}}, {7, {75, 0.375}}, {8, {60, 0.374}}, {9, {50, 0.373}},
            {10, {40, 0.372}}};
        return costs.at(level);
    }
    /// Copies `frames` of 4 MB and gives the time it took.
    double copy(LevelController &controller, int frames)
    {
        const double begin = m_linkFree;
        for (int i = 0; i < frames; ++i) {
            const Cost cost = costOf(controller.level());
            const double start = m_packed;
            const double read = std::max(start, m_read + megabytes / diskMBps);
            m_read = read;
            const double done = read + megabytes * slowness / cost.speed / packers;
            const double handed = std::max(done, m_linkFree - queued); // the queue in front of the links is short
            const double sendingFrom = std::max(handed, m_linkFree);
            const double sent = sendingFrom + megabytes * cost.left / linkMBps;
            controller.packed({time(packers * (done - read)), time(packers * (read - start)), time(packers * (handed - done))});
            controller.sent({time(sendingFrom - m_linkFree), time(sent - sendingFrom)});
            m_packed = handed;
            m_linkFree = sent;
        }
        return m_linkFree - begin;
    }

private:
    static Nanoseconds time(double seconds) { return Nanoseconds(qint64(seconds * 1e9)); }

    static constexpr double megabytes = 4;
    static constexpr int packers = 2;
    static constexpr double queued = 0.02;
    double m_read = 0;
    double m_packed = 0;
    double m_linkFree = 0;
};

double bestTime(double linkMBps, double slowness, int frames)
{
    double best = 1e9;
    for (const int level : {0, -5, -1, 1, 2, 3, 4, 5, 6, 7}) {
        const auto cost = SimulatedCopy::costOf(level);
        best = std::min(best, frames * 4 * std::max(slowness / cost.speed / 2, cost.left / linkMBps));
    }
    return best;
}

}

class LevelControllerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aSlowLinkGetsTheCeiling();
    void isNearTheBestLevelAtEverySpeed_data();
    void isNearTheBestLevelAtEverySpeed();
    void busyPackersAreNoReasonToDoLessWhileTheLinksAreFed();
    void aSlowDiskIsNoReasonToWorkHarder();
    void theCeilingHolds_data();
    void theCeilingHolds();
    void followsALinkThatChanges();
};

void LevelControllerTest::aSlowLinkGetsTheCeiling()
{
    const std::atomic<int> ceiling = 7;
    LevelController controller(ceiling);
    SimulatedCopy copy;
    copy.linkMBps = 25;
    copy.copy(controller, 40);
    for (int i = 0; i < 200; ++i) {
        copy.copy(controller, 1);
        QCOMPARE(controller.level(), 7);
    }
}

void LevelControllerTest::isNearTheBestLevelAtEverySpeed_data()
{
    QTest::addColumn<double>("linkMBps");
    QTest::addColumn<double>("slowness");
    QTest::newRow("100 Mbit/s") << 12.5 << 1.0;
    QTest::newRow("1 Gbit/s") << 119.0 << 1.0;
    QTest::newRow("1 Gbit/s, slow processor") << 119.0 << 4.0;
    QTest::newRow("10 Gbit/s") << 1190.0 << 1.0;
    QTest::newRow("100 Gbit/s") << 11900.0 << 1.0;
}

void LevelControllerTest::isNearTheBestLevelAtEverySpeed()
{
    QFETCH(double, linkMBps);
    QFETCH(double, slowness);
    constexpr int frames = 20000; // 80 GB
    const std::atomic<int> ceiling = 7;
    LevelController controller(ceiling);
    SimulatedCopy copy;
    copy.linkMBps = linkMBps;
    copy.slowness = slowness;
    const double took = copy.copy(controller, frames);
    const double best = bestTime(linkMBps, slowness, frames);
    QVERIFY2(took <= 1.35 * best, qPrintable(QStringLiteral("%1 s instead of %2").arg(took).arg(best)));
}

/// A stretch of data that is hard to compress: the links live on what is queued.
void LevelControllerTest::busyPackersAreNoReasonToDoLessWhileTheLinksAreFed()
{
    const std::atomic<int> ceiling = 7;
    LevelController controller(ceiling);
    const int before = controller.level();
    for (int i = 0; i < 20; ++i) {
        controller.sent({0ms, 400ms});
        controller.packed({400ms, 0ms, 0ms});
    }
    QCOMPARE(controller.level(), before);
    for (int i = 0; i < 20; ++i) {
        controller.sent({400ms, 100ms});
        controller.packed({400ms, 0ms, 0ms});
    }
    QCOMPARE(controller.level(), 0);
}

void LevelControllerTest::aSlowDiskIsNoReasonToWorkHarder()
{
    const std::atomic<int> ceiling = 10;
    LevelController controller(ceiling);
    const int before = controller.level();
    SimulatedCopy copy;
    copy.diskMBps = 50;
    copy.linkMBps = 1000;
    copy.copy(controller, 500);
    QCOMPARE(controller.level(), before);
}

void LevelControllerTest::theCeilingHolds_data()
{
    QTest::addColumn<int>("ceiling");
    for (const int level : {0, 1, 2, 10})
        QTest::addRow("%d", level) << level;
}

void LevelControllerTest::theCeilingHolds()
{
    QFETCH(int, ceiling);
    std::atomic<int> changing = 7;
    LevelController controller(changing);
    SimulatedCopy copy;
    copy.linkMBps = 1;
    copy.copy(controller, 50);
    QCOMPARE(controller.level(), 7);
    changing = ceiling; // at once, not step by step
    QVERIFY(controller.level() <= ceiling);
    copy.copy(controller, 50);
    QCOMPARE(controller.level(), ceiling);
}

void LevelControllerTest::followsALinkThatChanges()
{
    const std::atomic<int> ceiling = 7;
    LevelController controller(ceiling);
    SimulatedCopy copy;
    copy.linkMBps = 10;
    copy.copy(controller, 100);
    QCOMPARE(controller.level(), 7);
    copy.linkMBps = 400;
    copy.copy(controller, 400);
    QVERIFY(controller.level() < 5);
    copy.linkMBps = 10;
    copy.copy(controller, 100);
    QCOMPARE(controller.level(), 7);
}

QTEST_GUILESS_MAIN(LevelControllerTest)
#include "tst_levelcontroller.moc"
