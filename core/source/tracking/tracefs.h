#pragma once
#include "core/base/result.h"

#include <QByteArray>

namespace edgelift {

/// A tracepoint as the kernel describes it.
struct TraceEvent
{
    quint64 id = 0; ///< for perf_event_open
    QByteArray format; ///< the text of its format file
};

/// Reads about "block/block_rq_complete". Uses tracefs or debugfs where it is mounted, else a mount that nobody else sees and that goes
/// again. Errors: TrackerUnavailable (no tracefs, lockdown=confidentiality, no such event).
[[nodiscard]] Result<TraceEvent> readTraceEvent(const QByteArray &name);

}
