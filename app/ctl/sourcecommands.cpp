#include "app/ctl/commands.h"
#include "app/ctl/credentials.h"
#include "app/ctl/exitcodes.h"
#include "app/ctl/session.h"
#include "app/ctl/words.h"
#include "core/layout/factsjson.h"

#include <QJsonArray>

namespace edgelift::ctl {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

QString text(const QJsonObject &object, const char *name) { return object.value(QLatin1String(name)).toString(); }

Result<QJsonObject> ask(const Arguments &arguments, const QString &method, const QJsonObject &params = {})
{
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return session.error();
    return (*session)->agent().call(method, params);
}

void showVolume(const VolumeFacts &volume, Console &console)
{
    console.line(
        QStringLiteral("    %1 %2 %3 %4 %5")
            .arg(volume.id.leftJustified(44), fsName(volume.fs).leftJustified(9), sizeText(double(volume.size.count)).rightJustified(10),
                (sizeText(double(volume.used.count)) + QLatin1String(" used")).rightJustified(15), volume.mountPoint)
            .trimmed()
            .prepend(QLatin1String("    ")));
}

void showFacts(const ServerFacts &facts, Console &console)
{
    console.line(QStringLiteral("%1: %2, %3, starts by %4")
                     .arg(facts.sourceName, facts.os.prettyName, facts.os.architecture, bootModeName(facts.bootMode)));
    for (const DiskFacts &disk : facts.disks) {
        console.line(
            QStringLiteral("  Disk %1, %2, %3 (%4)").arg(disk.name, sizeText(double(disk.size.count)), tableName(disk.table), disk.id));
        for (const VolumeFacts &volume : facts.volumes) {
            if (volume.disk == disk.id)
                showVolume(volume, console);
        }
    }
    for (const KernelFacts &kernel : facts.os.kernels)
        console.line(QStringLiteral("  Kernel %1%2")
                         .arg(kernel.version, kernel.virtioBlk ? QString() : QStringLiteral(" (cannot read a cloud disk)")));
}

void showMachine(const LiveFacts &live, Console &console)
{
    for (const UseFacts &use : live.uses) {
        if (use.volume.isEmpty()) // the others stand beside their volume
            console.line(QStringLiteral("  %1 %2 %3")
                             .arg(use.place, use.fs, use.layers.join(QLatin1String(" on ")))
                             .trimmed()
                             .prepend(QLatin1String("  In use: ")));
    }
    for (const NicFacts &nic : live.nics)
        console.line(QStringLiteral("  Network %1 %2 %3%4")
                         .arg(nic.name, nic.mac, nic.addresses.join(QLatin1String(", ")), nic.up ? QString() : QStringLiteral(" (down)")));
    for (const RouteFacts &route : live.routes) {
        if (route.destination.endsWith(QLatin1String("/0")))
            console.line(QStringLiteral("  Gateway %1 through %2").arg(route.gateway, route.nic));
    }
    if (!live.dnsServers.isEmpty())
        console.line(QStringLiteral("  Name servers ") + live.dnsServers.join(QLatin1String(", ")));
}

int refuseToFix(const QJsonArray &checks, const QString &id, Console &console)
{
    QString reason = QStringLiteral("There is no check “%1”.").arg(id);
    for (const QJsonValue &value : checks) {
        const QJsonObject check = value.toObject();
        if (text(check, "id") == id)
            reason = QStringLiteral("What “%1” found cannot be mended for you here: %2").arg(id, text(check, "remedy"));
    }
    return console.error({ErrorCode::UsageWrong, Retry::AfterUserAction, {reason}, {}});
}

int answerPrompt(const Arguments &arguments, const QString &id, Console &console)
{
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return console.error(session.error());
    constexpr std::chrono::minutes patience{35}; // a package may be installed
    const Result<QJsonObject> reply =
        (*session)->agent().call(key("fix"), {{key("id"), id}, {key("choice"), arguments.value("choice")}}, patience);
    if (!reply)
        return console.error(reply.error());
    if (console.isJson())
        console.json(*reply);
    else
        console.line(QStringLiteral("%1: %2. %3")
                         .arg(id, text(*reply, "state"),
                             reply->value(QLatin1String("changed")).toBool() ? QStringLiteral("Changed.")
                                                                             : QStringLiteral("Nothing had to be changed.")));
    return exitDone;
}

/// The checks of the server, then those of the way to the cloud: what one agent says to both questions.
Result<QJsonObject> askBoth(const Arguments &arguments)
{
    QJsonObject where{{key("endpoint"), arguments.value("endpoint")}};
    if (arguments.has("code-file")) { // nothing else is worth reading: nobody signs in
        const Result<QJsonObject> params = authorizationParams(arguments);
        if (!params)
            return params.error();
        where = *params;
    }
    if (arguments.has("region"))
        where.insert(key("transitRegion"), arguments.value("region"));
    const Result<std::unique_ptr<Session>> session = Session::open(arguments);
    if (!session)
        return session.error();
    Result<QJsonObject> out = (*session)->agent().call(key("check"), {});
    if (!out)
        return out;
    const Result<QJsonObject> cloud = (*session)->agent().call(key("check.cloud"), where);
    if (!cloud)
        return cloud;
    QJsonArray checks = out->value(key("checks")).toArray();
    for (const QJsonValue &each : cloud->value(key("checks")).toArray())
        checks.append(each);
    out->insert(key("checks"), checks);
    out->insert(key("blocked"), out->value(key("blocked")).toBool() || cloud->value(key("blocked")).toBool());
    return out;
}

void showCheck(const QJsonObject &check, Console &console)
{
    static const QMap<QString, QString> labels{{QStringLiteral("ok"), QStringLiteral("ok     ")},
        {QStringLiteral("info"), QStringLiteral("note   ")}, {QStringLiteral("warning"), QStringLiteral("warning")},
        {QStringLiteral("blocker"), QStringLiteral("PROBLEM")}};
    console.line(QStringLiteral("%1  %2: %3").arg(labels.value(text(check, "severity")), text(check, "title"), text(check, "evidence")));
    if (!text(check, "remedy").isEmpty() && text(check, "severity") != QLatin1String("ok"))
        console.line(QStringLiteral("         ") + text(check, "remedy"));
}

}

