#pragma once
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/result.h"
#include "core/migrate/jobstate.h"

#include <QDateTime>
#include <QHash>
#include <QJsonObject>
#include <QList>
#include <optional>

namespace edgelift {

/// One finished step: it is never run again.
struct StepRecord
{
    QString name; ///< "export.wait"
    QDateTime finished; ///< UTC
};

struct PhaseRecord
{
    Phase phase = Phase::Connect;
    QDateTime started; ///< UTC, of its first run
    QDateTime ended; ///< UTC; invalid: not yet
};

/// What the copy moved, over all runs.
struct CopyRecord
{
    Bytes done; ///< uncompressed, acknowledged
    Bytes total;
    Bytes wire; ///< sent, resends included
    bool verified = false; ///< the target was read back and compared
};

/// job.json: everything a migration knows about itself that is no secret. A plain value; JobStore keeps it on disk.
struct JobRecord
{
    QString id;
    JobState state = JobState::Ready;
    QString phase;
    QDateTime created; ///< UTC; the time stamp of the image name
    QDateTime ended; ///< UTC; invalid: not at an end
    QString sourceName;
    QString sourceId; ///< "s-…", given by the service or derived from the source
    QHash<QString, QString> diskIdentities; ///< by DiskFacts::id: what Source::diskIdentity said when the job was made
    QString endpoint; ///< override in use; empty: Alibaba Cloud's own
    QString observedAddress; ///< of the source, as the service saw it; empty: nobody knows
    QJsonObject values; ///< results of steps that later steps need
    QList<StepRecord> steps;
    QList<PhaseRecord> phases;
    CopyRecord copy;
    QStringList warnings;
    std::optional<Error> error; ///< of the last run, when it failed
    bool cancelling = false; ///< the last run was its removal, not its continuation
    bool interrupted = false; ///< not stored: state was Running, but the process that ran it died

    [[nodiscard]] bool isFinished(const QString &step) const;
};

[[nodiscard]] QJsonObject toJson(const JobRecord &record);
/// Error: StateUnreadable, args: `path`.
[[nodiscard]] Result<JobRecord> jobRecordFromJson(const QJsonObject &object, const QString &path);

/// Code, name, retry class, facts and all three texts: as the agent, job.json and reports give an error.
[[nodiscard]] QJsonObject errorToJson(const Error &error);
[[nodiscard]] QString retryName(Retry retry); ///< "never", "afterWait", "afterUserAction"

}
