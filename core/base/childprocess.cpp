#include "core/base/childprocess.h"

#include <QFile>
#include <QStandardPaths>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <utility>
#include <vector>

namespace edgelift {

namespace {

bool makePipe(Fd &reading, Fd &writing)
{
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return false;
    reading.reset(ends[0]);
    writing.reset(ends[1]);
    return true;
}

/// Strings as exec wants them.
class Words
{
public:
    explicit Words(std::vector<QByteArray> words)
        : m_words(std::move(words))
    {
        for (QByteArray &word : m_words)
            m_pointers.push_back(word.data());
        m_pointers.push_back(nullptr);
    }
    char *const *data() const { return m_pointers.data(); }

private:
    std::vector<QByteArray> m_words;
    std::vector<char *> m_pointers;
};

/// What the child does between fork and exec: descriptors, a process group, signals as a program expects them.
class Actions
{
public:
    Actions()
    {
        ::posix_spawn_file_actions_init(&m_files);
        ::posix_spawnattr_init(&m_attributes);
        sigset_t none;
        ::sigemptyset(&none);
        sigset_t all;
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&m_attributes, &none);
        ::posix_spawnattr_setsigdefault(&m_attributes, &all);
        ::posix_spawnattr_setpgroup(&m_attributes, 0);
        ::posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    Actions(const Actions &) = delete;
    Actions &operator=(const Actions &) = delete;
    ~Actions()
    {
        ::posix_spawn_file_actions_destroy(&m_files);
        ::posix_spawnattr_destroy(&m_attributes);
    }
    void give(int descriptor, int as) { ::posix_spawn_file_actions_adddup2(&m_files, descriptor, as); }
    void giveNothing(int as) { ::posix_spawn_file_actions_addopen(&m_files, as, "/dev/null", O_RDONLY, 0); }
    int spawn(pid_t &pid, const QByteArray &program, const Words &arguments, const Words &environment) const
    {
        return ::posix_spawn(&pid, program.constData(), &m_files, &m_attributes, arguments.data(), environment.data());
    }

private:
    posix_spawn_file_actions_t m_files{};
    posix_spawnattr_t m_attributes{};
};

Words argumentsOf(const QByteArray &program, const QStringList &arguments)
{
    std::vector<QByteArray> words{program};
    for (const QString &argument : arguments)
        words.push_back(QFile::encodeName(argument));
    return Words(std::move(words));
}

}

Result<ChildProcess> ChildProcess::start(const Setup &setup)
{
    const QString found = setup.program.startsWith(QLatin1Char('/')) ? setup.program : QStandardPaths::findExecutable(setup.program);
    if (found.isEmpty())
        return Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {setup.program}, QStringLiteral("not in PATH")};
    const auto failed = [&setup](int number) {
        return Error{ErrorCode::ToolFailed, Retry::AfterWait, {setup.program}, qt_error_string(number)};
    };
    ChildProcess child;
    Fd input;
    Fd output;
    Fd errors;
    if (!makePipe(child.m_errors, errors) || (setup.talks && (!makePipe(input, child.m_input) || !makePipe(child.m_output, output))))
        return failed(errno);
    Actions actions;
    if (setup.talks)
        actions.give(input.get(), 0);
    else
        actions.giveNothing(0);
    actions.give(setup.talks ? output.get() : errors.get(), 1);
    actions.give(errors.get(), 2);
    if (setup.inherited >= 0)
        actions.give(setup.inherited, setup.inherited); // the same number: not closed by exec
    std::vector<QByteArray> environment{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
    environment.insert(environment.end(), setup.environment.begin(), setup.environment.end());
    const QByteArray program = QFile::encodeName(found);
    const int number = actions.spawn(child.m_pid, program, argumentsOf(program, setup.arguments), Words(std::move(environment)));
    if (number == 0)
        return child;
    child.m_pid = -1;
    return failed(number);
}

ChildProcess::ChildProcess(ChildProcess &&other) noexcept
    : m_pid(std::exchange(other.m_pid, -1))
    , m_input(std::move(other.m_input))
    , m_output(std::move(other.m_output))
    , m_errors(std::move(other.m_errors))
{
}

ChildProcess::~ChildProcess()
{
    kill();
    (void)wait();
}

void ChildProcess::kill() const
{
    if (m_pid > 0)
        ::kill(-m_pid, SIGKILL);
}

int ChildProcess::wait()
{
    if (m_pid <= 0)
        return 255;
    int status = 0;
    while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) { }
    m_pid = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

QByteArray ChildProcess::readLast(int from, qsizetype most)
{
    QByteArray kept;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t got = ::read(from, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return kept.right(most);
        kept.append(buffer.data(), got);
        if (kept.size() > 2 * most)
            kept = kept.right(most);
    }
}

}
