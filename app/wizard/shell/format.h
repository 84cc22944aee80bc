#pragma once
#include "core/base/bytes.h"

#include <QDateTime>
#include <QString>
#include <optional>

/// Numbers, sizes and times as people read them, in the language set now (QLocale()). The one place that knows where QLocale 6.4 is
/// wrong (ux.md section 3.3, I5). Ask again after a language change.
namespace edgelift::wizard::format {

[[nodiscard]] QString number(qint64 value); ///< with the groups of the language
[[nodiscard]] QString decimal(double value, int decimals);
[[nodiscard]] QString size(Bytes bytes); ///< "26.4 GiB"; always powers of 1024
[[nodiscard]] QString sizeGiB(qint64 gib); ///< whole GiB, such as the size of a planned disk
[[nodiscard]] QString speed(double bytesPerSecond); ///< "26.4 MiB/s"; "–" when nothing moves
[[nodiscard]] QString megabits(double bitsPerSecond); ///< "110 Mbit/s": of the network
[[nodiscard]] QString limit(int megabits); ///< "100 Mbit/s"; 0: "Unlimited" (ux.md C11)
[[nodiscard]] QString percent(double share, int decimals = 0); ///< `share` from 0 to 1; rounded down, so that 100 % means all
/// "less than 1 min", "about 3 h 10 min", "more than 2 days"; nothing known: "–" (ux.md 2.10).
[[nodiscard]] QString remaining(std::optional<qint64> seconds);
[[nodiscard]] QString duration(qint64 seconds); ///< "2 h 20 min", "48 s"
[[nodiscard]] QString clock(const QDateTime &time); ///< "14:02:11", local, always 24 hours
[[nodiscard]] QString date(const QDateTime &time); ///< day and time, local; empty for an invalid time

/// For what stays left-to-right and untranslated inside a sentence: paths, ids, commands, codes (I6).
[[nodiscard]] QString ltr(const QString &text);
/// A name from a server on one line: control characters and marks of direction are visible instead of acting.
[[nodiscard]] QString shown(const QString &text);
/// A name inside a sentence: shown(), and in a direction of its own where it could turn its neighbours around.
[[nodiscard]] QString name(const QString &text);
/// shown(), with its middle left out beyond `most` characters.
[[nodiscard]] QString shortened(const QString &text, qsizetype most);

}
