#pragma once
#include "core/layout/plan.h"

namespace edgelift::wizard {

/// A layout in words, one line for each disk: "Data disk 1: vdb → 40 GiB (/data, /srv)".
[[nodiscard]] QStringList layoutLines(const Plan &plan, const ServerFacts &facts);

}
