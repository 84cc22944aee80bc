#pragma once
#include "core/source/tracking/selftest.h"

#include <functional>
#include <memory>

namespace edgelift {

/// A way to start a tracker; `name` for the report.
struct TrackerBackend
{
    QString name;
    std::function<Result<std::unique_ptr<ChangeTracker>>(const QList<TrackedDisk> &)> start;
};

/// eBPF, perf, blktrace; best first. The rescan is not among them: see chooseTracker().
[[nodiscard]] QList<TrackerBackend> trackerBackends(Bytes blockSize);

struct ChosenTracker
{
    std::unique_ptr<ChangeTracker> tracker;
    QList<DiskProof> proofs; ///< per disk; all Untested with "rescan"
    QList<Error> refused; ///< why the better backends were not taken, in order
};

/// The first backend that starts and passes the self-test on every place; when there is none, the rescan (online() is false: say so before
/// anything moves). A backend whose epoch is void already after the test gets a second try. Disks without a place stay Untested: only the
/// statistics that intact() compares speak for them. Blocks for about a second. Errors: those of startRescanTracker(); FileUnwritable
/// and NoSpace of a place.
[[nodiscard]] Result<ChosenTracker> chooseTracker(
    const QList<TrackedDisk> &disks, const QList<SelfTestPlace> &places, Bytes blockSize = defaultTrackingBlock);
/// The same with other backends than trackerBackends(): for tests and for trying one.
[[nodiscard]] Result<ChosenTracker> chooseTrackerOf(
    const QList<TrackerBackend> &backends, const QList<TrackedDisk> &disks, const QList<SelfTestPlace> &places, Bytes blockSize);

}
