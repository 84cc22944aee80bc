#include "tests/support/bootcell.h"

#include "tests/support/planedits.h"

#include <QFile>
#include <QJsonDocument>

namespace edgelift::test {

namespace {

constexpr int patience = 1200; // seconds; of a migration or a boot on a busy machine

QString key(const char *text) { return QString::fromLatin1(text); }

QString content(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// One partition that is one disk cannot have another one beside it, and a subvolume goes where its filesystem goes.
bool hasNoHome(const BootCell &cell) { return cell.layout == QLatin1String("mbr-ext4") || cell.layout == QLatin1String("gpt-btrfs"); }

bool isAgainstTheRules(const BootCell &cell)
{
    const bool homeless = cell.change == LayoutChange::HomeMoved && hasNoHome(cell);
    return homeless || (cell.change == LayoutChange::ToLvm && cell.layout == QLatin1String("mbr-ext4")); // no /boot beside the group
}

/// The source's disks, made; empty: that failed.
QStringList makeServer(const BootCell &cell, const Simulation &simulation)
{
    const bool lvm = cell.layout == QLatin1String("gpt-lvm");
    const QString layout = lvm && cell.change != LayoutChange::AsIs ? key("gpt-lvm-one") : cell.layout;
    const bool divided = !lvm && cell.layout != QLatin1String("mbr-ext4");
    QStringList build;
    if (divided && cell.change == LayoutChange::ToLvm)
        build << key("--parts") << key("boot");
    if (divided && cell.change == LayoutChange::HomeMoved && !hasNoHome(cell))
        build << key("--parts") << key("home");
    QStringList disks{simulation.path(key("system.img"))};
    if (!runTool(supportScript(key("debian-server.sh")), build << cell.suite << layout << disks.constFirst(), patience))
        return {};
    if (cell.change != LayoutChange::HomeMoved)
        return disks;
    disks.append(simulation.path(key("data.img")));
    const QString make = key("truncate -s 1G \"$1\" && printf 'label: gpt\\ntype=L\\n' | sfdisk -q \"$1\" && "
                             "mkfs.ext4 -q -F -E offset=1048576 \"$1\" 1000M");
    return runTool(key("sh"), {key("-c"), make, key("sh"), disks.at(1)}) ? disks : QStringList();
}

void change(const BootCell &cell, QJsonObject &plan)
{
    QJsonArray disks = plan.value(key("disks")).toArray();
    const QJsonObject byFiles{{key("replication"), key("file")}};
    switch (cell.change) {
    case LayoutChange::AsIs:
        return;
    case LayoutChange::Shrunk:
        setVolume(disks, key("/"), {{key("replication"), key("file")}, {key("sizeMiB"), 1600}});
        break;
    case LayoutChange::ToLvm:
        setVolume(disks, key("/"), byFiles);
        setDisk(disks, 0, "lvm", true);
        break;
    case LayoutChange::HomeMoved: {
        QJsonObject home = takeVolume(disks, key("/home"));
        if (home.isEmpty()) { // as somebody might write it who does not know better
            home = takeVolume(disks, key("/"));
            addVolume(disks, 0, home);
            home.insert(key("mount"), key("/home"));
        }
        addVolume(disks, 1, home);
        setDisk(disks, 1, "sizeGiB", 2);
        break;
    }
    case LayoutChange::Excludes:
        setVolume(disks, key("/"), byFiles);
        plan.insert(key("excludes"), QJsonArray{key("/srv/data/doc"), key("/var/cache/apt/*")});
        break;
    }
    plan.insert(key("disks"), disks);
    plan.insert(key("modifyDisks"), true);
}

QStringList imageDisks(const Simulation &simulation, const QJsonObject &finished)
{
    const QString folder =
        simulation.dataDir() + QLatin1String("/ens/images/") + finished.value(key("imageId")).toString() + QLatin1Char('/');
    QStringList paths;
    const QJsonObject image = QJsonDocument::fromJson(content(folder + key("image.json")).toUtf8()).object();
    for (const QJsonValue &disk : image.value(key("disks")).toArray())
        paths.append(folder + disk.toObject().value(key("path")).toString());
    return paths;
}

/// What is wrong with the machine; empty: it is up, with a network and all its mounts.
QString bootProblem(Simulation &simulation, const QStringList &disks)
{
    const CtlResult checked =
        simulation.ctl(sourceDisks(disks) + QStringList{key("report"), key("--boot-check"), key("--json")}, {}, patience);
    const QJsonObject boot = checked.events.isEmpty() ? QJsonObject() : checked.events.constLast().value(key("bootCheck")).toObject();
    const QString console = content(boot.value(key("console")).toString());
    const bool works = checked.exitCode == 0 && boot.value(key("works")).toBool() && !boot.value(key("address")).toString().isEmpty();
    if (works && console.contains(key("edgelift-mounts all ")))
        return {};
    return key("%1\n%2\n%3")
        .arg(QString::fromUtf8(QJsonDocument(boot).toJson(QJsonDocument::Compact)), checked.describe(), console.right(3000));
}

}

QString cellName(const BootCell &cell)
{
    const char *changes[] = {"as is by blocks", "shrunk by files", "into LVM", "/home on the second disk", "by files with excludes"};
    return key("%1 %2, %3").arg(cell.suite, cell.layout, key(changes[size_t(cell.change)]));
}

CellEnd runCell(const BootCell &cell)
{
    using Kind = CellEnd::Kind;
    Simulation simulation;
    if (!simulation.startService())
        return {Kind::Failed, key("the service did not start: ") + simulation.serviceOutput()};
    const QStringList disks = makeServer(cell, simulation);
    if (disks.isEmpty())
        return {Kind::Failed, key("the source could not be built")};
    const QString plan = simulation.makePlan(disks, [&cell](QJsonObject &object) { change(cell, object); });
    const CtlResult done = simulation.ctl(
        sourceDisks(disks) + QStringList{key("migrate"), key("--plan"), plan, key("--code-file"), simulation.makeCode(), key("--json")}, {},
        patience);
    constexpr int refused = 3; // by a check, before anything moved
    if (isAgainstTheRules(cell) && done.exitCode == refused)
        return {Kind::Refused, done.last(key("error")).value(key("message")).toString()};
    if (isAgainstTheRules(cell) || done.exitCode != 0)
        return {Kind::Failed, done.describe()};
    const QJsonObject finished = done.last(key("finished"));
    const QString report = finished.value(key("reportPath")).toString().replace(key(".html"), key(".json"));
    QStringList compare{key("--report"), report};
    compare += disks + QStringList{key("--")} + imageDisks(simulation, finished);
    if (!runTool(supportScript(key("compare-volumes.py")), compare, patience))
        return {Kind::Failed, key("the image differs from the source by more than the report says")};
    const QString problem = bootProblem(simulation, disks);
    return {problem.isEmpty() ? Kind::Starts : Kind::Failed, problem};
}

}
