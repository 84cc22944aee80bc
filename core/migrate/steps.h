#pragma once
#include "core/migrate/stepcontext.h"

#include <span>

namespace edgelift {

/// One journalled unit of a migration. `run` may be called again after any failure or crash: what it made earlier is found in the
/// ledger, not made twice. A finished step is not run again, unless it says `always`: then it runs as long as its phase or a
/// later one up to `until` is not over (sessions, addresses and checks that a new run needs anew).
struct Step
{
    const char *name; ///< "export.wait": stable, it is in job.json
    Phase phase;
    Result<> (*run)(StepContext &);
    bool always = false;
    Phase until = Phase::Done;
};

/// All of them, in order.
[[nodiscard]] std::span<const Step> migrationSteps();
/// Of the first step that is still to be done; Done: none.
[[nodiscard]] Phase pendingPhase(const JobRecord &record);

// connectsteps.cpp
Result<> openSession(StepContext &context);
Result<> identifyAccount(StepContext &context);
// checksteps.cpp
Result<> checkSource(StepContext &context);
Result<> checkPlan(StepContext &context);
Result<> checkBundle(StepContext &context);
Result<> checkReach(StepContext &context);
Result<> checkRegions(StepContext &context);
Result<> checkBucket(StepContext &context);
Result<> checkNames(StepContext &context);
Result<> checkNetwork(StepContext &context);
Result<> checkRole(StepContext &context);
// stocksteps.cpp
Result<> checkStock(StepContext &context);
// networksteps.cpp
Result<> uploadBundle(StepContext &context);
Result<> makeVpc(StepContext &context);
Result<> makeVSwitch(StepContext &context);
Result<> makeSecurityGroup(StepContext &context);
Result<> openPorts(StepContext &context);
// newlayout.cpp
Result<> releaseOldTargets(StepContext &context);
// transitsteps.cpp
Result<> runInstance(StepContext &context);
Result<> awaitRunning(StepContext &context);
Result<> matchDisks(StepContext &context);
Result<> findInstance(StepContext &context);
Result<> awaitReceiver(StepContext &context);
// livesteps.cpp
Result<> checkTracking(StepContext &context);
// copysteps.cpp
Result<> copyDisks(StepContext &context);
Result<> shutDownReceiver(StepContext &context);
Result<> stopInstance(StepContext &context);
// convertsteps.cpp
Result<> convertTarget(StepContext &context);
// imagesteps.cpp
Result<> makeSnapshots(StepContext &context);
Result<> awaitSnapshots(StepContext &context);
Result<> makeImage(StepContext &context);
Result<> awaitImage(StepContext &context);
// exportsteps.cpp
Result<> startExport(StepContext &context);
Result<> awaitExport(StepContext &context);
Result<> startImport(StepContext &context);
Result<> awaitImport(StepContext &context);
// cleaner.cpp
Result<> cleanUp(StepContext &context);

}
