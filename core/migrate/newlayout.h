#pragma once
#include "core/migrate/jobstore.h"

namespace edgelift {

/// Migration::changeLayout(): gives a job that nobody runs another layout. All that the old one decided is forgotten in one write of the
/// record, before the plan changes: whatever comes in between, the job begins its copy anew, by the plan that is on disk then. What is in
/// the account stays for releaseOldTargets(), the step that finds it in the ledger.
[[nodiscard]] Result<> takeLayout(JobStore &store, const Plan &plan, const ServerFacts &facts);

}
