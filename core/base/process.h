#pragma once
#include "core/base/result.h"

#include <QByteArray>
#include <QStringList>
#include <chrono>
#include <stop_token>

namespace edgelift {

/// One run of an external program: no shell, arguments as they are, a bounded environment (LC_ALL=C, PATH with sbin).
struct Command
{
    QString program; ///< looked up in PATH unless absolute
    QStringList arguments; ///< never secrets: everybody can read an argv
    QByteArray input; ///< given on standard input, then closed
    std::chrono::milliseconds timeout{60000}; ///< then SIGTERM, a second later SIGKILL
    qint64 outputLimit = 16 << 20; ///< of standard output and error each; what is more is dropped
};

struct CommandOutput
{
    int exitCode = 0;
    QByteArray output;
    QByteArray errors;
};

/// Runs to the end, whatever the exit code. Blocks; safe in any thread. Errors: ToolMissing, ToolTimedOut; ToolFailed when it was
/// killed by a signal or when stop was asked.
[[nodiscard]] Result<CommandOutput> run(const Command &command, const std::stop_token &stop = {});
/// The same, but an exit code other than 0 is ToolFailed with the end of standard error in `detail`.
[[nodiscard]] Result<QByteArray> runChecked(const Command &command, const std::stop_token &stop = {});

}
