#include "core/receiver/bootfix/chrootrunner.h"

#include "core/base/fd.h"

#include <QElapsedTimer>
#include <QFile>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <vector>

namespace edgelift::bootfix {

namespace {

constexpr qsizetype keptOutput = 65536;
constexpr int setupFailed = 253; // exit codes of the child before the program runs
constexpr int programMissing = 254;

/// Everything the child needs, made before it exists: between clone and exec only system calls are allowed.
struct Child
{
    const char *root;
    int output;
    bool hideFirmware;
    std::vector<char *> arguments;
    std::array<char *, 5> environment;
};

bool mountAt(const char *type, const char *target, unsigned long flags, const char *options)
{
    return ::mount(type, target, type, flags, options) == 0;
}

/// A copy of the guest's mounts, without device files, over the guest's folder; then it is the root, and the machine's own files are gone
/// from here: a chroot alone can be left by whoever may call chroot.
bool enterRoot(const char *path)
{
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return false;
    // Opened here: what was opened outside belongs to mounts that cannot be copied into these.
    const int root = ::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    const int tree = int(::syscall(SYS_open_tree, root, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
    struct mount_attr attributes = {};
    attributes.attr_set = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID;
    attributes.attr_clr = MOUNT_ATTR_NOEXEC; // only here do a guest's programs run
    attributes.propagation = MS_PRIVATE;
    return root >= 0 && tree >= 0
        && ::syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) == 0
        && ::syscall(SYS_move_mount, tree, "", root, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0 && ::fchdir(tree) == 0
        && ::syscall(SYS_pivot_root, ".", ".") == 0 && ::umount2(".", MNT_DETACH) == 0;
}

bool makeDevices()
{
    struct Device
    {
        const char *path;
        unsigned minor;
    };
    static constexpr Device devices[] = {{"/dev/null", 3}, {"/dev/zero", 5}, {"/dev/full", 7}, {"/dev/random", 8}, {"/dev/urandom", 9}};
    if (!mountAt("tmpfs", "/dev", MS_NOSUID | MS_NOEXEC, "mode=0755,size=1m"))
        return false;
    for (const Device &device : devices) {
        if (::mknod(device.path, S_IFCHR | 0666, makedev(1, device.minor)) != 0)
            return false;
        ::chmod(device.path, 0666);
    }
    ::symlink("/proc/self/fd", "/dev/fd");
    ::symlink("/proc/self/fd/0", "/dev/stdin");
    ::symlink("/proc/self/fd/1", "/dev/stdout");
    ::symlink("/proc/self/fd/2", "/dev/stderr");
    // Read-only now: MKNOD stays (the tools make device files for the image), but there is no place where one could be opened.
    return ::mount(nullptr, "/dev", nullptr, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NOEXEC, nullptr) == 0;
}

/// From here on every path is the guest's; links in it lead nowhere else.
bool mountAround(bool hideFirmware)
{
    constexpr unsigned long safe = MS_NOSUID | MS_NODEV;
    // Read-only: below /proc/sys are settings of the whole machine.
    if (!mountAt("proc", "/proc", safe | MS_NOEXEC | MS_RDONLY, nullptr) || !makeDevices())
        return false;
    // Not every guest has all of them.
    (void)mountAt("sysfs", "/sys", safe | MS_NOEXEC | MS_RDONLY, nullptr);
    if (hideFirmware)
        (void)mountAt("tmpfs", "/sys/firmware", safe | MS_RDONLY, "size=4k");
    (void)mountAt("tmpfs", "/run", safe, "mode=0755,size=64m");
    (void)mountAt("tmpfs", "/tmp", safe, "mode=1777,size=768m");
    (void)mountAt("tmpfs", "/var/tmp", safe, "mode=1777,size=768m");
    return true;
}

void dropPower()
{
    static constexpr int kept[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID, CAP_MKNOD, CAP_SETFCAP,
        CAP_SETGID, CAP_SETUID, CAP_SYS_CHROOT, CAP_MAC_ADMIN};
    for (int capability = 0; capability <= 63; ++capability) {
        bool keep = false;
        for (const int one : kept)
            keep = keep || one == capability;
        if (!keep)
            (void)::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

[[noreturn]] void runChild(Child &child)
{
    (void)::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    const int input = ::open("/dev/null", O_RDONLY);
    if (input < 0 || ::dup2(input, 0) < 0 || ::dup2(child.output, 1) < 0 || ::dup2(child.output, 2) < 0 || !enterRoot(child.root)
        || ::chdir("/") != 0 || !mountAround(child.hideFirmware))
        ::_exit(setupFailed);
    (void)::syscall(SYS_close_range, 3U, ~0U, 0U);
    for (int number = 1; number < NSIG; ++number)
        (void)::signal(number, SIG_DFL); // NOLINT(cert-err33-c): those that cannot be set do not matter
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr); // NOLINT(concurrency-mt-unsafe): the child has one thread
    ::umask(022);
    dropPower();
    ::execve(child.arguments.front(), child.arguments.data(), child.environment.data());
    ::_exit(programMissing);
}

/// Like fork(), into namespaces of its own: the child is the first process there, and when it ends the kernel ends all the others.
pid_t start(Child &child)
{
    constexpr unsigned long flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD;
    const pid_t pid = pid_t(::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr));
    if (pid == 0)
        runChild(child);
    return pid;
}

/// Reads what the child prints until it has ended. False when the time is over or stop was asked before.
bool follow(pid_t pid, int output, std::chrono::milliseconds timeout, const std::stop_token &stop, QByteArray &kept, int &status)
{
    QElapsedTimer time;
    time.start();
    std::array<char, 16384> buffer{};
    bool open = true;
    bool ended = false;
    while (!ended || open) {
        if (!ended && (stop.stop_requested() || time.elapsed() >= timeout.count()))
            return false;
        ended = ended || ::waitpid(pid, &status, WNOHANG) == pid;
        pollfd ready{open ? output : -1, POLLIN, 0};
        if (::poll(&ready, 1, 50) <= 0)
            continue;
        const ssize_t got = ::read(output, buffer.data(), buffer.size());
        open = got > 0;
        kept.append(buffer.data(), qsizetype(std::max<ssize_t>(got, 0)));
        if (kept.size() > 2 * keptOutput) // whoever prints a hundred megabytes costs no memory
            kept = kept.right(keptOutput);
    }
    return true;
}

Error ended(int status, const QString &program, const QByteArray &output)
{
    const QString end = QString::fromLocal8Bit(output.right(2000)).trimmed();
    if (WIFEXITED(status) && WEXITSTATUS(status) == programMissing)
        return {ErrorCode::ToolMissing, Retry::AfterUserAction, {program}, QStringLiteral("cannot be run in the guest")};
    if (WIFEXITED(status))
        return {ErrorCode::ToolFailed, Retry::AfterUserAction, {program}, QStringLiteral("the guest's surroundings cannot be made")};
    return {
        ErrorCode::ToolFailed, Retry::AfterUserAction, {program}, QStringLiteral("killed by signal %1: %2").arg(WTERMSIG(status)).arg(end)};
}

}

Result<GuestOutput> ChrootRunner::run(const QString &root, const GuestCommand &command, const std::stop_token &stop)
{
    const QString program = command.arguments.value(0);
    const QByteArray folder = QFile::encodeName(root);
    std::array<int, 2> pipe{-1, -1};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        return Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {program}, qt_error_string(errno)};
    const Fd reading(pipe[0]);
    Fd writing(pipe[1]);
    std::vector<QByteArray> words;
    for (const QString &argument : command.arguments)
        words.push_back(argument.toLocal8Bit());
    std::array<QByteArray, 4> settings{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/root", "DRACUT_NO_XATTR=1"};
    Child child{folder.constData(), writing.get(), command.hideFirmware, {}, {}};
    for (QByteArray &word : words)
        child.arguments.push_back(word.data());
    child.arguments.push_back(nullptr);
    std::transform(settings.begin(), settings.end(), child.environment.begin(), [](QByteArray &text) { return text.data(); });
    const pid_t pid = start(child);
    if (pid < 0)
        return Error{errno == EPERM ? ErrorCode::PermissionDenied : ErrorCode::ToolFailed, Retry::AfterUserAction, {program},
            qt_error_string(errno)};
    writing.reset();
    GuestOutput out;
    int status = 0;
    const bool complete = follow(pid, reading.get(), command.timeout, stop, out.output, status);
    if (!complete) {
        ::kill(pid, SIGKILL);
        while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) { }
    }
    out.output = out.output.right(keptOutput);
    if (!complete)
        return Error{stop.stop_requested() ? ErrorCode::ToolFailed : ErrorCode::ToolTimedOut, Retry::AfterUserAction, {program},
            QStringLiteral("no end after %1 ms").arg(command.timeout.count())};
    if (!WIFEXITED(status) || WEXITSTATUS(status) >= setupFailed)
        return ended(status, program, out.output);
    out.exitCode = WEXITSTATUS(status);
    return out;
}

}
