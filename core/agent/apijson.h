#pragma once
#include "core/layout/planrules.h"
#include "core/migrate/cloudoptions.h"
#include "core/migrate/migration.h"
#include "core/source/prompts.h"
#include "core/source/readiness.h"

#include <QJsonArray>

/// Values of other modules as the agent's clients get them.
namespace edgelift::apijson {

/// id, state, phase, created, started, ended, phases [{phase, started, ended}], name, description, tags, region, transitRegion, bucket,
/// sourceName, sourceId, instanceId, imageId, imageName, bytesDone, bytesTotal, wireBytes, interrupted, cancelling, live, error
[[nodiscard]] QJsonObject toJson(const JobSummary &job);
[[nodiscard]] QJsonObject toJson(const LedgerEntry &entry); ///< kind, kindName, id, name, region, created, pricePerDay, currency, kept
[[nodiscard]] QJsonObject toJson(const Check &check); ///< id, severity, title, evidence, remedy, fix (a prompt's id, may be empty), args,
                                                      ///< error (of a blocker, and of some warnings)
[[nodiscard]] QJsonObject checksReply(const QList<Check> &checks); ///< checks, blocked: one of them stops a migration
/// account, endpoint (empty: Alibaba Cloud's own), regions and transitRegions (of those a plan may name), buckets [{name, region}], vpcs
/// [{id, name, region}], vSwitches [{id, vpcId, zone, name}], instanceTypes
[[nodiscard]] QJsonObject toJson(const CloudOptions &options);
[[nodiscard]] QJsonObject toJson(const Prompt &prompt); ///< id, needed, state, reason, choices, recommended, command
[[nodiscard]] QJsonObject toJson(const Problem &problem); ///< id, severity, disk, volume, needBytes, haveBytes, message
[[nodiscard]] QJsonObject fileProblem(const Error &error); ///< the same shape for what is wrong with a plan's text

template <class T>
QJsonArray array(const QList<T> &list)
{
    QJsonArray out;
    for (const T &entry : list)
        out.append(toJson(entry));
    return out;
}

}
