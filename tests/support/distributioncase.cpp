#include "tests/support/distributioncase.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <csignal>

namespace edgelift::test {

namespace {

QString content(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// boot-check.sh waits for `text`; what is wrong, or empty.
QString boots(const QString &disk, bool uefi, const QString &text, const QString &log)
{
    QStringList arguments{QStringLiteral("--timeout"), QStringLiteral("240"), QStringLiteral("--log"), log};
    if (uefi)
        arguments.append(QStringLiteral("--uefi"));
    return runTool(supportScript(QStringLiteral("boot-check.sh")), arguments + QStringList{text, disk})
        ? QString()
        : QStringLiteral("the image does not boot to \"%1\"").arg(text);
}

qint64 parentOf(qint64 process)
{
    const QString stat = content(QStringLiteral("/proc/%1/stat").arg(process));
    return stat.mid(stat.lastIndexOf(QLatin1Char(')')) + 2).section(QLatin1Char(' '), 1, 1).toLongLong();
}

bool isBelow(qint64 process, qint64 ancestor)
{
    while (process > 1 && process != ancestor)
        process = parentOf(process);
    return process == ancestor;
}

/// The receiver below `service` that has an initramfs made just now; 0: none has.
qint64 convertingReceiver(qint64 service)
{
    for (const QString &name : QDir(QStringLiteral("/proc")).entryList({QStringLiteral("[1-9]*")}, QDir::Dirs)) {
        if (content(QStringLiteral("/proc/%1/comm").arg(name)).trimmed() != QLatin1String("mkinitramfs"))
            continue;
        const qint64 parent = parentOf(name.toLongLong());
        const bool ours = content(QStringLiteral("/proc/%1/cmdline").arg(parent)).contains(QLatin1String("edgelift-receiver"));
        if (ours && isBelow(parent, service))
            return parent;
    }
    return 0;
}

/// A server that was migrated, and where everything is.
struct Migrated
{
    QString problem; ///< empty: all went well
    QString raw; ///< the source
    QString disk; ///< the image's
};

Migrated migrateServer(Simulation &simulation, const DistributionCase &server)
{
    if (!simulation.startService())
        return {QStringLiteral("the service did not start: ") + simulation.serviceOutput(), {}, {}};
    Migrated out;
    out.raw = simulation.path(QStringLiteral("server.img"));
    QStringList build{server.suite, server.layout, out.raw};
    if (!server.traps.isEmpty())
        build = QStringList{QStringLiteral("--traps"), server.traps} + build;
    if (!runTool(supportScript(QStringLiteral("debian-server.sh")), build, 900))
        return {QStringLiteral("the source could not be built"), {}, {}};
    QString source = out.raw;
    if (server.qcow2) {
        source = simulation.path(QStringLiteral("server.qcow2"));
        if (!runTool(
                QStringLiteral("qemu-img"), {QStringLiteral("convert"), QStringLiteral("-O"), QStringLiteral("qcow2"), out.raw, source}))
            return {QStringLiteral("qemu-img failed"), {}, {}};
    }
    bool killed = !server.killReceiver;
    const CtlResult result = simulation.migrate({source}, simulation.makePlan({source}), {}, [&](QProcess &, const QList<QJsonObject> &) {
        const qint64 receiver = killed ? 0 : convertingReceiver(simulation.servicePid());
        killed = killed || (receiver > 0 && ::kill(pid_t(receiver), SIGKILL) == 0);
    });
    if (result.exitCode != 0)
        return {result.describe(), {}, {}};
    if (!killed)
        return {QStringLiteral("the receiver was never seen converting"), {}, {}};
    if (!simulation.leftovers().isEmpty())
        return {QStringLiteral("left in the cloud: ") + simulation.leftovers().join(QLatin1Char(' ')), {}, {}};
    const QJsonObject finished = result.last(QStringLiteral("finished"));
    const QString folder =
        simulation.dataDir() + QLatin1String("/ens/images/") + finished.value(QLatin1String("imageId")).toString() + QLatin1Char('/');
    const QJsonObject image = QJsonDocument::fromJson(content(folder + QLatin1String("image.json")).toUtf8()).object();
    out.disk = folder + image.value(QLatin1String("disks")).toArray().at(0).toObject().value(QLatin1String("path")).toString();
    const QString report = finished.value(QLatin1String("reportPath")).toString().replace(QLatin1String(".html"), QLatin1String(".json"));
    if (!runTool(supportScript(QStringLiteral("compare-disk.sh")), {QStringLiteral("--except"), report, out.raw, out.disk}))
        out.problem = QStringLiteral("the image differs from the source by more than the report says");
    return out;
}

}

QString migrateAndBoot(const DistributionCase &server)
{
    Simulation simulation;
    const Migrated done = migrateServer(simulation, server);
    if (!done.problem.isEmpty())
        return done.problem;
    const QString log = simulation.path(QStringLiteral("console"));
    return boots(done.disk, server.layout == QLatin1String("uefi"), content(done.raw + QLatin1String(".expected")).trimmed(), log);
}

QString migrateAndCheckBoot(const DistributionCase &server)
{
    Simulation simulation;
    const Migrated done = migrateServer(simulation, server);
    if (!done.problem.isEmpty())
        return done.problem;
    constexpr int patience = 900; // seconds
    const CtlResult checked = simulation.ctl(
        sourceDisks({done.raw}) + QStringList{QStringLiteral("report"), QStringLiteral("--boot-check"), QStringLiteral("--json")}, {},
        patience);
    const QJsonObject boot =
        checked.events.isEmpty() ? QJsonObject() : checked.events.constLast().value(QLatin1String("bootCheck")).toObject();
    const QString seen = QString::fromUtf8(QJsonDocument(boot).toJson(QJsonDocument::Compact));
    if (checked.exitCode != 0)
        return QStringLiteral("the image does not come up: %1\n%2\n%3")
            .arg(seen, checked.describe(), content(boot.value(QLatin1String("console")).toString()).right(3000));
    const bool complete = boot.value(QLatin1String("works")).toBool() && boot.value(QLatin1String("reached")) == QLatin1String("network")
        && !boot.value(QLatin1String("address")).toString().isEmpty();
    return complete ? QString() : QStringLiteral("not all of it was seen: ") + seen;
}

}
