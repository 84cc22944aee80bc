#pragma once
#include "core/base/result.h"

#include <QStringList>

namespace edgelift {

/// What the administrator of this server never wants copied where files are copied; a plan may add to it. The package installs one.
inline const QString defaultExcludesFile = QStringLiteral("/etc/edgelift/excludes");

/// The patterns of such a file, in its order, as rsync(1) reads them with --exclude-from: one a line; lines that begin with # or ; and
/// empty ones are comments. No file: no patterns. Errors: FileUnreadable (also when it is larger than 1 MiB, or has a zero byte).
[[nodiscard]] Result<QStringList> readExcludes(const QString &file = defaultExcludesFile);

/// Both, each pattern once: the administrator's first, since rsync goes by the first that matches.
[[nodiscard]] QStringList mergedExcludes(const QStringList &ofServer, const QStringList &ofPlan);

/// Of patterns that begin at the root of the server, those that concern the volume mounted at `mount`, as an rsync that copies that
/// volume alone wants them: "/var/cache/*" is "/cache/*" for "/var". A pattern that names the volume itself, or a folder it lies in, leaves
/// out all that is in it ("/*"). Patterns without a leading slash are for every volume. Empty lines are not expected.
[[nodiscard]] QStringList excludesWithin(const QStringList &patterns, const QString &mount);

}
