#pragma once
#include "core/base/error.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonObject>

namespace edgelift {

/// A part of the week in which other limits than the plain ones apply. One object of the plan's `transfer.schedule`:
///   {"days": ["mon", "fri"], "from": "22:00", "to": "06:00", "limitMbps": 0, "diskMBps": 0}
struct LimitWindow
{
    static constexpr quint8 everyDay = 0x7f;
    static constexpr int minutesOfDay = 24 * 60;

    quint8 days = everyDay; ///< on which it begins; bit 0 is Monday
    int from = 0; ///< minutes after midnight, local time, 0–1439
    int to = minutesOfDay; ///< the first minute after it, 1–1440; before `from`: on the next day
    int limitMbps = 0; ///< as Plan::Transfer
    int diskMBps = 0;
    bool operator==(const LimitWindow &) const = default;

    /// Whether its days and times are possible ones, and there is time between them.
    [[nodiscard]] bool isLegal() const;
    /// By the wall clock alone: an hour that comes twice in autumn counts twice, one that is left out in spring never comes.
    [[nodiscard]] bool contains(const QDateTime &local) const;
};

/// The place of the first window that holds `local`; −1: none, the plain limits apply.
[[nodiscard]] int windowAt(const QList<LimitWindow> &schedule, const QDateTime &local);

/// `days` may be left out (every day). `path`: of the list, for messages. Every problem is added to `problems`.
[[nodiscard]] QList<LimitWindow> readSchedule(const QList<QJsonObject> &windows, const QString &path, QList<Error> &problems);
[[nodiscard]] QJsonArray toJson(const QList<LimitWindow> &schedule);
/// "mon, fri 22:00–06:00", for people.
[[nodiscard]] QString describe(const LimitWindow &window);

}
