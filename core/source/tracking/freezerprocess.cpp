#include "core/source/tracking/freezerprocess.h"

#include "core/base/files.h"

#include <QFile>
#include <QFileInfo>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

/// Its descriptor 0 is the socket, its outputs go nowhere.
int spawn(const QByteArray &program, const std::vector<QByteArray> &arguments, int socket, pid_t *pid)
{
    std::vector<char *> argv;
    for (const QByteArray &argument : arguments)
        argv.push_back(const_cast<char *>(argument.constData()));
    argv.push_back(nullptr);
    char *environment[] = {nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, socket, 0);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
    const int problem = ::posix_spawn(pid, program.constData(), &actions, nullptr, argv.data(), environment);
    ::posix_spawn_file_actions_destroy(&actions);
    return problem;
}

}

Result<FreezerProcess> FreezerProcess::start(const QString &program, std::chrono::milliseconds deadline, const QStringList &mountPoints)
{
    if (!QFileInfo(program).isExecutable())
        return Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {program}, {}};
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return errnoError(errno, ErrorCode::ToolFailed, program);
    Fd ours(ends[0]);
    const Fd theirs(ends[1]);
    const int room = 4 << 20; // for a message per mount point while we do not listen
    ::setsockopt(theirs.get(), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    std::vector<QByteArray> arguments{QFile::encodeName(program), QByteArray::number(qint64(deadline.count()))};
    for (const QString &mountPoint : mountPoints)
        arguments.push_back(QFile::encodeName(mountPoint));
    pid_t pid = -1;
    if (const int problem = spawn(arguments.front(), arguments, theirs.get(), &pid); problem != 0)
        return errnoError(problem, ErrorCode::ToolFailed, program);
    return FreezerProcess(std::move(ours), pid);
}

FreezerProcess::FreezerProcess(FreezerProcess &&other) noexcept
    : m_socket(std::move(other.m_socket))
    , m_pid(std::exchange(other.m_pid, -1))
{
}

FreezerProcess::~FreezerProcess()
{
    m_socket.reset();
    for (int i = 0; i < 200 && m_pid > 0; ++i) { // a freezer that hangs in the kernel is left to itself
        if (::waitpid(m_pid, nullptr, WNOHANG) != 0)
            m_pid = -1;
        else
            std::this_thread::sleep_for(5ms);
    }
}

void FreezerProcess::order(char word) { (void)!::send(m_socket.get(), &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT); }

std::optional<FreezerMessage> FreezerProcess::next(std::chrono::milliseconds limit)
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd one{m_socket.get(), POLLIN, 0};
        const int ready = ::poll(&one, 1, int(std::max(left, 0ms).count()));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return {};
        FreezerMessage message{};
        const ssize_t got = ::recv(m_socket.get(), &message, sizeof message, MSG_DONTWAIT);
        if (got == ssize_t(sizeof message))
            return message;
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        return {};
    }
}

}
