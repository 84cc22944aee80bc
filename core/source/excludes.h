#pragma once
#include "core/base/result.h"

#include <QStringList>

namespace edgelift {

/// What the administrator of a server never wants copied where files are copied: a new plan begins with it. The package installs one.
inline const QString excludesFile = QStringLiteral("/etc/edgelift/excludes");
constexpr qint64 excludesMost = 1 << 20; ///< bytes of it

/// The patterns in the content of such a file, in its order, as rsync(1) reads them with --exclude-from: one a line; lines that begin with
/// # or ; and empty ones are comments. Errors: FileUnreadable (args: its name), when it is larger than excludesMost or has a zero byte.
[[nodiscard]] Result<QStringList> excludePatterns(const QByteArray &content);

/// Of patterns that begin at the root of the server, those that concern the volume mounted at `mount`, as an rsync that copies that
/// volume alone wants them: "/var/cache/*" is "/cache/*" for "/var". A pattern that names the volume itself, or a folder it lies in, leaves
/// out all that is in it ("/*"). Patterns without a leading slash are for every volume. Empty lines are not expected.
[[nodiscard]] QStringList excludesWithin(const QStringList &patterns, const QString &mount);

}
