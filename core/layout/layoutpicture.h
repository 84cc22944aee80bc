#pragma once
#include "core/base/result.h"
#include "core/layout/plan.h"
#include "core/layout/serverfacts.h"

#include <QStringList>

namespace edgelift {

/// The disks of a server as they are, as text of at most `width` columns: for each a line with name, size and table, a bar whose pieces are
/// as long as their sizes, and a line for each piece. English, for terminals and reports.
[[nodiscard]] QStringList layoutBefore(const ServerFacts &facts, int width = 78);

/// The same of the image that the plan would make, each piece with how it is copied and from where. Error: that of targetImage().
[[nodiscard]] Result<QStringList> layoutAfter(const Plan &plan, const ServerFacts &facts, int width = 78);

}
