#include "app/ctl/words.h"

#include <QStringList>
#include <algorithm>
#include <cmath>

namespace edgelift::ctl {

namespace {

double number(const QJsonObject &event, const char *name) { return event.value(QLatin1String(name)).toDouble(); }

/// 0 to 1; nothing is known: -1.
double share(const QJsonObject &event)
{
    if (event.contains(QLatin1String("percent")))
        return std::clamp(number(event, "percent") / 100, 0.0, 1.0);
    const double total = number(event, "bytesTotal");
    if (event.contains(QLatin1String("bytesTotal")) && total <= 0)
        return 1; // nothing to copy is all copied
    return total > 0 ? std::clamp(number(event, "bytesDone") / total, 0.0, 1.0) : -1;
}

QString bar(double share, int width)
{
    const int filled = int(std::floor(std::max(share, 0.0) * width));
    return QLatin1Char('[') + QString(filled, QLatin1Char('#')) + QString(width - filled, QLatin1Char('-')) + QLatin1Char(']');
}

QStringList parts(const QJsonObject &event, double share)
{
    QStringList out;
    if (share >= 0) // rounded down: 100 % means all of it
        out.append(QStringLiteral("%1 %").arg(std::floor(share * 1000) / 10, 5, 'f', 1));
    if (event.contains(QLatin1String("bytesTotal")) && !event.contains(QLatin1String("percent")))
        out.append(QStringLiteral("%1 of %2").arg(sizeText(number(event, "bytesDone")), sizeText(number(event, "bytesTotal"))));
    if (number(event, "speed") > 0)
        out.append(sizeText(number(event, "speed")) + QLatin1String("/s"));
    if (event.value(QLatin1String("remainingSeconds")).isDouble())
        out.append(remainingText(qint64(number(event, "remainingSeconds"))) + QLatin1String(" left"));
    return out + limitTexts(event);
}

}

QString sizeText(double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < std::size(units); ++unit)
        bytes /= 1024;
    return QString::number(bytes, 'f', unit == 0 ? 0 : 1) + QLatin1Char(' ') + QLatin1String(units[unit]);
}

QString remainingText(qint64 seconds)
{
    if (seconds < 60)
        return QStringLiteral("less than 1 min");
    if (seconds > 2 * 86400)
        return QStringLiteral("more than 2 days");
    const qint64 minutes = (seconds + 30) / 60;
    if (minutes < 60)
        return QStringLiteral("about %1 min").arg(minutes);
    if (minutes % 60 == 0)
        return QStringLiteral("about %1 h").arg(minutes / 60);
    return QStringLiteral("about %1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

QStringList limitTexts(const QJsonObject &event)
{
    const QJsonObject limits = event.value(QLatin1String("limits")).toObject();
    QStringList out;
    if (number(limits, "backOffMBps") > 0) // first: the reason why it is slow is worth most
        out.append(QStringLiteral("back-off: reading %1 MB/s").arg(std::ceil(number(limits, "backOffMBps"))));
    if (number(limits, "limitMbps") > 0)
        out.append(QStringLiteral("limit %1 Mbit/s").arg(number(limits, "limitMbps")));
    if (number(limits, "diskMBps") > 0)
        out.append(QStringLiteral("disk limit %1 MB/s").arg(number(limits, "diskMBps")));
    if (number(limits, "niceness") > 0)
        out.append(QStringLiteral("niceness %1").arg(number(limits, "niceness")));
    const QString window = limits.value(QLatin1String("window")).toString();
    if (!window.isEmpty())
        out.append(QStringLiteral("time plan %1").arg(window));
    return out;
}

QString progressLine(const QJsonObject &event, int width)
{
    width = std::max(width, 20);
    const double known = share(event);
    QString line = known < 0 ? QString() : bar(known, std::clamp(width / 3, 10, 40) - 2);
    for (const QString &part : parts(event, known)) {
        const QString longer = line.isEmpty() ? part : line + QLatin1String("  ") + part;
        if (longer.size() > width)
            break;
        line = longer;
    }
    return line;
}

}
