#pragma once
#include <QByteArray>

namespace edgelift::bootfix {

/// What `diff -u` would print for the two contents, with `before` and `after` as the names in its head; a null content is /dev/null
/// there. Files with a NUL in them are only said to differ. Empty when they are equal. Large differences are shown as one replacement.
[[nodiscard]] QByteArray unifiedDiff(const QByteArray &name, const QByteArray &before, const QByteArray &after);

}