int inspectSource(const Arguments &arguments, Console &console)
{
    const Result<QJsonObject> reply = ask(arguments, key("inspect"));
    if (!reply)
        return console.error(reply.error());
    if (console.isJson()) {
        console.json(*reply);
        return exitDone;
    }
    const Result<ServerFacts> facts = serverFactsFromJson(reply->value(QLatin1String("facts")).toObject());
    if (!facts)
        return console.error(facts.error());
    showFacts(*facts, console);
    if (facts->live)
        showMachine(*facts->live, console);
    for (const QJsonValue &note : reply->value(QLatin1String("notes")).toArray())
        console.line(QStringLiteral("  Note: %1: %2").arg(text(note.toObject(), "subject"), text(note.toObject(), "text")));
    return exitDone;
}

int checkSource(const Arguments &arguments, Console &console)
{
    const QString id = arguments.value("fix");
    if (arguments.has("fix") && (id == QLatin1String("rsync") || id == QLatin1String("selinux") || id == QLatin1String("snapshot-driver")))
        return answerPrompt(arguments, id, console);
    const Result<QJsonObject> reply = arguments.has("fix") ? ask(arguments, key("check")) : askBoth(arguments);
    if (!reply)
        return console.error(reply.error());
    const QJsonArray checks = reply->value(QLatin1String("checks")).toArray();
    if (arguments.has("fix"))
        return refuseToFix(checks, id, console);
    if (console.isJson())
        console.json(*reply);
    else {
        for (const QJsonValue &check : checks)
            showCheck(check.toObject(), console);
    }
    return reply->value(QLatin1String("blocked")).toBool() ? exitRefused : exitDone;
}

int importSource(const Arguments &arguments, Console &console)
{
    const Result<QJsonObject> params = authorizationParams(arguments);
    if (!params)
        return console.error(params.error());
    const Result<QJsonObject> reply = ask(arguments, key("import"), *params);
    if (!reply)
        return console.error(reply.error());
    if (console.isJson())
        console.json(*reply);
    else
        console.line(QStringLiteral("Import Source Server [%1] Successfully!").arg(text(*reply, "sourceId")));
    return exitDone;
}

}
