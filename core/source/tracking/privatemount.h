#pragma once
#include "core/base/fd.h"

namespace edgelift {

/// The uppermost folder of one of the kernel's own filesystems ("tracefs", "debugfs"), mounted where nobody else sees it and only for as
/// long as the descriptor, or what was opened below it, is held. None, and errno, when that is not allowed.
[[nodiscard]] Fd privateMount(const char *type);

}
