#pragma once
#include <QString>

namespace edgelift {

/// The one account of a simulated cloud.
inline const QString simulatedAccount = QStringLiteral("1234567890123456");

}
