#include "core/base/errortext.h"
#include "core/source/tracking/choosetracker.h"

#include <cstdio>

using namespace edgelift;

/// Tracks disks while a load runs: benchtrack BACKEND DISK... Prints "tracking" when it does, reads its input to the end, advancing the
/// era for each line, and then prints what it saw. Exit code 1: the epoch is void, or it could not begin.
int main(int argc, char **argv)
{
    const auto fail = [](const Error &error) {
        std::fprintf(stderr, "benchtrack: %s\n", qUtf8Printable(logLine(error)));
        return 1;
    };
    QList<TrackedDisk> disks;
    for (int i = 2; i < argc; ++i) {
        const Result<TrackedDisk> disk = trackedDisk(QString::fromLocal8Bit(argv[i]));
        if (!disk)
            return fail(disk.error());
        disks.append(*disk);
    }
    QList<TrackerBackend> backends = trackerBackends(defaultTrackingBlock);
    backends.removeIf([argv, argc](const TrackerBackend &one) { return argc < 2 || one.name != QLatin1String(argv[1]); });
    if (backends.isEmpty() || disks.isEmpty())
        return fail({ErrorCode::UsageWrong, Retry::AfterUserAction, {QStringLiteral("benchtrack ebpf|perf DISK...")}, {}});
    const Result<std::unique_ptr<ChangeTracker>> tracker = backends.first().start(disks);
    if (!tracker)
        return fail(tracker.error());
    std::puts("tracking");
    std::fflush(stdout);
    for (char line[256]; std::fgets(line, sizeof line, stdin);) {
        if (const Result<quint32> era = (*tracker)->advanceEra(); !era)
            return fail(era.error());
    }
    std::printf("era %u, %llu sectors written\n", (*tracker)->era(), (unsigned long long)((*tracker)->writtenSectors(0)));
    const Result<> intact = (*tracker)->intact();
    return intact ? 0 : fail(intact.error());
}
