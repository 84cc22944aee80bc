#include "core/simcloud/instanceprocess.h"

#include "core/base/files.h"
#include "core/simcloud/instanceboot.h"
#include "core/simcloud/instanceplug.h"

#include <QFile>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace edgelift {

namespace {

/// Everything the child needs, made before there is a child: it shares memory with a process full of threads, as a copy of one
/// moment, and may only make system calls.
struct Launch
{
    std::vector<QByteArray> texts;
    std::vector<char *> arguments;
    std::vector<char *> environment;
    int console = -1;
    int alive[2] = {-1, -1}; ///< a pipe: as long as the launcher lives, nobody hangs up on [0]
};

[[noreturn]] void becomeInstance(Launch &launch)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // init of a pid namespace: all of it goes
    ::close(launch.alive[1]);
    pollfd launcher{launch.alive[0], 0, 0};
    if (::poll(&launcher, 1, 0) != 0) // it died before the line above: no signal will come
        ::_exit(127);
    ::setsid();
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP})
        ::signal(number, SIG_DFL);
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    ::dup2(launch.console, 1);
    ::dup2(launch.console, 2);
    ::syscall(SYS_close_range, 3, ~0U, 0);
    ::execve("/bin/sh", launch.arguments.data(), launch.environment.data());
    ::_exit(127);
}

Launch prepare(const InstanceSpec &spec, int console)
{
    Launch launch;
    launch.console = console;
    launch.texts = {"sh", "-c", instanceBootScript, "boot", QFile::encodeName(spec.folder), spec.id.toUtf8(), instanceInitScript};
    for (const InstanceDisk &disk : spec.disks) {
        for (const QString &text : {disk.device, disk.serial, disk.path})
            launch.texts.push_back(QFile::encodeName(text));
    }
    const size_t argumentCount = launch.texts.size();
    launch.texts.push_back("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    launch.texts.push_back("LC_ALL=C");
    launch.texts.push_back("EDGELIFT_LISTEN_ADDRESS=" + spec.address.toLatin1());
    for (size_t n = 0; n < launch.texts.size(); ++n)
        (n < argumentCount ? launch.arguments : launch.environment).push_back(launch.texts[n].data());
    launch.arguments.push_back(nullptr);
    launch.environment.push_back(nullptr);
    return launch;
}

}

InstanceProcess::InstanceProcess(InstanceSpec spec)
    : m_spec(std::move(spec))
{
}

InstanceProcess::~InstanceProcess()
{
    end(true);
    if (m_thread.joinable())
        m_thread.join();
}

Result<> InstanceProcess::start()
{
    std::promise<Result<>> started;
    std::future<Result<>> outcome = started.get_future();
    m_thread = std::thread([this, &started] { run(started); });
    return outcome.get();
}

void InstanceProcess::end(bool force)
{
    if (m_running)
        ::syscall(SYS_pidfd_send_signal, m_pidFd.get(), force ? SIGKILL : SIGTERM, nullptr, 0);
}

void InstanceProcess::run(std::promise<Result<>> &started)
{
    const Result<> spawned = spawn();
    started.set_value(spawned); // `started` is gone after this line
    if (!spawned)
        return;
    siginfo_t info{};
    while (::waitid(P_PIDFD, id_t(m_pidFd.get()), &info, WEXITED) != 0 && errno == EINTR) { }
    releaseLoopDevices(m_spec.disks);
    ::rmdir(QFile::encodeName(m_spec.folder + QStringLiteral("/root")).constData()); // its content was in the namespace
    m_running = false;
}

Result<> InstanceProcess::spawn()
{
    if (::geteuid() != 0)
        return Error{ErrorCode::PermissionDenied, Retry::AfterUserAction, {QStringLiteral("unshare")},
            QStringLiteral("simulated instances need root")};
    const QString log = m_spec.folder + QStringLiteral("/console.log");
    const Fd console(::open(QFile::encodeName(log).constData(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!console)
        return errnoError(errno, ErrorCode::FileUnwritable, log);
    Launch launch = prepare(m_spec, console.get());
    int pidFd = -1;
    clone_args arguments{};
    arguments.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_PIDFD;
    arguments.pidfd = quint64(reinterpret_cast<quintptr>(&pidFd));
    arguments.exit_signal = SIGCHLD;
    if (::pipe2(launch.alive, O_CLOEXEC) != 0)
        return errnoError(errno, ErrorCode::ToolFailed, QStringLiteral("pipe2"));
    const Fd reader(launch.alive[0]);
    m_alive.reset(launch.alive[1]); // closed by our death only: the child may look late
    const long child = ::syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0)
        becomeInstance(launch);
    if (child < 0)
        return errnoError(errno, ErrorCode::ToolFailed, QStringLiteral("clone3"));
    m_pidFd.reset(pidFd);
    m_pid = pid_t(child);
    m_running = true;
    return ok();
}

}
