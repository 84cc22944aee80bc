#pragma once
#include "core/base/result.h"

#include <QStringList>

namespace edgelift::files {

/// What the other end's rsync wants run here ("rsync --server -logDtpHAXrSe.iLsfxCIvu --delete . /"), checked: a receiving server with
/// known options only, none of which names a file here. The last word is where it writes: `target` takes its place. Error: RequestMalformed
/// (args: the word).
[[nodiscard]] Result<QStringList> serverArguments(const QStringList &wanted, const QString &target);

}
