#pragma once
#include <QString>
#include <optional>

namespace edgelift {

/// Names as in SMC. A job is Running only while a process holds it: one whose process died reads as Stopped.
enum class JobState : quint8 { Ready, Running, Stopped, InError, Finished, Cancelled };
[[nodiscard]] QString jobStateName(JobState state); ///< "InError": stable
[[nodiscard]] std::optional<JobState> jobStateFromName(const QString &name);

/// The parts of a migration, in order. Names are those of the events.
enum class Phase : quint8 { Connect, Check, Transit, Copy, Finalize, Snapshot, Image, Export, Import, Cleanup, Done };
[[nodiscard]] QString phaseName(Phase phase); ///< "connect": stable
[[nodiscard]] std::optional<Phase> phaseFromName(const QString &name);

}
