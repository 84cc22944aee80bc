#pragma once
#include <QString>
#include <QUrl>

namespace edgelift {

/// How a simulated cloud is set up. Account 1234567890123456 everywhere.
struct SimSettings
{
    QString dataDir; ///< the service's DIR, absolute; holds state/, oss/, ecs/, ens/
    QUrl endpoint; ///< where this cloud is reached; known once the server is bound
    double timeScale = 1.0; ///< factor on every simulated delay; 0: none (tests)
};

inline const QString simulatedAccount = QStringLiteral("1234567890123456");

}
