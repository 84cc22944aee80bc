#pragma once
#include "core/base/result.h"

#include <QString>

namespace edgelift {

/// Writes <stateDir>/diagnostics/edgelift-<time>.tar.gz (0600) for support: of each job its record, plan, facts, ledger and
/// reports, the agent's log, and what this system is. Only files known to hold no secret are taken, and each passes the log's
/// redaction once more. `logPath` may be empty. The path of what was written. Errors: FileUnwritable, NoSpace.
[[nodiscard]] Result<QString> writeDiagnostics(const QString &stateDir, const QString &logPath);

}
