#include "core/source/tracking/freezehooks.h"

#include "core/base/process.h"

#include <QDir>
#include <QFileInfo>
#include <sys/stat.h>
#include <unistd.h>

namespace edgelift {

namespace {

Error failed(const QString &program, const QString &why) { return {ErrorCode::HookFailed, Retry::AfterUserAction, {program, why}, why}; }

bool trusted(const QString &path)
{
    struct stat about
    {
    };
    return ::stat(QFile::encodeName(path).constData(), &about) == 0 && (about.st_uid == 0 || about.st_uid == ::geteuid())
        && (about.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

Result<> runHook(const QString &program, std::chrono::milliseconds limit, const std::stop_token &stop)
{
    if (!trusted(program) || !trusted(QFileInfo(program).path()))
        return failed(program, QStringLiteral("others than root may change it"));
    if (!QFileInfo(program).isExecutable())
        return failed(program, QStringLiteral("it is not executable"));
    Command command;
    command.program = program;
    command.timeout = limit;
    const Result<CommandOutput> ended = run(command, stop);
    if (!ended)
        return failed(program, ended.error().code == ErrorCode::ToolTimedOut ? QStringLiteral("it took too long") : ended.error().detail);
    if (ended->exitCode != 0)
        return failed(program, QStringLiteral("it ended with %1").arg(ended->exitCode));
    return ok();
}

}

Result<> runFreezeHooks(const QString &folder, const QString &moment, std::chrono::milliseconds limit, const std::stop_token &stop)
{
    const QString path = folder + QLatin1Char('/') + moment;
    QStringList programs;
    if (QFileInfo(path).isDir()) {
        for (const QString &name : QDir(path).entryList(QDir::Files, QDir::Name))
            programs.append(path + QLatin1Char('/') + name);
    } else if (QFileInfo::exists(path)) {
        programs.append(path);
    }
    for (const QString &program : programs) {
        if (const Result<> done = runHook(program, limit, stop); !done)
            return done;
    }
    return ok();
}

}
