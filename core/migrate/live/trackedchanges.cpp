#include "core/migrate/live/trackedchanges.h"

namespace edgelift {

Result<> TrackedChanges::restart()
{
    Result<ChosenTracker> next = m_start();
    if (!next)
        return next.error();
    if ((seesWrites() && !next->tracker->online()) || next->tracker->epoch().blockSize.count != blockBytes())
        return Error{ErrorCode::TrackerUnavailable, Retry::AfterUserAction, {next->tracker->backend()}, {}};
    m_chosen = next.take();
    return ok();
}

}
