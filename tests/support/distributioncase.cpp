#include "tests/support/distributioncase.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

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

}

QString migrateAndBoot(const DistributionCase &server)
{
    Simulation simulation;
    if (!simulation.startService())
        return QStringLiteral("the service did not start: ") + simulation.serviceOutput();
    const QString raw = simulation.path(QStringLiteral("server.img"));
    if (!runTool(supportScript(QStringLiteral("debian-server.sh")), {server.suite, server.layout, raw}, 900))
        return QStringLiteral("the source could not be built");
    QString source = raw;
    if (server.qcow2) {
        source = simulation.path(QStringLiteral("server.qcow2"));
        if (!runTool(QStringLiteral("qemu-img"), {QStringLiteral("convert"), QStringLiteral("-O"), QStringLiteral("qcow2"), raw, source}))
            return QStringLiteral("qemu-img failed");
    }

    const CtlResult result = simulation.migrate({source}, simulation.makePlan({source}));
    if (result.exitCode != 0)
        return result.describe();
    if (!simulation.leftovers().isEmpty())
        return QStringLiteral("left in the cloud: ") + simulation.leftovers().join(QLatin1Char(' '));

    const QString imageId = result.last(QStringLiteral("finished")).value(QLatin1String("imageId")).toString();
    const QString folder = simulation.dataDir() + QLatin1String("/ens/images/") + imageId + QLatin1Char('/');
    const QJsonObject image = QJsonDocument::fromJson(content(folder + QLatin1String("image.json")).toUtf8()).object();
    const QString disk = folder + image.value(QLatin1String("disks")).toArray().at(0).toObject().value(QLatin1String("path")).toString();
    if (!runTool(supportScript(QStringLiteral("compare-disk.sh")), {raw, disk}))
        return QStringLiteral("the image is not equal to the source");
    const bool uefi = server.layout == QLatin1String("uefi");
    const QString log = simulation.path(QStringLiteral("console"));
    return boots(disk, uefi, content(raw + QLatin1String(".expected")).trimmed(), log);
}

}
