#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"

#include <QByteArray>
#include <QStringList>
#include <sys/types.h>

namespace edgelift {

/// A program that runs beside us, with pipes as plain descriptors, for those who carry its bytes themselves. It gets a process group of its
/// own, an environment of its own, and the mounts of the thread that starts it. No event loop needed.
class ChildProcess
{
public:
    struct Setup
    {
        QString program; ///< found in PATH unless absolute
        QStringList arguments;
        QList<QByteArray> environment; ///< besides PATH and LC_ALL=C
        bool talks = true; ///< false: nothing on its input, and what it prints goes to errors() as well
        int inherited = -1; ///< a descriptor it gets under the same number; -1: none
    };
    /// Errors: ToolMissing, ToolFailed.
    [[nodiscard]] static Result<ChildProcess> start(const Setup &setup);
    ChildProcess(ChildProcess &&other) noexcept;
    ChildProcess &operator=(ChildProcess &&) = delete;
    ChildProcess(const ChildProcess &) = delete;
    ChildProcess &operator=(const ChildProcess &) = delete;
    ~ChildProcess(); ///< kills and waits

    [[nodiscard]] pid_t id() const { return m_pid; } ///< until wait()
    [[nodiscard]] int input() const { return m_input.get(); } ///< -1 unless it talks
    [[nodiscard]] int output() const { return m_output.get(); } ///< -1 unless it talks
    [[nodiscard]] int errors() const { return m_errors.get(); }
    void closeInput() { m_input.reset(); }
    void kill() const; ///< it and its children. Not while another thread is in wait()
    /// Waits for its end: the exit code, 255 when a signal ended it.
    [[nodiscard]] int wait();

    /// Reads a descriptor to its end and keeps the last `most` bytes.
    [[nodiscard]] static QByteArray readLast(int from, qsizetype most);

private:
    ChildProcess() = default;
    pid_t m_pid = -1;
    Fd m_input;
    Fd m_output;
    Fd m_errors;
};

}
