#pragma once
#include "app/freezer/freeze.h"

namespace edgelift::freezer {

/// The second process: thaws everything when the first one dies, when the agent is gone, and at the deadline whatever the first one
/// does. It is the child of the first.
int watchdogMain(State &state);

}
