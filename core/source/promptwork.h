#pragma once
#include "core/base/process.h"
#include "core/source/prompts.h"

#include <functional>

namespace edgelift {

/// Where the answers to prompts are carried out: this machine, or in tests a folder and a function.
struct WorkPlace
{
    QString root; ///< before every path; empty: the machine itself
    std::function<Result<QByteArray>(const Command &, const std::stop_token &)> run = runChecked;
    std::function<Result<>(const std::stop_token &)> testTracking = {}; ///< none: writes cannot be followed here
};

struct PromptResult
{
    QString state; ///< as Prompt::state, what is true now
    bool changed = false; ///< something on the machine is other than before
};

/// Carries out `choice` (one of promptChoices()) for a prompt. Blocks, for minutes when a package is installed. Needs root.
///   rsync yes           installs it with the machine's package manager. Errors: ToolMissing (none was found), ToolFailed, ToolTimedOut
///   selinux permissive  setenforce 0
///   selinux disable     also writes SELINUX=disabled to /etc/selinux/config as a whole; the original is kept as config.edgelift-orig.
///                       When setenforce fails, the file is as before. Errors: FileUnreadable, FileUnwritable, NoSpace
///   snapshot-driver yes follows the disks' writes for a moment, which installs nothing. Errors: LiveSourceUnsupported, the test's
/// Everything else changes nothing. Error: RequestMalformed for another prompt or choice.
[[nodiscard]] Result<PromptResult> carryOut(
    const QString &prompt, const QString &choice, const WorkPlace &place, const std::stop_token &stop);

/// The three questions about a machine that runs, as it is now. Looks at `place`, changes nothing.
/// `trackedDisks` as in readinessChecks().
[[nodiscard]] QList<Prompt> promptsOfMachine(const ServerFacts &facts, const WorkPlace &place, const QStringList &trackedDisks = {});

}
