#include "app/agent/agentprogram.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <array>
#include <cstdio>
#include <grp.h>
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

std::optional<gid_t> groupNumber(const QString &name)
{
    struct group entry = {};
    struct group *found = nullptr;
    std::array<char, 65536> room{}; // for the names of its members
    if (::getgrnam_r(name.toLocal8Bit().constData(), &entry, room.data(), room.size(), &found) != 0 || !found)
        return std::nullopt;
    return entry.gr_gid;
}

struct Options
{
    QCommandLineOption socket{
        QStringLiteral("socket"), QStringLiteral("Listen on this unix socket."), QStringLiteral("path"), defaultSocket()};
    QCommandLineOption state{QStringLiteral("state-dir"), QStringLiteral("Keep jobs here."), QStringLiteral("dir"), defaultStateDir()};
    QCommandLineOption disk{QStringLiteral("source-disk"),
        QStringLiteral("Migrate this disk image (raw or qcow2) instead of the running machine; the system disk first. Repeatable."),
        QStringLiteral("file")};
    QCommandLineOption group{QStringLiteral("group"),
        QStringLiteral("Let members of this group use the agent: they can do with it what root can."), QStringLiteral("name")};
    QCommandLineOption polkit{QStringLiteral("polkit"), QStringLiteral("Let other users use the agent when polkit permits it.")};
    QCommandLineOption forOneCommand{QStringLiteral("private"),
        QStringLiteral("Serve one command of edgeliftctl: do not go on with a migration that was interrupted, do not boot its image.")};
};

/// What is wrong with the command line; empty: nothing.
QString readOptions(const QCommandLineParser &parser, const Options &options, AgentOptions &out)
{
    if (!parser.positionalArguments().isEmpty())
        return QStringLiteral("it takes options only; see --help");
    out.socket = QDir(parser.value(options.socket)).absolutePath();
    out.stateDir = QDir(parser.value(options.state)).absolutePath();
    out.logPath = logPath(out.stateDir);
    for (const QString &path : parser.values(options.disk))
        out.sourceDisks.append(QDir::current().absoluteFilePath(path)); // as they are named in errors, wherever the client is
    out.isPrivate = parser.isSet(options.forOneCommand);
    if (parser.isSet(options.polkit))
        out.access.polkit = QStringLiteral("pkcheck");
    if (!parser.isSet(options.group))
        return {};
    out.access.group = groupNumber(parser.value(options.group));
    return out.access.group ? QString() : QStringLiteral("there is no group “%1”").arg(parser.value(options.group));
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
    const Options options;
    parser.addOptions({options.socket, options.state, options.disk, options.group, options.polkit, options.forOneCommand});
    const auto usage = [](const QString &problem) {
        std::fprintf(stderr, "edgelift-agent: %s\n", qUtf8Printable(problem));
        return 2;
    };
    if (!parser.parse(app.arguments()))
        return usage(parser.errorText());
    parser.process(app); // --help and --version
    AgentOptions agent;
    if (const QString problem = readOptions(parser, options, agent); !problem.isEmpty())
        return usage(problem);
    return runAgent(agent);
}
