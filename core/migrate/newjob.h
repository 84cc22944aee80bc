#pragma once
#include "core/layout/plan.h"
#include "core/migrate/jobrecord.h"
#include "core/migrate/jobsecrets.h"
#include "core/source/source.h"

namespace edgelift {

/// The record of a job that has not begun: its id, its image name, its epoch, and what its steps must know of the source when that is
/// gone.
[[nodiscard]] JobRecord newRecord(const Plan &plan, const Source &source, const QDateTime &now);
/// What the layout of `plan` decides of a record, in place of what another one decided: sizes for the account, and an epoch of its own, so
/// that nothing on disks of the old layout counts as copied.
void setLayoutValues(QJsonObject &values, const Plan &plan, const ServerFacts &facts);
/// Fresh keys for both ends of the job's link. Error: Internal.
[[nodiscard]] Result<JobSecrets> newSecrets(const Authorization &authorization);

}
