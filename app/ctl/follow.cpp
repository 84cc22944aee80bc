#include "app/ctl/follow.h"

#include "app/ctl/exitcodes.h"
#include "app/ctl/words.h"
#include "core/agent/clientvalues.h"

#include <QJsonArray>
#include <csignal>

namespace edgelift::ctl {

namespace {

volatile std::sig_atomic_t signalCame = 0; // all a handler may touch

void onSignal(int) { signalCame = 1; }

void handle(void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler; // without SA_RESTART: what waits for the agent wakes up
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

QString text(const QJsonObject &object, const char *name) { return object.value(QLatin1String(name)).toString(); }

/// R132: what stays after an error goes on costing money.
void showKept(const QJsonObject &event, Console &console)
{
    const QJsonArray kept = event.value(QLatin1String("kept")).toArray();
    if (kept.isEmpty())
        return;
    console.note(QStringLiteral("Kept for a retry, and charged until then:"));
    for (const QJsonValue &value : kept) {
        const QJsonObject resource = value.toObject();
        console.note(QStringLiteral("  %1 %2 (%3)").arg(text(resource, "kind"), text(resource, "id"), text(resource, "region")));
    }
    console.note(QStringLiteral("“edgeliftctl retry” continues where it stopped; “edgeliftctl cancel” gives up and removes them."));
}

void showPhase(const QJsonObject &event, Console &console)
{
    const QString message = text(event, "message");
    console.line(message.isEmpty() ? phaseTitle(text(event, "phase")) : message);
}

void showFinished(const QJsonObject &event, Console &console)
{
    const QString path = text(event, "imagePath");
    console.line(QStringLiteral("Report: ") + text(event, "reportPath"));
    console.line(QStringLiteral("ENS image: ") + (path.isEmpty() ? text(event, "imageId") : path));
}

int showEnd(const QString &end, const QString &job, int errorCode, Console &console)
{
    if (end == QLatin1String("finished"))
        return exitDone;
    if (end == QLatin1String("failed"))
        return errorCode;
    if (console.isJson())
        console.json({{QStringLiteral("event"), end}, {QStringLiteral("job"), job}});
    if (end == QLatin1String("cancelled")) {
        if (!console.isJson())
            console.line(QStringLiteral("Cancelled; everything it made in the cloud is removed."));
        return exitDone;
    }
    if (!console.isJson())
        console.line(QStringLiteral("Stopped. “edgeliftctl resume %1” continues, “edgeliftctl cancel %1” gives up.").arg(job));
    return exitStopped;
}

}

StopRequests::StopRequests()
{
    signalCame = 0;
    handle(onSignal);
}

StopRequests::~StopRequests() { handle(SIG_DFL); }
bool StopRequests::asked() { return signalCame != 0; }

void show(const QJsonObject &event, Console &console)
{
    if (console.isJson()) {
        console.json(event);
        return;
    }
    const QString kind = text(event, "event");
    if (kind == QLatin1String("phase"))
        showPhase(event, console);
    else if (kind == QLatin1String("progress"))
        console.progress(event);
    else if (kind == QLatin1String("warning"))
        console.note(QStringLiteral("Warning: ") + text(event, "message"));
    else if (kind == QLatin1String("finished"))
        showFinished(event, console);
    else if (kind == QLatin1String("error")) {
        console.note(QStringLiteral("%1: %2 %3").arg(text(event, "code"), text(event, "message"), text(event, "remedy")));
        showKept(event, console);
    }
}

int follow(AgentClient &agent, const QString &job, Console &console, const StopRequests &stop)
{
    if (const Result<QJsonObject> subscribed = agent.call(QStringLiteral("subscribe"), {{QStringLiteral("job"), job}}); !subscribed)
        return console.error(subscribed.error());
    int errorCode = exitFailed;
    bool stopping = false;
    for (;;) {
        if (stop.asked() && !std::exchange(stopping, true)) {
            console.note(QStringLiteral("Stopping …"));
            static_cast<void>(agent.call(QStringLiteral("pause"), {{QStringLiteral("job"), job}})); // refused when it ended just now
        }
        const Result<std::optional<rpc::Notification>> next = agent.nextNotification(std::chrono::milliseconds(200));
        if (!next)
            return console.error(next.error());
        if (!*next)
            continue;
        const QJsonObject &params = (*next)->params;
        if (text(params, "job") != job)
            continue;
        if ((*next)->method == QLatin1String("ended"))
            return showEnd(text(params, "end"), job, errorCode, console);
        if (text(params, "event") == QLatin1String("error"))
            errorCode = exitCodeForEvent(params);
        show(params, console);
    }
}

}
