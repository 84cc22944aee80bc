#pragma once
#include "core/source/live/machinesurvey.h"
#include "core/source/source.h"

namespace edgelift {

/// Opens a running machine, read-only: nothing is written to its disks, nothing mounted where others see it, nothing activated. Needs root.
/// `workFolder` is made when missing; a private folder in it lives as long as the object. Blocks for seconds; call it on a worker thread.
/// What cannot be migrated is no error here: readinessChecks() says it of the facts.
/// Errors: PermissionDenied, FileUnreadable (/proc), FileUnwritable, NoSpace, ToolFailed, SourceEmpty (the machine has no disk),
/// SourceUnreadable (stopped).
[[nodiscard]] Result<std::unique_ptr<Source>> openMachine(
    const MachineView &view, const QString &workFolder, const std::stop_token &stop = {});

}
