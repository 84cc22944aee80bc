#pragma once
#include <QJsonObject>
#include <QString>
#include <QStringList>

/// Values as people read them at a terminal.
namespace edgelift::ctl {

[[nodiscard]] QString sizeText(double bytes); ///< "26.4 MiB"
/// "less than 1 min", "about 10 min", "about 3 h 10 min", "more than 2 days" (ux.md 2.10)
[[nodiscard]] QString remainingText(qint64 seconds);
/// The limits in force, of a "progress" event: "limit 50 Mbit/s (mon 08:00–18:00)", "back-off: reading 12 MB/s". Empty: none.
[[nodiscard]] QStringList limitTexts(const QJsonObject &event);
/// One line for a "progress" event, at most `width` columns (at least 20): bar, percent, bytes, speed, remaining time.
/// Parts that do not fit are left out from the right.
[[nodiscard]] QString progressLine(const QJsonObject &event, int width);

}
