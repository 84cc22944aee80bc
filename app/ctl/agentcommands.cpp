#include "app/ctl/commands.h"
#include "app/ctl/exitcodes.h"
#include "app/ctl/follow.h"
#include "app/ctl/session.h"
#include "core/base/files.h"

#include <QFileInfo>
#include <QJsonArray>

namespace edgelift::ctl {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

QString text(const QJsonObject &object, const char *name) { return object.value(QLatin1String(name)).toString(); }

QString priceText(const QJsonValue &price)
{
    if (!price.isDouble())
        return QStringLiteral("price unknown");
    return price.toDouble() == 0 ? QStringLiteral("free") : QStringLiteral("about %1 CNY a day").arg(price.toDouble(), 0, 'f', 2);
}

void showResources(const QJsonObject &job, Console &console)
{
    const QJsonArray resources = job.value(QLatin1String("resources")).toArray();
    if (resources.isEmpty())
        return;
    console.line(QStringLiteral("%1 (%2)").arg(text(job, "job"), text(job, "state")));
    for (const QJsonValue &value : resources) {
        const QJsonObject resource = value.toObject();
        const QString id = text(resource, "id").isEmpty() ? QStringLiteral("(asked for; not confirmed)") : text(resource, "id");
        const QString kept = resource.value(QLatin1String("kept")).toBool() ? QStringLiteral(", kept on purpose") : QString();
        console.line(QStringLiteral("  %1 %2 in %3: %4%5")
                         .arg(text(resource, "kindName"), id, text(resource, "region"),
                             priceText(resource.value(QLatin1String("pricePerDay"))), kept));
    }
}

/// Jobs that left something behind and neither run nor are finished.
QStringList cleanable(const QJsonArray &jobs)
{
    QStringList out;
    for (const QJsonValue &value : jobs) {
        const QString state = text(value.toObject(), "state");
        const bool ended = state == QLatin1String("Running") || state == QLatin1String("Finished");
        if (!ended && !value.toObject().value(QLatin1String("resources")).toArray().isEmpty())
            out.append(text(value.toObject(), "job"));
    }
    return out;
}

/// The agent's own copy may lie where only the agent may read.
Result<QByteArray> readBundle(AgentClient &agent, const QString &path)
{
    QByteArray out;
    for (;;) {
        const Result<QJsonObject> part = agent.call(key("diagnostics.read"), {{key("path"), path}, {key("offset"), out.size()}});
        if (!part)
            return part.error();
        const QByteArray data = QByteArray::fromBase64(text(*part, "data").toLatin1());
        out += data;
        if (data.isEmpty() || out.size() >= part->value(QLatin1String("bytes")).toInteger())
            return out;
    }
}

int listDiagnostics(AgentClient &agent, Console &console)
{
    const Result<QJsonObject> reply = agent.call(key("diagnostics.list"));
    if (!reply)
        return console.error(reply.error());
    if (console.isJson())
        console.json(*reply);
    else {
        for (const QJsonValue &entry : reply->value(QLatin1String("entries")).toArray())
            console.line(QStringLiteral("%1  %2").arg(entry[QLatin1String("bytes")].toInteger(), 10).arg(text(entry.toObject(), "name")));
    }
    return exitDone;
}

}

int listCloud(const Arguments &arguments, Console &console)
{
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return console.error(session.error());
    const Result<QJsonObject> reply = (*session)->agent().call(key("resources"), {{key("job"), arguments.positional}});
    if (!reply)
        return console.error(reply.error());
    if (console.isJson()) {
        console.json(*reply);
        return exitDone;
    }
    bool any = false;
    for (const QJsonValue &job : reply->value(QLatin1String("jobs")).toArray()) {
        any = any || !job.toObject().value(QLatin1String("resources")).toArray().isEmpty();
        showResources(job.toObject(), console);
    }
    if (!any)
        console.line(QStringLiteral("Migrations have nothing in the cloud."));
    return exitDone;
}

int cleanCloud(const Arguments &arguments, Console &console)
{
    const StopRequests stop;
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return console.error(session.error());
    AgentClient &agent = (*session)->agent();
    const Result<QJsonObject> reply = agent.call(key("resources"), {{key("job"), arguments.positional}});
    if (!reply)
        return console.error(reply.error());
    int worst = exitDone;
    for (const QString &job : cleanable(reply->value(QLatin1String("jobs")).toArray())) {
        const Result<QJsonObject> started = agent.call(key("clean"), {{key("job"), job}});
        const int code = started ? follow(agent, job, console, stop) : console.error(started.error());
        worst = std::max(worst, code);
        if (stop.asked())
            return exitStopped;
    }
    return worst;
}

int saveDiagnostics(const Arguments &arguments, Console &console)
{
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return console.error(session.error());
    AgentClient &agent = (*session)->agent();
    if (arguments.has("list"))
        return listDiagnostics(agent, console);
    const Result<QJsonObject> reply = agent.call(key("diagnostics"));
    if (!reply)
        return console.error(reply.error());
    const QString made = text(*reply, "path");
    const QString wanted = arguments.has("output") ? arguments.value("output") : QFileInfo(made).fileName();
    const Result<QByteArray> bundle = readBundle(agent, made);
    if (!bundle)
        return console.error(bundle.error());
    if (const Result<> written = writeFileDurably(QFileInfo(wanted).absoluteFilePath(), *bundle); !written)
        return console.error(written.error());
    if (console.isJson())
        console.json({{key("path"), QFileInfo(wanted).absoluteFilePath()}, {key("entries"), reply->value(key("entries"))}});
    else
        console.line(QStringLiteral("Saved %1. It holds logs and job records, no secrets.").arg(wanted));
    return exitDone;
}

int abortAgent(const Arguments &arguments, Console &console)
{
    const Result<std::unique_ptr<Session>> session = Session::attach(arguments);
    if (!session && session.error().code == ErrorCode::AgentUnreachable) {
        console.note(QStringLiteral("No agent is running."));
        return exitDone;
    }
    if (!session)
        return console.error(session.error());
    AgentClient &agent = (*session)->agent();
    if (const Result<QJsonObject> asked = agent.call(key("shutdown")); !asked)
        return console.error(asked.error());
    for (;;) { // until it hangs up: a job that runs is stopped first
        const auto next = agent.nextNotification(std::chrono::minutes(2));
        if (!next)
            break;
        if (!*next)
            return console.error({ErrorCode::ToolTimedOut, Retry::AfterWait, {QStringLiteral("edgelift-agent")}, {}});
    }
    if (!console.isJson())
        console.line(QStringLiteral("The agent has ended. Migrations stay as they are and can be resumed."));
    return exitDone;
}

}
