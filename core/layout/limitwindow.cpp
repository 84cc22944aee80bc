#include "core/layout/limitwindow.h"

#include "core/base/strictjson.h"
#include "core/layout/planrules.h"

#include <optional>

namespace edgelift {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

const QStringList dayNames{QStringLiteral("mon"), QStringLiteral("tue"), QStringLiteral("wed"), QStringLiteral("thu"),
    QStringLiteral("fri"), QStringLiteral("sat"), QStringLiteral("sun")};

/// "06:30" → 390. Nothing when it is no time.
std::optional<int> minutes(const QString &text)
{
    const bool shaped = text.size() == 5 && text.at(2) == QLatin1Char(':');
    for (const int digit : {0, 1, 3, 4}) {
        if (!shaped || text.at(digit) < QLatin1Char('0') || text.at(digit) > QLatin1Char('9'))
            return std::nullopt;
    }
    const int hour = text.left(2).toInt();
    const int minute = text.mid(3).toInt();
    if (minute > 59 || hour * 60 + minute > LimitWindow::minutesOfDay)
        return std::nullopt;
    return hour * 60 + minute;
}

QString timeText(int minutes)
{
    return QStringLiteral("%1:%2").arg(minutes / 60, 2, 10, QLatin1Char('0')).arg(minutes % 60, 2, 10, QLatin1Char('0'));
}

QStringList namesOf(quint8 days)
{
    QStringList names;
    for (int day = 0; day < int(dayNames.size()); ++day) {
        if (days & (1U << day))
            names.append(dayNames.at(day));
    }
    return names;
}

/// Reads one window and says what is wrong with it.
class WindowReader
{
public:
    WindowReader(const QJsonObject &json, const QString &path, QList<Error> &problems)
        : m_object(json, path, problems)
        , m_problems(problems)
    {
    }

    LimitWindow read()
    {
        LimitWindow window;
        window.days = days();
        window.from = time(key("from"), 0, LimitWindow::minutesOfDay - 1, QStringLiteral("00:00 to 23:59"));
        window.to = time(key("to"), 1, LimitWindow::minutesOfDay, QStringLiteral("00:01 to 24:00"));
        window.limitMbps = int(m_object.integer(key("limitMbps"), 0, 0, limits::limitMbpsMost));
        window.diskMBps = int(m_object.integer(key("diskMBps"), 0, 0, limits::diskMBpsMost));
        if (m_timesRead == 2 && window.from == window.to)
            wrong(key("to"), timeText(window.to), QStringLiteral("another time than “from”"));
        m_object.finish();
        return window;
    }

private:
    quint8 days()
    {
        if (!m_object.has(key("days"))) {
            static_cast<void>(m_object.strings(key("days"))); // known, but absent
            return LimitWindow::everyDay;
        }
        const qsizetype before = m_problems.size();
        unsigned days = 0;
        for (const QString &name : m_object.strings(key("days"))) {
            const qsizetype day = dayNames.indexOf(name.toLower());
            if (day < 0)
                wrong(key("days"), name, dayNames.join(QLatin1String(", ")));
            else
                days |= 1U << day;
        }
        if (days == 0 && m_problems.size() == before)
            wrong(key("days"), QStringLiteral("[]"), dayNames.join(QLatin1String(", ")));
        return quint8(days);
    }

    int time(const QString &name, int least, int most, const QString &allowed)
    {
        m_object.require(name);
        const qsizetype before = m_problems.size();
        const QString text = m_object.string(name);
        if (!m_object.has(name) || m_problems.size() != before)
            return least;
        // "00:00" as an end is the midnight that comes
        const std::optional<int> read = minutes(most == LimitWindow::minutesOfDay && text == QLatin1String("00:00") ? key("24:00") : text);
        if (!read || *read < least || *read > most) {
            wrong(name, text, allowed);
            return least;
        }
        ++m_timesRead;
        return *read;
    }

    void wrong(const QString &name, const QString &value, const QString &allowed)
    {
        m_problems.append({ErrorCode::PlanValueWrong, Retry::AfterUserAction, {m_object.path(name), value, allowed}, {}});
    }

    StrictObject m_object;
    QList<Error> &m_problems;
    int m_timesRead = 0;
};

}

bool LimitWindow::isLegal() const
{
    return days != 0 && days <= everyDay && from >= 0 && from < minutesOfDay && to > 0 && to <= minutesOfDay && from != to;
}

bool LimitWindow::contains(const QDateTime &local) const
{
    const QTime time = local.time();
    const int minute = time.hour() * 60 + time.minute();
    const int today = local.date().dayOfWeek() - 1;
    const auto beginsOn = [this](int day) { return (days & (1U << day)) != 0; };
    if (from < to)
        return beginsOn(today) && minute >= from && minute < to;
    const int yesterday = (today + 6) % 7;
    return (beginsOn(today) && minute >= from) || (beginsOn(yesterday) && minute < to);
}

int windowAt(const QList<LimitWindow> &schedule, const QDateTime &local)
{
    for (qsizetype i = 0; i < schedule.size(); ++i) {
        if (schedule.at(i).contains(local))
            return int(i);
    }
    return -1;
}

QList<LimitWindow> readSchedule(const QList<QJsonObject> &windows, const QString &path, QList<Error> &problems)
{
    QList<LimitWindow> schedule;
    for (qsizetype i = 0; i < windows.size(); ++i)
        schedule.append(WindowReader(windows.at(i), QStringLiteral("%1[%2]").arg(path).arg(i), problems).read());
    return schedule;
}

QJsonArray toJson(const QList<LimitWindow> &schedule)
{
    QJsonArray out;
    for (const LimitWindow &window : schedule)
        out.append(QJsonObject{{key("days"), QJsonArray::fromStringList(namesOf(window.days))}, {key("from"), timeText(window.from)},
            {key("to"), timeText(window.to)}, {key("limitMbps"), window.limitMbps}, {key("diskMBps"), window.diskMBps}});
    return out;
}

QString describe(const LimitWindow &window)
{
    const QString days =
        window.days == LimitWindow::everyDay ? QStringLiteral("every day") : namesOf(window.days).join(QLatin1String(", "));
    return QStringLiteral("%1 %2–%3").arg(days, timeText(window.from), timeText(window.to));
}

}
