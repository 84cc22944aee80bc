#pragma once
#include "core/agent/agentapi.h"
#include "core/agent/agentserver.h"
#include "core/base/files.h"
#include "tests/unit/agent/fakeengine.h"

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>

namespace edgelift::test {

/// The agent's own API on a socket, for a machine that runs: what the wizard gets is what the agent says.
struct LiveAgent
{
    explicit LiveAgent(const ServerFacts &facts)
        : source({}, [this, facts](const QStringList &, const std::stop_token &) {
            ServerFacts now = facts;
            now.os.rsync = facts.os.rsync || QFileInfo::exists(folder.filePath(QStringLiteral("root/usr/bin/rsync")));
            return std::unique_ptr<Source>(std::make_unique<FakeSource>(now));
        })
    {
        QDir().mkpath(folder.filePath(QStringLiteral("root/sys/fs/selinux")));
        if (!writeFileDurably(folder.filePath(QStringLiteral("root/sys/fs/selinux/enforce")), "1") || !server.listen(path()))
            qFatal("no agent");
    }
    QString path() const { return folder.filePath(QStringLiteral("agent.sock")); }
    void addProgram(const char *name)
    {
        const QString program = folder.filePath(QStringLiteral("root/usr/bin/") + QLatin1String(name));
        QDir().mkpath(QFileInfo(program).path());
        if (!writeFileDurably(program, "#!", 0755))
            qFatal("no program");
    }

    QTemporaryDir folder;
    QStringList ran;
    bool isOffline = false; ///< packages cannot be fetched
    FakeEngine engine;
    SourceHolder source;
    JobManager jobs{engine, source};
    WorkPlace place{
        folder.filePath(QStringLiteral("root")), [this](const Command &command, const std::stop_token &) -> Result<QByteArray> {
            ran.append(command.program + QLatin1Char(' ') + command.arguments.join(QLatin1Char(' ')));
            if (isOffline)
                return Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {command.program}, QStringLiteral("exit status 100")};
            if (command.arguments.contains(QStringLiteral("rsync")))
                addProgram("rsync");
            return QByteArray();
        }};
    AgentApi api{jobs, source, engine, {folder.path(), {}, [] {}, place}};
    AgentServer server{
        [this](const rpc::Request &request, const std::shared_ptr<EventOutlet> &outlet) { return api.handle(request, outlet); }};
};

}
