#pragma once
#include "core/base/secret.h"

#include <QJsonObject>
#include <QString>

namespace edgelift::log {

/// Structured log: one JSON object a line with time, level, area, message and facts. Written to standard error until a file is
/// opened. Thread-safe. Text is English. Whatever was given to hide() is replaced by *** before a line leaves the program.
enum class Level : quint8 { Debug, Info, Warning, Error };

/// Appends to `path` (made with mode 0600) instead of standard error. False when it cannot be opened.
bool openFile(const QString &path);
void setLevel(Level lowest); ///< Info to begin with
/// Never print this value again, in any line. Values shorter than 6 bytes are ignored.
void hide(const Secret &secret);
[[nodiscard]] QString redacted(QString text); ///< what write() does to each line

void write(Level level, const char *area, const QString &message, const QJsonObject &facts = {});
inline void debug(const char *area, const QString &message, const QJsonObject &facts = {}) { write(Level::Debug, area, message, facts); }
inline void info(const char *area, const QString &message, const QJsonObject &facts = {}) { write(Level::Info, area, message, facts); }
inline void warning(const char *area, const QString &message, const QJsonObject &facts = {}) { write(Level::Warning, area, message, facts); }
inline void error(const char *area, const QString &message, const QJsonObject &facts = {}) { write(Level::Error, area, message, facts); }

}
