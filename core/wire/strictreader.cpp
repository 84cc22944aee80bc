#include "core/wire/strictreader.h"

#include <cmath>

namespace edgelift::wire {

qint64 StrictReader::number(const char *key, qint64 least, qint64 most)
{
    const QJsonValue value = m_object.value(QLatin1String(key));
    const double number = value.toDouble(-1);
    if (!value.isDouble() || number != std::floor(number) || number < double(least) || number > double(most)) {
        wrong(key);
        return least;
    }
    return qint64(number);
}

quint64 StrictReader::decimal(const char *key)
{
    const QString text = m_object.value(QLatin1String(key)).toString();
    bool digits = !text.isEmpty() && text.size() <= 20;
    for (const QChar c : text)
        digits = digits && c >= QLatin1Char('0') && c <= QLatin1Char('9');
    const quint64 number = digits ? text.toULongLong(&digits) : 0; // false also for what does not fit 64 bits
    expect(digits, key);
    return digits ? number : 0;
}

QString StrictReader::text(const char *key, qsizetype least, qsizetype most)
{
    const QJsonValue value = m_object.value(QLatin1String(key));
    const QString text = value.toString();
    expect(value.isString() && text.size() >= least && text.size() <= most, key);
    return text;
}

QStringList StrictReader::texts(const char *key, qsizetype mostEntries, qsizetype mostLength)
{
    QStringList out;
    for (const QJsonValue &value : array(key, 0, mostEntries)) {
        expect(value.isString() && value.toString().size() <= mostLength, key);
        out.append(value.toString());
    }
    return out;
}

bool StrictReader::boolean(const char *key, std::optional<bool> otherwise)
{
    const QJsonValue value = m_object.value(QLatin1String(key));
    expect(value.isBool() || (value.isUndefined() && otherwise), key);
    return value.toBool(otherwise.value_or(false));
}

QJsonObject StrictReader::object(const char *key)
{
    const QJsonValue value = m_object.value(QLatin1String(key));
    expect(value.isObject(), key);
    return value.toObject();
}

QJsonArray StrictReader::array(const char *key, qsizetype least, qsizetype most)
{
    const QJsonValue value = m_object.value(QLatin1String(key));
    const QJsonArray array = value.toArray();
    const bool fits = value.isArray() && array.size() >= least && array.size() <= most;
    expect(fits, key);
    return fits ? array : QJsonArray();
}

}
