#include "core/migrate/newlayout.h"

#include "core/base/log.h"
#include "core/layout/planchange.h"
#include "core/migrate/cleaner.h"
#include "core/migrate/newjob.h"
#include "core/migrate/steps.h"

#include <QFile>
#include <QScopeGuard>
#include <algorithm>
#include <array>

namespace edgelift {

namespace {

constexpr char oldTargets[] = "oldTargets"; ///< there may be an instance with disks of another layout

/// Results of steps that are about the disks, or about the instance that has them.
constexpr std::array valuesOfTargets{"instanceId", "transitAddress", "disks", "targetImage", "filesDone", "copyNotes", "liveFiles",
    "livePoint", "tracking", "conversion", "soldOut"};

/// Is it done again for another layout? Network, group and ports as well: they find in the ledger what is there. The bundle is kept by its
/// name; runInstance() sees to it that it is there.
bool isOfLayout(const StepRecord &finished)
{
    const std::span<const Step> steps = migrationSteps();
    const auto step =
        std::find_if(steps.begin(), steps.end(), [&finished](const Step &one) { return finished.name == QLatin1String(one.name); });
    return step == steps.end() || (step->phase >= Phase::Check && step->run != uploadBundle);
}

void forgetLayout(JobRecord &record, const Plan &plan, const ServerFacts &facts)
{
    record.steps.removeIf(isOfLayout);
    for (PhaseRecord &phase : record.phases) {
        if (phase.phase >= Phase::Check)
            phase.ended = {};
    }
    for (const char *name : valuesOfTargets)
        record.values.remove(QLatin1String(name));
    if (record.cancelling)
        record.values.remove(QStringLiteral("portsOpenFor")); // the group may be gone: a clean-up was cut short
    setLayoutValues(record.values, plan, facts);
    record.values.insert(QLatin1String(oldTargets), true);
    record.copy = {{}, {}, record.copy.wire, false}; // what was sent was sent
}

/// Why this plan cannot take the place of the job's.
std::optional<Error> obstacle(const JobRecord &record, const Plan &before, const Plan &plan)
{
    if (record.state == JobState::Finished || record.state == JobState::Cancelled)
        return Error{ErrorCode::JobStateWrong, Retry::Never, {record.id, jobStateName(record.state)}, {}};
    if (const QString field = changedBesidesLayout(before, plan); !field.isEmpty())
        return Error{ErrorCode::PlanChangeRefused, Retry::AfterUserAction, {record.id, field}, {}};
    if (pendingPhase(record) > Phase::Copy)
        return Error{ErrorCode::LayoutSettled, Retry::AfterUserAction, {record.id}, {}};
    return std::nullopt;
}

}

Result<> takeLayout(JobStore &store, const Plan &plan, const ServerFacts &facts)
{
    if (const Result<> locked = store.lock(); !locked)
        return locked;
    const auto unlock = qScopeGuard([&store] { store.unlock(); });
    const JobRecord record = store.record();
    const Plan before = store.currentPlan();
    if (before == plan)
        return ok();
    if (const std::optional<Error> error = obstacle(record, before, plan))
        return *error;
    log::info("migrate", QStringLiteral("another layout: the copy begins anew"), {{QStringLiteral("job"), record.id}});
    const Result<> forgotten = store.update([&](JobRecord &next) { forgetLayout(next, plan, facts); });
    return forgotten ? store.setPlan(plan) : forgotten;
}

/// After a change of the layout, before an instance is made: the one with the disks of the old layout goes. A new one in any case, because
/// its disks have other sizes, and a receiver that never saw the old layout cannot mistake one for the other.
Result<> releaseOldTargets(StepContext &context)
{
    if (!context.value(oldTargets).toBool())
        return ok();
    const std::optional<LedgerEntry> instance = context.ledger().find(QStringLiteral("instance"));
    if (instance && !instance->id.isEmpty())
        context.warn(warnings::layoutChanged(instance->id));
    if (const Result<> gone = Cleaner(context).removeTargets(); !gone)
        return gone;
    for (const char *name : {"userdata.sh", "transfer.journal"}) { // of that instance, of that epoch
        const QString path = context.store().path(QLatin1String(name));
        if (QFile::exists(path) && !QFile::remove(path))
            return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {path}, {}};
    }
    return context.set({{QLatin1String(oldTargets), false}});
}

}
