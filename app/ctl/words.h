#pragma once
#include <QJsonObject>
#include <QString>

/// Values as people read them at a terminal.
namespace edgelift::ctl {

[[nodiscard]] QString sizeText(double bytes); ///< "26.4 MiB"
/// "less than 1 min", "about 10 min", "about 3 h 10 min", "more than 2 days" (ux.md 2.10)
[[nodiscard]] QString remainingText(qint64 seconds);
/// What a phase does, as a title: "Copying the disks".
[[nodiscard]] QString phaseTitle(const QString &phase);

/// One line for a "progress" event, at most `width` columns (at least 20): bar, percent, bytes, speed, remaining time.
/// Parts that do not fit are left out from the right.
[[nodiscard]] QString progressLine(const QJsonObject &event, int width);

}
