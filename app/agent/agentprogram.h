#pragma once
#include "core/agent/gatekeeper.h"
#include "core/source/tracking/processfreezer.h"

#include <QStringList>

namespace edgelift {

/// What the command line of edgelift-agent says.
struct AgentOptions
{
    QString socket;
    QString stateDir;
    QString logPath;
    QStringList sourceDisks; ///< none: this machine itself
    bool isPrivate = false; ///< serves one command: migrations that were interrupted wait for somebody to resume them, no image is booted
    QString freezeMarker = FreezerOptions().marker; ///< tests have their own
    Gatekeeper::Rules access; ///< who may use it besides root and its own user
};

/// For the help text and the defaults of both programs: /run/edgelift/agent.sock.
[[nodiscard]] QString defaultSocket();

/// First of all lets go on what a killed agent left frozen. Serves until a signal or the method `shutdown` asks it to end; prints one line
/// {"ready":true,"socket":…,"pid":…} on standard output when it can be reached. A job that runs is stopped and stays resumable. The exit
/// code. Needs a QCoreApplication.
int runAgent(const AgentOptions &options);

}
