#include "app/agent/agentprogram.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <cstdio>
#include <sys/stat.h>
#include <unistd.h>

using namespace edgelift;

namespace {

QString defaultStateDir()
{
    if (::geteuid() == 0)
        return QStringLiteral("/var/lib/edgelift");
    return QDir::homePath() + QLatin1String("/.local/state/edgelift");
}

/// /var/log for the system's own agent; beside the state for any other.
QString logPath(const QString &stateDir)
{
    return stateDir == QLatin1String("/var/lib/edgelift") ? QStringLiteral("/var/log/edgelift/agent.log")
                                                          : stateDir + QLatin1String("/agent.log");
}

}

int main(int argc, char **argv)
{
    ::umask(077);
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("edgelift-agent"));
    QCoreApplication::setApplicationVersion(QStringLiteral(EDGELIFT_VERSION));
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Reads this server, or disk images, and migrates it. Serves edgelift and edgeliftctl."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption socket(
        QStringLiteral("socket"), QStringLiteral("Listen on this unix socket."), QStringLiteral("path"), defaultSocket());
    const QCommandLineOption state(
        QStringLiteral("state-dir"), QStringLiteral("Keep jobs here."), QStringLiteral("dir"), defaultStateDir());
    const QCommandLineOption disk(QStringLiteral("source-disk"),
        QStringLiteral("Migrate this disk image (raw or qcow2) instead of the running machine; the system disk first. Repeatable."),
        QStringLiteral("file"));
    const QCommandLineOption forOneCommand(QStringLiteral("private"),
        QStringLiteral("Serve one command of edgeliftctl: do not go on with a migration that was interrupted."));
    parser.addOptions({socket, state, disk, forOneCommand});
    if (!parser.parse(app.arguments())) {
        std::fprintf(stderr, "edgelift-agent: %s\n", qUtf8Printable(parser.errorText()));
        return 2;
    }
    parser.process(app); // --help and --version
    if (!parser.positionalArguments().isEmpty()) {
        std::fprintf(stderr, "edgelift-agent: it takes options only; see --help\n");
        return 2;
    }
    const QString stateDir = QDir(parser.value(state)).absolutePath();
    QStringList disks;
    for (const QString &path : parser.values(disk))
        disks.append(QDir::current().absoluteFilePath(path)); // as they are named in errors, wherever the client is
    return runAgent({QDir(parser.value(socket)).absolutePath(), stateDir, logPath(stateDir), disks, parser.isSet(forOneCommand)});
}
