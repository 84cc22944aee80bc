// The wizard's own cost, seen from outside: how long until its first window, and how much of a processor it takes while a transfer runs.
//
// usage: benchwizard [STARTS]     one start with cold caches (root), STARTS (5) with warm ones; exit 1: a bar of design.md section 10 is
// missed
#include "tests/gui/fakeagent.h"
#include "tests/gui/wizardprocess.h"

#include <QFile>
#include <QGuiApplication>
#include <QTest>
#include <algorithm>
#include <cstdio>
#include <unistd.h>

using namespace edgelift;

namespace {

constexpr qint64 firstWindowMs = 1000;
constexpr double processorShare = 0.03;
constexpr int watchedSeconds = 20;

void dropCaches()
{
    ::sync();
    QFile file(QStringLiteral("/proc/sys/vm/drop_caches"));
    if (!file.open(QIODevice::WriteOnly) || file.write("3") != 1)
        std::printf("(the caches could not be dropped: not root)\n");
}

qint64 firstWindow(const test::FakeAgent &agent)
{
    test::WizardProcess wizard;
    return wizard.start(agent.path()) ? wizard.waitForWindow() : -1;
}

/// Of one processor, while the agent tells of a copy as often as the real one does.
double shareWhileRunning(test::FakeAgent &agent)
{
    agent.setJob(test::fakeJob(QStringLiteral("Running"), QStringLiteral("copy")));
    test::WizardProcess wizard;
    if (!wizard.start(agent.path()) || wizard.waitForWindow() < 0)
        return 1;
    double before = 0;
    for (int second = -5; second < watchedSeconds; ++second) {
        if (second == 0)
            before = wizard.processorSeconds();
        const qint64 done = (second + 6) * (27LL << 20);
        agent.tell(test::fakeProgress(done, 17LL << 30, done / 3, 27.4e6 + 1e6 * (second % 3)));
        QTest::qWait(1000);
    }
    return (wizard.processorSeconds() - before) / watchedSeconds;
}

}

int main(int argc, char **argv)
{
    QGuiApplication application(argc, argv);
    const int starts = argc > 1 ? QByteArray(argv[1]).toInt() : 5;
    test::FakeAgent agent;
    agent.start();
    dropCaches();
    const qint64 cold = firstWindow(agent);
    QList<qint64> warm;
    for (int i = 0; i < starts; ++i)
        warm.append(firstWindow(agent));
    std::sort(warm.begin(), warm.end());
    const double share = shareWhileRunning(agent);
    std::printf("first window, cold caches: %lld ms (bar %lld)\n", (long long)cold, (long long)firstWindowMs);
    if (!warm.isEmpty())
        std::printf("first window, warm: %lld to %lld ms, median %lld\n", (long long)warm.first(), (long long)warm.last(),
            (long long)warm.at(warm.size() / 2));
    std::printf("processor while a transfer runs: %.2f %% of one core (bar %.0f %%)\n", share * 100, processorShare * 100);
    return cold >= 0 && cold <= firstWindowMs && share < processorShare ? 0 : 1;
}
