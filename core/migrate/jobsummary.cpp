#include "core/migrate/jobsummary.h"

#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/migrate/jobrecord.h"
#include "core/migrate/jobstore.h"

#include <algorithm>

namespace edgelift {

JobSummary jobSummary(const JobRecord &record, const Plan &plan)
{
    const auto text = [&record](const char *name) { return record.values.value(QLatin1String(name)).toString(); };
    JobSummary summary{record.id, record.state, record.phase, record.created, record.sourceName, record.sourceId, text("imageId"),
        record.error, record.interrupted, record.cancelling, record.ended, {}, record.copy.done, record.copy.total, record.copy.wire,
        text("instanceId"), text("imageName"), plan.image, plan.job, text("hardwareId"),
        record.values.contains(QStringLiteral("hardwareId"))}; // which is noted of every machine, if it has one or not
    for (const PhaseRecord &phase : record.phases)
        summary.phases.append({phase.phase, phase.started, phase.ended});
    return summary;
}

QList<JobSummary> jobSummaries(const QString &stateDir)
{
    QList<JobSummary> out;
    for (const QString &id : JobStore::ids(stateDir)) {
        if (const Result<JobRecord> record = JobStore::peek(stateDir, id))
            out.append(jobSummary(*record, JobStore::peekPlan(stateDir, id)));
        else
            log::warning("migrate", logLine(record.error()), {{QStringLiteral("job"), id}});
    }
    std::sort(out.begin(), out.end(), [](const JobSummary &a, const JobSummary &b) { return a.created > b.created; });
    return out;
}

}
