#include "core/base/process.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QStandardPaths>

namespace edgelift {

namespace {

const QStringList searchPath{QStringLiteral("/usr/local/sbin"), QStringLiteral("/usr/local/bin"), QStringLiteral("/usr/sbin"),
    QStringLiteral("/usr/bin"), QStringLiteral("/sbin"), QStringLiteral("/bin")};

QString locate(const QString &program)
{
    if (program.startsWith(QLatin1Char('/')))
        return program;
    const QString found = QStandardPaths::findExecutable(program, searchPath);
    return found.isEmpty() ? QStandardPaths::findExecutable(program) : found;
}

void collect(QProcess &process, CommandOutput &out, qint64 limit)
{
    out.output += process.readAllStandardOutput();
    out.errors += process.readAllStandardError();
    out.output.truncate(limit);
    out.errors.truncate(limit);
}

void end(QProcess &process)
{
    process.terminate();
    if (!process.waitForFinished(1000)) {
        process.kill();
        process.waitForFinished(5000);
    }
}

}

Result<CommandOutput> run(const Command &command, const std::stop_token &stop)
{
    const QString program = locate(command.program);
    const Error missing{ErrorCode::ToolMissing, Retry::AfterUserAction, {command.program}, QStringLiteral("not in PATH")};
    if (program.isEmpty())
        return missing;
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C"));
    environment.insert(QStringLiteral("PATH"), searchPath.join(QLatin1Char(':')));
    process.setProcessEnvironment(environment);
    process.start(program, command.arguments);
    if (!process.waitForStarted())
        return missing;
    process.write(command.input);
    process.closeWriteChannel();
    QElapsedTimer time;
    time.start();
    CommandOutput out;
    while (!process.waitForFinished(100) && process.state() != QProcess::NotRunning) {
        collect(process, out, command.outputLimit);
        const bool stopped = stop.stop_requested();
        if (!stopped && time.elapsed() < command.timeout.count())
            continue;
        end(process);
        return Error{stopped ? ErrorCode::ToolFailed : ErrorCode::ToolTimedOut, Retry::AfterUserAction, {command.program},
            stopped ? QStringLiteral("stopped") : QStringLiteral("no end after %1 ms").arg(command.timeout.count())};
    }
    collect(process, out, command.outputLimit);
    if (process.exitStatus() == QProcess::CrashExit)
        return Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {command.program}, QStringLiteral("killed by a signal")};
    out.exitCode = process.exitCode();
    return out;
}

Result<QByteArray> runChecked(const Command &command, const std::stop_token &stop)
{
    Result<CommandOutput> done = run(command, stop);
    if (!done)
        return done.error();
    if (done->exitCode != 0)
        return Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {command.program},
            QStringLiteral("exit code %1: %2").arg(done->exitCode).arg(QString::fromLocal8Bit(done->errors.right(2000)).trimmed())};
    return std::move(done->output);
}

}
