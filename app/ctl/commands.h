#pragma once
#include "app/ctl/arguments.h"
#include "app/ctl/console.h"

/// The commands of edgeliftctl. Each returns the exit code.
namespace edgelift::ctl {

int inspectSource(const Arguments &arguments, Console &console);
int checkSource(const Arguments &arguments, Console &console);
int importSource(const Arguments &arguments, Console &console);
int newPlan(const Arguments &arguments, Console &console);
int validatePlan(const Arguments &arguments, Console &console);
int showPlan(const Arguments &arguments, Console &console);
int createCode(const Arguments &arguments, Console &console);
int listCodes(const Arguments &arguments, Console &console);
int disableCode(const Arguments &arguments, Console &console);
int deleteCode(const Arguments &arguments, Console &console);
int migrate(const Arguments &arguments, Console &console);
int resumeJob(const Arguments &arguments, Console &console);
int cancelJob(const Arguments &arguments, Console &console);
int pauseJob(const Arguments &arguments, Console &console);
int cutOverJob(const Arguments &arguments, Console &console);
int modifyJob(const Arguments &arguments, Console &console);
int showStatus(const Arguments &arguments, Console &console);
int showReport(const Arguments &arguments, Console &console);
int saveDiagnostics(const Arguments &arguments, Console &console);
int abortAgent(const Arguments &arguments, Console &console);
int listCloud(const Arguments &arguments, Console &console);
int cleanCloud(const Arguments &arguments, Console &console);

/// Understands the command line and runs what it says.
int runCtl(const QStringList &words);

}
