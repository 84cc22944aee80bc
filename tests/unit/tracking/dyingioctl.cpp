// The freezer with a fault: linked in the place of ioctl(2), it kills the freezer just before it freezes filesystem number N (from 0),
// or stops it there for a second. Which one, and N, is the end of the program's name: "…-dies-2", "…-rests-1".
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <linux/fs.h>
#include <unistd.h>

extern "C" int __real_ioctl(int fd, unsigned long request, long argument); // NOLINT: the linker's names
extern "C" int __wrap_ioctl(int fd, unsigned long request, ...); // NOLINT

extern "C" int __wrap_ioctl(int fd, unsigned long request, ...) // NOLINT
{
    static int frozen = 0;
    va_list more;
    va_start(more, request);
    const long argument = va_arg(more, long);
    va_end(more);
    const char *name = program_invocation_short_name;
    const char *number = std::strrchr(name, '-');
    if (request == FIFREEZE && number && frozen++ == std::atoi(number + 1)) {
        if (std::strstr(name, "-dies-"))
            ::kill(::getpid(), SIGKILL);
        ::usleep(1000000);
    }
    return __real_ioctl(fd, request, argument);
}
