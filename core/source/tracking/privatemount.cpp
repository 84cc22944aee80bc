#include "core/source/tracking/privatemount.h"

#include <cerrno>
#include <fcntl.h>
#include <stdlib.h> // mkdtemp
#include <sys/mount.h>
#include <unistd.h>

namespace edgelift {

namespace {

/// A mount without a place (Linux 5.2).
Fd placelessMount(const char *type)
{
    const Fd filesystem(::fsopen(type, FSOPEN_CLOEXEC));
    if (!filesystem || ::fsconfig(filesystem.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        return {};
    return Fd(::fsmount(filesystem.get(), FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
}

/// A mount whose place is taken away at once: it lives as long as the descriptor.
Fd passingMount(const char *type)
{
    char folder[] = "/run/edgelift-trace-XXXXXX";
    if (!::mkdtemp(folder))
        return {};
    Fd opened;
    if (::mount(type, folder, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0) {
        opened.reset(::open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        ::umount2(folder, MNT_DETACH);
    }
    const int number = errno;
    ::rmdir(folder);
    errno = number;
    return opened;
}

}

Fd privateMount(const char *type)
{
    if (Fd folder = placelessMount(type))
        return folder;
    return passingMount(type);
}

}
