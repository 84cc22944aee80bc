#pragma once
#include "core/source/readiness.h"

namespace edgelift {

/// What is to be said about a machine because it runs. Part of readinessChecks(); nothing for a source that does not run.
void addLiveChecks(const ServerFacts &facts, QList<Check> &checks);
/// True when a root is mounted from a disk: whatever is wrong with that is said by addLiveChecks().
[[nodiscard]] bool hasRunningRoot(const ServerFacts &facts);

}
