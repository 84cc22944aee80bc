#pragma once
#include "core/base/bytes.h"

#include <QList>
#include <chrono>

namespace edgelift {

/// What a live copy does now, and how fast the server writes beside how fast the link takes it.
struct LiveProgress
{
    enum class Phase : quint8 {
        FirstPass,
        Comparing,
        Round,
        InSync,
        Freezing,
        SendingPoint,
        Rechecking,
        ReadingBack,
        Committed,
        Files, ///< of the volumes that are copied by files, the first time
        ChangedFiles, ///< those that changed since; the freeze is near
        Waiting, ///< for the cutover, when nothing is copied by blocks
    };
    /// What a user can do when rounds do not converge.
    enum class Remedy : quint8 { RaiseLimits, QuietHours, StopServices, LongerFreeze };

    Phase phase = Phase::FirstPass;
    int round = 0; ///< of this point; 0: the first pass
    Bytes dirty; ///< to be sent yet because it was written since its last copy, as of the last look
    double writeRate = 0; ///< bytes a second that become dirty, each block counted once a round; 0: not known yet
    double linkRate = 0; ///< bytes a second acknowledged; 0: not known yet
    std::chrono::milliseconds predicted{}; ///< how long the freeze would be now; 0: not known yet
    std::chrono::milliseconds budget{}; ///< how long it may be
    Bytes room; ///< of the memory that the freeze reads into
    bool converging = true; ///< false: three rounds brought no improvement
    QList<Remedy> remedies; ///< when not converging
};

}
