#pragma once
#include "core/migrate/stepcontext.h"

namespace edgelift {

/// Takes everything of a job out of the account again, except what the ledger says is kept: in the order of ResourceKind, what the
/// ledger knows and what bears the job's tag. May be run as often as needed; goes on after a refusal, so that as little as possible
/// stays. The first refusal is the error.
class Cleaner
{
public:
    explicit Cleaner(StepContext &context)
        : m_context(context)
    {
    }
    Result<> run();
    /// Only the transit instance and its disks, also those that nobody confirmed.
    Result<> removeTargets();

private:
    /// `shown`: tell how far it is, as the phase of the clean-up.
    Result<> removeAll(const QList<LedgerEntry> &entries, bool shown);
    Result<> resolveIntents();
    Result<bool> adoptTagged(); ///< true when no entry is without an id any more
    Result<> adopt(ResourceKind kind, const QString &id, const QString &name);
    Result<> remove(const LedgerEntry &entry);
    Result<> removeInstance(const QString &id);
    Result<> removeDisk(const QString &id);
    Result<> removeObjects(const LedgerEntry &entry);
    Result<> removeBundle(const QString &bucket, const QString &key);
    Result<> patiently(std::chrono::seconds limit, const std::function<Result<>()> &attempt);

    StepContext &m_context;
    bool m_failed = false; ///< something stayed: what hangs on it is tried once only
};

}
