#pragma once

namespace edgelift {

/// What /bin/sh runs as the first process of a simulated instance: builds its root and devices and leaves the host's. Arguments: the
/// instance's folder, its id, instanceInitScript, then for each disk its device, serial and file. Environment: the address.
extern const char instanceBootScript[];
/// What takes its place inside: runs the user data, reaps, and ends everything on SIGTERM.
extern const char instanceInitScript[];

}
