#include "core/migrate/jobstate.h"

#include <algorithm>
#include <array>

namespace edgelift {

namespace {

constexpr std::array states{"Ready", "Running", "Stopped", "InError", "Finished", "Cancelled"};
constexpr std::array phases{"connect", "check", "transit", "copy", "finalize", "snapshot", "image", "export", "import", "cleanup", "done"};

template <class Enum, std::size_t n>
std::optional<Enum> fromName(const std::array<const char *, n> &names, const QString &name)
{
    const auto found = std::find_if(names.begin(), names.end(), [&name](const char *one) { return name == QLatin1String(one); });
    return found == names.end() ? std::nullopt : std::optional(Enum(found - names.begin()));
}

}

QString jobStateName(JobState state) { return QString::fromLatin1(states.at(std::size_t(state))); }
std::optional<JobState> jobStateFromName(const QString &name) { return fromName<JobState>(states, name); }
QString phaseName(Phase phase) { return QString::fromLatin1(phases.at(std::size_t(phase))); }
std::optional<Phase> phaseFromName(const QString &name) { return fromName<Phase>(phases, name); }

}
