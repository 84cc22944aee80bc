#include "core/migrate/steps.h"

#include <array>

namespace edgelift {

std::span<const Step> migrationSteps()
{
    static constexpr std::array steps{
        Step{"connect.session", Phase::Connect, openSession, true, Phase::Cleanup},
        Step{"connect.account", Phase::Connect, identifyAccount, true, Phase::Cleanup},
        Step{"check.source", Phase::Check, checkSource, true, Phase::Copy},
        Step{"check.plan", Phase::Check, checkPlan},
        Step{"check.bundle", Phase::Check, checkBundle},
        Step{"check.reach", Phase::Check, checkReach},
        Step{"check.regions", Phase::Check, checkRegions},
        Step{"check.bucket", Phase::Check, checkBucket},
        Step{"check.names", Phase::Check, checkNames},
        Step{"check.network", Phase::Check, checkNetwork},
        Step{"check.role", Phase::Check, checkRole},
        Step{"check.tracking", Phase::Check, checkTracking},
        Step{"check.stock", Phase::Check, checkStock},
        Step{"transit.bundle", Phase::Transit, uploadBundle},
        Step{"transit.vpc", Phase::Transit, makeVpc},
        Step{"transit.vSwitch", Phase::Transit, makeVSwitch},
        Step{"transit.group", Phase::Transit, makeSecurityGroup},
        Step{"transit.ports", Phase::Transit, openPorts, true, Phase::Copy},
        Step{"transit.renew", Phase::Transit, releaseOldTargets},
        Step{"transit.instance", Phase::Transit, runInstance},
        Step{"transit.running", Phase::Transit, awaitRunning},
        Step{"transit.disks", Phase::Transit, matchDisks},
        Step{"transit.found", Phase::Transit, findInstance, true, Phase::Finalize},
        Step{"transit.receiver", Phase::Transit, awaitReceiver, true, Phase::Copy},
        Step{"copy.disks", Phase::Copy, copyDisks},
        Step{"target.convert", Phase::Copy, convertTarget}, // here: a run that goes on with it needs the receiver
        Step{"finalize.receiver", Phase::Finalize, shutDownReceiver},
        Step{"finalize.stop", Phase::Finalize, stopInstance},
        Step{"snapshot.make", Phase::Snapshot, makeSnapshots},
        Step{"snapshot.wait", Phase::Snapshot, awaitSnapshots},
        Step{"image.make", Phase::Image, makeImage},
        Step{"image.wait", Phase::Image, awaitImage},
        Step{"export.start", Phase::Export, startExport},
        Step{"export.wait", Phase::Export, awaitExport},
        Step{"import.start", Phase::Import, startImport},
        Step{"import.wait", Phase::Import, awaitImport},
        Step{"cleanup.all", Phase::Cleanup, cleanUp},
    };
    return steps;
}

Phase pendingPhase(const JobRecord &record)
{
    for (const Step &step : migrationSteps()) {
        if (!step.always && !record.isFinished(QLatin1String(step.name)))
            return step.phase;
    }
    return Phase::Done;
}

}
