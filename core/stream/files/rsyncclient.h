#pragma once
#include "core/stream/files/filecopy.h"

namespace edgelift {

/// rsync's words for copying `folder` to the receiver's volume, through `tunnel` as its remote shell.
[[nodiscard]] QStringList rsyncArguments(const FileVolume &volume, const QString &folder, const QString &tunnel);

/// What rsync's exit code means for the volume. Ok: everything was copied, or only what went away meanwhile is missing.
[[nodiscard]] Result<FileCopyEnd> rsyncEnd(const FileVolume &volume, int exitCode, const QByteArray &words);

}
