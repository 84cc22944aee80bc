#include "core/receiver/build/buildtools.h"

namespace edgelift::build {

namespace {
using namespace std::chrono_literals;
constexpr auto toolTimeout = 15min; // a journal on a slow cloud disk of 32 TiB
}

Error buildFailed(const QString &what, const QString &tool, const QString &why)
{
    return {ErrorCode::TargetBuildFailed, Retry::AfterUserAction, {what, tool}, why};
}

Result<QByteArray> runTool(const QString &what, const QString &program, const QStringList &arguments, const std::stop_token &stop)
{
    Result<CommandOutput> done = run({program, arguments, {}, toolTimeout}, stop);
    if (!done && done.error().code == ErrorCode::ToolMissing)
        return done.error();
    if (!done)
        return buildFailed(what, program, done.error().detail);
    if (done->exitCode != 0)
        return buildFailed(what, program,
            QStringLiteral("%1: exit code %2: %3")
                .arg(arguments.join(QLatin1Char(' ')))
                .arg(done->exitCode)
                .arg(QString::fromLocal8Bit(done->errors.right(2000)).trimmed()));
    return std::move(done->output);
}

}
