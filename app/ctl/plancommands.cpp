#include "app/ctl/commands.h"
#include "app/ctl/exitcodes.h"
#include "app/ctl/planreading.h"
#include "app/ctl/session.h"
#include "app/ctl/words.h"
#include "core/base/errortext.h"
#include "core/layout/factsjson.h"
#include "core/layout/layoutpicture.h"
#include "core/layout/planfile.h"
#include "core/layout/planrules.h"

namespace edgelift::ctl {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

QJsonObject problemJson(const Problem &problem)
{
    const bool blocker = problem.severity == Problem::Severity::Blocker;
    return {{key("id"), ruleId(problem.rule)}, {key("severity"), blocker ? key("blocker") : key("warning")},
        {key("message"), describe(problem)}};
}

/// The part of a plan that can be judged without a server.
QJsonObject validateAlone(const Plan &plan)
{
    const QList<Problem> problems = checkSettings(plan, ServerFacts());
    QJsonArray list;
    for (const Problem &problem : problems)
        list.append(problemJson(problem));
    return {{key("problems"), list}, {key("refused"), hasBlocker(problems)}, {key("compared"), false}};
}

Result<QJsonObject> validateWithAgent(const Plan &plan, const Arguments &arguments)
{
    const bool source = arguments.has("source-disk");
    const Result<std::unique_ptr<Session>> session = source ? Session::open(arguments) : Session::attach(arguments);
    if (!session && !source)
        return validateAlone(plan);
    if (!session)
        return session.error();
    Result<QJsonObject> reply = (*session)->agent().call(key("plan.validate"), {{key("plan"), toJson(plan)}});
    if (reply)
        reply->insert(key("compared"), true);
    else if (!source && reply.error().code == ErrorCode::PermissionDenied) // an agent that may not look at its own machine
        return validateAlone(plan);
    return reply;
}

void showDisk(const Plan::Disk &disk, Console &console)
{
    const QString role = disk.role == Plan::Role::System ? QStringLiteral("System disk") : QStringLiteral("Data disk");
    console.line(QStringLiteral("%1 of %2 GiB from %3%4")
                     .arg(role)
                     .arg(disk.sizeGiB)
                     .arg(disk.source, disk.lvm ? QStringLiteral(", with LVM") : QString()));
    for (const Plan::Volume &volume : disk.volumes) {
        const QString how = !volume.migrate                  ? QStringLiteral("left out")
            : volume.replication == Plan::Replication::Block ? QStringLiteral("block by block")
                                                             : QStringLiteral("file by file");
        console.line(QStringLiteral("  %1 %2  %3  (%4)")
                         .arg(volume.mount.isEmpty() ? QStringLiteral("not mounted") : volume.mount,
                             sizeText(double(volume.sizeMiB) * (1 << 20)), how, volume.source));
    }
}

QString limitText(int value, const char *unit)
{
    return value == 0 ? QStringLiteral("none") : QStringLiteral("%1 %2").arg(value).arg(QLatin1String(unit));
}

/// What the migration takes from the source server.
void showLimits(const Plan::Transfer &transfer, Console &console)
{
    console.line(QStringLiteral("Disk-read limit %1, niceness %2, back-off %3")
                     .arg(limitText(transfer.diskMBps, "MB/s"))
                     .arg(transfer.niceness)
                     .arg(transfer.backOff ? QStringLiteral("on") : QStringLiteral("off")));
    console.line(QStringLiteral("Final moment of a running server %1 s at most").arg(transfer.freezeSeconds));
    for (const LimitWindow &window : transfer.schedule)
        console.line(QStringLiteral("  %1: speed limit %2, disk-read limit %3")
                         .arg(describe(window), limitText(window.limitMbps, "Mbit/s"), limitText(window.diskMBps, "MB/s")));
}

void show(const Plan &plan, Console &console)
{
    console.line(QStringLiteral("Image %1-… kept in %2, made in %3 with bucket %4")
                     .arg(plan.image.namePrefix, plan.image.region, plan.image.transitRegion, plan.image.bucket));
    console.line(plan.network.type == Plan::Network::Type::Public
            ? QStringLiteral("Transfer over the public network")
            : QStringLiteral("Transfer inside VPC %1, vSwitch %2").arg(plan.network.vpcId, plan.network.vSwitchId));
    console.line(QStringLiteral("Speed limit %1, compression %2, checksum verification %3")
                     .arg(limitText(plan.transfer.limitMbps, "Mbit/s"))
                     .arg(plan.transfer.compression)
                     .arg(plan.transfer.checksum ? QStringLiteral("on") : QStringLiteral("off")));
    showLimits(plan.transfer, console);
    for (const Plan::Disk &disk : plan.disks)
        showDisk(disk, console);
    if (!plan.excludes.isEmpty())
        console.line(QStringLiteral("Excluded: ") + plan.excludes.join(QLatin1String(", ")));
}

/// The server's disks as they are and as they will be, when an agent that can look at them is there.
void showPictures(const Plan &plan, const Arguments &arguments, Console &console)
{
    const Result<std::unique_ptr<Session>> session = arguments.has("source-disk") ? Session::open(arguments) : Session::attach(arguments);
    const Result<QJsonObject> reply = session ? (*session)->agent().call(key("inspect"), {}) : session.error();
    const Result<ServerFacts> facts = reply ? serverFactsFromJson(reply->value(QLatin1String("facts")).toObject()) : reply.error();
    if (!facts)
        return; // a plan can be read without its server
    const Result<QStringList> after = layoutAfter(plan, *facts);
    console.line(QStringLiteral("\nBefore"));
    for (const QString &line : layoutBefore(*facts))
        console.line(line);
    console.line(QStringLiteral("\nAfter"));
    if (!after)
        console.line(describe(after.error()).message);
    for (const QString &line : after ? *after : QStringList())
        console.line(line);
}

Result<Plan> jobsPlan(const Arguments &arguments)
{
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return session.error();
    const Result<QJsonObject> reply = (*session)->agent().call(key("plan.show"), {{key("job"), arguments.value("job")}});
    if (!reply)
        return reply.error();
    return planFromJson(reply->value(QLatin1String("plan")).toObject());
}

}

