#include "app/wizard/shell/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <iterator>

namespace edgelift::wizard::format {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Format)
};

/// Spanish by hand: QLocale 6.4 groups it as "1234.567", where CLDR wants spaces, and only from five digits on.
QString localized(double value, int decimals)
{
    if (QLocale().language() != QLocale::Spanish)
        return QLocale().toString(value, 'f', decimals);
    QString digits = QString::number(value, 'f', decimals);
    const qsizetype point = digits.indexOf(QLatin1Char('.'));
    const qsizetype end = point < 0 ? digits.size() : point;
    if (point >= 0)
        digits[point] = QLatin1Char(',');
    const qsizetype first = digits.startsWith(QLatin1Char('-')) ? 1 : 0;
    if (end - first > 4) {
        for (qsizetype at = end - 3; at > first; at -= 3)
            digits.insert(at, QChar(0x00a0));
    }
    return digits;
}

constexpr const char *sizeUnits[] = {QT_TRANSLATE_NOOP("Format", "%1 B"), QT_TRANSLATE_NOOP("Format", "%1 KiB"),
    QT_TRANSLATE_NOOP("Format", "%1 MiB"), QT_TRANSLATE_NOOP("Format", "%1 GiB"), QT_TRANSLATE_NOOP("Format", "%1 TiB")};
constexpr const char *speedUnits[] = {QT_TRANSLATE_NOOP("Format", "%1 B/s"), QT_TRANSLATE_NOOP("Format", "%1 KiB/s"),
    QT_TRANSLATE_NOOP("Format", "%1 MiB/s"), QT_TRANSLATE_NOOP("Format", "%1 GiB/s"), QT_TRANSLATE_NOOP("Format", "%1 TiB/s")};

QString scaled(double bytes, const char *const (&units)[5])
{
    size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < std::size(units); ++unit)
        bytes /= 1024;
    const int decimals = unit == 0 || bytes >= 1000 ? 0 : 1;
    return QCoreApplication::translate("Format", units[unit]).arg(localized(bytes, decimals));
}

bool actsOnText(QChar character)
{
    const QChar::Category category = character.category();
    return category == QChar::Other_Control || category == QChar::Other_Format || category == QChar::Separator_Line
        || category == QChar::Separator_Paragraph;
}

QChar visible(QChar character)
{
    if (character == QLatin1Char('\n'))
        return QChar(0x2424); // ␤
    if (character.unicode() < 0x20)
        return QChar(0x2400 + character.unicode()); // ␀, ␉, …
    return QChar(0xfffd);
}

}

QString number(qint64 value) { return QLocale().language() == QLocale::Spanish ? localized(double(value), 0) : QLocale().toString(value); }

QString decimal(double value, int decimals) { return localized(value, decimals); }

QString size(Bytes bytes) { return scaled(double(bytes.count), sizeUnits); }

QString sizeGiB(qint64 gib) { return Words::tr("%1 GiB").arg(number(gib)); }

QString speed(double bytesPerSecond) { return bytesPerSecond > 0 ? scaled(bytesPerSecond, speedUnits) : QStringLiteral("–"); }

QString megabits(double bitsPerSecond)
{
    const double value = bitsPerSecond / 1e6;
    return Words::tr("%1 Mbit/s").arg(localized(value, value < 10 ? 1 : 0));
}

QString limit(int megabits) { return megabits > 0 ? Words::tr("%1 Mbit/s").arg(number(megabits)) : Words::tr("Unlimited"); }

QString percent(double share, int decimals)
{
    const double scale = std::pow(10, decimals);
    const double value = std::floor(std::clamp(share, 0.0, 1.0) * 100 * scale + 1e-9) / scale;
    //: A share of a whole; %1 is a number such as 42
    return Words::tr("%1 %").arg(localized(value, decimals));
}

QString remaining(std::optional<qint64> seconds)
{
    if (!seconds)
        return QStringLiteral("–");
    if (*seconds < 60)
        return Words::tr("less than 1 min");
    if (*seconds > 2 * 86400)
        return Words::tr("more than 2 days");
    const qint64 minutes = (*seconds + 30) / 60;
    if (minutes < 60)
        //: Remaining time
        return Words::tr("about %1 min").arg(number(minutes));
    if (minutes % 60 == 0)
        return Words::tr("about %1 h").arg(number(minutes / 60));
    return Words::tr("about %1 h %2 min").arg(number(minutes / 60), number(minutes % 60));
}

QString duration(qint64 seconds)
{
    seconds = std::max<qint64>(seconds, 0);
    if (seconds < 60)
        return Words::tr("%1 s").arg(number(seconds));
    if (seconds < 3600)
        return Words::tr("%1 min %2 s").arg(number(seconds / 60), number(seconds % 60));
    return Words::tr("%1 h %2 min").arg(number(seconds / 3600), number(seconds / 60 % 60));
}

QString clock(const QDateTime &time) { return QLocale().toString(time.toLocalTime().time(), QStringLiteral("HH:mm:ss")); }

QString date(const QDateTime &time)
{
    if (!time.isValid())
        return {};
    const QDateTime local = time.toLocalTime();
    //: %1 is a day, %2 a time of day
    return Words::tr("%1, %2").arg(
        QLocale().toString(local.date(), QLocale::ShortFormat), QLocale().toString(local.time(), QStringLiteral("HH:mm")));
}

QString ltr(const QString &text) { return QLocale().textDirection() == Qt::RightToLeft ? QChar(0x2066) + text + QChar(0x2069) : text; }

QString shown(const QString &text)
{
    QString out = text;
    for (QChar &character : out) {
        if (actsOnText(character))
            character = visible(character);
    }
    return out;
}

QString name(const QString &text)
{
    const QString plain = shown(text);
    if (plain.isEmpty() || (QLocale().textDirection() == Qt::LeftToRight && !plain.isRightToLeft()))
        return plain;
    return QChar(0x2068) + plain + QChar(0x2069);
}

QString shortened(const QString &text, qsizetype most)
{
    const QString plain = shown(text);
    if (plain.size() <= most)
        return plain;
    const qsizetype half = (most - 1) / 2;
    return plain.left(half) + QChar(0x2026) + plain.right(half);
}

}
