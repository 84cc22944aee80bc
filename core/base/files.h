#pragma once
#include "core/base/result.h"

#include <QByteArray>
#include <QJsonObject>

namespace edgelift {

/// Owner only: for everything in a state directory. World-readable files are written by those who mean it.
inline constexpr unsigned privateFile = 0600;
inline constexpr unsigned privateFolder = 0700;

/// Replaces `path` as a whole: a temporary file beside it, fsync, rename, fsync of the folder. After a crash the old or the
/// new content is there, never a mixture. Errors: NoSpace, FileUnwritable.
[[nodiscard]] Result<> writeFileDurably(const QString &path, const QByteArray &content, unsigned mode = privateFile);
/// The whole file, at most `limit` bytes (a longer one is FileUnreadable). Errors: FileUnreadable.
[[nodiscard]] Result<QByteArray> readFile(const QString &path, qint64 limit = 64 << 20);
/// A JSON object. Errors: FileUnreadable, StateUnreadable (not an object).
[[nodiscard]] Result<QJsonObject> readJsonFile(const QString &path);
[[nodiscard]] Result<> writeJsonFile(const QString &path, const QJsonObject &object, unsigned mode = privateFile);
/// Makes `path` and its parents; those it makes get `mode`. Errors: FileUnwritable.
[[nodiscard]] Result<> makeFolder(const QString &path, unsigned mode = privateFolder);

/// errno as an Error: ENOSPC and EDQUOT become NoSpace, EACCES and EPERM PermissionDenied, everything else `otherwise`.
[[nodiscard]] Error errnoError(int number, ErrorCode otherwise, const QString &path);

}
