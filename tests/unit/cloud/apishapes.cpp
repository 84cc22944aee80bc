#include "tests/unit/cloud/apishapes.h"
#include "tests/unit/cloud/faketransport.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

namespace edgelift::test {

namespace {

bool fitsScalar(const QJsonObject &shape, const QString &value)
{
    const QString type = shape.value(QLatin1String("type")).toString();
    bool number = true;
    if (type == QLatin1String("integer"))
        value.toLongLong(&number);
    else if (type == QLatin1String("number"))
        value.toDouble(&number);
    else if (type == QLatin1String("boolean"))
        number = value == QLatin1String("true") || value == QLatin1String("false");
    const QJsonArray allowed = shape.value(QLatin1String("enum")).toArray();
    return number && (allowed.isEmpty() || allowed.contains(value));
}

/// A JSON array of objects in one parameter: every key must be a property.
bool fitsJson(const QJsonObject &shape, const QString &value)
{
    const QJsonDocument json = QJsonDocument::fromJson(value.toUtf8());
    if (shape.value(QLatin1String("type")).toString() != QLatin1String("array"))
        return json.isObject();
    const QJsonObject properties = shape.value(QLatin1String("items")).toObject().value(QLatin1String("properties")).toObject();
    for (const QJsonValue &item : json.array())
        for (const QString &key : item.toObject().keys())
            if (!properties.contains(key))
                return false;
    return json.isArray() && !json.array().isEmpty();
}

/// Does `shape` take a parameter flattened to `name`?
bool takes(const QJsonObject &shape, const QString &name, const QString &value)
{
    const QString base = shape.value(QLatin1String("name")).toString();
    const QString type = shape.value(QLatin1String("type")).toString();
    const bool json = shape.value(QLatin1String("style")).toString() == QLatin1String("json");
    if (name == base)
        return json ? fitsJson(shape, value)
                    : type != QLatin1String("array") && type != QLatin1String("object") && fitsScalar(shape, value);
    if (json || !name.startsWith(base + QLatin1Char('.')))
        return false;
    QStringList rest = name.mid(base.size() + 1).split(QLatin1Char('.'));
    QJsonObject inner = shape;
    if (type == QLatin1String("array")) {
        const int index = rest.takeFirst().toInt();
        const int most = shape.value(QLatin1String("maxItems")).toInt(1000);
        if (index < 1 || index > most)
            return false;
        inner = shape.value(QLatin1String("items")).toObject();
    } else if (type != QLatin1String("object")) {
        return false;
    }
    if (rest.isEmpty())
        return fitsScalar(inner, value);
    const QJsonObject properties = inner.value(QLatin1String("properties")).toObject();
    return rest.size() == 1 && properties.contains(rest.first()) && fitsScalar(properties.value(rest.first()).toObject(), value);
}

}

ApiShapes::ApiShapes()
{
    QFile file(QStringLiteral(EDGELIFT_SHAPES));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("api-shapes.json cannot be read");
    m_products = QJsonDocument::fromJson(file.readAll()).object();
}

QJsonObject ApiShapes::productOf(const QString &version) const
{
    for (const QJsonValue &product : m_products)
        if (product.toObject().value(QLatin1String("version")).toString() == version)
            return product.toObject();
    return {};
}

QStringList ApiShapes::problems(const HttpRequest &request) const
{
    const QString action = QString::fromUtf8(headerOf(request, "x-acs-action"));
    const QJsonObject product = productOf(QString::fromUtf8(headerOf(request, "x-acs-version")));
    const QJsonObject shape = product.value(QLatin1String("actions")).toObject().value(action).toObject();
    if (shape.isEmpty())
        return {QStringLiteral("%1 is unknown").arg(action)};
    QStringList out;
    const QJsonArray known = shape.value(QLatin1String("parameters")).toArray();
    const auto given = parametersOf(request);
    for (const auto &[name, value] : given) {
        const bool taken =
            std::any_of(known.begin(), known.end(), [&name, &value](const QJsonValue &one) { return takes(one.toObject(), name, value); });
        if (!taken)
            out.append(QStringLiteral("%1: %2=%3").arg(action, name, value));
    }
    for (const QJsonValue &one : known) {
        const QString name = one.toObject().value(QLatin1String("name")).toString();
        const bool there = std::any_of(given.begin(), given.end(),
            [&name](const QPair<QString, QString> &pair) { return pair.first == name || pair.first.startsWith(name + QLatin1Char('.')); });
        if (one.toObject().value(QLatin1String("required")).toBool() && !there)
            out.append(QStringLiteral("%1 lacks %2").arg(action, name));
    }
    return out;
}

}
