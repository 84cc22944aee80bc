#pragma once
#include "core/base/error.h"
#include "core/guest/conversionnote.h"
#include "core/layout/planrules.h"
#include "core/migrate/resource.h"

#include <chrono>

namespace edgelift {

/// Something that did not stop a migration but should be known. Data, not text: describe() says it in the language set now.
struct JobWarning
{
    QString id; ///< "link-interrupted": stable, see jobwarning.cpp
    QStringList args; ///< facts in the order of that table
    bool operator==(const JobWarning &) const = default;
};

namespace warnings {
[[nodiscard]] JobWarning linkInterrupted(); ///< the copy goes on by itself
[[nodiscard]] JobWarning portsOpenToAll(); ///< nobody knows the source's address
[[nodiscard]] JobWarning sourceReread(quint64 blocks); ///< verification read the source differently than the first time
[[nodiscard]] JobWarning targetRepaired(quint64 blocks); ///< verification found another content on the target
/// A live copy: the server writes faster than changes can be sent. Bytes a second.
[[nodiscard]] JobWarning doesNotConverge(double writeRate, double linkRate);
/// Nobody sees writes: everything in use is compared in the final moment. Foreseen: so long.
[[nodiscard]] JobWarning comparedWhileFrozen(std::chrono::milliseconds hold);
[[nodiscard]] JobWarning clockOff(std::chrono::seconds skew); ///< against the cloud's, but not so far that it refuses
/// The process that ran it died in the middle of a freeze; the next one has thawed these.
[[nodiscard]] JobWarning thawedAtStart(const QStringList &mountPoints);
[[nodiscard]] JobWarning layoutChanged(const QString &instanceId); ///< of a job that has begun: that instance goes, the copy begins anew
[[nodiscard]] JobWarning notRemoved(const LedgerEntry &entry, const Error &error); ///< by a clean-up
[[nodiscard]] JobWarning conversion(const ConversionNote &note); ///< what boot conversion has to tell
/// The receiver could not look into the copied filesystems. `reason`, `args`: of the result of `convert` (core/wire/PROTOCOL.md).
[[nodiscard]] JobWarning notConverted(const QString &reason, const QStringList &args);
[[nodiscard]] JobWarning planProblem(const Problem &problem); ///< one the plan may be used with
}

/// One or two sentences. Empty for an id this version does not know: a client then shows the agent's own `message`.
[[nodiscard]] QString describe(const JobWarning &warning);

}
