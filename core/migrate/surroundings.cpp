#include "core/migrate/surroundings.h"

#include "core/cloud/qthttptransport.h"

#include <QCoreApplication>

namespace edgelift {

Surroundings realSurroundings()
{
    const QString name = QStringLiteral("/receiver-bundle.tar.gz");
    const QString program = QCoreApplication::applicationDirPath();
    QStringList bundles;
    if (const QString chosen = qEnvironmentVariable("EDGELIFT_BUNDLE"); !chosen.isEmpty())
        bundles.append(chosen);
    bundles << program + QLatin1String("/../share/edgelift") + name << program + name << QStringLiteral("/usr/share/edgelift") + name;
    return {std::make_shared<SystemClock>(), std::make_shared<QtHttpTransport>(), std::make_shared<TlsReceiverLink>(), bundles};
}

}
