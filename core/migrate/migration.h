#pragma once
#include "core/base/job.h"
#include "core/layout/plan.h"
#include "core/migrate/authorization.h"
#include "core/migrate/jobsummary.h"
#include "core/migrate/jobwarning.h"
#include "core/migrate/resource.h"
#include "core/source/source.h"
#include "core/stream/transfer.h"

#include <QDateTime>
#include <QJsonObject>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

namespace edgelift {

struct LiveTuning;
struct Surroundings;

/// Something to show. `fields` is exactly the line edgeliftctl prints (design.md section 3) and always has "event" and "job":
///   phase     phase, message (optional; after connect: "Import Source Server [s-…] Successfully!"), detail (optional facts)
///   progress  phase, bytesDone, bytesTotal, wireBytes, speed, remainingSeconds (null: not steady), limits {limitMbps,
///             diskMBps, niceness, window (of the time plan, in words; ""), backOffMBps (null: not active)}: what is in force; disks
///             [{disk, name, bytesDone, bytesTotal}]: of the copy, [] before it and in a run that begins after it; after the copy also
///             percent (of the phase, as the cloud tells); of a source that runs: live {state ("first-pass", "round", "in-sync",
///             "freezing", …), round, dirtyBytes, writeRate and linkRate (bytes/s, 0: not known yet), freezeMs (predicted), budgetMs,
///             converging, remedies ["raise-limits", …]}
///   warning   id, args, message: a JobWarning
///   error     code "EL-0312", name, message, remedy, retry "never" | "afterWait" | "afterUserAction", args, phase,
///             refused (true: a check said no before anything was made or moved: exit code 3), kept [resources]
///   finished  sourceId, jobId, imageId, reportPath, imagePath (only where the image is a file of this machine)
struct MigrationEvent
{
    enum class Kind : quint8 { Phase, Progress, Warning, Error, Finished };
    Kind kind = Kind::Phase;
    QJsonObject fields;
};
using MigrationObserver = std::function<void(const MigrationEvent &)>;

/// One migration job on disk (<stateDir>/jobs/<jobId>/, 0700). run() may be called again after a failure or a stop, also by
/// another process: finished steps are not repeated. Not thread-safe except where said; the source must outlive it.
class Migration
{
public:
    /// A new folder; nothing in the cloud yet. `plan` has passed planrules. Errors: CodeMissing, FileUnwritable, NoSpace.
    static Result<std::unique_ptr<Migration>> create(
        const QString &stateDir, const Plan &plan, const Source &source, const Authorization &authorization);
    /// An existing one, after a restart or for a retry; its secrets come from the folder's key file (0600).
    /// Errors: JobUnknown, StateUnreadable, SourceChanged when `source` has not the disks of the plan.
    static Result<std::unique_ptr<Migration>> open(const QString &stateDir, const QString &jobId, const Source &source);
    /// For cancel() only, when the source is gone: run() fails with SourceMissing. Errors: JobUnknown, StateUnreadable.
    static Result<std::unique_ptr<Migration>> openForCleanUp(const QString &stateDir, const QString &jobId);
    /// Every job, the newest first. A folder that cannot be read is left out. Needs no lock.
    static QList<JobSummary> list(const QString &stateDir);
    /// Not part of the product's interface: the same with everything outside replaced (tests).
    static Result<std::unique_ptr<Migration>> create(const QString &stateDir, const Plan &plan, const Source &source,
        const Authorization &authorization, const Surroundings &surroundings);
    static Result<std::unique_ptr<Migration>> open(
        const QString &stateDir, const QString &jobId, const Source *source, const Surroundings &surroundings);
    ~Migration();

    [[nodiscard]] QString jobId() const;
    [[nodiscard]] Plan plan() const; ///< with the transfer settings of now. Any thread
    [[nodiscard]] JobSummary summary() const;
    [[nodiscard]] const TransferTuning &tuning() const; ///< what is in force. Any thread
    [[nodiscard]] const LiveTuning &liveTuning() const; ///< the same, of the copy of a machine that runs
    /// Changes the transfer: at once when it runs, and for every run to come, also of another process. Any thread, also while
    /// running. Errors: FileUnwritable, NoSpace; then nothing changed.
    Result<> setTransfer(const Plan::Transfer &transfer);

    /// A plan with manual cutover keeps the target in sync with a live source until this is called while it copies. Any thread.
    /// Does nothing for other plans. Errors: JobStateWrong (it does not copy now).
    Result<> cutOver();

    /// Another layout of the target disks, before run(), for a job that stopped or failed before its copy was complete. `plan` has passed
    /// planrules and differs from plan() in its layout only; when it is the same, nothing happens. The copy begins anew in the next run,
    /// which releases the instance with the old disks first. Errors: PlanChangeRefused (args: job, the field), LayoutSettled (the image is
    /// being made), JobStateWrong (finished or cancelled), JobRunning, StateUnreadable, SourceMissing, FileUnwritable, NoSpace; after the
    /// last two the copy may have to begin anew, with the plan as it was.
    Result<> changeLayout(const Plan &plan);
    /// Something that happened before run(), which tells it first and keeps it for the report.
    void warn(const JobWarning &warning);
    /// Blocks until the end. Finished: everything temporary is removed. Stopped: all kept, run() continues. Failed: kept, listed by
    /// resources(). `observer` is called on this and other threads, one call at a time, progress at most ten times a second.
    /// Errors besides those of the steps: JobRunning (another process holds it), JobStateWrong (finished or cancelled).
    Outcome run(const std::stop_token &stop, const MigrationObserver &observer);
    /// Removes everything in the ledger; idempotent. Not while run() runs. Failed: what stayed is in resources().
    Outcome cancel(const std::stop_token &stop, const MigrationObserver &observer);
    /// What exists in the cloud now. Any thread.
    [[nodiscard]] QList<LedgerEntry> resources() const;
    /// Boots the finished image in a throw-away machine (testboot::testBoot) and puts what came of it into the report. For images that lie
    /// as files on this machine. Blocks for minutes. Not while run() runs. Errors: JobStateWrong (there is no such image), those of
    /// readBootImage() and testBoot(), FileUnwritable, NoSpace.
    Result<QJsonObject> checkBoot(const std::stop_token &stop);
    /// Of report.html (report.json lies beside it); the files are there after run() or cancel() came back.
    [[nodiscard]] QString reportPath() const;

private:
    struct Parts;
    explicit Migration(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> m_parts;
};

}
