#pragma once
#include "core/base/clock.h"
#include "core/cloud/httptransport.h"
#include "core/migrate/receiverlink.h"

#include <functional>
#include <memory>

namespace edgelift {

/// Everything outside of a migration, so that tests can put fakes there. Shared by the migrations made with it.
struct Surroundings
{
    std::shared_ptr<const Clock> clock;
    std::shared_ptr<HttpTransport> transport;
    std::shared_ptr<ReceiverLink> link;
    /// Where receiver-bundle.tar.gz is looked for, first hit wins.
    QStringList bundlePaths;
};

/// The real ones. Bundle: $EDGELIFT_BUNDLE, beside the program (../share/edgelift, its own folder), /usr/share/edgelift.
/// Needs a QCoreApplication.
[[nodiscard]] Surroundings realSurroundings();

}
