#include "app/agent/agentprogram.h"

#include "app/agent/quitsignals.h"
#include "app/agent/servicemanager.h"
#include "core/agent/agentapi.h"
#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/source/live/livesource.h"
#include "core/source/tracking/freezehooks.h"
#include "core/source/tracking/freezemarker.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <cstdio>
#include <thread>
#include <unistd.h>

namespace edgelift {

namespace {

constexpr int exitDone = 0; // design.md section 3
constexpr int exitNoAgent = 7;

int complain(const Error &error)
{
    log::error("agent", logLine(error));
    const ErrorText text = describe(error);
    std::fprintf(stderr, "edgelift-agent: %s: %s %s\n", qUtf8Printable(displayCode(error.code)), qUtf8Printable(text.message),
        qUtf8Printable(text.remedy));
    return exitNoAgent;
}

Result<> prepareFolders(const AgentOptions &options)
{
    for (const QString &folder : {options.stateDir, QFileInfo(options.socket).absolutePath(), QFileInfo(options.logPath).absolutePath()}) {
        if (const Result<> made = makeFolder(folder); !made)
            return made;
    }
    if (!log::openFile(options.logPath))
        return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {options.logPath}, {}};
    return ok();
}

void sayReady(const QString &socket)
{
    const QJsonObject line{
        {QStringLiteral("ready"), true}, {QStringLiteral("socket"), socket}, {QStringLiteral("pid"), qint64(::getpid())}};
    std::printf("%s\n", QJsonDocument(line).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
    tellServiceManager("READY=1");
}

/// Says what thawUnfinishedFreeze() found, in the log and to the service manager, and starts what the hooks before that freeze have
/// stopped.
QList<JobWarning> tellThawed(const Result<std::optional<UnfinishedFreeze>> &found)
{
    if (!found) {
        complain(found.error());
        return {};
    }
    if (!found->has_value())
        return {};
    const UnfinishedFreeze &freeze = **found;
    log::warning("agent", QStringLiteral("the agent before this one ended in the middle of a freeze"),
        {{QStringLiteral("thawed"), QJsonArray::fromStringList(freeze.thawed)}});
    const Result<> hooks =
        freeze.hooks.isEmpty() ? ok() : runFreezeHooks(freeze.hooks, QStringLiteral("post-freeze"), FreezerOptions().hookLimit);
    if (!hooks)
        complain(hooks.error());
    if (freeze.thawed.isEmpty())
        return {};
    const JobWarning warning = warnings::thawedAtStart(freeze.thawed);
    std::fprintf(stderr, "edgelift-agent: %s\n", qUtf8Printable(describe(warning)));
    return {warning};
}

/// Nobody stopped the migration that a killed agent left behind, so nobody shall have to start it.
void goOn(JobManager &jobs, const QList<JobWarning> &found)
{
    const Result<QString> job = jobs.resumeInterrupted(found);
    if (!job)
        log::error("agent", QStringLiteral("the interrupted migration does not go on: ") + logLine(job.error()));
    else if (!job->isEmpty())
        log::info("agent", QStringLiteral("the interrupted migration goes on"), {{QStringLiteral("job"), *job}});
}

}

QString defaultSocket() { return QStringLiteral("/run/edgelift/agent.sock"); }

int runAgent(const AgentOptions &options)
{
    const Result<std::optional<UnfinishedFreeze>> thawed = thawUnfinishedFreeze(options.freezeMarker); // the log may lie there
    if (const Result<> prepared = prepareFolders(options); !prepared)
        return complain(prepared.error());
    const QList<JobWarning> found = tellThawed(thawed);
    const QString workFolder = options.stateDir + QLatin1String("/source");
    SourceHolder source(options.sourceDisks, [workFolder](const QStringList &disks, const std::stop_token &stop) {
        return disks.isEmpty() ? openMachine(MachineView(), workFolder, stop) : openDiskImages(disks, workFolder, stop);
    });
    MigrationEngine engine(options.stateDir);
    JobManager jobs(engine, source, !options.isPrivate); // a private agent ends with its command
    AgentApi api(jobs, source, engine,
        {options.stateDir, options.logPath,
            [] { QMetaObject::invokeMethod(QCoreApplication::instance(), &QCoreApplication::quit, Qt::QueuedConnection); }});
    AgentServer server(
        [&api](const rpc::Request &request, const std::shared_ptr<EventOutlet> &outlet) { return api.handle(request, outlet); },
        Gatekeeper(options.access));
    QuitSignals signals;
    QObject::connect(&signals, &QuitSignals::asked, &server, [](int signal) {
        log::info("agent", QStringLiteral("asked to end"), {{QStringLiteral("signal"), signal}});
        QCoreApplication::quit();
    });
    if (const Result<> listening = server.listen(options.socket); !listening)
        return complain(listening.error());
    log::info("agent", QStringLiteral("ready"),
        {{QStringLiteral("version"), QStringLiteral(EDGELIFT_VERSION)}, {QStringLiteral("socket"), options.socket}});
    sayReady(options.socket);
    std::jthread resuming; // reads the source, which takes its time
    if (!options.isPrivate)
        resuming = std::jthread([&jobs, &found] { goOn(jobs, found); });
    QCoreApplication::exec();
    tellServiceManager("STOPPING=1");
    api.requestStop();
    jobs.shutDown(); // while clients can still be told how the job ended
    if (resuming.joinable())
        resuming.join();
    QCoreApplication::sendPostedEvents();
    log::info("agent", QStringLiteral("ended"));
    return exitDone;
}

}
