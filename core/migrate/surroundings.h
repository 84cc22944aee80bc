#pragma once
#include "core/base/clock.h"
#include "core/cloud/httptransport.h"
#include "core/migrate/receiverlink.h"
#include "core/source/tracking/choosetracker.h"
#include "core/source/tracking/processfreezer.h"

#include <functional>
#include <memory>

namespace edgelift {

/// What a running machine as a source needs besides.
struct LiveTools
{
    /// Starts and tests a tracker; chooseTracker().
    std::function<Result<ChosenTracker>(const QList<TrackedDisk> &, const QList<SelfTestPlace> &)> track;
    FreezerOptions freezer; ///< without filesystems and deadline, which each copy sets
};

/// Everything outside of a migration, so that tests can put fakes there. Shared by the migrations made with it.
struct Surroundings
{
    std::shared_ptr<const Clock> clock;
    std::shared_ptr<HttpTransport> transport;
    std::shared_ptr<ReceiverLink> link;
    /// Where receiver-bundle.tar.gz is looked for, first hit wins.
    QStringList bundlePaths;
    LiveTools live = {};
    QString tunnel = {}; ///< path of edgelift-tunnel, which rsync starts as its remote shell
};

/// The real ones. edgelift-freezer lies beside the program or in /usr/lib/edgelift. Bundle: $EDGELIFT_BUNDLE, beside the program
/// (../share/edgelift, its own folder), /usr/share/edgelift. Needs a QCoreApplication.
[[nodiscard]] Surroundings realSurroundings();

}
