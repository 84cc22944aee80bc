#pragma once
#include "core/base/fd.h"
#include "core/layout/plan.h"
#include "core/migrate/jobrecord.h"
#include "core/migrate/jobsecrets.h"

#include <memory>
#include <mutex>

namespace edgelift {

/// One job's folder <stateDir>/jobs/<jobId>/ (0700): job.json, plan.json, secrets.json, ledger.json, transfer.journal, userdata.sh and the
/// reports. update() and record() may be called from any thread; everything else from one at a time.
class JobStore
{
public:
    /// Makes the folder. Errors: FileUnwritable, NoSpace.
    static Result<std::unique_ptr<JobStore>> create(
        const QString &stateDir, const JobRecord &record, const Plan &plan, const JobSecrets &secrets);
    /// Errors: JobUnknown, StateUnreadable.
    static Result<std::unique_ptr<JobStore>> open(const QString &stateDir, const QString &jobId);
    static QStringList ids(const QString &stateDir);
    /// job.json alone, with Running turned to Stopped when no process holds the job.
    static Result<JobRecord> peek(const QString &stateDir, const QString &jobId);

    /// plan.json alone; an empty plan when it cannot be read.
    static Plan peekPlan(const QString &stateDir, const QString &jobId);

    /// Held by one process and one object at a time until unlock() or the end of the process. Reads record and plan again: another process
    /// may have gone on with the job. Errors: JobRunning, StateUnreadable, those of readPlan().
    Result<> lock();
    void unlock() { m_lock.reset(); }

    [[nodiscard]] JobRecord record() const;
    /// Changes the record; durable when it returns. Errors: FileUnwritable, NoSpace; then the record is as it was.
    template <class Change>
    Result<> update(Change &&change)
    {
        const std::lock_guard guard(m_mutex);
        JobRecord next = m_record;
        change(next);
        return store(std::move(next));
    }
    [[nodiscard]] const Plan &plan() const { return m_plan; } ///< as it was when the store was opened or locked
    [[nodiscard]] Plan currentPlan() const; ///< with what setTransfer() changed. Any thread
    /// Writes plan.json anew; durable when it returns. Any thread. Errors: FileUnwritable, NoSpace.
    Result<> setTransfer(const Plan::Transfer &transfer);
    /// Writes plan.json anew; durable when it returns. Only while locked, and nothing runs. Errors: FileUnwritable, NoSpace.
    Result<> setPlan(const Plan &plan);
    [[nodiscard]] const JobSecrets &secrets() const { return m_secrets; }
    Result<> setSecrets(const JobSecrets &secrets);
    [[nodiscard]] QString path(const QString &file) const { return m_folder + QLatin1Char('/') + file; }

private:
    explicit JobStore(QString folder)
        : m_folder(std::move(folder))
    {
    }
    Result<> store(JobRecord next);

    QString m_folder;
    mutable std::mutex m_mutex;
    JobRecord m_record;
    Plan m_plan; ///< changed under m_mutex, and only before something runs
    Plan::Transfer m_transfer; ///< of m_plan, or what replaced it; under m_mutex
    JobSecrets m_secrets;
    Fd m_lock;
};

}
