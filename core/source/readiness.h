#pragma once
#include "core/base/error.h"
#include "core/layout/serverfacts.h"

#include <optional>

namespace edgelift {

/// One thing that was looked at before a migration, as data. The text is made by describe().
struct Check
{
    enum class Severity : quint8 { Ok, Info, Warning, Blocker };
    QString id; ///< "readiness.virtio"; the same id may occur several times, for several kernels or entries
    Severity severity = Severity::Ok;
    QStringList args; ///< facts: kernel version, device, size
    QString fix = {}; ///< the prompt (core/source/prompts.h) whose “yes” mends it; empty: only a person can. Never for disk images
    std::optional<Error> error; ///< set when severity is Blocker, and of a Warning that is an error by itself. Never else
};

/// What a person reads, in the language set now. `remedy` is empty when there is nothing to do.
struct CheckText
{
    QString title;
    QString evidence;
    QString remedy;
};

/// All checks that follow from facts, in the order a person should read them. Those that are fine are listed as well. `trackedDisks` are
/// the ids of those that the snapshot driver has been tested on.
[[nodiscard]] QList<Check> readinessChecks(const ServerFacts &facts, const QStringList &trackedDisks = {});
/// True for a machine that runs when the snapshot driver was tested on each of its disks.
[[nodiscard]] bool isTracked(const ServerFacts &facts, const QStringList &trackedDisks);
[[nodiscard]] CheckText describe(const Check &check);

/// The limits of an ENS image (ux.md R10, R11).
inline constexpr int maxDataDisks = 4;
inline constexpr Bytes maxDataDiskSize{500ULL << 30};

}
