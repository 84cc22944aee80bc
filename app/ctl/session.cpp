#include "app/ctl/session.h"

#include <QDir>
#include <QJsonArray>

namespace edgelift::ctl {

namespace {

const QString systemSocket = QStringLiteral("/run/edgelift/agent.sock");

QStringList sourceDisks(const Arguments &arguments)
{
    QStringList out;
    for (const QString &disk : arguments.all("source-disk"))
        out.append(QDir::current().absoluteFilePath(disk));
    return out;
}

QString stateDir(const Arguments &arguments)
{
    return arguments.has("state-dir") ? QDir(arguments.value("state-dir")).absolutePath() : QString();
}

QString socketPath(const Arguments &arguments)
{
    return arguments.has("socket") ? QDir(arguments.value("socket")).absolutePath() : QString();
}

/// An agent that serves something else than what was asked for must not be used by mistake.
Result<> mustFit(const QJsonObject &about, const Arguments &arguments)
{
    QStringList disks;
    for (const QJsonValue &disk : about.value(QLatin1String("sourceDisks")).toArray())
        disks.append(disk.toString());
    const auto wrong = [](const QString &text) { return Error{ErrorCode::UsageWrong, Retry::AfterUserAction, {text}, {}}; };
    if (arguments.has("source-disk") && sourceDisks(arguments) != disks)
        return wrong(disks.isEmpty() ? QStringLiteral("The agent that runs serves this machine, not the disks given.")
                                     : QStringLiteral("The agent that runs serves other disks: %1.").arg(disks.join(QLatin1String(", "))));
    const QString state = about.value(QLatin1String("stateDir")).toString();
    if (arguments.has("state-dir") && stateDir(arguments) != state)
        return wrong(QStringLiteral("The agent that runs keeps its jobs in %1.").arg(state));
    return ok();
}

}

Result<std::unique_ptr<Session>> Session::attach(const Arguments &arguments)
{
    const QString path = socketPath(arguments);
    Result<std::unique_ptr<AgentClient>> client = AgentClient::connect(path.isEmpty() ? systemSocket : path);
    if (!client)
        return client.error();
    if (const Result<> fits = mustFit((*client)->about(), arguments); !fits)
        return fits.error();
    std::unique_ptr<Session> session(new Session);
    session->m_client = client.take();
    return session;
}

Result<std::unique_ptr<Session>> Session::open(const Arguments &arguments)
{
    Result<std::unique_ptr<Session>> running = attach(arguments);
    if (running || running.error().code != ErrorCode::AgentUnreachable)
        return running;
    Result<std::unique_ptr<PrivateAgent>> agent = PrivateAgent::start({socketPath(arguments), stateDir(arguments), sourceDisks(arguments)});
    if (!agent)
        return agent.error();
    Result<std::unique_ptr<AgentClient>> client = AgentClient::connect((*agent)->socket());
    if (!client)
        return client.error();
    std::unique_ptr<Session> session(new Session);
    session->m_private = agent.take();
    session->m_client = client.take();
    return session;
}

}