int newPlan(const Arguments &arguments, Console &console)
{
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return console.error(session.error());
    QJsonObject params;
    if (arguments.has("region"))
        params.insert(key("region"), arguments.value("region"));
    const Result<QJsonObject> reply = (*session)->agent().call(key("plan.new"), params);
    if (!reply)
        return console.error(reply.error());
    const Result<Plan> plan = planFromJson(reply->value(QLatin1String("plan")).toObject());
    if (!plan)
        return console.error(plan.error());
    showProblems(reply->value(QLatin1String("problems")).toArray(), console); // beside the plan, which is all of standard output
    console.raw(writePlan(*plan));
    return exitDone;
}

int validatePlan(const Arguments &arguments, Console &console)
{
    const Result<Plan> plan = readPlanFile(arguments.positional, console);
    if (!plan)
        return exitCodeFor(plan.error());
    const Result<QJsonObject> reply = validateWithAgent(*plan, arguments);
    if (!reply)
        return console.error(reply.error());
    const bool refused = reply->value(QLatin1String("refused")).toBool();
    if (console.isJson()) {
        QJsonObject out = *reply;
        out.insert(key("valid"), !refused);
        console.json(out);
        return refused ? exitRefused : exitDone;
    }
    const QJsonArray problems = reply->value(QLatin1String("problems")).toArray();
    if (refused && reply->contains(QLatin1String("error")))
        return showRefusal(*reply, console);
    showProblems(problems, console);
    if (refused)
        return exitRefused;
    console.line(reply->value(QLatin1String("compared")).toBool()
            ? QStringLiteral("The plan is valid for this server.")
            : QStringLiteral("The plan is valid. It was not compared with a server."));
    return exitDone;
}

int showPlan(const Arguments &arguments, Console &console)
{
    if (arguments.positional.isEmpty() && !arguments.has("job"))
        return console.error({ErrorCode::UsageWrong, Retry::AfterUserAction, {QStringLiteral("“plan show” needs a file or --job.")}, {}});
    const Result<Plan> plan = arguments.positional.isEmpty() ? jobsPlan(arguments) : readPlanFile(arguments.positional, console);
    if (!plan && !arguments.positional.isEmpty())
        return exitCodeFor(plan.error()); // already shown
    if (!plan)
        return console.error(plan.error());
    if (console.isJson()) {
        console.json(toJson(*plan));
        return exitDone;
    }
    show(*plan, console);
    showPictures(*plan, arguments, console);
    return exitDone;
}

}
