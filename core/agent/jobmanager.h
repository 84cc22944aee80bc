#pragma once
#include "core/agent/agentserver.h"
#include "core/agent/jobengine.h"
#include "core/agent/sourceholder.h"

#include <QHash>
#include <mutex>
#include <optional>

namespace edgelift {

/// Changes to a transfer; what is absent stays.
struct TuningChange
{
    std::optional<int> limitMbps;
    std::optional<int> compression;
    std::optional<bool> checksum;
    std::optional<int> diskMBps;
    std::optional<int> niceness;
    std::optional<bool> backOff;
    std::optional<QList<LimitWindow>> schedule;
    std::optional<int> freezeSeconds = std::nullopt;
};

/// Runs the migrations of one source: one at a time, on a thread of its own. All calls are thread-safe and return at once except
/// where said. Events go to everybody who subscribed; the ones a late subscriber missed are told first (of progress only the last).
/// A job's end is told by the notification "ended" {job, end: finished|stopped|failed|cancelled}.
/// The destructor stops what runs and waits: the job stays resumable.
class JobManager
{
public:
    /// Both must outlive this. `bootsImages`: an image that lies on this machine (a simulated cloud) is booted as a test when its
    /// migration has ended, told by the events "bootCheck" {job, running: true}, then {job, bootCheck}, {job, error} or, when it was
    /// stopped, {job, running: false}. What runs next, and checkBoot(), stop it.
    JobManager(JobEngine &engine, SourceHolder &source, bool bootsImages = false);
    ~JobManager();
    JobManager(const JobManager &) = delete;
    JobManager &operator=(const JobManager &) = delete;

    /// A new job, started: its id. `plan` has passed the rules. Errors: JobRunning, those of JobEngine::create.
    Result<QString> start(const Plan &plan, std::shared_ptr<const Source> source, const Authorization &authorization);
    /// Goes on with a job that was stopped or failed: the one named, or the newest that is not at its end. May read the source, so it
    /// blocks for seconds. `plan`, when given, has passed the rules; its layout takes the place of the job's, see
    /// Migration::changeLayout(). Errors: JobRunning, JobUnknown, JobStateWrong (it is finished or cancelled), those of changeLayout():
    /// then nothing runs.
    Result<QString> resume(const QString &jobId, const std::optional<Plan> &plan = {});
    /// Goes on with the newest job whose agent died in the middle of it (killed, power cut), to its end or, when it was being cancelled,
    /// with its removal. Blocks as resume() does. Empty: there was none. `found`: what is to be told of its end. Errors: those of resume();
    /// SourceChanged, when this machine is only a copy of the one that the job was made on.
    Result<QString> resumeInterrupted(const QList<JobWarning> &found = {});
    /// Stops the running job; "ended" follows. Errors: JobUnknown, JobStateWrong (it does not run).
    Result<QString> pause(const QString &jobId);
    /// The running copy of a live source with manual cutover may take its point now. Errors: JobUnknown, JobStateWrong (it does not copy).
    Result<QString> cutOver(const QString &jobId);
    /// Removes everything a job made, stopping it first. Errors: JobRunning (another one), JobUnknown, JobStateWrong (finished).
    Result<QString> cancel(const QString &jobId);
    /// Changes the transfer of a job, at once when it runs, and for all its runs to come. An empty id: the one that runs, else the
    /// newest that is not at its end. Errors: JobUnknown, JobStateWrong (finished or cancelled, or run by another process),
    /// FileUnwritable, NoSpace.
    Result<QString> modify(const QString &jobId, const TuningChange &change);

    /// Every job, the newest first.
    [[nodiscard]] QList<JobSummary> list() const;
    /// Error: JobUnknown. An empty id names the newest job.
    [[nodiscard]] Result<JobSummary> summary(const QString &jobId) const;
    /// Errors: JobUnknown, StateUnreadable.
    [[nodiscard]] Result<QList<LedgerEntry>> resources(const QString &jobId) const;
    [[nodiscard]] Result<QString> reportPath(const QString &jobId) const;
    /// Migration::checkBoot(): blocks for minutes. Errors: JobRunning (the job itself), JobUnknown, and its own.
    [[nodiscard]] Result<QJsonObject> checkBoot(const QString &jobId, const std::stop_token &stop);
    [[nodiscard]] Result<Plan> plan(const QString &jobId) const;
    /// The last progress event of the running job; empty when nothing runs.
    [[nodiscard]] QJsonObject progress() const;

    /// From now on `outlet` gets "event" and "ended" of this job, beginning with what was missed of its present or last run.
    Result<QString> subscribe(const QString &jobId, const std::shared_ptr<EventOutlet> &outlet);
    /// Stops what runs and blocks until it ended; nothing can be started after it.
    void shutDown();

private:
    struct Slot;
    struct History;
    enum class Work : quint8 { Run, Cancel };

    [[nodiscard]] Result<> isOfThisMachine(const JobSummary &job) const;
    Result<> reserve();
    Result<QString> goOn(const QString &jobId, const std::function<Result<>(EngineJob &)> &prepare);
    void launch(std::shared_ptr<EngineJob> job, std::shared_ptr<const Source> source, Work work);
    void perform(Slot &slot, Work work);
    Outcome perform(Slot &slot, bool cancelling);
    void bootImage(const Slot &slot, const std::stop_token &stop);
    void tell(const QString &jobId, const QString &method, const QJsonObject &params, bool progress);
    void tellLocked(const QString &jobId, const QString &method, const QJsonObject &params, bool progress); ///< with m_mutex held
    [[nodiscard]] bool isActive() const; ///< call with m_mutex held
    [[nodiscard]] Slot *activeSlot(const QString &jobId) const; ///< call with m_mutex held; an empty id names whatever runs
    Result<JobSummary> pick(const QString &jobId, bool unfinishedOnly) const;
    Result<JobSummary> notRunning(const QString &jobId) const;
    Result<std::shared_ptr<EngineJob>> find(const QString &jobId) const;

    JobEngine &m_engine;
    SourceHolder &m_source;
    const bool m_bootsImages;
    std::mutex m_bootMutex; ///< one test boot at a time; taken before m_mutex
    std::mutex m_modifyMutex; ///< one modify() at a time; taken before m_mutex
    mutable std::mutex m_mutex; ///< of everything below; never held while the engine or a source works
    std::unique_ptr<Slot> m_slot; ///< the job that runs, or the last one that did
    bool m_reserved = false; ///< a job is being made or opened
    bool m_closed = false;
    QHash<QString, std::shared_ptr<History>> m_history; ///< of the jobs this agent ran
};

}
