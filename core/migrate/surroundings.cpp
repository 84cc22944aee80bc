#include "core/migrate/surroundings.h"

#include "core/cloud/qthttptransport.h"

#include <QCoreApplication>
#include <QFileInfo>

namespace edgelift {

Surroundings realSurroundings()
{
    const QString name = QStringLiteral("/receiver-bundle.tar.gz");
    const QString program = QCoreApplication::applicationDirPath();
    QStringList bundles;
    if (const QString chosen = qEnvironmentVariable("EDGELIFT_BUNDLE"); !chosen.isEmpty())
        bundles.append(chosen);
    bundles << program + QLatin1String("/../share/edgelift") + name << program + name << QStringLiteral("/usr/share/edgelift") + name;
    LiveTools live;
    live.track = [](const QList<TrackedDisk> &disks, const QList<SelfTestPlace> &places) { return chooseTracker(disks, places); };
    const auto helper = [&program](const QString &tool) {
        const QString beside = program + QLatin1Char('/') + tool;
        return QFileInfo::exists(beside) ? beside : QStringLiteral("/usr/lib/edgelift/") + tool;
    };
    live.freezer.program = helper(QStringLiteral("edgelift-freezer"));
    return {std::make_shared<SystemClock>(), std::make_shared<QtHttpTransport>(), std::make_shared<TlsReceiverLink>(), bundles, live,
        helper(QStringLiteral("edgelift-tunnel"))};
}

}
