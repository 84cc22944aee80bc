#pragma once
#include "core/base/result.h"

#include <QStringList>

namespace edgelift {

/// The receiver with its libraries and tools, packed (installer/bundle.sh).
struct Bundle
{
    QString path;
    QByteArray sha256; ///< lower-case hex
};

/// The first of `paths` that is a file, read once for its hash. Errors: BundleMissing (args: the first place), FileUnreadable.
[[nodiscard]] Result<Bundle> findBundle(const QStringList &paths);

}
