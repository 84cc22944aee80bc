#include "app/ctl/commands.h"
#include "app/ctl/credentials.h"
#include "app/ctl/exitcodes.h"
#include "app/ctl/follow.h"
#include "app/ctl/planreading.h"
#include "app/ctl/session.h"
#include "app/ctl/words.h"
#include "core/agent/clientvalues.h"
#include "core/layout/planfile.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

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
int startAndFollow(const Arguments &arguments, Console &console, const QString &method, const QJsonObject &params)
{
    const StopRequests stop;
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return console.error(session.error());
    AgentClient &agent = (*session)->agent();
    const Result<QJsonObject> started = agent.call(method, params);
    if (!started)
        return console.error(started.error());
    if (started->value(QLatin1String("refused")).toBool())
        return showRefusal(*started, console);
    showNotes(started->value(QLatin1String("problems")).toArray(), console);
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
    if (text(progress, "job") == text(job, "id")) {
        QJsonObject numbers = progress;
        numbers.remove(QLatin1String("limits")); // they have a line of their own
        console.line(QStringLiteral("    ") + progressLine(numbers, 75));
        const QStringList limits = limitTexts(progress);
        if (!limits.isEmpty())
            console.line(QStringLiteral("    in force: ") + limits.join(QLatin1String(", ")));
    }
    if (!text(job, "imageId").isEmpty())
        console.line(QStringLiteral("    image ") + text(job, "imageId"));
    const QJsonObject error = job.value(QLatin1String("error")).toObject();
    if (!error.isEmpty())
        console.line(QStringLiteral("    %1: %2 %3").arg(text(error, "displayCode"), text(error, "message"), text(error, "remedy")));
}

/// Boots the image of a job that is finished; a machine that does not come up is a failure of the command.
int bootAndReport(AgentClient &agent, const QJsonObject &job, Console &console)
{
    constexpr auto patience = std::chrono::minutes(10);
    Result<QJsonObject> report = agent.call(key("report.boot"), job, patience);
    if (!report)
        return console.error(report.error());
    const QJsonObject boot = report->value(QLatin1String("bootCheck")).toObject();
    const bool works = boot.value(QLatin1String("works")).toBool();
    if (console.isJson()) {
        report->insert(key("event"), key("bootCheck"));
        console.json(*report);
        return works ? exitDone : exitFailed;
    }
    console.line(QStringLiteral("Boot check: %1 after %2 s; address %3; console in %4")
                     .arg(works ? QStringLiteral("login prompt and network") : QStringLiteral("reached only: ") + text(boot, "reached"))
                     .arg(boot.value(QLatin1String("seconds")).toInteger())
                     .arg(text(boot, "address").isEmpty() ? QStringLiteral("none") : text(boot, "address"), text(boot, "console")));
    if (!text(boot, "trouble").isEmpty())
        console.line(QStringLiteral("The console said: ") + text(boot, "trouble"));
    console.line(text(*report, "reportPath"));
    return works ? exitDone : exitFailed;
}

Error usage(const QString &what) { return {ErrorCode::UsageWrong, Retry::AfterUserAction, {what}, {}}; }

/// The windows of a time plan; each is judged by the agent. “none”: no window.
Result<QJsonArray> readSchedule(const QString &path)
{
    if (path == QLatin1String("none"))
        return QJsonArray();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {path}, file.errorString()};
    constexpr qint64 largest = 1 << 16;
    QJsonParseError problem{};
    const QJsonDocument document = QJsonDocument::fromJson(file.read(largest), &problem);
    if (!document.isArray())
        return usage(QStringLiteral("%1 is not a time plan: a JSON list of windows in brackets.").arg(path));
    return document.array();
}

/// What “modify” is to change, as the agent's parameters.
Result<QJsonObject> changes(const Arguments &arguments)
{
    QJsonObject params = jobParams(arguments);
    for (const auto &[option, name] : {std::pair("limit", "limitMbps"), std::pair("compression", "compression"),
             std::pair("disk-limit", "diskMBps"), std::pair("nice", "niceness"), std::pair("freeze", "freezeSeconds")}) {
        if (const std::optional<int> value = arguments.number(option))
            params.insert(key(name), *value);
    }
    for (const auto &[option, name] : {std::pair("checksum", "checksum"), std::pair("back-off", "backOff")}) {
        const QString value = arguments.value(option);
        if (arguments.has(option) && value != QLatin1String("on") && value != QLatin1String("off"))
            return usage(QStringLiteral("“--%1” takes on or off, not “%2”.").arg(QLatin1String(option), value));
        if (arguments.has(option))
            params.insert(key(name), value == QLatin1String("on"));
    }
    if (arguments.has("schedule")) {
        const Result<QJsonArray> schedule = readSchedule(arguments.value("schedule"));
        if (!schedule)
            return schedule.error();
        params.insert(key("schedule"), *schedule);
    }
    if (params.size() == 1)
        return usage(QStringLiteral("Say what to modify: “edgeliftctl modify --help” lists the options."));
    return params;
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
    const QString job = text(*started, "job");
    const int ended = follow(agent, job, console, stop);
    return ended == exitDone && arguments.has("boot-check") ? bootAndReport(agent, {{key("job"), job}}, console) : ended;
}

int resumeJob(const Arguments &arguments, Console &console)
{
    QJsonObject params = jobParams(arguments);
    if (arguments.has("plan")) {
        const Result<Plan> plan = readPlanFile(arguments.value("plan"), console);
        if (!plan)
            return exitCodeFor(plan.error());
        params.insert(key("plan"), toJson(*plan));
    }
    return startAndFollow(arguments, console, key("resume"), params);
}

int cancelJob(const Arguments &arguments, Console &console)
{
    return startAndFollow(arguments, console, key("cancel"), jobParams(arguments));
}

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

int cutOverJob(const Arguments &arguments, Console &console)
{
    const Result<QJsonObject> done = ask(arguments, key("cutover"), jobParams(arguments));
    if (!done)
        return console.error(done.error());
    if (console.isJson())
        console.json(*done);
    else
        console.line(QStringLiteral("Migration %1 takes its final point as soon as it fits.").arg(text(*done, "job")));
    return exitDone;
}

int modifyJob(const Arguments &arguments, Console &console)
{
    const Result<QJsonObject> params = changes(arguments);
    if (!params)
        return console.error(params.error());
    const Result<QJsonObject> modified = ask(arguments, key("modify"), *params);
    if (!modified)
        return console.error(modified.error());
    if (console.isJson())
        console.json(*modified);
    else
        console.line(QStringLiteral("Applied. While the copy runs, the change takes effect within a second; later runs keep it."));
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
    if (arguments.has("boot-check")) {
        const Result<std::unique_ptr<Session>> session = Session::open(arguments);
        return session ? bootAndReport((*session)->agent(), jobParams(arguments), console) : console.error(session.error());
    }
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
