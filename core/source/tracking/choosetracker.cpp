#include "core/source/tracking/choosetracker.h"

#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/source/tracking/blktracetracker.h"
#include "core/source/tracking/ebpftracker.h"
#include "core/source/tracking/perftracker.h"
#include "core/source/tracking/rescantracker.h"

namespace edgelift {

namespace {

Result<ChosenTracker> tryBackend(const TrackerBackend &backend, const QList<TrackedDisk> &disks, const QList<SelfTestPlace> &places)
{
    Result<std::unique_ptr<ChangeTracker>> tracker = backend.start(disks);
    if (!tracker)
        return tracker.error();
    const Result<QList<DiskProof>> proofs = selfTest(**tracker, places);
    if (!proofs)
        return proofs.error();
    return ChosenTracker{tracker.take(), *proofs, {}};
}

}

QList<TrackerBackend> trackerBackends(Bytes blockSize)
{
    return {
        {QStringLiteral("ebpf"),
            [blockSize](const QList<TrackedDisk> &disks) {
                return startEbpfTracker(disks, {blockSize, {}});
            }},
        {QStringLiteral("perf"),
            [blockSize](const QList<TrackedDisk> &disks) {
                PerfOptions options;
                options.blockSize = blockSize;
                return startPerfTracker(disks, options);
            }},
        {QStringLiteral("blktrace"),
            [blockSize](const QList<TrackedDisk> &disks) {
                return startBlktraceTracker(disks, {blockSize, {}});
            }},
    };
}

Result<ChosenTracker> chooseTracker(const QList<TrackedDisk> &disks, const QList<SelfTestPlace> &places, Bytes blockSize)
{
    return chooseTrackerOf(trackerBackends(blockSize), disks, places, blockSize);
}

Result<ChosenTracker> chooseTrackerOf(
    const QList<TrackerBackend> &backends, const QList<TrackedDisk> &disks, const QList<SelfTestPlace> &places, Bytes blockSize)
{
    QList<Error> refused;
    for (const TrackerBackend &backend : backends) {
        Result<ChosenTracker> chosen = tryBackend(backend, disks, places);
        if (!chosen && chosen.error().code == ErrorCode::TrackingLost)
            chosen = tryBackend(backend, disks, places);
        if (chosen) {
            chosen->refused = refused;
            return chosen;
        }
        const Error &why = chosen.error();
        if (why.code != ErrorCode::TrackerUnavailable && why.code != ErrorCode::TrackingLost)
            return why; // another backend would not help
        log::warning("tracker", QStringLiteral("%1 is not used: %2").arg(backend.name, logLine(why)));
        refused.append(why);
    }
    Result<std::unique_ptr<ChangeTracker>> rescan = startRescanTracker(disks, blockSize);
    if (!rescan)
        return rescan.error();
    return ChosenTracker{rescan.take(), QList<DiskProof>(disks.size(), DiskProof::Untested), refused};
}

}
