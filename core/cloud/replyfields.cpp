#include "core/cloud/replyfields.h"

#include <QJsonArray>
#include <QTimeZone>

namespace edgelift::fields {

namespace {

QJsonArray list(const QJsonObject &object, const char *outer, const char *inner)
{
    return object.value(QLatin1String(outer)).toObject().value(QLatin1String(inner)).toArray();
}

}

QString text(const QJsonObject &object, const char *key) { return object.value(QLatin1String(key)).toString(); }

qint64 number(const QJsonObject &object, const char *key)
{
    const QJsonValue value = object.value(QLatin1String(key));
    return value.isString() ? value.toString().toLongLong() : value.toInteger();
}

QDateTime time(const QJsonObject &object, const char *key)
{
    const QString given = text(object, key);
    QDateTime out = QDateTime::fromString(given, Qt::ISODate);
    if (!out.isValid()) {
        out = QDateTime::fromString(given, QStringLiteral("yyyy-MM-dd'T'HH:mm'Z'"));
        out.setTimeZone(QTimeZone::utc());
    }
    return out.toUTC();
}

int percent(const QJsonObject &object, const char *key)
{
    QString given = text(object, key);
    if (given.endsWith(QLatin1Char('%')))
        given.chop(1);
    return given.toInt();
}

QList<QJsonObject> objects(const QJsonObject &object, const char *outer, const char *inner)
{
    QList<QJsonObject> out;
    for (const QJsonValue &value : list(object, outer, inner))
        out.append(value.toObject());
    return out;
}

QStringList texts(const QJsonObject &object, const char *outer, const char *inner)
{
    QStringList out;
    for (const QJsonValue &value : list(object, outer, inner))
        out.append(value.toString());
    return out;
}

std::function<QString(const QJsonObject &)> topText(const char *key)
{
    return [key](const QJsonObject &object) { return text(object, key); };
}

std::function<QString(const QJsonObject &)> firstText(const char *outer, const char *inner)
{
    return [outer, inner](const QJsonObject &object) { return texts(object, outer, inner).value(0); };
}

Tags tags(const QJsonObject &object)
{
    Tags out;
    for (const QJsonObject &tag : objects(object, "Tags", "Tag")) {
        const bool ecs = tag.contains(QLatin1String("TagKey"));
        out.insert(text(tag, ecs ? "TagKey" : "Key"), text(tag, ecs ? "TagValue" : "Value"));
    }
    return out;
}

}
