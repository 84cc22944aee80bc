#pragma once
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/layout/plan.h"
#include "core/migrate/jobstate.h"

#include <QDateTime>
#include <QList>
#include <optional>

namespace edgelift {

struct JobRecord;

/// When a phase of a job ran.
struct PhaseTime
{
    Phase phase = Phase::Connect;
    QDateTime started; ///< UTC, of its first run
    QDateTime ended; ///< UTC; invalid: not yet
};

/// What can be said of a job without opening it.
struct JobSummary
{
    QString id;
    JobState state = JobState::Ready;
    QString phase; ///< the one running, or the one that ended it; empty before the first
    QDateTime created; ///< UTC
    QString sourceName;
    QString sourceId; ///< "s-…"; empty before connect
    QString imageId; ///< of the ENS image; empty before import
    std::optional<Error> error; ///< set when state is InError
    bool interrupted = false; ///< nobody stopped it: the process that ran it died
    bool cancelling = false; ///< what was (or is) under way is its removal
    QDateTime ended; ///< UTC; invalid: not at an end
    QList<PhaseTime> phases; ///< those that began, in order
    Bytes bytesDone; ///< of the copy, when the last run ended
    Bytes bytesTotal;
    Bytes wireBytes;
    QString instanceId; ///< of the transit instance; empty before there is one
    QString imageName; ///< of the ENS image
    Plan::Image place; ///< regions and bucket of the plan
    Plan::Job job; ///< name, description, tags of the plan
    QString hardwareId; ///< LiveFacts::hardwareId of the machine it was made on; empty: not known, or made of disk images
    bool live = false; ///< the source is a machine that runs
};

[[nodiscard]] JobSummary jobSummary(const JobRecord &record, const Plan &plan);
/// Of every job below `stateDir` that can be read, the newest first.
[[nodiscard]] QList<JobSummary> jobSummaries(const QString &stateDir);

}
