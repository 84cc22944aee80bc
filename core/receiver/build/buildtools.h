#pragma once
#include "core/base/process.h"

namespace edgelift::build {

/// Runs a tool that makes something on a target disk. An exit code other than 0 is TargetBuildFailed (args: `what`, the tool), a missing
/// tool ToolMissing.
[[nodiscard]] Result<QByteArray> runTool(
    const QString &what, const QString &program, const QStringList &arguments, const std::stop_token &stop);

/// TargetBuildFailed (AfterUserAction), args: what was to be made, with which tool.
[[nodiscard]] Error buildFailed(const QString &what, const QString &tool, const QString &why);

}
