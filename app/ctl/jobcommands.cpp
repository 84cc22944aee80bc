#include "app/ctl/commands.h"
#include "app/ctl/credentials.h"
#include "app/ctl/exitcodes.h"
#include "app/ctl/follow.h"
#include "app/ctl/planreading.h"
#include "app/ctl/session.h"
#include "app/ctl/words.h"
#include "core/layout/planfile.h"

#include <QJsonArray>

namespace edgelift::ctl {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

QString text(const QJsonObject &object, const char *name) { return object.value(QLatin1String(name)).toString(); }

QJsonObject jobParams(const Arguments &arguments) { return {{key("job"), arguments.positional}}; }

/// What the rules decided for the user. Warnings are told by the migration itself, which keeps them in its report.
void showNotes(const QJsonArray &problems, Console &console)
{
    for (const QJsonValue &value : problems) {
        const QJsonObject problem = value.toObject();
        if (text(problem, "severity") == QLatin1String("info") && !console.isJson())
            console.note(QStringLiteral("Note: ") + text(problem, "message"));
    }
}

/// A method that starts work on a job, and then the job until its end.
int startAndFollow(const Arguments &arguments, Console &console, const QString &method)
{
    const StopRequests stop;
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return console.error(session.error());
    AgentClient &agent = (*session)->agent();
    const Result<QJsonObject> started = agent.call(method, jobParams(arguments));
    if (!started)
        return console.error(started.error());
    return follow(agent, text(*started, "job"), console, stop);
}

/// A method that only answers.
Result<QJsonObject> ask(const Arguments &arguments, const QString &method, const QJsonObject &params)
{
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return session.error();
    return (*session)->agent().call(method, params);
}

void showJob(const QJsonObject &job, const QJsonObject &progress, Console &console)
{
    console.line(
        QStringLiteral("%1  %2  %3  %4  %5")
            .arg(text(job, "id"), text(job, "state").leftJustified(9), text(job, "created"), text(job, "sourceName"), text(job, "sourceId"))
            .trimmed());
    const QString phase = text(job, "phase");
    if (!phase.isEmpty())
        console.line(QStringLiteral("    ") + phaseTitle(phase));
    if (text(progress, "job") == text(job, "id"))
        console.line(QStringLiteral("    ") + progressLine(progress, 75));
    if (!text(job, "imageId").isEmpty())
        console.line(QStringLiteral("    image ") + text(job, "imageId"));
    const QJsonObject error = job.value(QLatin1String("error")).toObject();
    if (!error.isEmpty())
        console.line(QStringLiteral("    %1: %2 %3").arg(text(error, "displayCode"), text(error, "message"), text(error, "remedy")));
}

}

int migrate(const Arguments &arguments, Console &console)
{
    if (!arguments.has("plan"))
        return console.error({ErrorCode::UsageWrong, Retry::AfterUserAction, {QStringLiteral("“migrate” needs --plan FILE.")}, {}});
    const Result<Plan> plan = readPlanFile(arguments.value("plan"), console);
    if (!plan)
        return exitCodeFor(plan.error());
    Result<QJsonObject> params = authorizationParams(arguments);
    if (!params)
        return console.error(params.error(), {{key("refused"), true}});
    params->insert(key("plan"), toJson(*plan));
    const StopRequests stop;
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return console.error(session.error());
    AgentClient &agent = (*session)->agent();
    const Result<QJsonObject> started = agent.call(key("migrate"), *params);
    if (!started)
        return console.error(started.error(), {{key("refused"), true}});
    const QJsonArray problems = started->value(QLatin1String("problems")).toArray();
    if (started->value(QLatin1String("refused")).toBool())
        return showRefusal(*started, console);
    showNotes(problems, console);
    return follow(agent, text(*started, "job"), console, stop);
}

int resumeJob(const Arguments &arguments, Console &console) { return startAndFollow(arguments, console, key("resume")); }
int cancelJob(const Arguments &arguments, Console &console) { return startAndFollow(arguments, console, key("cancel")); }

int pauseJob(const Arguments &arguments, Console &console)
{
    const Result<QJsonObject> paused = ask(arguments, key("pause"), jobParams(arguments));
    if (!paused)
        return console.error(paused.error());
    if (console.isJson())
        console.json(*paused);
    else
        console.line(QStringLiteral("Migration %1 is being stopped; it can be resumed.").arg(text(*paused, "job")));
    return exitDone;
}

int modifyJob(const Arguments &arguments, Console &console)
{
    const auto usage = [&console](const QString &what) {
        return console.error({ErrorCode::UsageWrong, Retry::AfterUserAction, {what}, {}});
    };
    QJsonObject params = jobParams(arguments);
    if (const std::optional<int> limit = arguments.number("limit"))
        params.insert(key("limitMbps"), *limit);
    if (const std::optional<int> compression = arguments.number("compression"))
        params.insert(key("compression"), *compression);
    const QString checksum = arguments.value("checksum");
    if (arguments.has("checksum") && checksum != QLatin1String("on") && checksum != QLatin1String("off"))
        return usage(QStringLiteral("“--checksum” takes on or off, not “%1”.").arg(checksum));
    if (arguments.has("checksum"))
        params.insert(key("checksum"), checksum == QLatin1String("on"));
    if (params.size() == 1)
        return usage(QStringLiteral("Say what to modify: --limit, --compression or --checksum."));
    const Result<QJsonObject> modified = ask(arguments, key("modify"), params);
    if (!modified)
        return console.error(modified.error());
    if (console.isJson())
        console.json(*modified);
    else
        console.line(QStringLiteral("Applied. The change takes effect within 10 s."));
    return exitDone;
}

int showStatus(const Arguments &arguments, Console &console)
{
    const Result<QJsonObject> status = ask(arguments, key("status"), jobParams(arguments));
    if (!status)
        return console.error(status.error());
    if (console.isJson()) {
        console.json(*status);
        return exitDone;
    }
    const QJsonArray jobs = status->value(QLatin1String("jobs")).toArray();
    if (jobs.isEmpty())
        console.line(QStringLiteral("There are no migrations."));
    for (const QJsonValue &job : jobs)
        showJob(job.toObject(), status->value(QLatin1String("progress")).toObject(), console);
    return exitDone;
}

int showReport(const Arguments &arguments, Console &console)
{
    const Result<QJsonObject> report = ask(arguments, key("report"), jobParams(arguments));
    if (!report)
        return console.error(report.error());
    if (console.isJson())
        console.json(*report);
    else
        console.line(text(*report, "reportPath"));
    return exitDone;
}

}
