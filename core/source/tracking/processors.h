#pragma once
#include "core/base/result.h"

#include <QByteArray>
#include <QList>

namespace edgelift {

/// The processors that are switched on, as the kernel writes it: "0-3,5". Error: FileUnreadable.
[[nodiscard]] Result<QByteArray> onlineProcessors();
[[nodiscard]] QList<int> processorsIn(const QByteArray &list);

}
